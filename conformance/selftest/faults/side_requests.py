"""What faults ask and do beside the client's own requests: about users, their copies and their roles."""

from typing import Any

from conformance.selftest.combinators import ask
from conformance.selftest.middleware import Inner, Request, Response, State, success

DONE = success({"message": "Done."})
"""The answer of an operation that says no more than that something was done."""

Object = dict[str, Any]


async def copies_of(request: Request, inner: Inner, user_id: str) -> list[Object]:
    """Return the copies that a user holds."""
    answer = await ask(request, inner, "GET", f"/users/{user_id}/access-profiles")
    return list(answer.json.get("access_profiles", []))


async def take_copies(request: Request, inner: Inner, user_id: str, *profile_ids: int) -> None:
    """Detach a user from some profiles, or from all when none is named."""
    for copy in await copies_of(request, inner, user_id):
        profile_id = copy["parent_profile_id"]
        if not profile_ids or profile_id in profile_ids:
            await ask(request, inner, "DELETE", f"/users/{user_id}/access-profiles/{profile_id}")


async def take_copies_of_new(request: Request, _: Response, inner: Inner) -> None:
    """Detach the user that a request has created from all profiles."""
    await take_copies(request, inner, request.json["id"])


async def take_copies_of_user(request: Request, _: Response, inner: Inner) -> None:
    """Detach the user that a request is about from all profiles."""
    await take_copies(request, inner, request.path_parameter("user_id"))


async def delete_keys(request: Request, _: Response, inner: Inner) -> None:
    """Delete every virtual key of the user that a request is about."""
    user = f"/users/{request.path_parameter('user_id')}"
    for key in (await ask(request, inner, "GET", f"{user}/virtual-keys")).json["virtual_keys"]:
        await ask(request, inner, "DELETE", f"{user}/access-profiles/virtual-keys/{key['id']}")


async def defaults_of(request: Request, inner: Inner, role_id: int) -> list[int]:
    """Return the profiles that a role has as defaults."""
    answer = await ask(request, inner, "GET", f"/roles/{role_id}")
    attachments = answer.json.get("access_profiles", [])
    return [each["access_profile_id"] for each in attachments if each["is_default"]]


def remember_user(request: Request, response: Response, state: State) -> None:
    """Note whom the client creates: no operation lists the members of a role."""
    if request.operation_id == "createUser" and response.status == 201:
        state.memory.setdefault("users", []).append(response.json["user"]["id"])
