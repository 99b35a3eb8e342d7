"""Faults of changing a user's role."""

from conformance.selftest.combinators import ask, on
from conformance.selftest.faults.side_requests import DONE, copies_of, defaults_of, take_copies
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import rewritten

_MOVE = "updateUserRole"


def _moved(request: Request) -> str:
    """Return the user whose role is to change; empty for any other request."""
    return request.path_parameter("user_id") if request.operation_id == _MOVE else ""


async def _all_copies_go(request: Request, inner: Inner, state: State) -> Response:
    if user_id := _moved(request):
        await take_copies(request, inner, user_id)
    return await inner(request)


async def old_copy_stays(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    before = await copies_of(request, inner, user_id) if user_id else []
    response = await inner(request)
    for copy in before:
        body = {"profile_id": copy["parent_profile_id"]}
        await ask(request, inner, "POST", f"/users/{user_id}/access-profiles", body)
    return response


async def what_the_role_gives_goes_with_it(request: Request, inner: Inner, state: State) -> Response:
    if user_id := _moved(request):
        user = (await ask(request, inner, "GET", f"/users/{user_id}")).json["user"]
        profile_ids = await defaults_of(request, inner, user["role_id"]) if user["role_id"] else []
        if profile_ids:
            await take_copies(request, inner, user_id, *profile_ids)
    return await inner(request)


async def new_role_gives_another(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    if user_id and request.json["role_id"]:
        given = await defaults_of(request, inner, request.json["role_id"])
        await take_copies(request, inner, user_id, *given)
    return await inner(request)


async def null_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    if user_id and request.json["role_id"] is None:
        return await ask(request, inner, "GET", f"/users/{user_id}")
    return await inner(request)


async def _make_keys_again(request: Request, _: Response, inner: Inner) -> None:
    path = f"/users/{_moved(request)}/access-profiles"
    for copy in await copies_of(request, inner, _moved(request)):
        for key_id in copy["virtual_key_ids"]:
            await ask(request, inner, "DELETE", f"{path}/virtual-keys/{key_id}")
            await ask(request, inner, "POST", f"{path}/{copy['parent_profile_id']}/virtual-keys", {})


async def _delete_further_keys(request: Request, _: Response, inner: Inner) -> None:
    for copy in await copies_of(request, inner, _moved(request)):
        for key_id in copy["virtual_key_ids"][1:]:
            path = f"/users/{_moved(request)}/access-profiles/virtual-keys/{key_id}"
            await ask(request, inner, "DELETE", path)


FAULTS: dict[str, Fault] = {
    "USR-ROL-001/old_copy_stays": old_copy_stays,
    "USR-ROL-001/nothing_is_given": on(_MOVE).does(
        lambda request, _, inner: take_copies(request, inner, _moved(request))
    ),
    "USR-ROL-001/keys_stay": on("deleteUserAccessProfileVirtualKey", status=404).reply(DONE),
    "USR-ROL-002/all_copies_go": _all_copies_go,
    "USR-ROL-002/what_the_role_gives_goes_with_it": what_the_role_gives_goes_with_it,
    "USR-ROL-002/new_role_gives_another": new_role_gives_another,
    "USR-ROL-004/null_is_ignored": null_is_ignored,
    "USR-ROL-003/taken_and_given_again": _all_copies_go,
    "USR-ROL-003/keys_are_made_again": on(_MOVE).does(_make_keys_again),
    "USR-ROL-003/only_the_first_key_stays": on(_MOVE).does(_delete_further_keys),
    "USR-ROL-004/unknown_role_is_404": on(_MOVE, status=400).refuse(404),
    "USR-ROL-004/unknown_role_takes_the_role_away": on(_MOVE, status=400).also(
        rewritten(lambda _: {"role_id": None})
    ),
    "USR-ROL-004/unknown_user_is_400": on(_MOVE, status=404).refuse(400),
}
