"""Faults of virtual keys: adding, listing and deleting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]

ADD = "addUserAccessProfileVirtualKey"
ADD_TO_USER = "addUserVirtualKey"
DELETE = "deleteUserAccessProfileVirtualKey"
KEYS = "listUserVirtualKeys"
COPIES = "listUserAccessProfiles"


@breaks("AP-VKA-001")
async def added_value_is_listed(request: Request, inner: Inner, state: State) -> Response:
    return _shown_in_clear(request, await inner(request), state)


@breaks("AP-VKA-001")
async def refusal_repeats_the_value(request: Request, inner: Inner, state: State) -> Response:
    response = _remembered(await inner(request), state)
    if response.status != 409:
        return response
    body = response.json
    error = {**body["error"], "message": f"Taken by {list(state.memory.values())[-1]}."}
    return response.with_json({**body, "error": error})


@breaks("AP-VKA-001")
async def detaching_tells_the_values(request: Request, inner: Inner, state: State) -> Response:
    response = _remembered(await inner(request), state)
    if request.operation_id != "detachUserAccessProfile":
        return response
    return response.with_json({**response.json, "message": " ".join(state.memory.values())})


@breaks("AP-VKA-001")
async def first_value_again(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ADD or response.status != 200:
        return response
    value = state.memory.setdefault("value", response.json["virtual_key"]["value"])
    return response.with_json({"virtual_key": {**response.json["virtual_key"], "value": value}})


@breaks("AP-VKA-001")
async def answer_is_masked(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ADD or response.status != 200:
        return response
    return response.with_json({"virtual_key": {**response.json["virtual_key"], "value": "sk-b...1a"}})


@breaks("AP-VKA-002")
async def copies_name_one_key(request: Request, inner: Inner, state: State) -> Response:
    return _each(
        request, await inner(request), COPIES, lambda c: c | {"virtual_key_ids": c["virtual_key_ids"][:1]}
    )


@breaks("AP-VKA-002")
async def every_copy_has_every_key(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != COPIES or response.status != 200:
        return response
    ids = [key_id for copy in response.json["access_profiles"] for key_id in copy["virtual_key_ids"]]
    return _each(request, response, COPIES, lambda copy: copy | {"virtual_key_ids": ids})


@breaks("AP-VKA-002")
async def name_of_the_copy(request: Request, inner: Inner, state: State) -> Response:
    return _each(request, await inner(request), KEYS, lambda key: key | {"name": "analyst"})


@breaks("AP-VKA-002")
async def added_key_is_not_listed(request: Request, inner: Inner, state: State) -> Response:
    return _keys(request, await inner(request), lambda keys: keys[:1])


@breaks("AP-VKA-003")
async def name_is_unique_for_a_user(request: Request, inner: Inner, state: State) -> Response:
    return await _twice_for_another(request, inner, state, ADD)


@breaks("AP-VKA-003")
async def name_may_stand_twice(request: Request, inner: Inner, state: State) -> Response:
    return await _twice(request, inner, ADD)


@breaks("AP-VKA-003")
async def key_name_is_not_trimmed(request: Request, inner: Inner, state: State) -> Response:
    return await _padded_is_new(request, inner, ADD)


@breaks("AP-VKA-003")
async def key_name_taken_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == ADD and response.status == 409 else response


@breaks("AP-VKA-004")
async def body_is_demanded(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if request.operation_id == ADD and not request.body else await inner(request)


@breaks("AP-VKA-004")
async def media_type_is_demanded(request: Request, inner: Inner, state: State) -> Response:
    typed = request.header("content-type")
    return refusal(415) if request.operation_id == ADD and not typed else await inner(request)


@breaks("AP-VKA-004")
async def empty_object_is_refused(request: Request, inner: Inner, state: State) -> Response:
    empty = request.operation_id == ADD and request.body == b"{}"
    return refusal(400) if empty else await inner(request)


@breaks("AP-VKA-004")
async def one_name_for_a_copy(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ADD or response.status != 200:
        return response
    name = f"{request.path_parameter('user_id')}-key"
    return response.with_json({"virtual_key": {**response.json["virtual_key"], "name": name}})


@breaks("AP-VKA-005")
async def oldest_copy_instead(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ADD or response.status != 404:
        return response
    return await _add_to_user(request, inner)


@breaks("AP-VKA-005")
async def not_held_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == ADD and response.status == 404 else response


@breaks("AP-VKA-005")
async def body_before_the_user(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    known = request.body or request.operation_id != ADD
    return response if known or response.status != 404 else refusal(409)


@breaks("AP-VKD-001")
async def key_is_only_disabled(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == DELETE:
        return Response(200, (("content-type", "application/json"),), b'{"message": "Done."}')
    return await inner(request)


@breaks("AP-VKD-001")
async def key_stays_in_its_copy(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == DELETE:
        state.memory["id"] = request.path_parameter("vk_id")
    if "id" not in state.memory:
        return response
    return _each(
        request,
        response,
        COPIES,
        lambda copy: copy | {"virtual_key_ids": [*copy["virtual_key_ids"], state.memory["id"]]},
    )


@breaks("AP-VKD-001")
async def all_keys_of_the_user_go(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == DELETE and response.status == 200:
        user, _, _ = request.path.partition("/access-profiles/")
        path = request.path.rpartition("/")[0]
        keys = (await inner(replace(request, method="GET", path=f"{user}/virtual-keys"))).json["virtual_keys"]
        for key in keys:
            await inner(replace(request, path=f"{path}/{key['id']}"))
    return response


@breaks("AP-VKD-001")
async def copy_goes_with_its_key(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == DELETE:
        state.memory["deleted"] = True
    emptied = request.operation_id == COPIES and state.memory.get("deleted")
    return response.with_json({"access_profiles": []}) if emptied else response


@breaks("AP-VKD-002")
async def key_of_anybody(request: Request, inner: Inner, state: State) -> Response:
    """The user in the path is not compared with the key's."""
    response = await inner(request)
    users = state.memory.setdefault("users", [])
    if request.operation_id == "assignUserAccessProfile":
        users.append(request.path_parameter("user_id"))
    if request.operation_id == DELETE and response.status == 404:
        own = request.path_parameter("user_id")
        for user_id in users:
            other = await inner(replace(request, path=request.path.replace(own, user_id)))
            if other.status == 200:
                return other
    return response


