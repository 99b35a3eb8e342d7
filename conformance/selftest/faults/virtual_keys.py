"""Faults of virtual keys: adding, listing and deleting."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import Notes, On, after, idempotent, lacks, on, piling_up, remembering
from conformance.selftest.faults.profiles import COPIES, has_padded_name
from conformance.selftest.faults.side_requests import DONE, delete_keys
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, success
from conformance.selftest.request_changes import fresh, rewritten, without

Object = dict[str, Any]

ADD = "addUserAccessProfileVirtualKey"
ADD_TO_USER = "addUserVirtualKey"
DELETE = "deleteUserAccessProfileVirtualKey"
KEYS = "listUserVirtualKeys"

_added = on(ADD, status=200)
_copies = on(COPIES, status=200)
_keys = on(KEYS, status=200)


def knowing_values(fault: Notes) -> Fault:
    """Return a fault that knows the virtual keys that were shown: pairs of id and value."""
    return remembering(
        on(status=(200, 201), where=lambda body: "virtual_key" in body),
        lambda _, response: (response.json["virtual_key"]["id"], response.json["virtual_key"]["value"]),
        fault,
    )


def _shown(value: Callable[[Object, dict[str, str]], Any]) -> Fault:
    """Show values in a list of keys by who knows them."""
    return knowing_values(
        lambda known: _keys.edit("/virtual_keys/*", lambda key: key | {"value": value(key, dict(known))})
    )


def _twice(operation: str, when: Callable[[Request], Any] | None = None) -> On:
    """Give a name that is taken again."""
    return on(operation, when=when, status=409).retry(name=fresh)


def _twice_for_another(operation: str) -> Fault:
    """Give again a name that another user's key has."""

    def place(request: Request) -> tuple[str, str]:
        return request.path_parameter("user_id"), str(request.json.get("name")).strip()

    return remembering(
        on(operation, status=200),
        lambda request, _: place(request),
        lambda own: _twice(operation, lambda request: place(request) not in own),
    )


def _to_user(request: Request, _: State) -> Request:
    user = request.path.partition("/access-profiles/")[0]
    name = request.sent.get("name") or uuid4().hex
    typed = replace(request, path=f"{user}/virtual-keys").with_header("content-type", "application/json")
    return typed.with_json({"name": name})


def _to_copy(choose: Callable[[list[Object]], Object]) -> Fault:
    """Add a key without a profile to the copy that is chosen."""

    @on(ADD_TO_USER, when=lambda request: "profile_id" not in request.sent).serve
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        path = request.path.replace("/virtual-keys", "/access-profiles")
        held = (await inner(replace(request, method="GET", path=path, body=b""))).json["access_profiles"]
        chosen = choose(held)["parent_profile_id"]
        return await inner(request.with_json({**request.json, "profile_id": chosen}))

    return fault


def _all_ids(body: Object) -> Object:
    ids = [key_id for copy in body["access_profiles"] for key_id in copy["virtual_key_ids"]]
    return {"access_profiles": [copy | {"virtual_key_ids": ids} for copy in body["access_profiles"]]}


_in_clear = _shown(lambda key, values: values.get(key["id"], key["value"]))


async def key_of_anybody(request: Request, inner: Inner, state: State) -> Response:
    """Leave the user in the path uncompared with the key's."""
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


