"""Faults of API keys: how they are made, what they open and may do, how they end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import ask, idempotent, on, remembering, sends, sent, shows
from conformance.selftest.faults.profiles import has_padded_name
from conformance.selftest.faults.side_requests import DONE
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import as_administrator, fresh

Object = dict[str, Any]

_CREATE, _LIST, _REVOKE = "createApiKey", "listApiKeys", "revokeApiKey"
_VIEW = "AccessProfiles:View"

_list = on(_LIST, status=200)
_viewing = on(_CREATE, when=lambda request: _VIEW in request.json["scopes"])


def _rows(response: Response) -> list[Object]:
    return list(response.json.get("api_keys", []))


def _remains(row: Object) -> bool:
    return row["revoked_at"] is None


def _knowing_keys(fault: Callable[[list[Any]], Fault]) -> Fault:
    """Return a fault that knows the keys that were made: pairs of id and key."""
    return remembering(
        on(_CREATE, status=201),
        lambda _, response: (response.json["api_key"]["id"], response.json["key"]),
        fault,
    )


def _each_row(change: Callable[[Object, dict[int, str]], Object]) -> Fault:
    """Change the rows of a list by who knows the keys."""
    return _knowing_keys(lambda keys: _list.edit("/api_keys/*", lambda row: row | change(row, dict(keys))))


async def works_a_moment_later(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _CREATE and response.status == 201:
        state.memory[f"Bearer {response.json['key']}"] = True
    is_fresh = state.memory.pop(request.header("authorization"), False)
    return replace(refusal(401), headers=response.headers) if is_fresh else response


@on(_CREATE).serve
async def only_all_scopes_can_give(request: Request, inner: Inner, state: State) -> Response:
    own = request.header("authorization") == f"Bearer {state.key}"
    return await inner(request) if own else refusal(403)


def _in_one_case(body: Object) -> list[str]:
    return [_VIEW if scope.lower() == _VIEW.lower() else scope for scope in body["scopes"]]


@on(_CREATE, status=201).then
async def keys_live_for_ever(request: Request, response: Response, inner: Inner) -> Response:
    ending = {"expires_at": response.json["api_key"]["expires_at"]}
    made = await inner(request.with_json({**request.json, "name": fresh(request), "expires_at": None}))
    return made.with_json({**made.json, "api_key": made.json["api_key"] | ending})


async def _revoke_two_more(request: Request, _: Response, inner: Inner) -> None:
    for row in _rows(await ask(request, inner, "GET", "/api-keys"))[-2:]:
        await ask(request, inner, "DELETE", f"/api-keys/{row['id']}")


async def _revoke_by_name(request: Request, _: Response, inner: Inner) -> None:
    rows = _rows(await ask(request, inner, "GET", "/api-keys"))
    asked = [row["name"] for row in rows if str(row["id"]) == request.path_parameter("key_id")]
    for row in rows:
        if _remains(row) and row["name"] in asked:
            await ask(request, inner, "DELETE", f"/api-keys/{row['id']}")


async def revoked_key_is_cached(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    caller = request.header("authorization")
    if response.status == 200 and request.operation_id in ("listAccessProfiles", "listUserAccessProfiles"):
        state.memory[caller] = response
    cached: Response | None = state.memory.pop(caller, None) if response.status == 401 else None
    return cached or response


@on("createApiKey", when=lambda request: len(request.json["scopes"]) > 1, status=201).then
async def first_scope_alone(request: Request, response: Response, inner: Inner) -> Response:
    """Give a key the first of its scopes; that others are missing shows where a key has several."""
    key = response.json["api_key"]
    await ask(request, inner, "DELETE", f"/api-keys/{key['id']}")
    first = await inner(request.with_json({**request.json, "scopes": request.json["scopes"][:1]}))
    return first.with_json({**first.json, "api_key": {**first.json["api_key"], "scopes": key["scopes"]}})


FAULTS: dict[str, Fault] = {
    "KEY-LST-001/whole_keys_in_the_list": _each_row(
        lambda row, keys: {"key_prefix": keys.get(row["id"], row["key_prefix"])}
    ),
    "KEY-LST-001/beginning_of_the_hash": _list.set("/api_keys/*/key_prefix", "9f86d081..."),
    "KEY-LST-001/revoked_keys_are_left_out": _list.keep("/api_keys", _remains),
    "KEY-LST-001/one_row_for_each_scope": _list.edit(
        "/api_keys", lambda rows: [row for row in rows for _ in (*row["scopes"], "none")]
    ),
    "KEY-CRE-001/key_in_the_audit_log": _knowing_keys(
        lambda keys: on("listAccessProfileAuditLogs", where=shows("audit_logs")).edit(
            "/audit_logs", lambda rows: [rows[0] | {"new_values": str(dict(keys) or None)}, *rows[1:]]
        )
    ),
    "KEY-CRE-001/key_as_its_name": _each_row(
        lambda row, keys: {"name": f"{row['name']} ({keys.get(row['id'])})"}
    ),
    "KEY-CRE-001/works_a_moment_later": works_a_moment_later,
    "KEY-CRE-003/nobody_asks_what_the_maker_holds": on(_CREATE).send(as_administrator),
    "KEY-CRE-003/one_held_scope_is_enough": _viewing.send(as_administrator),
    "KEY-CRE-003/star_is_no_scope_to_compare": on(_CREATE, when=sends(scopes=["*"])).send(as_administrator),
    "KEY-CRE-003/refused_and_made": on(_CREATE, status=403).also(as_administrator),
    "KEY-CRE-003/only_all_scopes_can_give": only_all_scopes_can_give,
    "KEY-CRE-004/unknown_scopes_are_kept": on(_CREATE, status=400)
    .retry(scopes=[])
    .set("/api_key/scopes", sent("scopes")),
    "KEY-CRE-004/unknown_scopes_are_dropped": _viewing.send(
        scopes=lambda body: [scope for scope in body["scopes"] if scope == _VIEW]
    ),
    "KEY-CRE-004/unknown_scope_is_403": on(_CREATE, status=400).refuse(403),
    "KEY-CRE-004/scopes_in_any_case": on(_CREATE).send(scopes=_in_one_case),
    "KEY-CRE-005/names_may_repeat": on(_CREATE, status=409).retry(name=fresh),
    "KEY-CRE-005/key_names_are_compared_untrimmed": on(_CREATE, when=has_padded_name, status=409).retry(
        name=fresh
    ),
    "KEY-CRE-005/names_are_never_free": remembering(
        on(_CREATE),
        lambda request, _: request.json.get("name"),
        lambda names: on(_CREATE, when=lambda request: request.json.get("name") in names).refuse(409),
    ),
    "KEY-CRE-006/keys_live_for_ever": keys_live_for_ever,
    "KEY-CRE-006/offset_is_ignored": on(
        _CREATE, when=lambda request: str(request.json.get("expires_at")).endswith("+05:00")
    ).send(expires_at=None),
    "KEY-CRE-006/past_expiry_is_none": on(_CREATE, status=400).retry(expires_at=None),
    "KEY-CRE-006/expired_key_is_403": on(status=401).status(403),
    "KEY-REV-001/every_key_of_the_scope_goes": on(_REVOKE, status=200).does(_revoke_two_more),
    "KEY-REV-001/revoked_key_leaves_the_list": _list.keep("/api_keys", _remains),
    "KEY-REV-001/no_time_of_revocation": _list.set("/api_keys/*/revoked_at", None),
    "KEY-REV-001/revoked_key_is_cached": revoked_key_is_cached,
    "KEY-REV-002/revoked_by_the_name": on(_REVOKE, status=404).does(_revoke_by_name),
    "KEY-REV-002/revoking_nothing_is_done": on(_REVOKE, status=404).reply(DONE),
    "KEY-REV-002/revoking_again_is_done": idempotent(_REVOKE),
    "KEY-CRE-002/nothing_is_asked": on().send(as_administrator),
    "KEY-CRE-002/one_operation_is_forgotten": on("addUserVirtualKey").send(as_administrator),
    "KEY-CRE-002/reading_is_free": on(when=lambda request: request.method == "GET").send(as_administrator),
    # The permission follows the method and not the contract.
    "KEY-CRE-002/overrides_ask_for_delete": on("deleteUserAccessProfileBudgetOverride", status=404).refuse(
        403
    ),
    "KEY-CRE-002/refused_but_done": on("updateUserGroups", status=403).also(as_administrator),
    "KEY-CRE-002/first_scope_alone": first_scope_alone,
}
