"""Faults of roles: making, listing, reading, changing and deleting them."""

from collections.abc import Awaitable, Callable
from typing import Any

from conformance.selftest.combinators import again, ask, never_falling, on, piling_up, remembering, sent
from conformance.selftest.faults import profiles
from conformance.selftest.faults.profiles import has_padded_name
from conformance.selftest.faults.reads import path_ends
from conformance.selftest.faults.side_requests import DONE, remember_user, take_copies
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import alone, fresh, only, with_defaults, without_null

Object = dict[str, Any]

CREATE, GET, LIST = "createRole", "getRole", "listRoles"

_got = on(GET, status=200)
_listed = on(LIST, status=200)
_renamed = only(name=fresh)


@on(GET).then
async def attachments_of_other_roles(request: Request, response: Response, inner: Inner) -> Response:
    profiles: list[Object] = []
    for each in response.json["access_profiles"]:
        read = await ask(request, inner, "GET", f"/access-profiles/{each['access_profile_id']}")
        profiles += read.json["roles"]
    return response.with_json({**response.json, "access_profiles": profiles})


_UPDATE, _DELETE = "updateRole", "deleteRole"


def _made(fault: Any) -> Fault:
    """Return a fault that knows the roles as they were made."""
    return remembering(on(CREATE, status=201), lambda _, response: response.json["role"], fault)


def _with_first_name(operation: str, member: str) -> Fault:
    """Answer the attachments of an operation with the name that the role was created with."""
    return _made(lambda made: on(operation).set(f"/{member}/*/role_name", lambda _: made[-1]["name"]))


@on(_UPDATE, status=404).then
async def absent_role_is_made(request: Request, _: Response, inner: Inner) -> Response:
    return await ask(request, inner, "POST", "/roles", request.json)


async def attachments_are_left(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "attachRolesToAccessProfile":
        path = f"/access-profiles/{request.path_parameter('profile_id')}"
        state.memory["roles"] = (await ask(request, inner, "GET", path)).json["roles"]
    if request.operation_id != profiles.GET or response.status != 200:
        return response
    return response.with_json({**response.json, "roles": state.memory["roles"]})


def _first(effect: Callable[[Request, Inner, str], Awaitable[Any]]) -> Fault:
    """Do something to each user that was created, before a role is deleted."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        for user_id in state.memory.get("users", []) if request.operation_id == _DELETE else []:
            await effect(request, inner, user_id)
        response = await inner(request)
        remember_user(request, response, state)
        return response

    return fault


FAULTS: dict[str, Fault] = {
    "ROL-LST-001/newest_first": _listed.edit("/roles", lambda roles: roles[::-1]),
    "ROL-LST-001/by_name": _listed.edit(
        "/roles", lambda roles: sorted(roles, key=lambda role: str(role["name"]))
    ),
    "ROL-LST-001/last_is_missing": _listed.edit("/roles", lambda roles: roles[:-1]),
    "ROL-LST-001/listed_twice": _listed.edit("/roles", lambda roles: roles + roles[-1:]),
    "ROL-CRE-001/description_is_lost": on(GET).set("/role/description", None),
    "ROL-CRE-001/no_description_is_empty": on(CREATE).send(
        description=lambda body: body["description"] or ""
    ),
    "ROL-CRE-001/new_role_is_not_listed": remembering(
        on(CREATE, status=201),
        lambda _, response: response.json["role"]["id"],
        lambda made: _listed.edit("/roles", lambda roles: [r for r in roles if r["id"] not in made[-1:]]),
    ),
    "ROL-CRE-002/name_is_not_trimmed": on(CREATE).set("/role/name", sent("name")),
    "ROL-CRE-002/taken_name_is_400": on(status=409).refuse(400),
    "ROL-CRE-002/name_twice": on(CREATE, status=409).retry(_renamed).set("/role/name", sent("name")),
    "ROL-CRE-002/compared_before_trimming": on(CREATE, when=has_padded_name, status=409).retry(_renamed),
    "ROL-GET-001/profiles_are_missing": _got.set("/access_profiles", []),
    "ROL-GET-001/default_is_missing": _got.set("/access_profiles/*/is_default", False),
    "ROL-GET-001/detached_profiles_stay": piling_up(_got, "access_profiles"),
    "ROL-GET-001/attachments_of_other_roles": attachments_of_other_roles,
    "ROL-GET-002/no_members": _got.set("/user_count", 0),
    "ROL-GET-002/members_are_counted_once": never_falling(_got, "user_count"),
    "ROL-GET-003/absent_role_is_400": on(GET, status=404).refuse(400),
    "ROL-GET-003/largest_id_is_500": path_ends("/9223372036854775807").refuse(500),
    "ROL-UPD-001/old_name_in_the_profile": _with_first_name(profiles.GET, "roles"),
    "ROL-UPD-001/old_name_in_the_attachments": _with_first_name(GET, "access_profiles"),
    "ROL-UPD-001/old_name_in_the_list": _made(
        lambda made: on(LIST, status=200).edit(
            "/roles/*", lambda role: made[-1] if role["id"] == made[-1]["id"] else role
        )
    ),
    "ROL-UPD-001/what_is_not_sent_is_removed": on(_UPDATE).send(with_defaults(description=None)),
    "ROL-UPD-001/null_is_ignored": on(_UPDATE).send(without_null()),
    "ROL-UPD-002/name_of_another_is_400": on(_UPDATE, status=409).refuse(400),
    "ROL-UPD-002/own_name_is_taken": remembering(
        on(CREATE),
        lambda request, _: request.json["name"],
        lambda names: on(_UPDATE, when=lambda request: request.sent.get("name") in names).refuse(409),
    ),
    "ROL-UPD-002/description_is_kept_before_the_refusal": on(_UPDATE, status=409).also(alone("description")),
    "ROL-UPD-002/absent_role_is_made": absent_role_is_made,
    "ROL-DEL-001/nothing_is_deleted": on(_DELETE).reply(DONE),
    "ROL-DEL-001/deleted_role_is_listed": _made(
        lambda made: on(LIST, status=200).set("/roles", lambda _: made)
    ),
    "ROL-DEL-001/attachments_are_left": attachments_are_left,
    "ROL-DEL-002/copies_go_with_the_role": _first(take_copies),
    "ROL-DEL-002/members_go_with_the_role": _first(
        lambda request, inner, user_id: ask(request, inner, "DELETE", f"/users/{user_id}")
    ),
    "ROL-DEL-002/members_keep_the_id": remembering(
        on("createUser", status=201),
        lambda _, response: response.json["user"],
        lambda made: on("getUser", status=200).set("/user", lambda _: made[-1]),
    ),
    "ROL-DEL-003/absent_role_is_deleted": on(_DELETE, status=404).reply(DONE),
    "ROL-DEL-003/deleted_again_is_done": again(on(_DELETE, status=200), on(_DELETE).reply(DONE)),
}
