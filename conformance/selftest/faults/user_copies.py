"""Faults of the list of what a user holds."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import On, on, piling_up, remembering, sends
from conformance.selftest.faults.profiles import COPIES, CREATE, GET
from conformance.selftest.faults.virtual_keys import knowing_values
from conformance.selftest.middleware import Fault, success

Object = dict[str, Any]

_list = on(COPIES, status=200)
_COPY = "/access_profiles/*"


def _is_aligned(body: Any) -> bool:
    return any(copy.get("calendar_aligned") for copy in body["access_profiles"])


_aligned_list = on(COPIES, status=200, where=_is_aligned)
_rolling_list = on(COPIES, status=200, where=lambda body: not _is_aligned(body))


def _budgets(copy: Object) -> Iterator[Object]:
    for holder in (copy, *copy["provider_configs"]):
        yield from holder["budgets"]


def _each_budget(change: Callable[[Object], Object], lists: On = _list, duration: str | None = None) -> On:
    """Give the budgets in lists of copies other members, all of them or those of a duration."""

    def changed(copy: Object) -> Object:
        for budget in _budgets(copy):
            if duration in (None, budget["reset_duration"]):
                budget.update(change(budget))
        return copy

    return lists.edit(_COPY, changed)


def _windows(duration: str, begin: Callable[[datetime], datetime]) -> On:
    """Begin some windows of aligned copies elsewhere in lists, and end them as much so."""
    return _each_budget(
        lambda budget: _shifted(
            budget, begin(_instant(budget["last_reset"])) - _instant(budget["last_reset"])
        ),
        _aligned_list,
        duration,
    )


def _lasting(duration: str, length: timedelta, lists: On) -> On:
    """Give windows of a duration another length in lists."""
    return _each_budget(
        lambda budget: {"next_reset": _text(_instant(budget["last_reset"]) + length)}, lists, duration
    )


def _moved(windows: int) -> On:
    """Show another window for each in lists."""
    return _each_budget(lambda budget: _shifted(budget, _length(budget) * windows))


def _length(budget: Object) -> timedelta:
    return _instant(budget["next_reset"]) - _instant(budget["last_reset"])


def _shifted(budget: Object, shift: timedelta) -> Object:
    return {name: _text(_instant(budget[name]) + shift) for name in ("last_reset", "next_reset")}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _full_hour(begin: datetime) -> datetime:
    # Close after a full hour nobody could tell; the hour before is as wrong.
    return (begin - timedelta(seconds=10)).replace(minute=0, second=0, microsecond=0)


def _with_numbered_budgets(copy: Object) -> Object:
    for number, budget in enumerate(_budgets(copy)):
        budget["id"] = f"budget-{number}"
    return copy


def _with_ids(copy: Object, ids: list[Any]) -> Object:
    for config, known in zip(copy["provider_configs"], ids, strict=False):
        config["id"] = known
    return copy


def _with_one_reset(copy: Object) -> Object:
    for holder in (copy, *copy["provider_configs"]):
        if limit := holder.get("rate_limit"):
            limit["token_next_reset"] = limit["request_next_reset"]
    return copy


def _with_every_budget_raised(copy: Object) -> Object:
    amount = max((budget.get("override_amount", 0) for budget in _budgets(copy)), default=0)
    for budget in _budgets(copy):
        budget["effective_max_limit"] = budget["max_limit"] + amount
    return copy


FAULTS: dict[str, Fault] = {
    "AP-UAP-001/copies_of_everybody": piling_up(_list, "access_profiles"),
    "AP-UAP-001/only_the_first_copy": _list.edit("/access_profiles", lambda copies: copies[:1]),
    "AP-UAP-001/a_copy_for_each_provider_and_key": _list.edit(
        "/access_profiles", lambda copies: [*copies, *copies]
    ),
    "AP-UAP-001/id_of_the_copy_as_its_parent": _list.merge(_COPY, parent_profile_id=itemgetter("id")),
    "AP-UAP-002/copies_share_the_ids_of_budgets": _list.edit(_COPY, _with_numbered_budgets),
    "AP-UAP-002/provider_configs_of_the_profile": remembering(
        on(GET, status=200),
        lambda _, response: [each["id"] for each in response.json["access_profile"]["provider_configs"]],
        lambda ids: _list.edit(_COPY, lambda copy: _with_ids(copy, ids[-1] if ids else [])),
    ),
    "AP-UAP-002/providers_lose_their_rate_limits": _list.drop(f"{_COPY}/provider_configs/*/rate_limit"),
    "AP-UAP-002/copy_has_no_mcp_tools": _list.set(f"{_COPY}/mcp_tool_overrides", []),
    "AP-UAP-002/usage_of_another_user": _each_budget(lambda _: {"current_usage": 0.5}),
    "AP-UAP-003/month_of_31_days": _lasting("1M", timedelta(days=31), _rolling_list),
    "AP-UAP-003/next_reset_counts_from_now": _each_budget(
        lambda budget: {"next_reset": _text(_instant(budget["next_reset"]) + timedelta(milliseconds=250))}
    ),
    "AP-UAP-003/window_that_has_ended": _moved(-1),
    "AP-UAP-003/window_to_come": _moved(1),
    "AP-UAP-003/tokens_reset_with_requests": _list.edit(_COPY, _with_one_reset),
    "AP-UAP-004/midnight_of_another_time_zone": _windows("1d", lambda begin: begin - timedelta(hours=2)),
    "AP-UAP-004/week_begins_on_sunday": _windows("1w", lambda begin: begin - timedelta(days=1)),
    "AP-UAP-004/quarters_begin_in_january": _windows(
        "1Q", lambda begin: begin.replace(month=(begin.month - 1) // 3 * 3 + 1)
    ),
    "AP-UAP-004/hours_are_aligned": _windows("1h", _full_hour),
    "AP-UAP-004/aligned_windows_end_as_rolling_ones": _lasting("1Q", timedelta(days=93), _aligned_list),
    "AP-UAP-004/alignment_is_forgotten": on(CREATE, when=sends("calendar_aligned")).send(
        calendar_aligned=False
    ),
    "AP-UAP-005/override_takes_the_place_of_the_limit": _each_budget(
        lambda budget: {"effective_max_limit": budget.get("override_amount", budget["max_limit"])}
    ),
    "AP-UAP-005/limit_of_zero_is_none": _each_budget(
        lambda budget: {} if budget["max_limit"] else {"effective_max_limit": 1e9}
    ),
    "AP-UAP-005/override_raises_every_budget": _list.edit(_COPY, _with_every_budget_raised),
    "AP-UAP-005/override_outlives_its_removal": on("deleteUserAccessProfileBudgetOverride").reply(
        success({})
    ),
    "AP-UAP-006/values_in_clear": knowing_values(
        lambda values: _list.edit(
            f"{_COPY}/virtual_key_values",
            lambda shown: {key: dict(values).get(key, value) for key, value in shown.items()},
        )
    ),
    "AP-UAP-006/value_of_the_first_key_alone": _list.edit(
        f"{_COPY}/virtual_key_values", lambda values: dict(list(values.items())[:1])
    ),
    "AP-UAP-006/ids_of_the_first_key_alone": _list.edit(f"{_COPY}/virtual_key_ids", lambda ids: ids[:1]),
    "AP-UAP-007/nobody_holds_nothing": on(COPIES, status=404).reply(success({"access_profiles": []})),
    "AP-UAP-007/nobody_is_400": on(COPIES, status=404).refuse(400),
}
