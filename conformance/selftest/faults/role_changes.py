"""Faults of changing and deleting roles."""

from collections.abc import Awaitable, Callable
from typing import Any

from conformance.selftest.combinators import again, ask, on, remembering
from conformance.selftest.faults import profiles
from conformance.selftest.faults.roles import CREATE, GET, LIST
from conformance.selftest.faults.side_requests import DONE, remember_user, take_copies
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import alone, with_defaults, without_null

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
