"""Faults of budget overrides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

_PUT, _DELETE = "updateUserAccessProfileBudgetOverride", "deleteUserAccessProfileBudgetOverride"
_LIST = "listUserAccessProfiles"
_OVERRIDE = {"override_amount", "override_mode", "override_cycles_remaining", "override_cycles_total"}


@breaks("AP-OVR-001")
async def the_amount_is_the_limit(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _PUT or response.status != 200:
        return response
    return response.with_json({**response.json, "effective_max_limit": request.json["amount"]})


@breaks("AP-OVR-001")
async def the_list_knows_no_override(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _LIST or response.status != 200:
        return response
    return _listing(response, lambda line: {**line, "effective_max_limit": line["max_limit"]})


@breaks("AP-OVR-001")
async def cents_are_cut(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _PUT:
        return await inner(request)
    return await inner(request.with_json({**request.json, "amount": int(request.json["amount"])}))


@breaks("AP-OVR-002")
async def the_present_window_does_not_count(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remaining = "override_cycles_remaining"
    if request.operation_id == _PUT and response.status == 200:
        budget = response.json["budget"]
        if remaining in budget:
            return response.with_json(
                {**response.json, "budget": {**budget, remaining: budget[remaining] - 1}}
            )
    return response


@breaks("AP-OVR-002")
async def forever_is_a_large_number(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _PUT or response.status != 200:
        return response
    return response.with_json(
        {**response.json, "budget": {"override_cycles_remaining": 2147483647, **response.json["budget"]}}
    )


@breaks("AP-OVR-003")
async def overrides_add_up(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _PUT or "amount" not in request.json:
        return await inner(request)
    total = state.memory[request.path] = state.memory.get(request.path, 0) + request.json["amount"]
    return await inner(request.with_json({**request.json, "amount": total}))


@breaks("AP-OVR-003")
async def the_first_override_stays(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _PUT:
        return await inner(request)
    first: Request = state.memory.setdefault(request.path, request)
    return await inner(first)


@breaks("AP-OVR-004")
async def every_budget_of_the_copy_is_raised(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _PUT and response.status == 200:
        for line in (await _copy(request, inner))["budgets"]:
            await _put_at(request, inner, request.path_parameter("user_id"), line["id"])
    return response


@breaks("AP-OVR-004")
async def every_holder_is_raised(request: Request, inner: Inner, state: State) -> Response:
    user_id = request.path_parameter("user_id")
    response = await inner(request)
    if request.operation_id == _LIST:
        state.memory.setdefault("users", set()).add(user_id)
    if request.operation_id == _PUT and response.status == 200:
        for other in state.memory.get("users", set()) - {user_id}:
            copy = await _copy(request, inner, other)
            await _put_at(request, inner, other, copy["budgets"][0]["id"])
    return response


@breaks("AP-OVR-004")
async def the_template_is_raised(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _PUT and response.status == 200:
        state.memory["raised"] = True
    if request.operation_id != "getAccessProfile" or not state.memory.get("raised"):
        return response
    body = response.json
    budgets = [{**line, "max_limit": line["max_limit"] + 5} for line in body["access_profile"]["budgets"]]
    return response.with_json({**body, "access_profile": {**body["access_profile"], "budgets": budgets}})


@breaks("AP-OVR-005")
async def no_cycles_are_one(request: Request, inner: Inner, state: State) -> Response:
    sent = request.json
    if request.operation_id == _PUT and sent.get("mode") == "cycles" and not sent.get("cycles"):
        return await inner(request.with_json({**sent, "cycles": 1}))
    return await inner(request)


@breaks("AP-OVR-005")
async def cycles_of_forever_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    sent = request.json
    if request.operation_id == _PUT and sent.get("mode") == "forever":
        return await inner(request.with_json({**sent, "cycles": 0}))
    return await inner(request)


@breaks("AP-OVR-005")
async def zero_cycles_of_forever_are_refused(request: Request, inner: Inner, state: State) -> Response:
    sent = request.json if request.operation_id == _PUT else {}
    if sent.get("mode") == "forever" and "cycles" in sent:
        return refusal(400)
    return await inner(request)


@breaks("AP-OVR-006")
async def an_amount_of_zero_removes(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == _PUT and request.json.get("amount") == 0:
        return await inner(replace(request, method="DELETE", body=b""))
    return await inner(request)


@breaks("AP-OVR-006")
async def an_amount_has_no_sign(request: Request, inner: Inner, state: State) -> Response:
    sent = request.json if request.operation_id == _PUT else {}
    if sent.get("amount", 0) < 0:
        return await inner(request.with_json({**sent, "amount": -sent["amount"]}))
    return await inner(request)


@breaks("AP-OVR-007")
async def nothing_there_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == _PUT and response.status == 404 else response


@breaks("AP-OVR-007")
async def the_templates_budget_will_do(request: Request, inner: Inner, state: State) -> Response:
    return await _by_template(request, inner, _PUT)


@breaks("AP-OVR-007")
async def the_user_does_not_matter(request: Request, inner: Inner, state: State) -> Response:
    return await _by_owner(request, inner, state, _PUT)


@breaks("AP-OVD-001")
async def the_override_stays(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _DELETE:
        return await inner(request)
    put = {"amount": 5, "mode": "forever"}
    return await inner(_json(replace(request, method="PUT"), put))


@breaks("AP-OVD-001")
async def the_limit_stays_raised(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _DELETE or response.status != 200:
        return response
    raised = response.json["effective_max_limit"] + 5
    return response.with_json({**response.json, "effective_max_limit": raised})


@breaks("AP-OVD-001")
async def the_list_remembers(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _DELETE:
        state.memory["removed"] = True
    if request.operation_id != _LIST or not state.memory.get("removed"):
        return response
    return _listing(response, lambda line: {**line, "override_amount": 5, "override_mode": "forever"})


@breaks("AP-OVD-002")
async def nothing_to_remove_is_404(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == _DELETE:
        copy = await _copy(request, inner)
        if not any(_OVERRIDE & line.keys() for line in copy.get("budgets", [])):
            return refusal(404)
    return await inner(request)


@breaks("AP-OVD-003")
async def any_removal_is_good(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _DELETE and response.status == 404:
        return replace(response, status=200)
    return response


@breaks("AP-OVD-003")
async def the_templates_budget_stands_for_the_copys(request: Request, inner: Inner, state: State) -> Response:
    return await _by_template(request, inner, _DELETE)


@breaks("AP-OVD-003")
async def anybodys_budget(request: Request, inner: Inner, state: State) -> Response:
    return await _by_owner(request, inner, state, _DELETE)


async def _by_template(request: Request, inner: Inner, operation_id: str) -> Response:
    """Takes the id of the template's first budget for that of the copy's."""
    response = await inner(request)
    if request.operation_id != operation_id or response.status != 404:
        return response
    path = f"/api/access-profiles/{request.path_parameter('profile_id')}"
    template = (await inner(replace(request, method="GET", path=path, body=b""))).json
    budgets = template.get("access_profile", {}).get("budgets", [])
    if not budgets or budgets[0]["id"] != request.path_parameter("budget_id"):
        return response
    own = (await _copy(request, inner))["budgets"][0]["id"]
    return await inner(replace(request, path=request.path.replace(budgets[0]["id"], own)))


async def _by_owner(request: Request, inner: Inner, state: State, operation_id: str) -> Response:
    """Finds a budget by its id alone, whoever the user in the path is."""
    response = await inner(request)
    if request.operation_id == _LIST and response.status == 200:
        for copy in response.json["access_profiles"]:
            for line in copy["budgets"]:
                owner = copy["user_id"], copy["parent_profile_id"]
                state.memory[line["id"]] = owner
    if request.operation_id == operation_id and response.status == 404:
        budget_id = request.path_parameter("budget_id")
        if budget_id in state.memory:
            user_id, profile_id = state.memory[budget_id]
            path = f"/api/users/{user_id}/access-profiles/{profile_id}/budgets/{budget_id}/override"
            return await inner(replace(request, path=path))
    return response


async def _copy(request: Request, inner: Inner, user_id: str | None = None) -> dict[str, Any]:
    """The copy that an override is for, of its user or of another."""
    path = f"/api/users/{user_id or request.path_parameter('user_id')}/access-profiles"
    answer = await inner(replace(request, method="GET", path=path, body=b""))
    profile_id = request.path_parameter("profile_id")
    copies = answer.json.get("access_profiles", [])
    return next((copy for copy in copies if str(copy["parent_profile_id"]) == profile_id), {})


async def _put_at(request: Request, inner: Inner, user_id: str, budget_id: str) -> Response:
    """Sends an override to another budget of the same profile."""
    profile_id = request.path_parameter("profile_id")
    path = f"/api/users/{user_id}/access-profiles/{profile_id}/budgets/{budget_id}/override"
    return await inner(replace(request, path=path))


def _json(request: Request, value: object) -> Request:
    return request.with_header("content-type", "application/json").with_json(value)


def _listing(response: Response, change: Any) -> Response:
    """A list of copies with other budgets."""
    copies = [
        {**copy, "budgets": [change(line) for line in copy["budgets"]]}
        for copy in response.json["access_profiles"]
    ]
    return response.with_json({"access_profiles": copies})
