"""Faults of giving profiles to users and of taking them away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, refusal

ASSIGN = "assignUserAccessProfile"
DETACH = "detachUserAccessProfile"


@breaks("AP-ASG-001")
async def nobody_is_counted(request: Request, inner: Inner, state: State) -> Response:
    return _counting(request, await inner(request), 0)


@breaks("AP-ASG-001")
async def holders_are_counted_at_most_once(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _counting(request, response, 1) if response.json.get("user_count", 0) > 1 else response


@breaks("AP-ASG-001")
async def copy_is_only_promised(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 201:
        profile_id = response.json["access_profile"]["parent_profile_id"]
        await inner(replace(request, method="DELETE", path=f"{request.path}/{profile_id}", body=b""))
    return response


@breaks("AP-ASG-001")
async def id_of_the_profile_is_answered(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ASSIGN or response.status != 201:
        return response
    return edited(response, id=response.json["access_profile"]["parent_profile_id"] + 10**6)


@breaks("AP-ASG-002")
async def again_is_201(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 409 and "good" in state.memory:
        good: Response = state.memory["good"]
        return good
    if request.operation_id == ASSIGN and response.status == 201:
        state.memory["good"] = response
    return response


@breaks("AP-ASG-002")
async def again_is_a_fresh_copy(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 409:
        profile_id = request.json["profile_id"]
        await inner(replace(request, method="DELETE", path=f"{request.path}/{profile_id}", body=b""))
        await inner(request)
    return response


@breaks("AP-ASG-002")
async def refused_with_a_key_more(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 409:
        path = request.path.replace("/access-profiles", "/virtual-keys")
        await inner(replace(request, path=path).with_json({"name": uuid4().hex}))
    return response


@breaks("AP-ASG-003")
async def key_is_answered_again(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 201:
        state.memory["key"] = response.json["virtual_key"]
    if request.operation_id == "listUserVirtualKeys" and "key" in state.memory:
        keys = [dict(key) for key in response.json["virtual_keys"]]
        for key in keys:
            if key["id"] == state.memory["key"]["id"]:
                key["value"] = state.memory["key"]["value"]
        return response.with_json({"virtual_keys": keys})
    return response


@breaks("AP-ASG-003")
async def key_stands_in_the_audit_log(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 201:
        state.memory["value"] = response.json["virtual_key"]["value"]
    if request.operation_id == "listAccessProfileAuditLogs" and response.status == 200:
        return response.with_json({**response.json, "note": state.memory.get("value")})
    return response


@breaks("AP-ASG-003")
async def key_of_the_copy_is_not_named(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ASSIGN or response.status != 201:
        return response
    return edited(response, virtual_key_ids=[], virtual_key_values={})


@breaks("AP-ASG-003")
async def one_key_for_all(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ASSIGN or response.status != 201:
        return response
    value = state.memory.setdefault("value", response.json["virtual_key"]["value"])
    key = {**response.json["virtual_key"], "value": value}
    return response.with_json({**response.json, "virtual_key": key})


@breaks("AP-ASG-003")
async def value_is_masked_at_once(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ASSIGN or response.status != 201:
        return response
    key = {**response.json["virtual_key"], "value": "****"}
    return response.with_json({**response.json, "virtual_key": key})


@breaks("AP-ASG-004")
async def unknown_user_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == ASSIGN and response.status == 404 else response


@breaks("AP-ASG-004")
async def unknown_profile_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(404) if request.operation_id == ASSIGN and response.status == 400 else response


@breaks("AP-ASG-004")
async def user_is_made_on_the_way(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != ASSIGN or response.status != 404:
        return response
    name = request.path_parameter("user_id")
    body = {"id": name, "name": name, "email": "a@example.com"}
    await inner(replace(request, path="/api/users").with_json(body))
    return await inner(request)


@breaks("AP-ASG-005")
async def inactive_is_given(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "deactivateAccessProfile":
        return await inner(
            replace(request, method="GET", path=request.path.removesuffix("/deactivate"), body=b"")
        )
    return await inner(request)


@breaks("AP-ASG-005")
async def inactive_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == ASSIGN and response.status == 409 else response


@breaks("AP-ASG-006")
async def end_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_without_end(request))


@breaks("AP-ASG-006")
async def end_is_read_as_utc(request: Request, inner: Inner, state: State) -> Response:
    end = request.json.get("expires_at") if request.operation_id == ASSIGN else None
    if not end:
        return await inner(request)
    return await inner(request.with_json({**request.json, "expires_at": f"{end[:19]}Z"}))


@breaks("AP-ASG-006")
async def end_in_the_past_is_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == ASSIGN and response.status == 400:
        return edited(await inner(_without_end(request)), expires_at=request.json.get("expires_at"))
    return response


@breaks("AP-ASG-006")
async def only_the_year_is_looked_at(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    recent = request.operation_id == ASSIGN and str(request.json.get("expires_at")) > "2002"
    return await inner(_without_end(request)) if recent and response.status == 400 else response


@breaks("AP-ASG-006")
async def everything_ends(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == ASSIGN and not request.json.get("expires_at"):
        return await inner(request.with_json({**request.json, "expires_at": "2090-01-01T00:00:00Z"}))
    return await inner(request)


@breaks("AP-ASG-007")
async def looked_up_before_it_is_made(request: Request, inner: Inner, state: State) -> Response:
    """Two clients that look at the same moment both find nothing."""
    if request.operation_id != ASSIGN:
        return await inner(request)
    made = state.memory.setdefault("made", {})
    place = request.path, request.json.get("profile_id")
    found = made.get(place)
    await asyncio.sleep(0.05)
    if found is not None:
        return await inner(request)
    response = await inner(request)
    if response.status == 201:
        made[place] = response
    # A refusal may be told before the success that it rests on.
    await asyncio.sleep(0.05)
    good: Response = made.get(place, response)
    return good if response.status == 409 else response


@breaks("AP-ASG-007")
async def rivals_are_unavailable(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(503) if request.operation_id == ASSIGN and response.status == 409 else response


@breaks("AP-UDT-001")
async def only_hidden(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == DETACH:
        return _detached()
    return await inner(request)


@breaks("AP-UDT-001")
async def count_does_not_fall(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getAccessProfile" or response.status != 200:
        return response
    most = state.memory["most"] = max(state.memory.get("most", 0), response.json["user_count"])
    return _counting(request, response, most)


@breaks("AP-UDT-001")
async def detached_from_everybody(request: Request, inner: Inner, state: State) -> Response:
    return await _detach_of_others(request, inner, state)


@breaks("AP-UDT-002")
async def names_of_no_keys(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != DETACH or response.status != 200:
        return response
    return response.with_json({**response.json, "deleted_vk_names": []})


@breaks("AP-UDT-002")
async def ids_for_names(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != DETACH or response.status != 200:
        return response
    names = [uuid4().hex for _ in response.json["deleted_vk_names"]]
    return response.with_json({**response.json, "deleted_vk_names": names})


@breaks("AP-UDT-002")
async def number_of_copies_is_counted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != DETACH or response.status != 200:
        return response
    return response.with_json({**response.json, "deleted_vk_count": 1})


@breaks("AP-UDT-002")
async def keys_outlive_their_copy(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == DETACH:
        path = request.path.rpartition("/access-profiles/")[0] + "/virtual-keys"
        state.memory["keys"] = (await inner(replace(request, method="GET", path=path))).body
    response = await inner(request)
    if request.operation_id == "listUserVirtualKeys" and "keys" in state.memory:
        return replace(response, body=state.memory["keys"])
    return response


@breaks("AP-UDT-003")
async def what_is_not_held_is_200(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _detached() if request.operation_id == DETACH and response.status == 404 else response


@breaks("AP-UDT-003")
async def second_time_is_200(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    done = state.memory.setdefault("done", set())
    if request.operation_id == DETACH and response.status == 200:
        done.add(request.path)
    return _detached() if request.path in done and response.status == 404 else response


@breaks("AP-UDT-003")
async def copy_of_another_user(request: Request, inner: Inner, state: State) -> Response:
    """The copy is looked for by the profile alone."""
    return await _detach_of_others(request, inner, state)


@breaks("AP-UDT-004")
async def others_lose_theirs(request: Request, inner: Inner, state: State) -> Response:
    return await _detach_of_others(request, inner, state)


@breaks("AP-UDT-004")
async def all_of_the_user(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == DETACH and response.status == 200:
        path = request.path.rpartition("/")[0]
        held: Any = (await inner(replace(request, method="GET", path=path))).json["access_profiles"]
        for copy in held:
            await inner(replace(request, path=f"{path}/{copy['parent_profile_id']}"))
    return response


@breaks("AP-UDT-004")
async def keys_of_the_user(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == DETACH and response.status == 200:
        user = request.path.rpartition("/access-profiles/")[0]
        keys = (await inner(replace(request, method="GET", path=f"{user}/virtual-keys"))).json["virtual_keys"]
        for key in keys:
            await inner(replace(request, path=f"{user}/access-profiles/virtual-keys/{key['id']}"))
    return response


def _counting(request: Request, response: Response, number: int) -> Response:
    if request.operation_id != "getAccessProfile" or response.status != 200:
        return response
    return response.with_json({**response.json, "user_count": number})


def _without_end(request: Request) -> Request:
    body = request.json
    if request.operation_id != ASSIGN:
        return request
    return request.with_json({name: value for name, value in body.items() if name != "expires_at"})


def _detached() -> Response:
    body = b'{"message": "Done.", "deleted_vk_names": [], "deleted_vk_count": 0}'
    return Response(200, (("content-type", "application/json"),), body)


async def _detach_of_others(request: Request, inner: Inner, state: State) -> Response:
    """Detaching takes the profile from everybody to whom it was given."""
    users = state.memory.setdefault("users", [])
    if request.operation_id == ASSIGN:
        users.append(request.path)
    response = await inner(request)
    if request.operation_id == DETACH:
        profile_id = request.path_parameter("profile_id")
        for path in users:
            other = await inner(replace(request, path=f"{path}/{profile_id}"))
            response = other if response.status == 404 else response
    return response
