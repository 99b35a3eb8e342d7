"""Faults of attaching roles."""

from collections.abc import Callable
from typing import Any

from conformance.selftest.combinators import On, ask, on, remembering
from conformance.selftest.faults.profiles import GET, at_profile
from conformance.selftest.faults.side_requests import DONE, remember_user, take_copies
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import with_body, without_content

Object = dict[str, Any]
Roles = list[Object]

_ATTACH = "attachRolesToAccessProfile"

_read = on(GET, status=200)


def _profile_id(request: Request) -> int:
    return int(request.path_parameter("profile_id"))


def _applies(request: Request) -> bool:
    return bool(request.sent.get("apply_to_existing"))


def _is_default(request: Request) -> bool:
    return bool(request.sent.get("is_default"))


def _attached(note: Callable[[Request], Any], fault: Callable[[list[Any]], Fault]) -> Fault:
    """Return a fault that knows something of each attaching before."""
    return remembering(on(_ATTACH), lambda request, _: note(request), fault)


def _roles(change: Callable[[Roles], Roles]) -> On:
    """Show other roles in a profile that is read."""
    return _read.edit("/roles", change)


def _again(roles: Roles) -> Roles:
    return roles + [{**role, "id": role["id"] + 9999} for role in roles]


def _repeated(role_ids: list[int]) -> set[int]:
    return {role_id for role_id in role_ids if role_ids.count(role_id) > 1}


async def first_default_is_kept(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _ATTACH:
        return await inner(request)
    place = str((request.path, *request.json["role_ids"]))
    kept = state.memory.setdefault(place, request.json.get("is_default", False))
    return await inner(request.with_json({**request.json, "is_default": kept}))


async def _attach_each(request: Request, _: Response, inner: Inner) -> None:
    for role_id in request.json["role_ids"]:
        await inner(request.with_json({**request.json, "role_ids": [role_id]}))


async def _attach_until_refused(request: Request, _: Response, inner: Inner) -> None:
    for role_id in request.json["role_ids"]:
        if (await inner(request.with_json({**request.json, "role_ids": [role_id]}))).status != 200:
            break


def _also_put(below: str) -> On:
    """Attaching does something else to the profile as well."""
    return on(_ATTACH).also(at_profile(below, "PUT"), without_content)


async def members_of_the_first_role_get_one(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _ATTACH or not _applies(request):
        return await inner(request)
    await inner(request.with_json({**request.json, "apply_to_existing": False}))
    return await inner(request.with_json({**request.json, "role_ids": request.json["role_ids"][:1]}))


async def holders_get_another(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remember_user(request, response, state)
    if request.operation_id == _ATTACH and _applies(request) and response.status == 200:
        for user_id in state.memory["users"]:
            await take_copies(request, inner, user_id)
        await inner(request)
    return response


def _defaults(request: Request) -> set[tuple[str, int]]:
    """Return the attachments that were said to be defaults: profile and role."""
    role_ids = request.json["role_ids"] if _is_default(request) else []
    return {(request.path_parameter("profile_id"), role_id) for role_id in role_ids}


def _as_said(role: Object, defaults: list[Any]) -> Object:
    place = str(role["access_profile_id"]), role["role_id"]
    return role | {"is_default": any(place in said for said in defaults)}


async def all_attached_are_given(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _ATTACH:
        state.memory.setdefault("attached", []).append(_profile_id(request))
    if request.operation_id == "updateUserRole" and response.status == 200:
        path = f"/users/{request.path_parameter('user_id')}/access-profiles"
        for profile_id in state.memory["attached"]:
            await ask(request, inner, "POST", path, {"profile_id": profile_id})
    return response


FAULTS: dict[str, Fault] = {
    "AP-ATT-001/only_the_first": on(_ATTACH).send(with_body(role_ids=lambda body: body["role_ids"][:1])),
    "AP-ATT-001/takes_the_place_of_all": _attached(
        lambda request: request.json["role_ids"],
        lambda attached: _roles(lambda roles: [role for role in roles if role["role_id"] in attached[-1]]),
    ),
    "AP-ATT-001/named_twice_is_attached_twice": _attached(
        lambda request: _repeated(request.json["role_ids"]),
        lambda twice: _roles(
            lambda roles: (
                roles + [{**role, "id": role["id"] + 9999} for role in roles if role["role_id"] in twice[0]]
            )
        ),
    ),
    "AP-ATT-002/first_default_is_kept": first_default_is_kept,
    "AP-ATT-002/again_is_409": _attached(
        lambda request: request.path,
        lambda paths: on(_ATTACH, when=lambda request: request.path in paths).refuse(409),
    ),
    "AP-ATT-002/second_attachment": _attached(
        lambda request: request.path, lambda paths: _roles(_again) if len(paths) > 1 else on()
    ),
    "AP-ATT-003/unknown_is_404": on(_ATTACH, status=400).refuse(404),
    "AP-ATT-003/unknown_is_passed_over": on(_ATTACH, status=400)
    .does(_attach_each)
    .reply(DONE.with_json({"message": "Done.", "users_applied": 0})),
    "AP-ATT-003/attached_until_one_is_unknown": on(_ATTACH, status=400).does(_attach_until_refused),
    "AP-ATT-004/unknown_profile_is_400": on(_ATTACH, status=404).refuse(400),
    "AP-ATT-005/stays_new": _also_put("/deactivate"),
    "AP-ATT-005/every_attachment_activates": _also_put("/activate"),
    "AP-ATT-005/deactivating_a_new_one_is_forgotten": remembering(
        on("activateAccessProfile"),
        lambda request, _: _profile_id(request),
        lambda active: on(
            "deactivateAccessProfile", when=lambda request: _profile_id(request) not in active
        ).send(at_profile(method="GET")),
    ),
    "AP-ATT-006/nobody_gets_one": on(_ATTACH).send(with_body(apply_to_existing=False)),
    "AP-ATT-006/holders_are_counted": on(_ATTACH, when=_applies).edit(
        "/users_applied", lambda users: users + 1
    ),
    "AP-ATT-006/members_of_the_first_role_get_one": members_of_the_first_role_get_one,
    "AP-ATT-006/holders_get_another": holders_get_another,
    "AP-ATT-007/members_always_get_one": on(_ATTACH).send(with_body(apply_to_existing=True)),
    "AP-ATT-007/members_of_a_default_always_get_one": on(_ATTACH, when=_is_default).send(
        with_body(apply_to_existing=True)
    ),
    "AP-ATT-007/members_are_counted": on(_ATTACH).set("/users_applied", 1),
    "AP-ATT-008/two_defaults": _attached(
        _defaults,
        lambda defaults: _read.edit("/roles/*", lambda role: _as_said(role, defaults)),
    ),
    "AP-ATT-008/first_default_is_detached": _roles(
        lambda roles: [role for role in roles if role["is_default"]]
    ),
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
    "AP-ATT-009/applied_to_nobody": on(_ATTACH, status=400).retry(with_body(apply_to_existing=False)),
    "AP-ATT-009/attached_before_the_refusal": on(_ATTACH, status=400).also(
        with_body(apply_to_existing=False)
    ),
    "AP-ATT-009/deactivated_is_409": on(_ATTACH, status=400).refuse(409),
    "AP-ATT-010/default_is_not_given": on(_ATTACH).send(with_body(is_default=False)),
    "AP-ATT-010/not_given_to_one_created_with_the_role": on("createUser", status=201).does(
        lambda request, _, inner: take_copies(request, inner, request.json["id"])
    ),
    "AP-ATT-010/all_attached_are_given": all_attached_are_given,
}
