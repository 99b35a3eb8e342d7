"""Faults of changing a user's role."""

from conformance.selftest.combinators import ask, on, sends
from conformance.selftest.faults.side_requests import (
    DONE,
    copies_of,
    defaults_of,
    take_copies,
    take_copies_of_user,
)
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import only

_MOVE = "updateUserRole"


@on(_MOVE).serve
async def _all_copies_go(request: Request, inner: Inner, state: State) -> Response:
    await take_copies(request, inner, request.path_parameter("user_id"))
    return await inner(request)


@on(_MOVE).serve
async def old_copy_stays(request: Request, inner: Inner, state: State) -> Response:
    user_id = request.path_parameter("user_id")
    before = await copies_of(request, inner, user_id)
    response = await inner(request)
    for copy in before:
        body = {"profile_id": copy["parent_profile_id"]}
        await ask(request, inner, "POST", f"/users/{user_id}/access-profiles", body)
    return response


@on(_MOVE).serve
async def what_the_role_gives_goes_with_it(request: Request, inner: Inner, state: State) -> Response:
    user_id = request.path_parameter("user_id")
    user = (await ask(request, inner, "GET", f"/users/{user_id}")).json["user"]
    profile_ids = await defaults_of(request, inner, user["role_id"]) if user["role_id"] else []
    if profile_ids:
        await take_copies(request, inner, user_id, *profile_ids)
    return await inner(request)


@on(_MOVE, when=sends("role_id")).serve
async def new_role_gives_another(request: Request, inner: Inner, state: State) -> Response:
    given = await defaults_of(request, inner, request.json["role_id"])
    await take_copies(request, inner, request.path_parameter("user_id"), *given)
    return await inner(request)


@on(_MOVE, when=sends(role_id=None)).serve
async def null_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await ask(request, inner, "GET", f"/users/{request.path_parameter('user_id')}")


async def _make_keys_again(request: Request, _: Response, inner: Inner) -> None:
    path = f"/users/{request.path_parameter('user_id')}/access-profiles"
    for copy in await copies_of(request, inner, request.path_parameter("user_id")):
        for key_id in copy["virtual_key_ids"]:
            await ask(request, inner, "DELETE", f"{path}/virtual-keys/{key_id}")
            await ask(request, inner, "POST", f"{path}/{copy['parent_profile_id']}/virtual-keys", {})


async def _delete_further_keys(request: Request, _: Response, inner: Inner) -> None:
    path = f"/users/{request.path_parameter('user_id')}/access-profiles/virtual-keys"
    for copy in await copies_of(request, inner, request.path_parameter("user_id")):
        for key_id in copy["virtual_key_ids"][1:]:
            await ask(request, inner, "DELETE", f"{path}/{key_id}")


FAULTS: dict[str, Fault] = {
    "USR-ROL-001/old_copy_stays": old_copy_stays,
    "USR-ROL-001/nothing_is_given": on(_MOVE).does(take_copies_of_user),
    "USR-ROL-001/keys_stay": on("deleteUserAccessProfileVirtualKey", status=404).reply(DONE),
    "USR-ROL-002/all_copies_go": _all_copies_go,
    "USR-ROL-002/what_the_role_gives_goes_with_it": what_the_role_gives_goes_with_it,
    "USR-ROL-002/new_role_gives_another": new_role_gives_another,
    "USR-ROL-004/null_is_ignored": null_is_ignored,
    "USR-ROL-003/taken_and_given_again": _all_copies_go,
    "USR-ROL-003/keys_are_made_again": on(_MOVE).does(_make_keys_again),
    "USR-ROL-003/only_the_first_key_stays": on(_MOVE).does(_delete_further_keys),
    "USR-ROL-004/unknown_role_is_404": on(_MOVE, status=400).refuse(404),
    "USR-ROL-004/unknown_role_takes_the_role_away": on(_MOVE, status=400).also(only(role_id=None)),
    "USR-ROL-004/unknown_user_is_400": on(_MOVE, status=404).refuse(400),
}
