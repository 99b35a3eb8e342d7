"""Faults of users: their list, their creation, their groups and their end."""

from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from typing import Any
from urllib.parse import quote, unquote

from conformance.selftest.combinators import Notes, ask, asks, idempotent, on, remembering, sends
from conformance.selftest.faults import profiles
from conformance.selftest.faults.side_requests import DONE, copies_of, defaults_of, take_copies_of_new
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import at, with_query

Object = dict[str, Any]

CREATE, GET, LIST, DELETE = "createUser", "getUser", "listUsers", "deleteUser"
_GROUPS = "updateUserGroups"

_listed = on(LIST, status=200)


def _offset(request: Request) -> int:
    return max(0, int(request.argument("offset") or "0"))


def _user_id(request: Request) -> str:
    return request.path_parameter("user_id")


async def _everybody(request: Request, inner: Inner) -> list[Object]:
    rows: list[Object] = []
    while True:
        pages = (("limit", "100"), ("offset", str(len(rows))))
        page = await inner(replace(request, method="GET", path=f"{request.server}/users", query=pages))
        if not page.json["users"]:
            return rows
        rows += page.json["users"]


async def _assign(request: Request, inner: Inner, user_id: str, profile_id: int) -> None:
    await ask(request, inner, "POST", f"/users/{user_id}/access-profiles", {"profile_id": profile_id})


def _ordered(key: Callable[[Object], Any]) -> Fault:
    """Cut the pages of the list of users from all users in another order."""

    @on(LIST).serve
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        rows = sorted(await _everybody(request, inner), key=key)
        response = await inner(request)
        body = response.json
        page = rows[body["offset"] : body["offset"] + body["limit"]]
        return response.with_json({**body, "users": page, "count": len(page)})

    return fault


def _found_by(matches: Callable[[str, str], bool]) -> Fault:
    """Read the first user whose id matches what was asked for."""

    @on(GET, status=404).then
    async def fault(request: Request, response: Response, inner: Inner) -> Response:
        for row in await _everybody(request, inner):
            if matches(_user_id(request), row["id"]):
                return replace(response, status=200).with_json({"user": row})
        return response

    return fault


def _matches_pattern(pattern: str, user_id: str) -> bool:
    return len(pattern) == len(user_id) and all(a in ("_", b) for a, b in zip(pattern, user_id, strict=True))


def _knowing(read: Callable[[Request, Inner], Any], fault: Notes) -> Fault:
    """Return a fault that knows what was read of each user before it was deleted."""

    async def knowing(request: Request, inner: Inner, state: State) -> Response:
        known = state.memory.setdefault("known", [])
        if request.operation_id == DELETE:
            known.append(await read(request, inner))
        return await fault(known)(request, inner, state)

    return knowing


async def _read(request: Request, inner: Inner) -> tuple[str, Response]:
    return _user_id(request), await ask(request, inner, "GET", f"/users/{_user_id(request)}")


async def _held(request: Request, inner: Inner) -> list[str]:
    copies = await copies_of(request, inner, _user_id(request))
    return [str(copy["parent_profile_id"]) for copy in copies]


def _is_still_held(known: list[Any]) -> Callable[[Request], bool]:
    return lambda request: bool(known) and request.path_parameter("profile_id") in known[-1]


def _plain_location(_: Request, response: Response) -> Response:
    # What a header can hold is sent as it is.
    return response.with_header("location", quote(unquote(response.header("location")), safe=" /%?#"))


@on(CREATE, status=409).then
async def taken_id_is_an_update(request: Request, _: Response, inner: Inner) -> Response:
    kept = await ask(request, inner, "GET", f"/users/{quote(request.json['id'], safe='')}")
    user = kept.json["user"] | {"name": request.json["name"], "email": request.json["email"]}
    return replace(kept.with_json({**kept.json, "user": user}), status=201)


_given_role = on(CREATE, when=sends("role_id"))
_with_role = on(CREATE, when=sends("role_id"), status=400)


async def _assign_all_attached(request: Request, _: Response, inner: Inner) -> None:
    role = await ask(request, inner, "GET", f"/roles/{request.json['role_id']}")
    for each in role.json["access_profiles"]:
        await _assign(request, inner, request.json["id"], each["access_profile_id"])


async def _activate_and_assign_defaults(request: Request, _: Response, inner: Inner) -> None:
    for profile_id in await defaults_of(request, inner, request.json["role_id"]):
        await ask(request, inner, "PUT", f"/access-profiles/{profile_id}/activate")
        await _assign(request, inner, request.json["id"], profile_id)