FAULTS: dict[str, Fault] = {
    "AP-VKA-001/added_value_is_listed": _in_clear,
    "AP-VKA-001/refusal_repeats_the_value": knowing_values(
        lambda known: on(status=409).set("/error/message", lambda _: f"Taken by {known[-1][1]}.")
    ),
    "AP-VKA-001/detaching_tells_the_values": knowing_values(
        lambda known: on("detachUserAccessProfile").set("/message", lambda _: " ".join(dict(known).values()))
    ),
    "AP-VKA-001/first_value_again": remembering(
        _added,
        lambda _, response: response.json["virtual_key"]["value"],
        lambda values: _added.set("/virtual_key/value", lambda _: values[0]),
    ),
    "AP-VKA-001/answer_is_masked": _added.set("/virtual_key/value", "sk-b...1a"),
    "AP-VKA-002/copies_name_one_key": _copies.edit("/access_profiles/*/virtual_key_ids", lambda ids: ids[:1]),
    "AP-VKA-002/every_copy_has_every_key": _copies.edit("", _all_ids),
    "AP-VKA-002/name_of_the_copy": _keys.set("/virtual_keys/*/name", "analyst"),
    "AP-VKA-002/added_key_is_not_listed": _keys.edit("/virtual_keys", lambda keys: keys[:1]),
    "AP-VKA-003/name_is_unique_for_a_user": _twice_for_another(ADD),
    "AP-VKA-003/name_may_stand_twice": _twice(ADD),
    "AP-VKA-003/key_name_is_not_trimmed": _twice(ADD, has_padded_name),
    "AP-VKA-003/key_name_taken_is_400": on(ADD, status=409).refuse(400),
    "AP-VKA-004/body_is_demanded": on(ADD, when=lambda request: not request.body).refuse(400),
    "AP-VKA-004/media_type_is_demanded": on(ADD, when=lacks("content-type")).refuse(415),
    "AP-VKA-004/empty_object_is_refused": on(ADD, when=lambda request: request.body == b"{}").refuse(400),
    "AP-VKA-004/one_name_for_a_copy": _added.set(
        "/virtual_key/name", lambda request: f"{request.path_parameter('user_id')}-key"
    ),
    "AP-VKA-005/oldest_copy_instead": on(ADD, status=404).retry(_to_user),
    "AP-VKA-005/not_held_is_400": on(ADD, status=404).refuse(400),
    "AP-VKA-005/body_before_the_user": on(ADD, when=lambda request: not request.body, status=404).refuse(409),
    "AP-VKD-001/key_is_only_disabled": on(DELETE).reply(DONE),
    "AP-VKD-001/key_stays_in_its_copy": remembering(
        on(DELETE),
        lambda request, _: request.path_parameter("vk_id"),
        lambda ids: _copies.edit("/access_profiles/*/virtual_key_ids", lambda held: held + ids[-1:]),
    ),
    "AP-VKD-001/all_keys_of_the_user_go": on(DELETE, status=200).does(delete_keys),
    "AP-VKD-001/copy_goes_with_its_key": after(on(DELETE), _copies.set("/access_profiles", [])),
    "AP-VKD-002/key_of_anybody": key_of_anybody,
    "AP-VKD-002/foreign_key_is_403": on(DELETE, status=404).refuse(403),
    "AP-VKD-002/deleted_is_deleted": idempotent(DELETE),
    "VK-LST-001/keys_of_everybody": piling_up(_keys, "virtual_keys"),
    "VK-LST-001/keys_twice": _keys.edit("/virtual_keys", lambda keys: [*keys, *keys]),
    "VK-LST-001/one_key_for_each_copy": _keys.edit("/virtual_keys", lambda keys: keys[:2]),
    "VK-LST-002/keys_in_clear": _in_clear,
    "VK-LST-002/only_the_end_is_masked": _shown(lambda key, values: f"{values.get(key['id'], '')[:-4]}****"),
    "VK-LST-003/nobody_has_no_keys": on(KEYS, status=404).reply(success({"virtual_keys": []})),
    "VK-ADD-001/profile_of_the_key_is_ignored": on(ADD_TO_USER).send(without("profile_id")),
    "VK-ADD-001/newest_copy": _to_copy(lambda copies: copies[-1]),
    "VK-ADD-001/copy_of_the_smallest_profile": _to_copy(
        lambda copies: min(copies, key=lambda copy: copy["parent_profile_id"])
    ),
    "VK-ADD-002/without_copy_is_400": on(ADD_TO_USER, status=404).refuse(400),
    "VK-ADD-002/falls_back_to_the_oldest": on(ADD_TO_USER, status=404).retry(
        rewritten(lambda body: {"name": body.get("name", "x")})
    ),
    "VK-ADD-003/name_twice_for_a_user": _twice(ADD_TO_USER),
    "VK-ADD-003/only_own_names_are_looked_at": _twice_for_another(ADD_TO_USER),
    "VK-ADD-003/name_of_a_users_key_is_not_trimmed": _twice(ADD_TO_USER, has_padded_name),
}
