"""Faults of the list of what a user holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]

LIST = "listUserAccessProfiles"


@breaks("AP-UAP-001")
async def copies_of_everybody(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != LIST or response.status != 200:
        return response
    seen = state.memory.setdefault("copies", {})
    seen.update({copy["id"]: copy for copy in response.json["access_profiles"]})
    return response.with_json({"access_profiles": list(seen.values())})


@breaks("AP-UAP-001")
async def only_the_first_copy(request: Request, inner: Inner, state: State) -> Response:
    return _with_copies(request, await inner(request), lambda copies: copies[:1])


@breaks("AP-UAP-001")
async def a_copy_for_each_provider_and_key(request: Request, inner: Inner, state: State) -> Response:
    return _with_copies(request, await inner(request), lambda copies: [*copies, *copies])


@breaks("AP-UAP-001")
async def id_of_the_copy_as_its_parent(request: Request, inner: Inner, state: State) -> Response:
    return _each_copy(request, await inner(request), lambda copy: copy | {"parent_profile_id": copy["id"]})


@breaks("AP-UAP-002")
async def copies_share_the_ids_of_budgets(request: Request, inner: Inner, state: State) -> Response:
    def share(copy: Object) -> Object:
        for number, budget in enumerate(_budgets(copy)):
            budget["id"] = f"budget-{number}"
        return copy

    return _each_copy(request, await inner(request), share)


@breaks("AP-UAP-002")
async def provider_configs_of_the_profile(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "getAccessProfile" and response.status == 200:
        configs = response.json["access_profile"]["provider_configs"]
        state.memory["ids"] = [config["id"] for config in configs]

    def reuse(copy: Object) -> Object:
        for config, known in zip(copy["provider_configs"], state.memory.get("ids", ()), strict=False):
            config["id"] = known
        return copy

    return _each_copy(request, response, reuse)


@breaks("AP-UAP-002")
async def providers_lose_their_rate_limits(request: Request, inner: Inner, state: State) -> Response:
    def lose(copy: Object) -> Object:
        for config in copy["provider_configs"]:
            config.pop("rate_limit", None)
        return copy

    return _each_copy(request, await inner(request), lose)


@breaks("AP-UAP-002")
async def copy_has_no_mcp_tools(request: Request, inner: Inner, state: State) -> Response:
    return _each_copy(request, await inner(request), lambda copy: copy | {"mcp_tool_overrides": []})


@breaks("AP-UAP-002")
async def usage_of_another_user(request: Request, inner: Inner, state: State) -> Response:
    return _each_budget(request, await inner(request), lambda budget: budget | {"current_usage": 0.5})


@breaks("AP-UAP-003")
async def month_of_31_days(request: Request, inner: Inner, state: State) -> Response:
    def longer(budget: Object) -> Object:
        return _lasting(budget, timedelta(days=31)) if budget["reset_duration"] == "1M" else budget

    response = await inner(request)
    rolls = not _is_aligned(response)
    return _each_budget(request, response, longer) if rolls else response


@breaks("AP-UAP-003")
async def next_reset_counts_from_now(request: Request, inner: Inner, state: State) -> Response:
    def later(budget: Object) -> Object:
        end = _instant(budget["next_reset"]) + timedelta(milliseconds=250)
        return budget | {"next_reset": _text(end)}

    return _each_budget(request, await inner(request), later)


@breaks("AP-UAP-003")
async def window_that_has_ended(request: Request, inner: Inner, state: State) -> Response:
    return _each_budget(request, await inner(request), lambda budget: _moved(budget, -1))


@breaks("AP-UAP-003")
async def window_to_come(request: Request, inner: Inner, state: State) -> Response:
    return _each_budget(request, await inner(request), lambda budget: _moved(budget, 1))


@breaks("AP-UAP-003")
async def tokens_reset_with_requests(request: Request, inner: Inner, state: State) -> Response:
    def together(copy: Object) -> Object:
        for holder in (copy, *copy["provider_configs"]):
            limit = holder.get("rate_limit")
            if limit:
                limit["token_next_reset"] = limit["request_next_reset"]
        return copy

    return _each_copy(request, await inner(request), together)


@breaks("AP-UAP-004")
async def midnight_of_another_time_zone(request: Request, inner: Inner, state: State) -> Response:
    return _aligned_budgets(request, await inner(request), ("1d",), lambda begin: begin - timedelta(hours=2))


@breaks("AP-UAP-004")
async def week_begins_on_sunday(request: Request, inner: Inner, state: State) -> Response:
    return _aligned_budgets(request, await inner(request), ("1w",), lambda begin: begin - timedelta(days=1))


@breaks("AP-UAP-004")
async def quarters_begin_in_january(request: Request, inner: Inner, state: State) -> Response:
    def calendar_quarter(begin: datetime) -> datetime:
        return begin.replace(month=(begin.month - 1) // 3 * 3 + 1)

    return _aligned_budgets(request, await inner(request), ("1Q",), calendar_quarter)


@breaks("AP-UAP-004")
async def hours_are_aligned(request: Request, inner: Inner, state: State) -> Response:
    def full_hour(begin: datetime) -> datetime:
        # Close after a full hour nobody could tell; the hour before is as wrong.
        return (begin - timedelta(seconds=10)).replace(minute=0, second=0, microsecond=0)

    return _aligned_budgets(request, await inner(request), ("1h",), full_hour)


@breaks("AP-UAP-004")
async def aligned_windows_end_as_rolling_ones(request: Request, inner: Inner, state: State) -> Response:
    def thirty_days(budget: Object) -> Object:
        return _lasting(budget, timedelta(days=93)) if budget["reset_duration"] == "1Q" else budget

    response = await inner(request)
    return _each_budget(request, response, thirty_days) if _is_aligned(response) else response


@breaks("AP-UAP-004")
async def alignment_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "createAccessProfile" and request.json.get("calendar_aligned"):
        return await inner(request.with_json({**request.json, "calendar_aligned": False}))
    return await inner(request)


@breaks("AP-UAP-005")
async def override_takes_the_place_of_the_limit(request: Request, inner: Inner, state: State) -> Response:
    def replaced(budget: Object) -> Object:
        return budget | {"effective_max_limit": budget.get("override_amount", budget["max_limit"])}

    return _each_budget(request, await inner(request), replaced)


@breaks("AP-UAP-005")
async def limit_of_zero_is_none(request: Request, inner: Inner, state: State) -> Response:
    def unlimited(budget: Object) -> Object:
        return budget if budget["max_limit"] else budget | {"effective_max_limit": 1e9}

    return _each_budget(request, await inner(request), unlimited)


@breaks("AP-UAP-005")
async def override_raises_every_budget(request: Request, inner: Inner, state: State) -> Response:
    def raised(copy: Object) -> Object:
        amount = max((budget.get("override_amount", 0) for budget in _budgets(copy)), default=0)
        for budget in _budgets(copy):
            budget["effective_max_limit"] = budget["max_limit"] + amount
        return copy

    return _each_copy(request, await inner(request), raised)


@breaks("AP-UAP-005")
async def override_outlives_its_removal(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "deleteUserAccessProfileBudgetOverride":
        return Response(200, (("content-type", "application/json"),), b"{}")
    return await inner(request)


@breaks("AP-UAP-006")
async def values_in_clear(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status in (200, 201) and "virtual_key" in response.json:
        key = response.json["virtual_key"]
        state.memory[key["id"]] = key["value"]

    def show(copy: Object) -> Object:
        values = copy["virtual_key_values"]
        return copy | {"virtual_key_values": {i: state.memory.get(i, v) for i, v in values.items()}}

    return _each_copy(request, response, show)


@breaks("AP-UAP-006")
async def value_of_the_first_key_alone(request: Request, inner: Inner, state: State) -> Response:
    def first(copy: Object) -> Object:
        return copy | {"virtual_key_values": dict(list(copy["virtual_key_values"].items())[:1])}

    return _each_copy(request, await inner(request), first)


@breaks("AP-UAP-006")
async def ids_of_the_first_key_alone(request: Request, inner: Inner, state: State) -> Response:
    return _each_copy(
        request, await inner(request), lambda copy: copy | {"virtual_key_ids": copy["virtual_key_ids"][:1]}
    )


@breaks("AP-UAP-007")
async def nobody_holds_nothing(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == LIST and response.status == 404:
        return Response(200, (("content-type", "application/json"),), b'{"access_profiles": []}')
    return response


@breaks("AP-UAP-007")
async def nobody_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == LIST and response.status == 404 else response


def _with_copies(
    request: Request, response: Response, change: Callable[[list[Object]], list[Object]]
) -> Response:
    """A list of copies, changed; any other answer as it is."""
    if request.operation_id != LIST or response.status != 200:
        return response
    return response.with_json({"access_profiles": change(response.json["access_profiles"])})


def _each_copy(request: Request, response: Response, change: Callable[[Object], Object]) -> Response:
    return _with_copies(request, response, lambda copies: [change(copy) for copy in copies])


def _each_budget(request: Request, response: Response, change: Callable[[Object], Object]) -> Response:
    def changed(copy: Object) -> Object:
        for budget in _budgets(copy):
            budget.update(change(dict(budget)))
        return copy

    return _each_copy(request, response, changed)


def _aligned_budgets(
    request: Request, response: Response, durations: tuple[str, ...], begin: Callable[[datetime], datetime]
) -> Response:
    """A list of copies in which some windows of aligned copies begin elsewhere, and end as much so."""

    def changed(budget: Object) -> Object:
        if budget["reset_duration"] not in durations:
            return budget
        began = _instant(budget["last_reset"])
        shift = begin(began) - began
        return budget | {
            "last_reset": _text(began + shift),
            "next_reset": _text(_instant(budget["next_reset"]) + shift),
        }

    return _each_budget(request, response, changed) if _is_aligned(response) else response


def _is_aligned(response: Response) -> bool:
    body = response.json
    copies = body.get("access_profiles", []) if isinstance(body, dict) else []
    return any(copy.get("calendar_aligned") for copy in copies)


def _budgets(copy: Object) -> Iterator[Object]:
    for holder in (copy, *copy["provider_configs"]):
        yield from holder["budgets"]


def _moved(budget: Object, windows: int) -> Object:
    begin, end = _instant(budget["last_reset"]), _instant(budget["next_reset"])
    shift = (end - begin) * windows
    return budget | {"last_reset": _text(begin + shift), "next_reset": _text(end + shift)}


def _lasting(budget: Object, length: timedelta) -> Object:
    return budget | {"next_reset": _text(_instant(budget["last_reset"]) + length)}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