@breaks("AP-VKD-002")
async def foreign_key_is_403(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(403) if request.operation_id == DELETE and response.status == 404 else response


@breaks("AP-VKD-002")
async def deleted_is_deleted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    done = state.memory.setdefault("done", set())
    if request.operation_id == DELETE and response.status == 200:
        done.add(request.path)
        state.memory["good"] = response
    good: Response = state.memory.get("good", response)
    return good if request.path in done else response


@breaks("VK-LST-001")
async def keys_of_everybody(request: Request, inner: Inner, state: State) -> Response:
    seen = state.memory.setdefault("keys", {})

    def all_keys(keys: list[Object]) -> list[Object]:
        seen.update({key["id"]: key for key in keys})
        return list(seen.values())

    return _keys(request, await inner(request), all_keys)


@breaks("VK-LST-001")
async def keys_twice(request: Request, inner: Inner, state: State) -> Response:
    return _keys(request, await inner(request), lambda keys: [*keys, *keys])


@breaks("VK-LST-001")
async def one_key_for_each_copy(request: Request, inner: Inner, state: State) -> Response:
    return _keys(request, await inner(request), lambda keys: keys[:2])


@breaks("VK-LST-002")
async def keys_in_clear(request: Request, inner: Inner, state: State) -> Response:
    return _shown_in_clear(request, await inner(request), state)


@breaks("VK-LST-002")
async def only_the_end_is_masked(request: Request, inner: Inner, state: State) -> Response:
    response = _remembered(await inner(request), state)

    def shown(key: Object) -> Object:
        return key | {"value": f"{state.memory.get(key['id'], '')[:-4]}****"}

    return _each(request, response, KEYS, shown)


@breaks("VK-LST-003")
async def nobody_has_no_keys(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == KEYS and response.status == 404:
        return Response(200, (("content-type", "application/json"),), b'{"virtual_keys": []}')
    return response


@breaks("VK-ADD-001")
async def profile_of_the_key_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != ADD_TO_USER:
        return await inner(request)
    body = {name: value for name, value in request.json.items() if name != "profile_id"}
    return await inner(request.with_json(body))


@breaks("VK-ADD-001")
async def newest_copy(request: Request, inner: Inner, state: State) -> Response:
    return await _to_copy(request, inner, lambda copies: copies[-1])


@breaks("VK-ADD-001")
async def copy_of_the_smallest_profile(request: Request, inner: Inner, state: State) -> Response:
    return await _to_copy(request, inner, lambda copies: min(copies, key=lambda c: c["parent_profile_id"]))


@breaks("VK-ADD-002")
async def without_copy_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == ADD_TO_USER and response.status == 404 else response


@breaks("VK-ADD-002")
async def falls_back_to_the_oldest(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ADD_TO_USER or response.status != 404:
        return response
    return await inner(request.with_json({"name": request.json.get("name", "x")}))


@breaks("VK-ADD-003")
async def name_twice_for_a_user(request: Request, inner: Inner, state: State) -> Response:
    return await _twice(request, inner, ADD_TO_USER)


@breaks("VK-ADD-003")
async def only_own_names_are_looked_at(request: Request, inner: Inner, state: State) -> Response:
    return await _twice_for_another(request, inner, state, ADD_TO_USER)


@breaks("VK-ADD-003")
async def name_of_a_users_key_is_not_trimmed(request: Request, inner: Inner, state: State) -> Response:
    return await _padded_is_new(request, inner, ADD_TO_USER)


def _keys(request: Request, response: Response, change: Callable[[list[Object]], list[Object]]) -> Response:
    """A list of keys, changed; any other answer as it is."""
    if request.operation_id != KEYS or response.status != 200:
        return response
    return response.with_json({"virtual_keys": change(response.json["virtual_keys"])})


def _each(
    request: Request, response: Response, operation_id: str, change: Callable[[Object], Object]
) -> Response:
    """A list of copies or keys with each of them changed; any other answer as it is."""
    if request.operation_id != operation_id or response.status != 200:
        return response
    [(name, rows)] = response.json.items()
    return response.with_json({name: [change(row) for row in rows]})


def _remembered(response: Response, state: State) -> Response:
    """The answer; the value of a key that it shows is remembered by the key's id."""
    if response.status in (200, 201) and "virtual_key" in response.json:
        key = response.json["virtual_key"]
        state.memory[key["id"]] = key["value"]
    return response


def _shown_in_clear(request: Request, response: Response, state: State) -> Response:
    response = _remembered(response, state)
    return _each(
        request, response, KEYS, lambda key: key | {"value": state.memory.get(key["id"], key["value"])}
    )


async def _twice(request: Request, inner: Inner, operation_id: str) -> Response:
    """A name that is taken is given again."""
    response = await inner(request)
    if request.operation_id != operation_id or response.status != 409:
        return response
    return await inner(request.with_json({**request.json, "name": uuid4().hex}))


async def _twice_for_another(request: Request, inner: Inner, state: State, operation_id: str) -> Response:
    """A name that another user's key has is given again."""
    response = await inner(request)
    if request.operation_id != operation_id or not isinstance(request.json, dict):
        return response
    place = request.path_parameter("user_id"), str(request.json.get("name")).strip()
    own = state.memory.setdefault("own", set())
    if response.status == 200:
        own.add(place)
    return response if place in own else await _twice(request, inner, operation_id)


async def _padded_is_new(request: Request, inner: Inner, operation_id: str) -> Response:
    """A name with spaces around it is another name."""
    name = request.json.get("name") if request.operation_id == operation_id else None
    return await (_twice(request, inner, operation_id) if name and name != name.strip() else inner(request))


async def _add_to_user(request: Request, inner: Inner) -> Response:
    user, _, _ = request.path.partition("/access-profiles/")
    name = request.json.get("name") or uuid4().hex
    return await inner(
        replace(request, path=f"{user}/virtual-keys")
        .with_header("content-type", "application/json")
        .with_json({"name": name})
    )


async def _to_copy(request: Request, inner: Inner, choose: Callable[[list[Object]], Object]) -> Response:
    """A key without a profile goes to the copy that is chosen."""
    if request.operation_id != ADD_TO_USER or "profile_id" in request.json:
        return await inner(request)
    path = request.path.replace("/virtual-keys", "/access-profiles")
    held = (await inner(replace(request, method="GET", path=path, body=b""))).json["access_profiles"]
    chosen = choose(held)["parent_profile_id"]
    return await inner(request.with_json({**request.json, "profile_id": chosen}))
