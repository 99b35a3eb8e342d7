"""Faults of users: their list, their creation, their groups and their end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import DONE, ask, copies_of, defaults_of, take_copies
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]


def _asks(request: Request, operation_id: str) -> bool:
    return request.operation_id == operation_id


def _with_user(response: Response, **changes: Any) -> Response:
    """The user of an answer with other values of some fields."""
    body = response.json
    if not isinstance(body, dict) or "user" not in body:
        return response
    return response.with_json({**body, "user": {**body["user"], **changes}})


async def _everybody(request: Request, inner: Inner) -> list[Object]:
    rows: list[Object] = []
    while True:
        pages = (("limit", "100"), ("offset", str(len(rows))))
        page = await inner(replace(request, method="GET", path="/api/users", query=pages))
        if not page.json["users"]:
            return rows
        rows += page.json["users"]


async def _reordered(request: Request, inner: Inner, key: Callable[[Object], Any]) -> Response:
    """The list of users, its pages cut from all users in another order."""
    if not _asks(request, "listUsers"):
        return await inner(request)
    rows = sorted(await _everybody(request, inner), key=key)
    response = await inner(request)
    body = response.json
    page = rows[body["offset"] : body["offset"] + body["limit"]]
    return response.with_json({**body, "users": page, "count": len(page)})


@breaks("USR-LST-001")
async def by_letters(request: Request, inner: Inner, state: State) -> Response:
    return await _reordered(request, inner, lambda row: str(row["id"]).casefold())


@breaks("USR-LST-001")
async def by_utf16(request: Request, inner: Inner, state: State) -> Response:
    return await _reordered(request, inner, lambda row: str(row["id"]).encode("utf-16-be"))


@breaks("USR-LST-001")
async def by_age(request: Request, inner: Inner, state: State) -> Response:
    return await _reordered(request, inner, lambda row: row["created_at"])


@breaks("USR-LST-001")
async def user_lost_between_pages(request: Request, inner: Inner, state: State) -> Response:
    offset = int(request.argument("offset") or "0") if _asks(request, "listUsers") else 0
    return await inner(request.with_query(offset=str(offset + 1)) if offset > 0 else request)


@breaks("USR-LST-002")
async def total_of_the_users_shown(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "listUsers") or response.status != 200:
        return response
    return response.with_json({**response.json, "total_count": response.json["count"]})


@breaks("USR-LST-002")
async def deleted_users_are_counted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _asks(request, "deleteUser") and response.status == 200:
        state.memory["gone"] = state.memory.get("gone", 0) + 1
    if not _asks(request, "listUsers") or response.status != 200:
        return response
    total = response.json["total_count"] + state.memory.get("gone", 0)
    return response.with_json({**response.json, "total_count": total})


@breaks("USR-LST-002")
async def large_limit_of_users_echoed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    over = _asks(request, "listUsers") and request.argument("limit") == "101"
    return response.with_json({**response.json, "limit": 101}) if over else response


@breaks("USR-LST-002")
async def fifty_users_by_default(request: Request, inner: Inner, state: State) -> Response:
    silent = _asks(request, "listUsers") and request.argument("limit") is None
    return await inner(request.with_query(limit="50") if silent else request)


@breaks("USR-CRE-001")
async def location_is_not_encoded(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    location = dict(response.headers).get("location")
    if not _asks(request, "createUser") or location is None:
        return response
    # What a header can hold is sent as it is.
    return response.with_header("location", quote(unquote(location), safe=" /%?#"))


@breaks("USR-CRE-001")
async def ids_are_decoded_twice(request: Request, inner: Inner, state: State) -> Response:
    return await inner(replace(request, path=unquote(request.path)))


@breaks("USR-CRE-001")
async def email_in_lower_case(request: Request, inner: Inner, state: State) -> Response:
    if not _asks(request, "createUser"):
        return await inner(request)
    return await inner(request.with_json({**request.json, "email": request.json["email"].lower()}))


@breaks("USR-CRE-001")
async def groups_are_forgotten(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_user(response, group_ids=[]) if _asks(request, "getUser") else response


@breaks("USR-CRE-002")
async def taken_id_is_an_update(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "createUser") or response.status != 409:
        return response
    user_id = quote(request.json["id"], safe="")
    kept = await ask(request, inner, "GET", f"/users/{user_id}")
    return replace(_with_user(kept, name=request.json["name"], email=request.json["email"]), status=201)


@breaks("USR-CRE-002")
async def taken_id_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _asks(request, "createUser") and response.status == 409 else response


@breaks("USR-CRE-002")
async def unknown_role_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    asked = _asks(request, "createUser") and request.json.get("role_id")
    return refusal(404) if asked and response.status == 400 else response


@breaks("USR-CRE-002")
async def unknown_role_is_no_role(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    asked = _asks(request, "createUser") and request.json.get("role_id")
    if not asked or response.status != 400:
        return response
    return await inner(request.with_json({**request.json, "role_id": None}))


@breaks("USR-CRE-002")
async def made_before_the_role_is_looked_up(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _asks(request, "createUser") and response.status == 400:
        await inner(request.with_json({**request.json, "role_id": None}))
    return response


@breaks("USR-CRE-003")
async def nothing_at_birth(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _asks(request, "createUser") and response.status == 201:
        await take_copies(request, inner, request.json["id"])
    return response


@breaks("USR-CRE-003")
async def all_that_is_attached(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    role_id = request.json.get("role_id") if _asks(request, "createUser") else None
    if role_id:
        role = await ask(request, inner, "GET", f"/roles/{role_id}")
        for each in role.json["access_profiles"]:
            await _assign(request, inner, request.json["id"], each["access_profile_id"])
    return response


@breaks("USR-CRE-003")
async def inactive_default_all_the_same(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    role_id = request.json.get("role_id") if _asks(request, "createUser") else None
    for profile_id in await defaults_of(request, inner, role_id) if role_id else []:
        await ask(request, inner, "PUT", f"/access-profiles/{profile_id}/activate")
        await _assign(request, inner, request.json["id"], profile_id)
    return response


async def _assign(request: Request, inner: Inner, user_id: str, profile_id: int) -> None:
    await ask(request, inner, "POST", f"/users/{user_id}/access-profiles", {"profile_id": profile_id})


@breaks("USR-GET-001")
async def unknown_user_is_empty(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "getUser") or response.status != 404:
        return response
    return replace(response.with_json({"user": None}), status=200)


@breaks("USR-GET-001")
async def beginning_of_an_id(request: Request, inner: Inner, state: State) -> Response:
    return await _found_by(request, inner, lambda asked, user_id: user_id.startswith(asked))


@breaks("USR-GET-001")
async def underscore_matches_anything(request: Request, inner: Inner, state: State) -> Response:
    return await _found_by(
        request,
        inner,
        lambda asked, user_id: (
            len(asked) == len(user_id) and all(a in ("_", b) for a, b in zip(asked, user_id, strict=True))
        ),
    )


async def _found_by(request: Request, inner: Inner, matches: Callable[[str, str], bool]) -> Response:
    """A read that takes the first user whose id matches what was asked for."""
    response = await inner(request)
    if not _asks(request, "getUser") or response.status != 404:
        return response
    for row in await _everybody(request, inner):
        if matches(request.path_parameter("user_id"), row["id"]):
            return replace(response, status=200).with_json({"user": row})
    return response


@breaks("USR-DEL-001")
async def hidden_from_the_list_alone(request: Request, inner: Inner, state: State) -> Response:
    if _asks(request, "deleteUser"):
        kept = await ask(request, inner, "GET", f"/users/{request.path_parameter('user_id')}")
        state.memory[request.path_parameter("user_id")] = kept
        return await inner(request)
    response = await inner(request)
    if not _asks(request, "getUser") or response.status != 404:
        return response
    hidden: Response = state.memory.get(request.path_parameter("user_id"), response)
    return hidden


@breaks("USR-DEL-001")
async def holder_is_still_counted(request: Request, inner: Inner, state: State) -> Response:
    if _asks(request, "deleteUser"):
        held = await copies_of(request, inner, request.path_parameter("user_id"))
        state.memory["held"] = [str(copy["parent_profile_id"]) for copy in held]
    response = await inner(request)
    still = _asks(request, "getAccessProfile") and request.path_parameter("profile_id") in state.memory.get(
        "held", ()
    )
    return (
        response.with_json({**response.json, "user_count": response.json["user_count"] + 1})
        if still
        else response
    )


@breaks("USR-DEL-001")
async def still_in_the_list(request: Request, inner: Inner, state: State) -> Response:
    if _asks(request, "deleteUser"):
        kept = await ask(request, inner, "GET", f"/users/{request.path_parameter('user_id')}")
        state.memory["user"] = kept.json["user"]
    response = await inner(request)
    if not _asks(request, "listUsers") or "user" not in state.memory:
        return response
    return response.with_json({**response.json, "users": [*response.json["users"], state.memory["user"]]})


@breaks("USR-DEL-001")
async def copies_wait_for_the_next(request: Request, inner: Inner, state: State) -> Response:
    user_id = request.path_parameter("user_id")
    if _asks(request, "deleteUser"):
        state.memory["held"] = await copies_of(request, inner, user_id)
    response = await inner(request)
    if _asks(request, "createUser") and response.status == 201:
        for copy in state.memory.pop("held", ()):
            await _assign(request, inner, request.json["id"], copy["parent_profile_id"])
    return response


@breaks("USR-DEL-002")
async def deleting_nobody_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return DONE if _asks(request, "deleteUser") and response.status == 404 else response


@breaks("USR-DEL-002")
async def deleting_again_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    user_id = request.path_parameter("user_id")
    if _asks(request, "deleteUser") and response.status == 200:
        state.memory[user_id] = response
    again: Response = state.memory.get(user_id, response)
    return again if _asks(request, "deleteUser") else response


@breaks("USR-GRP-001")
async def groups_are_added(request: Request, inner: Inner, state: State) -> Response:
    if not _asks(request, "updateUserGroups"):
        return await inner(request)
    user = await ask(request, inner, "GET", f"/users/{request.path_parameter('user_id')}")
    merged = [*user.json["user"]["group_ids"], *request.json["group_ids"]]
    return await inner(request.with_json({"group_ids": merged}))


@breaks("USR-GRP-001")
async def none_leaves_the_groups(request: Request, inner: Inner, state: State) -> Response:
    if not _asks(request, "updateUserGroups") or request.json.get("group_ids"):
        return await inner(request)
    return await ask(request, inner, "GET", f"/users/{request.path_parameter('user_id')}")


@breaks("USR-GRP-001")
async def groups_as_they_were_sent(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "updateUserGroups"):
        return response
    return _with_user(response, group_ids=list(dict.fromkeys(request.json["group_ids"])))


@breaks("USR-GRP-001")
async def groups_in_any_case_order(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "getUser") or response.status != 200:
        return response
    return _with_user(response, group_ids=sorted(response.json["user"]["group_ids"], key=str.casefold))


@breaks("USR-GRP-001")
async def group_twice(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "updateUserGroups"):
        return response
    return _with_user(response, group_ids=sorted(request.json["group_ids"]))


@breaks("USR-GRP-002")
async def nobody_has_groups(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _asks(request, "updateUserGroups") or response.status != 404:
        return response
    user_id = request.path_parameter("user_id")
    user = {"id": user_id, "name": user_id, "email": "a@b", "role_id": None, **request.json}
    user["created_at"] = "2026-01-01T00:00:00Z"
    return replace(response.with_json({"user": user}), status=200)


@breaks("USR-GRP-002")
async def groups_make_a_user(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _asks(request, "updateUserGroups") and response.status == 404:
        user_id = request.path_parameter("user_id")
        await ask(request, inner, "POST", "/users", {"id": user_id, "name": user_id, "email": "a@b"})
    return response