async def copies_wait_for_the_next(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == DELETE:
        state.memory["held"] = await copies_of(request, inner, _user_id(request))
    response = await inner(request)
    if request.operation_id == CREATE and response.status == 201:
        for copy in state.memory.pop("held", ()):
            await _assign(request, inner, request.json["id"], copy["parent_profile_id"])
    return response


@on(_GROUPS).serve
async def groups_are_added(request: Request, inner: Inner, state: State) -> Response:
    user = await ask(request, inner, "GET", f"/users/{_user_id(request)}")
    merged = [*user.json["user"]["group_ids"], *request.json["group_ids"]]
    return await inner(request.with_json({"group_ids": merged}))


@on(_GROUPS, when=lambda request: not request.sent.get("group_ids")).serve
async def none_leaves_the_groups(request: Request, inner: Inner, state: State) -> Response:
    return await ask(request, inner, "GET", f"/users/{_user_id(request)}")


def _new_user(request: Request) -> Object:
    user_id = _user_id(request)
    return {"id": user_id, "name": user_id, "email": "a@b"}


def _with_groups(request: Request, response: Response) -> Response:
    rest = {"role_id": None, **request.json, "created_at": "2026-01-01T00:00:00Z"}
    return response.with_json({"user": _new_user(request) | rest})


FAULTS: dict[str, Fault] = {
    "USR-LST-001/by_letters": _ordered(lambda row: str(row["id"]).casefold()),
    "USR-LST-001/by_utf16": _ordered(lambda row: str(row["id"]).encode("utf-16-be")),
    "USR-LST-001/by_age": _ordered(lambda row: row["created_at"]),
    "USR-LST-001/user_lost_between_pages": on(LIST, when=_offset).send(
        lambda request, _: request.with_query(offset=str(_offset(request) + 1))
    ),
    "USR-LST-002/total_of_the_users_shown": _listed.merge("", total_count=itemgetter("count")),
    "USR-LST-002/deleted_users_are_counted": remembering(
        on(DELETE, status=200),
        lambda request, _: request.path,
        lambda gone: _listed.edit("/total_count", lambda total: total + len(gone)),
    ),
    "USR-LST-002/large_limit_of_users_echoed": on(LIST, when=asks(limit="101")).set("/limit", 101),
    "USR-LST-002/fifty_users_by_default": on(LIST, when=asks(limit=None)).send(with_query(limit="50")),
    "USR-CRE-001/location_is_not_encoded": on(CREATE, status=201).answer(_plain_location),
    "USR-CRE-001/ids_are_decoded_twice": on().send(at(lambda request: unquote(request.path))),
    "USR-CRE-001/email_in_lower_case": on(CREATE).send(email=lambda body: body["email"].lower()),
    "USR-CRE-001/groups_are_forgotten": on(GET).set("/user/group_ids", []),
    "USR-CRE-002/taken_id_is_an_update": taken_id_is_an_update,
    "USR-CRE-002/taken_id_is_400": on(CREATE, status=409).refuse(400),
    "USR-CRE-002/unknown_role_is_404": _with_role.refuse(404),
    "USR-CRE-002/unknown_role_is_no_role": _with_role.retry(role_id=None),
    "USR-CRE-002/made_before_the_role_is_looked_up": on(CREATE, status=400).also(role_id=None),
    "USR-CRE-003/nothing_at_birth": on(CREATE, status=201).does(take_copies_of_new),
    "USR-CRE-003/all_that_is_attached": _given_role.does(_assign_all_attached),
    "USR-CRE-003/inactive_default_all_the_same": _given_role.does(_activate_and_assign_defaults),
    "USR-GET-001/unknown_user_is_empty": on(GET, status=404).edit("", lambda _: {"user": None}).status(200),
    "USR-GET-001/beginning_of_an_id": _found_by(lambda asked, user_id: user_id.startswith(asked)),
    "USR-GET-001/underscore_matches_anything": _found_by(_matches_pattern),
    "USR-DEL-001/hidden_from_the_list_alone": _knowing(
        _read,
        lambda known: on(GET, when=lambda request: _user_id(request) in dict(known), status=404).reply(
            lambda request: dict(known)[_user_id(request)]
        ),
    ),
    "USR-DEL-001/holder_is_still_counted": _knowing(
        _held,
        lambda known: on(profiles.GET, when=_is_still_held(known)).edit(
            "/user_count", lambda count: count + 1
        ),
    ),
    "USR-DEL-001/still_in_the_list": _knowing(
        _read,
        lambda known: on(LIST, when=lambda _: known and known[-1][1].status == 200).edit(
            "/users", lambda users: [*users, known[-1][1].json["user"]]
        ),
    ),
    "USR-DEL-001/copies_wait_for_the_next": copies_wait_for_the_next,
    "USR-DEL-002/deleting_nobody_is_done": on(DELETE, status=404).reply(DONE),
    "USR-DEL-002/deleting_again_is_done": idempotent(DELETE),
    "USR-GRP-001/groups_are_added": groups_are_added,
    "USR-GRP-001/none_leaves_the_groups": none_leaves_the_groups,
    "USR-GRP-001/groups_as_they_were_sent": on(_GROUPS).set(
        "/user/group_ids", lambda request: list(dict.fromkeys(request.json["group_ids"]))
    ),
    "USR-GRP-001/groups_in_any_case_order": on(GET, status=200).edit(
        "/user/group_ids", lambda groups: sorted(groups, key=str.casefold)
    ),
    "USR-GRP-001/group_twice": on(_GROUPS).set(
        "/user/group_ids", lambda request: sorted(request.json["group_ids"])
    ),
    "USR-GRP-002/groups_make_a_user": on(_GROUPS, status=404).does(
        lambda request, _, inner: ask(request, inner, "POST", "/users", _new_user(request))
    ),
    "USR-GRP-002/nobody_has_groups": on(_GROUPS, status=404).answer(_with_groups).status(200),
}
