"""Faults of detaching roles."""

from conformance.selftest.combinators import after, ask, on, remembering
from conformance.selftest.faults.profiles import COPIES
from conformance.selftest.faults.side_requests import DONE, remember_user, take_copies
from conformance.selftest.middleware import Fault, Inner, Request, Response, State

_DETACH = "detachRoleFromAccessProfile"


@on(_DETACH).serve
async def all_roles_of_the_profile_go(request: Request, inner: Inner, state: State) -> Response:
    path = f"/access-profiles/{request.path_parameter('profile_id')}"
    for role in (await ask(request, inner, "GET", path)).json["roles"]:
        await ask(request, inner, "DELETE", f"{path}/roles/{role['role_id']}")
    return DONE


@on(_DETACH).serve
async def all_profiles_of_the_role_go(request: Request, inner: Inner, state: State) -> Response:
    role_id = request.path_parameter("role_id")
    for attachment in (await ask(request, inner, "GET", f"/roles/{role_id}")).json["access_profiles"]:
        profile_id = attachment["access_profile_id"]
        await ask(request, inner, "DELETE", f"/access-profiles/{profile_id}/roles/{role_id}")
    return DONE


async def copies_go_with_the_attachment(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remember_user(request, response, state)
    if request.operation_id == _DETACH and response.status == 200:
        for user_id in state.memory.get("users", []):
            await take_copies(request, inner, user_id, int(request.path_parameter("profile_id")))
    return response


FAULTS: dict[str, Fault] = {
    "AP-DET-001/attachment_stays": on(_DETACH).reply(DONE),
    "AP-DET-001/all_roles_of_the_profile_go": all_roles_of_the_profile_go,
    "AP-DET-001/all_profiles_of_the_role_go": all_profiles_of_the_role_go,
    "AP-DET-002/absent_is_done": on(_DETACH, status=404).reply(DONE),
    "AP-DET-002/again_is_done": remembering(
        on(_DETACH, status=200),
        lambda request, _: request.path,
        lambda detached: on(_DETACH).answer(
            lambda request, response: DONE if request.path in detached else response
        ),
    ),
    "AP-DET-003/copies_go_with_the_attachment": copies_go_with_the_attachment,
    "AP-DET-003/keys_go_with_the_attachment": after(
        on(_DETACH), on(COPIES).set("/access_profiles/*/virtual_key_ids", [])
    ),
}
