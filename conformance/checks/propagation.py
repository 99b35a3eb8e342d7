"""What a propagation sets in copies, and what it leaves as it is."""

from typing import Any

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_BEFORE: dict[str, Any] = {
    "provider_configs": [samples.provider("openai", budgets=[samples.budget("1d", 3)])],
    "budgets": [samples.budget("1M", 10), samples.budget("1w", 4)],
    "rate_limit": {"request_max_limit": 60, "request_reset_duration": "1h"},
    "mcp_tool_groups": [{"tool_group_id": 4}],
    "mcp_servers": [{"mcp_server_id": "warehouse"}],
    "mcp_tool_overrides": [samples.override("include", "jira", "search")],
}
_AFTER: dict[str, Any] = {
    "provider_configs": [
        samples.provider("openai", allowed_models=["gpt-4o"], budgets=[samples.budget("1d", 5)]),
        samples.provider("anthropic", all_models_allowed=True),
    ],
    "budgets": [samples.budget("1M", 25), samples.budget("1Y", 300)],
    "rate_limit": {"token_max_limit": 9000, "token_reset_duration": "1d"},
    "mcp_tool_groups": [{"tool_group_id": 7}, {"tool_group_id": 2}],
    "mcp_servers": [],
    "mcp_tool_overrides": [samples.override("exclude", "github", "delete_repo")],
}
_WITH_LINES = ["provider_configs", "budgets", "rate_limit"]
_CLOCKS = ("id", "current_usage", "last_reset")


@check("AP-PRO-001")
def chosen_fields(session: Session) -> None:
    """Changes all six fields of a held profile and propagates three of them, then the other three.

    After each run the copy is to have the template's values in the chosen fields, and the others as before.
    """
    held = fixtures.held(session, **_BEFORE)
    fixtures.changed(session, held.profile_id, **_AFTER)
    for fields in (
        ["provider_configs", "rate_limit", "mcp_servers"],
        ["budgets", "mcp_tool_groups", "mcp_tool_overrides"],
    ):
        before = fixtures.copy(session, *held.place)
        answer = propagate(session, held.profile_id, fields)
        after = fixtures.copy(session, *held.place)
        chosen = {name: _AFTER[name] for name in fields}
        expect.equal(expect.missing_parts(after, chosen), [], "differences from the template", answer)
        others = {**after, **{name: before.get(name) for name in fields}}
        expect.equal(others, before, "all that was not chosen", answer)


@check("AP-PRO-006")
def lines_stay(session: Session) -> None:
    """Raises all limits of a held profile, changes the duration of one counter, and propagates.

    Budgets of the copy, its own and a provider's, are to keep id, usage and `last_reset`; its rate limit the
    id and the counter whose duration stayed.
    """
    hourly = samples.rate_limit((100, "1d"), (60, "1h"))
    held = fixtures.held(session, **{**_BEFORE, "rate_limit": hourly})
    before = fixtures.copy(session, *held.place)
    fixtures.changed(
        session,
        held.profile_id,
        provider_configs=[samples.provider("openai", budgets=[samples.budget("1d", 7)])],
        budgets=[samples.budget("1w", 8), samples.budget("1M", 20)],
        rate_limit=samples.rate_limit((200, "1d"), (90, "1w")),
    )
    answer = propagate(session, held.profile_id, _WITH_LINES)
    after = fixtures.copy(session, *held.place)
    _tell_whether_used(session, before)
    for duration in ("1w", "1M"):
        old_clock, new_clock = (_clock(_budget(copy["budgets"], duration)) for copy in (before, after))
        expect.equal(new_clock, old_clock, f"the {duration} budget's clock", answer)
    [old], [new] = before["provider_configs"], after["provider_configs"]
    expect.equal(new["id"], old["id"], "the id of the provider config", answer)
    expect.equal(_clock(new["budgets"][0]), _clock(old["budgets"][0]), "the provider's clock", answer)
    old_limit, new_limit = before["rate_limit"], after.get("rate_limit") or {}
    for name in ("id", "token_current_usage", "token_last_reset"):
        expect.equal(new_limit.get(name), old_limit[name], f"{name} of the rate limit", answer)


