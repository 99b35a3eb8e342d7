"""Faults of attaching and detaching roles."""

from collections.abc import Callable, Collection
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import Effect, On, after, again, ask, on, remembering, sends, sent
from conformance.selftest.faults.profiles import COPIES, GET, at_profile, profile_path
from conformance.selftest.faults.side_requests import DONE, remember_user, take_copies, take_copies_of_new
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import cut, without_content

Object = dict[str, Any]
Roles = list[Object]

_ATTACH = "attachRolesToAccessProfile"

_read = on(GET, status=200)
_applied = on(_ATTACH, when=sends("apply_to_existing"))


def _attached(note: Callable[[Request], Any], fault: Callable[[list[Any]], Fault]) -> Fault:
    """Return a fault that knows something of each attaching before."""
    return remembering(on(_ATTACH), lambda request, _: note(request), fault)


def _roles(change: Callable[[Roles], Roles]) -> On:
    """Show other roles in a profile that is read."""
    return _read.edit("/roles", change)


def _again(roles: Roles, role_ids: Collection[int] | None = None) -> Roles:
    """Return the roles, and behind them all or some once more."""
    more = [role for role in roles if role_ids is None or role["role_id"] in role_ids]
    return roles + [{**role, "id": role["id"] + 9999} for role in more]


@on(_ATTACH).serve
async def first_default_is_kept(request: Request, inner: Inner, state: State) -> Response:
    place = str((request.path, *request.json["role_ids"]))
    kept = state.memory.setdefault(place, request.json.get("is_default", False))
    return await inner(request.with_json({**request.json, "is_default": kept}))


def _attach_each(*, until_refused: bool = False) -> Effect:
    """Attach one role after the other."""

    async def attach(request: Request, _: Response, inner: Inner) -> None:
        for role_id in request.json["role_ids"]:
            answer = await inner(request.with_json({**request.json, "role_ids": [role_id]}))
            if until_refused and answer.status != 200:
                break

    return attach


def _also_put(below: str) -> On:
    """Attaching does something else to the profile as well."""
    return on(_ATTACH).also(at_profile(below, "PUT"), without_content)


@_applied.serve
async def members_of_the_first_role_get_one(request: Request, inner: Inner, state: State) -> Response:
    await inner(request.with_json({**request.json, "apply_to_existing": False}))
    return await inner(request.with_json({**request.json, "role_ids": request.json["role_ids"][:1]}))


async def holders_get_another(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remember_user(request, response, state)
    if _applied.touches_request(request) and response.status == 200:
        for user_id in state.memory["users"]:
            await take_copies(request, inner, user_id)
        await inner(request)
    return response


def _defaults(request: Request) -> set[tuple[str, int]]:
    """Return the attachments that were said to be defaults: profile and role."""
    role_ids = request.json["role_ids"] if request.sent.get("is_default") else []
    return {(request.path_parameter("profile_id"), role_id) for role_id in role_ids}


def _as_said(role: Object, defaults: list[Any]) -> Object:
    place = str(role["access_profile_id"]), role["role_id"]
    return role | {"is_default": any(place in said for said in defaults)}


async def all_attached_are_given(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _ATTACH:
        state.memory.setdefault("attached", []).append(int(request.path_parameter("profile_id")))
    if request.operation_id == "updateUserRole" and response.status == 200:
        path = f"/users/{request.path_parameter('user_id')}/access-profiles"
        for profile_id in state.memory["attached"]:
            await ask(request, inner, "POST", path, {"profile_id": profile_id})
    return response


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
    "AP-ATT-001/only_the_first": on(_ATTACH).send(cut("role_ids", 1)),
    "AP-ATT-001/takes_the_place_of_all": _attached(
        sent("role_ids"), lambda attached: _read.keep("/roles", lambda role: role["role_id"] in attached[-1])
    ),
    "AP-ATT-001/named_twice_is_attached_twice": _attached(
        lambda request: {
            each for each in request.json["role_ids"] if request.json["role_ids"].count(each) > 1
        },
        lambda twice: _roles(lambda roles: _again(roles, twice[0])),
    ),
    "AP-ATT-002/first_default_is_kept": first_default_is_kept,
    "AP-ATT-002/again_is_409": again(on(_ATTACH), on(_ATTACH).refuse(409)),
    "AP-ATT-002/second_attachment": _attached(
        lambda request: request.path, lambda paths: _roles(_again) if len(paths) > 1 else on()
    ),
    "AP-ATT-003/unknown_is_404": on(_ATTACH, status=400).refuse(404),
    "AP-ATT-003/unknown_is_passed_over": on(_ATTACH, status=400)
    .does(_attach_each())
    .reply(DONE.with_json({"message": "Done.", "users_applied": 0})),
    "AP-ATT-003/attached_until_one_is_unknown": on(_ATTACH, status=400).does(
        _attach_each(until_refused=True)
    ),
    "AP-ATT-004/unknown_profile_is_400": on(_ATTACH, status=404).refuse(400),
    "AP-ATT-005/stays_new": _also_put("/deactivate"),
    "AP-ATT-005/every_attachment_activates": _also_put("/activate"),
    "AP-ATT-005/deactivating_a_new_one_is_forgotten": remembering(
        on("activateAccessProfile"),
        lambda request, _: profile_path(request),
        lambda active: on(
            "deactivateAccessProfile", when=lambda request: profile_path(request) not in active
        ).send(at_profile(method="GET")),
    ),
    "AP-ATT-006/nobody_gets_one": on(_ATTACH).send(apply_to_existing=False),
    "AP-ATT-006/holders_are_counted": _applied.edit("/users_applied", lambda users: users + 1),
    "AP-ATT-006/members_of_the_first_role_get_one": members_of_the_first_role_get_one,
    "AP-ATT-006/holders_get_another": holders_get_another,
    "AP-ATT-007/members_always_get_one": on(_ATTACH).send(apply_to_existing=True),
    "AP-ATT-007/members_of_a_default_always_get_one": on(_ATTACH, when=sends("is_default")).send(
        apply_to_existing=True
    ),
    "AP-ATT-007/members_are_counted": on(_ATTACH).set("/users_applied", 1),
    "AP-ATT-008/two_defaults": _attached(
        _defaults, lambda defaults: _read.edit("/roles/*", lambda role: _as_said(role, defaults))
    ),
    "AP-ATT-008/first_default_is_detached": _read.keep("/roles", itemgetter("is_default")),
    "AP-ATT-008/first_is_no_default_of_any_role": on(
        GET, status=200, where=lambda body: not all(role["is_default"] for role in body["roles"])
    ).set("/roles/*/is_default", False),
    "AP-ATT-008/second_default_is_refused": _attached(
        _defaults,
        lambda defaults: on(
            _ATTACH,
            when=lambda request: (
                {role_id for each in defaults for _, role_id in each}
                & {role_id for _, role_id in _defaults(request)}
            ),
        ).refuse(409),
    ),
    "AP-ATT-009/applied_to_nobody": on(_ATTACH, status=400).retry(apply_to_existing=False),
    "AP-ATT-009/attached_before_the_refusal": on(_ATTACH, status=400).also(apply_to_existing=False),
    "AP-ATT-009/deactivated_is_409": on(_ATTACH, status=400).refuse(409),
    "AP-ATT-010/default_is_not_given": on(_ATTACH).send(is_default=False),
    "AP-ATT-010/not_given_to_one_created_with_the_role": on("createUser", status=201).does(
        take_copies_of_new
    ),
    "AP-ATT-010/all_attached_are_given": all_attached_are_given,
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
