"""Faults of giving profiles to users and of taking them away."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import again, never_falling, on, remembering
from conformance.selftest.faults.profiles import GET, PROFILE
from conformance.selftest.faults.side_requests import delete_keys, take_copies_of_user
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, success
from conformance.selftest.request_changes import at, fresh, only, without, without_content

ASSIGN = "assignUserAccessProfile"
DETACH = "detachUserAccessProfile"
_KEYS = "listUserVirtualKeys"
_DETACHED = success({"message": "Done.", "deleted_vk_names": [], "deleted_vk_count": 0})

_read = on(GET, status=200)
_assigned = on(ASSIGN, status=201)
_detached = on(DETACH, status=200)


def _copy_path(request: Request) -> str:
    return f"{request.path}/{request.json['profile_id']}"


def _virtual_keys_path(request: Request) -> str:
    return request.path.rpartition("/access-profiles")[0] + "/virtual-keys"


def _knowing_keys(fault: Callable[[list[Any]], Fault]) -> Fault:
    """Return a fault that knows the virtual keys that came with copies."""
    return remembering(_assigned, lambda _, response: response.json["virtual_key"], fault)


def _as_known(key: dict[str, Any], known: list[Any]) -> dict[str, Any]:
    return key | {"value": known[-1]["value"]} if known and key["id"] == known[-1]["id"] else key


def _user(request: Request) -> dict[str, str]:
    user_id = request.path_parameter("user_id")
    return {"id": user_id, "name": user_id, "email": "a@example.com"}


@on(ASSIGN).serve
async def looked_up_before_it_is_made(request: Request, inner: Inner, state: State) -> Response:
    """Let two clients that look at the same moment both find nothing."""
    made = state.memory.setdefault("made", {})
    place = request.path, request.json.get("profile_id")
    found = made.get(place)
    await asyncio.sleep(0.05)
    if found is not None:
        return await inner(request)
    response = await inner(request)
    if response.status == 201:
        made[place] = response
    # A refusal may be told before the success that it rests on.
    await asyncio.sleep(0.05)
    good: Response = made.get(place, response)
    return good if response.status == 409 else response


def _is_endless(request: Request) -> bool:
    return not request.json.get("expires_at")


async def _detach_from_everybody(request: Request, inner: Inner, state: State) -> Response:
    users = state.memory.setdefault("users", [])
    if request.operation_id == ASSIGN:
        users.append(request.path)
    response = await inner(request)
    if request.operation_id == DETACH:
        profile_id = request.path_parameter("profile_id")
        for path in users:
            other = await inner(replace(request, path=f"{path}/{profile_id}"))
            response = other if response.status == 404 else response
    return response


async def keys_outlive_their_copy(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == DETACH:
        read = replace(request, method="GET", path=_virtual_keys_path(request))
        state.memory["keys"] = (await inner(read)).body
    response = await inner(request)
    if request.operation_id == _KEYS and "keys" in state.memory:
        return replace(response, body=state.memory["keys"])
    return response


FAULTS: dict[str, Fault] = {
    "AP-ASG-001/nobody_is_counted": _read.set("/user_count", 0),
    "AP-ASG-001/holders_are_counted_at_most_once": _read.edit("/user_count", lambda holders: min(1, holders)),
    "AP-ASG-001/copy_is_only_promised": _assigned.also(at(_copy_path, "DELETE"), without_content),
    "AP-ASG-001/id_of_the_profile_is_answered": _assigned.merge(
        PROFILE, id=lambda copy: copy["parent_profile_id"] + 10**6
    ),
    "AP-ASG-002/refused_with_a_key_more": on(ASSIGN, status=409).also(
        at(_virtual_keys_path), only(name=fresh)
    ),
    "AP-ASG-002/again_is_a_fresh_copy": on(ASSIGN, status=409)
    .also(at(_copy_path, "DELETE"), without_content)
    .also(),
    "AP-ASG-002/again_is_201": remembering(
        _assigned,
        lambda _, response: response,
        lambda good: on(ASSIGN, when=lambda _: good, status=409).reply(lambda _: good[-1]),
    ),
    "AP-ASG-003/key_is_answered_again": _knowing_keys(
        lambda keys: on(_KEYS).edit("/virtual_keys/*", lambda key: _as_known(key, keys))
    ),
    "AP-ASG-003/key_stands_in_the_audit_log": _knowing_keys(
        lambda keys: on("listAccessProfileAuditLogs", status=200).set(
            "/note", lambda _: keys[-1]["value"] if keys else None
        )
    ),
    "AP-ASG-003/one_key_for_all": _knowing_keys(
        lambda keys: _assigned.set("/virtual_key/value", lambda _: keys[0]["value"])
    ),
    "AP-ASG-003/key_of_the_copy_is_not_named": _assigned.set(f"{PROFILE}/virtual_key_ids", []).set(
        f"{PROFILE}/virtual_key_values", {}
    ),
    "AP-ASG-003/value_is_masked_at_once": _assigned.set("/virtual_key/value", "****"),
    "AP-ASG-004/unknown_user_is_400": on(ASSIGN, status=404).refuse(400),
    "AP-ASG-004/unknown_profile_is_404": on(ASSIGN, status=400).refuse(404),
    "AP-ASG-004/user_is_made_on_the_way": on(ASSIGN, status=404)
    .also(lambda request, _: replace(request, path="/api/users").with_json(_user(request)))
    .retry(),
    "AP-ASG-005/inactive_is_given": on("deactivateAccessProfile").send(
        at(lambda request: request.path.removesuffix("/deactivate"), "GET"), without_content
    ),
    "AP-ASG-005/inactive_is_400": on(ASSIGN, status=409).refuse(400),
    "AP-ASG-006/end_is_forgotten": on(ASSIGN).send(without("expires_at")),
    "AP-ASG-006/end_is_read_as_utc": on(ASSIGN, when=lambda request: request.json.get("expires_at")).send(
        expires_at=lambda body: f"{body['expires_at'][:19]}Z"
    ),
    "AP-ASG-006/lower_letters_are_refused": on(
        ASSIGN, when=lambda request: "t" in str(request.sent.get("expires_at"))
    ).refuse(400),
    "AP-ASG-006/end_in_the_past_is_kept": on(ASSIGN, status=400)
    .retry(without("expires_at"))
    .set(f"{PROFILE}/expires_at", lambda request: request.json.get("expires_at")),
    "AP-ASG-006/only_the_year_is_looked_at": on(
        ASSIGN, when=lambda request: str(request.json.get("expires_at")) > "2002", status=400
    ).retry(without("expires_at")),
    "AP-ASG-006/everything_ends": on(ASSIGN, when=_is_endless).send(expires_at="2090-01-01T00:00:00Z"),
    "AP-ASG-007/looked_up_before_it_is_made": looked_up_before_it_is_made,
    "AP-ASG-007/rivals_are_unavailable": on(ASSIGN, status=409).refuse(503),
    "AP-UDT-001/only_hidden": on(DETACH).reply(_DETACHED),
    "AP-UDT-001/detached_from_everybody": _detach_from_everybody,
    "AP-UDT-001/count_does_not_fall": never_falling(_read, "user_count"),
    "AP-UDT-002/names_of_no_keys": _detached.set("/deleted_vk_names", []),
    "AP-UDT-002/ids_for_names": _detached.edit("/deleted_vk_names/*", fresh),
    "AP-UDT-002/number_of_copies_is_counted": _detached.set("/deleted_vk_count", 1),
    "AP-UDT-002/keys_outlive_their_copy": keys_outlive_their_copy,
    "AP-UDT-003/what_is_not_held_is_200": on(DETACH, status=404).reply(_DETACHED),
    "AP-UDT-003/second_time_is_200": again(_detached, on(status=404).reply(_DETACHED)),
    # The copy is looked for by the profile alone.
    "AP-UDT-003/copy_of_another_user": _detach_from_everybody,
    "AP-UDT-004/others_lose_theirs": _detach_from_everybody,
    "AP-UDT-004/all_of_the_user": _detached.does(take_copies_of_user),
    "AP-UDT-004/keys_of_the_user": _detached.does(delete_keys),
}