@check("AP-PRO-007")
def lines_of_its_own(session: Session) -> None:
    """Adds budgets and a rate limit to a profile that two users hold, and propagates.

    The lines are to have ids that neither the template nor the other copy has, and no usage.
    """
    held = fixtures.held(session)
    users = [held.user_id, fixtures.holder(session, held.profile_id)]
    lines = {"budgets": [samples.budget("1d"), samples.budget("1M")], "rate_limit": _BEFORE["rate_limit"]}
    configs = [samples.provider(**lines)]
    template = fixtures.changed(session, held.profile_id, provider_configs=configs, **lines)
    answer = propagate(session, held.profile_id, _WITH_LINES)
    copies = [fixtures.copy(session, user_id, held.profile_id) for user_id in users]
    ids = [line.get("id") for policy in (template, *copies) for line in holdings.lines(policy)]
    expect.equal(len(ids), 18, "the number of lines of the template and two copies", answer)
    expect.different(ids, "ids of lines", answer)
    usages = [usage for policy in copies for line in holdings.lines(policy) for usage in holdings.usage(line)]
    expect.equal([usage for usage in usages if usage != 0], [], "usage of the lines", answer)


@check("AP-PRO-008")
def overrides(session: Session) -> None:
    """Overrides two budgets of a copy, raises one in the template, removes the other, and propagates.

    The first is to keep its override, on top of the limit that was raised. The second is to be gone, and what
    stands there instead is to have none.
    """
    held = fixtures.held(session, budgets=[samples.budget("1M", 10), samples.budget("1w", 4)])
    for line in fixtures.copy(session, *held.place)["budgets"]:
        body = {"amount": 5, "mode": "cycles", "cycles": 3}
        calls.set_override.done(session, *held.place, line["id"], body)
    fixtures.changed(session, held.profile_id, budgets=[samples.budget("1d", 4), samples.budget("1M", 30)])
    answer = propagate(session, held.profile_id, ["budgets"])
    budgets = fixtures.copy(session, *held.place)["budgets"]
    expect.fields(_budget(budgets, "1M"), answer, override_amount=5, effective_max_limit=35)
    expect.fields(_budget(budgets, "1d"), answer, override_amount=None, effective_max_limit=4)


@check("AP-PRO-009")
def usage_reset(session: Session) -> None:
    """Propagates with `reset_usage` to a copy whose lines all have their place in the template.

    Afterwards each is to have usage 0, and the id and the begin of its window that it had.
    """
    held = fixtures.held(session, **_BEFORE)
    before = fixtures.copy(session, *held.place)
    _tell_whether_used(session, before)
    answer = propagate(session, held.profile_id, _WITH_LINES, reset_usage=True)
    after = fixtures.copy(session, *held.place)
    usages = [usage for line in holdings.lines(after) for usage in holdings.usage(line)]
    expect.holds(all(usage == 0 for usage in usages), "no usage", usages, answer)
    expect.equal(_identities(after), _identities(before), "ids and begins of windows", answer)


@check("AP-PRO-015")
def alignment(session: Session) -> None:
    """Turns `calendar_aligned` of a held profile on and propagates all fields but `budgets` and `rate_limit`.

    The copies are to stay unaligned. Then one gets `budgets`, the other `rate_limit`, and both are to follow.
    """
    held = fixtures.held(session, **_BEFORE)
    second = fixtures.holder(session, held.profile_id)
    fixtures.changed(session, held.profile_id, calendar_aligned=True)
    others = ["provider_configs", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides"]
    for fields, user_id, aligned in (
        (others, held.user_id, False),
        (["budgets"], held.user_id, True),
        (["rate_limit"], second, True),
    ):
        answer = propagate(session, held.profile_id, fields, user_ids=[user_id])
        found = fixtures.copy(session, user_id, held.profile_id).get("calendar_aligned")
        expect.equal(found, aligned, f"calendar_aligned after a run for {', '.join(fields)}", answer)


def propagate(session: Session, profile_id: int, fields: list[str], **options: Any) -> Answer:
    """Propagates a profile, which is to be answered 200."""
    return calls.propagate.done(session, profile_id, {"fields": fields, **options})


def _tell_whether_used(session: Session, copy: Object) -> None:
    """Say that nothing shows what becomes of usage, where there is none."""
    if not any(number for line in holdings.lines(copy) for number in holdings.usage(line)):
        # Usage comes with admission, which the contract does not state yet.
        session.unproved.append("all usage was 0 all along, and no operation of the contract makes any")


def _budget(budgets: list[Object], duration: str) -> Object:
    return next((line for line in budgets if line.get("reset_duration") == duration), {})


def _clock(line: Object) -> Object:
    return {name: line.get(name) for name in _CLOCKS}


def _identities(policy: Object) -> list[Object]:
    return [
        {name: value for name, value in line.items() if name == "id" or name.endswith("last_reset")}
        for line in holdings.lines(policy)
    ]
