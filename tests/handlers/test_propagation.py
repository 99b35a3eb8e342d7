"""propagateAccessProfile, on every backend."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import NotFound, Unavailable
from domain.overrides import with_override
from domain.propagation import PropagatedField
from domain.records import (
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    OverrideMode,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)
from domain.usage import rolled_forward
from handlers import propagation
from handlers.context import Context, Principal
from handlers.contract_types import PropagateRequest, PropagateResponse
from handlers.propagation import propagate_access_profile
from store.memory import MemoryStore
from tests.domain.strategies import POLICY_TERMS
from tests.handlers.charged_copies import (
    SPENT_MICROS,
    USED,
    add_template,
    audit_rows,
    budget,
    change_copy,
    change_template,
    copy_of,
    hold,
    policy_of,
    spent,
    used,
)
from tests.handlers.samples import NOW
from tests.store.wrappers import FaultyStore, Moment

MONTHLY = BudgetTerms(50_000_000, ResetDuration.MONTH)
WEEKLY = BudgetTerms(20_000_000, ResetDuration.WEEK)
HIGHER = BudgetTerms(80_000_000, ResetDuration.MONTH)
LIMIT = RateLimitTerms(1_000, ResetDuration.DAY, 60, ResetDuration.HOUR)
ALL_FIELDS: PropagateRequest = {
    "fields": [
        "provider_configs",
        "budgets",
        "rate_limit",
        "mcp_tool_groups",
        "mcp_servers",
        "mcp_tool_overrides",
    ]
}
EXCLUDED = MCPGrants(tool_overrides=(MCPToolOverride("github", "delete", OverrideAction.EXCLUDE),))


def run(context: Context, profile_id: int, body: PropagateRequest) -> PropagateResponse:
    return propagate_access_profile(context, profile_id, body).body


def quarterly(start_month: int | None) -> PolicyTerms:
    return PolicyTerms(budgets=(BudgetTerms(1, ResetDuration.QUARTER, start_month),))


def test_a_raised_limit_keeps_what_was_spent_in_its_window(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY, WEEKLY)))
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada", profile_id)
    later = replace(context, now=NOW + timedelta(days=3))
    change_template(later, profile_id, PolicyTerms(budgets=(WEEKLY, HIGHER)))

    run(later, profile_id, {"fields": ["budgets"]})

    after = policy_of(context, "ada", profile_id)
    assert after.budgets == (before.budgets[1], replace(before.budgets[0], terms=HIGHER))
    assert spent(after) == {"1M": SPENT_MICROS, "1w": SPENT_MICROS}


def test_a_limit_below_what_was_spent_is_legal(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada")
    lower = BudgetTerms(1, ResetDuration.MONTH)
    change_template(context, profile_id, PolicyTerms(budgets=(lower,)))

    run(context, profile_id, {"fields": ["budgets"]})

    after = policy_of(context, "ada", profile_id)
    assert (after.budgets[0].terms, spent(after)) == (lower, {"1M": SPENT_MICROS})


def test_a_line_with_other_windows_begins_without_usage(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada", profile_id)
    later = replace(context, now=NOW + timedelta(days=3))
    change_template(later, profile_id, PolicyTerms(budgets=(WEEKLY,)))

    run(later, profile_id, {"fields": ["budgets"]})

    [line] = policy_of(context, "ada", profile_id).budgets
    assert (line.current_usage_micros, line.created_at, line.last_reset) == (0, later.now, later.now)
    with context.store.read() as tx:
        template = tx.profiles.get(profile_id).profile.policy
    assert line.id not in {before.budgets[0].id, template.budgets[0].id}


@pytest.mark.parametrize(
    ("before", "after", "usage"),
    [(2, 5, SPENT_MICROS), (None, 1, SPENT_MICROS), (4, None, SPENT_MICROS), (2, 3, 0), (None, 2, 0)],
)
def test_quarters_are_the_same_windows_when_they_begin_in_the_same_months(
    context: Context, before: int | None, after: int | None, usage: int
) -> None:
    profile_id = add_template(context, quarterly(before))
    hold(context, profile_id, "ada")
    change_template(context, profile_id, quarterly(after))

    run(context, profile_id, {"fields": ["budgets"]})

    [line] = policy_of(context, "ada", profile_id).budgets
    assert (line.terms.quarter_start_month, line.current_usage_micros) == (after, usage)


def test_scopes_are_kept_apart(context: Context) -> None:
    openai = ProviderTerms("openai", budgets=(MONTHLY,))
    profile_id = add_template(context, PolicyTerms(provider_configs=(openai,)))
    hold(context, profile_id, "ada")
    azure = ProviderTerms("azure", budgets=(HIGHER,))
    terms = PolicyTerms(
        provider_configs=(azure, replace(openai, all_models_allowed=True)), budgets=(MONTHLY,)
    )
    change_template(context, profile_id, terms)
    [before] = policy_of(context, "ada", profile_id).provider_configs

    run(context, profile_id, {"fields": ["provider_configs", "budgets"]})

    after = policy_of(context, "ada", profile_id)
    fresh, kept = after.provider_configs
    assert kept == replace(before, all_models_allowed=True)
    assert (fresh.budgets[0].current_usage_micros, spent(after)) == (0, {"1M": 0})
    assert fresh.id != before.id


def test_each_counter_of_a_rate_limit_keeps_its_own_window(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(rate_limit=LIMIT))
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada", profile_id).rate_limit
    assert before is not None
    terms = replace(LIMIT, token_max_limit=5_000, request_reset_duration=ResetDuration.WEEK)
    change_template(context, profile_id, PolicyTerms(rate_limit=terms))
    later = replace(context, now=NOW + timedelta(minutes=5))

    run(later, profile_id, {"fields": ["rate_limit"]})

    after = policy_of(context, "ada", profile_id).rate_limit
    assert after == replace(before, terms=terms, request_current_usage=0)


def test_a_rate_limit_without_a_common_window_is_another_one(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(rate_limit=LIMIT))
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada", profile_id).rate_limit
    terms = RateLimitTerms(request_max_limit=5, request_reset_duration=ResetDuration.DAY)
    change_template(context, profile_id, PolicyTerms(rate_limit=terms))

    run(context, profile_id, {"fields": ["rate_limit"]})

    after = policy_of(context, "ada", profile_id).rate_limit
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert (after.token_current_usage, after.request_current_usage) == (0, 0)


def test_usage_is_reset_in_the_chosen_fields_alone(context: Context) -> None:
    provider = ProviderTerms("openai", budgets=(MONTHLY,), rate_limit=LIMIT)
    terms = PolicyTerms(provider_configs=(provider,), budgets=(MONTHLY,), rate_limit=LIMIT)
    profile_id = add_template(context, terms)
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada", profile_id)
    assert before.rate_limit is not None

    run(context, profile_id, {"fields": ["budgets"], "reset_usage": True})
    only_budgets = policy_of(context, "ada", profile_id)
    run(context, profile_id, {"fields": ["mcp_servers"], "reset_usage": True})
    assert policy_of(context, "ada", profile_id) == only_budgets
    run(context, profile_id, {"fields": ["provider_configs"], "reset_usage": True})
    budgets_and_providers = policy_of(context, "ada", profile_id)

    [line] = before.budgets
    assert only_budgets == replace(before, budgets=(replace(line, current_usage_micros=0),))
    [config] = budgets_and_providers.provider_configs
    assert config.budgets[0].current_usage_micros == 0
    assert config.rate_limit is not None
    assert (config.rate_limit.token_current_usage, config.rate_limit.request_current_usage) == (0, 0)
    assert budgets_and_providers.rate_limit == before.rate_limit
    assert before.rate_limit.token_current_usage == USED


def test_windows_that_have_ended_are_reset_by_the_way(context: Context) -> None:
    terms = PolicyTerms(budgets=(MONTHLY, WEEKLY), calendar_aligned=True)
    profile_id = add_template(context, terms)
    hold(context, profile_id, "ada")
    change_template(context, profile_id, replace(terms, mcp=MCPGrants(servers=("jira",))))
    later = replace(context, now=datetime(2026, 5, 20, tzinfo=UTC))

    run(later, profile_id, {"fields": ["mcp_servers"]})

    after = policy_of(context, "ada", profile_id)
    assert spent(after) == {"1M": SPENT_MICROS, "1w": 0}
    assert budget(after, "1w").last_reset == datetime(2026, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "aligned"),
    [
        (["budgets"], True),
        (["rate_limit"], True),
        (["provider_configs", "mcp_servers", "mcp_tool_groups", "mcp_tool_overrides"], False),
    ],
)
def test_alignment_travels_with_budgets_and_rate_limits(
    context: Context, fields: list[PropagatedField], aligned: bool
) -> None:
    terms = PolicyTerms(budgets=(MONTHLY,), rate_limit=LIMIT)
    profile_id = add_template(context, terms)
    hold(context, profile_id, "ada")
    change_template(context, profile_id, replace(terms, calendar_aligned=True))

    run(context, profile_id, {"fields": [field.value for field in map(PropagatedField, fields)]})

    assert policy_of(context, "ada", profile_id).calendar_aligned is aligned


def test_turning_alignment_on_keeps_usage_and_moves_the_reset_forward(context: Context) -> None:
    created = replace(context, now=datetime(2026, 1, 20, tzinfo=UTC))
    terms = PolicyTerms(budgets=(MONTHLY,))
    profile_id = add_template(created, terms)
    hold(created, profile_id, "ada")
    change_template(created, profile_id, replace(terms, calendar_aligned=True))

    run(replace(context, now=datetime(2026, 2, 5, tzinfo=UTC)), profile_id, {"fields": ["budgets"]})

    after = policy_of(context, "ada", profile_id)
    assert spent(after) == {"1M": SPENT_MICROS}
    assert after.budgets[0].last_reset == datetime(2026, 2, 1, tzinfo=UTC)
    march = rolled_forward(after, datetime(2026, 3, 1, tzinfo=UTC))
    assert spent(march) == {"1M": 0}
    assert rolled_forward(after, datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)) == after


def test_an_override_survives_with_its_budget_and_goes_with_it(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY, WEEKLY)))
    hold(context, profile_id, "ada")

    def overridden(policy: Policy) -> Policy:
        for line in policy.budgets:
            policy = with_override(
                policy, line.id, amount_micros=5, mode=OverrideMode.CYCLES, cycles=2, now=context.now
            )
        return policy

    change_copy(context, "ada", profile_id, lambda copy: replace(copy, policy=overridden(copy.policy)))
    kept = budget(policy_of(context, "ada", profile_id), "1M").override
    daily = BudgetTerms(1, ResetDuration.DAY)
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER, daily)))

    run(context, profile_id, {"fields": ["budgets"], "reset_usage": True})

    monthly, other = policy_of(context, "ada", profile_id).budgets
    assert kept is not None
    assert (monthly.override, other.override) == (kept, None)


def test_names_and_groups_narrow_down_together(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada", "bob", group_ids=("near",))
    hold(context, profile_id, "carol", group_ids=("near", "far"))
    hold(context, profile_id, "dan")
    other = add_template(context, PolicyTerms(), "Other")
    hold(context, other, "eve", group_ids=("far",))

    for aim, users, skipped in (
        ({}, ["ada", "bob", "carol", "dan"], 0),
        ({"user_ids": [], "group_ids": []}, ["ada", "bob", "carol", "dan"], 0),
        ({"user_ids": ["dan", "ada", "dan"]}, ["ada", "dan"], 0),
        ({"user_ids": ["dan", "eve", "nobody"]}, ["dan"], 2),
        ({"group_ids": ["far"]}, ["carol"], 0),
        ({"group_ids": ["far", "near"]}, ["ada", "bob", "carol"], 0),
        ({"group_ids": ["no such group"]}, [], 0),
        ({"group_ids": ["far"], "user_ids": ["eve", "ada", "carol"]}, ["carol"], 1),
        ({"group_ids": ["near"], "user_ids": ["dan", "nobody"]}, [], 0),
    ):
        body: PropagateRequest = {"fields": ["budgets"], **aim}  # type: ignore[typeddict-item]
        answer = run(context, profile_id, body)
        assert (answer["user_ids"], answer["skipped_users"], answer["failed_users"]) == (users, skipped, 0)
        assert answer["affected_users"] == len(users)


def test_what_cannot_be_used_is_skipped_and_left_alone(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada", "bob", "carol")
    change_copy(context, "ada", profile_id, lambda copy: replace(copy, expires_at=NOW))
    change_copy(context, "bob", profile_id, lambda copy: replace(copy, is_active=False))
    moment = timedelta(microseconds=1)
    change_copy(context, "carol", profile_id, lambda copy: replace(copy, expires_at=NOW + moment))
    before = [copy_of(context, user_id, profile_id) for user_id in ("ada", "bob")]
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,)))

    answer = run(context, profile_id, {"fields": ["budgets"]})

    assert (answer["user_ids"], answer["skipped_users"]) == (["carol"], 2)
    assert [copy_of(context, user_id, profile_id) for user_id in ("ada", "bob")] == before


def test_a_copy_that_would_contradict_itself_fails_alone(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada", "bob")
    change_copy(
        context, "ada", profile_id, lambda copy: replace(copy, policy=replace(copy.policy, mcp=EXCLUDED))
    )
    before = copy_of(context, "ada", profile_id)
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,), mcp=MCPGrants(servers=("github",))))

    answer = run(context, profile_id, {"fields": ["budgets", "mcp_servers"]})

    assert (answer["user_ids"], answer["failed_users"]) == (["bob"], 1)
    assert copy_of(context, "ada", profile_id) == before
    assert policy_of(context, "bob", profile_id).mcp.servers == ("github",)
    both = run(context, profile_id, {"fields": ["mcp_tool_overrides", "mcp_servers"]})
    assert (both["user_ids"], both["failed_users"]) == (["ada", "bob"], 0)


def test_nothing_of_a_copy_but_its_policy_changes(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada")
    with context.store.write() as tx:
        role_id = tx.roles.add("Sales", None, NOW).id
    change_copy(
        context,
        "ada",
        profile_id,
        lambda copy: replace(
            copy, name="Old name", granted_by_role_id=role_id, expires_at=NOW + timedelta(days=9)
        ),
    )
    before = copy_of(context, "ada", profile_id)
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,)))

    run(context, profile_id, ALL_FIELDS)

    after = copy_of(context, "ada", profile_id)
    assert after.policy != before.policy
    assert replace(after, policy=before.policy) == before


def test_a_run_keeps_one_audit_row_and_a_dry_run_none(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    run(context, profile_id, {"fields": ["budgets"]})
    hold(context, profile_id, "ada")
    change_template(context, profile_id, PolicyTerms())
    run(context, profile_id, {"fields": ["budgets"], "dry_run": True})
    assert audit_rows(context, "propagate") == []

    run(context, profile_id, {"fields": ["budgets", "budgets"], "user_ids": ["ada", "nobody"]})

    [row] = audit_rows(context, "propagate")
    assert (row.access_profile_id, row.user_id, row.actor, row.created_at) == (
        profile_id,
        None,
        "tests",
        NOW,
    )
    assert row.metadata is not None
    assert json.loads(row.metadata) == {
        "fields": ["budgets"],
        "reset_usage": False,
        "user_ids": ["ada", "nobody"],
        "group_ids": [],
        "affected_users": 1,
        "failed_users": 0,
        "skipped_users": 1,
    }


def test_a_run_that_cannot_be_committed_leaves_nothing_behind(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada", "bob")
    before = [copy_of(context, user_id, profile_id) for user_id in ("ada", "bob")]
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,)))
    failing = replace(
        context, store=FaultyStore(context.store, lambda moment: moment is Moment.WRITE_COMMITS)
    )

    with pytest.raises(Unavailable):
        run(failing, profile_id, {"fields": ["budgets"]})

    assert [copy_of(context, user_id, profile_id) for user_id in ("ada", "bob")] == before
    assert audit_rows(context, "propagate") == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_no_profile_is_not_found(context: Context, dry_run: bool) -> None:
    with pytest.raises(NotFound):
        run(context, 9, {"fields": ["budgets"], "dry_run": dry_run})


def test_every_batch_gets_ids_of_its_own(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propagation, "BATCH", 2)
    profile_id = add_template(context, PolicyTerms(provider_configs=(ProviderTerms("openai"),)))
    users = [f"user-{number}" for number in range(5)]
    hold(context, profile_id, *users)
    names = ("azure", "openai", "mistral")
    change_template(context, profile_id, PolicyTerms(provider_configs=tuple(map(ProviderTerms, names))))

    assert run(context, profile_id, {"fields": ["provider_configs"]})["user_ids"] == users

    with context.store.read() as tx:
        template = tx.profiles.get(profile_id).profile.policy
    policies = [template, *(policy_of(context, user_id, profile_id) for user_id in users)]
    ids = [config.id for policy in policies for config in policy.provider_configs]
    assert len(set(ids)) == len(ids) == 18


@st.composite
def changes_of_terms(draw: st.DrawFn) -> tuple[PolicyTerms, PolicyTerms]:
    """Return terms, and others that have some lines in common with them, and MCP grants that may clash."""
    old, new = draw(POLICY_TERMS), draw(POLICY_TERMS)
    granted = MCPGrants(servers=("github",))
    old = replace(old, mcp=draw(st.sampled_from([EXCLUDED, granted, MCPGrants()])))
    new = replace(new, mcp=draw(st.sampled_from([EXCLUDED, granted, MCPGrants()])))
    mixed = {each.provider_name: each for each in (*old.provider_configs, *new.provider_configs)}
    configs = draw(st.sampled_from([new.provider_configs, tuple(mixed.values())]))
    return old, replace(new, provider_configs=configs)


@settings(max_examples=150, deadline=None)
@given(
    terms=changes_of_terms(),
    fields=st.lists(st.sampled_from(PropagatedField), min_size=1, max_size=8),
    reset_usage=st.booleans(),
    named=st.none() | st.lists(st.sampled_from(["ada", "bob", "carol", "nobody"]), min_size=1),
    groups=st.none() | st.lists(st.sampled_from(["near", "far", "none"]), min_size=1),
    age=st.timedeltas(timedelta(0), timedelta(days=800)),
)
def test_a_dry_run_says_exactly_what_the_run_does(
    terms: tuple[PolicyTerms, PolicyTerms],
    fields: list[PropagatedField],
    reset_usage: bool,
    named: list[str] | None,
    groups: list[str] | None,
    age: timedelta,
) -> None:
    context = _in_memory()
    profile_id = add_template(context, terms[0])
    hold(context, profile_id, "ada", group_ids=("near",))
    hold(context, profile_id, "bob", group_ids=("near", "far"))
    change_template(context, profile_id, terms[1])
    hold(context, profile_id, "carol", group_ids=("far",))
    change_copy(context, "bob", profile_id, lambda copy: replace(copy, expires_at=NOW + age / 2))
    later = replace(context, now=NOW + age)
    body: PropagateRequest = {"fields": [field.value for field in fields], "reset_usage": reset_usage}
    if named is not None:
        body["user_ids"] = named
    if groups is not None:
        body["group_ids"] = groups
    users = ("ada", "bob", "carol")
    before = {user_id: copy_of(context, user_id, profile_id) for user_id in users}

    dry = run(later, profile_id, {**body, "dry_run": True})
    assert {user_id: copy_of(context, user_id, profile_id) for user_id in users} == before
    wet = run(later, profile_id, body)

    assert {**dry, "applied": True} == wet
    after = {user_id: copy_of(context, user_id, profile_id) for user_id in users}
    changed = {user_id for user_id in users if after[user_id] != before[user_id]}
    assert changed <= set(wet["user_ids"])
    members = {"near": {"ada", "bob"}, "far": {"bob", "carol"}, "none": set[str]()}
    aimed = set(named or users)
    if groups:
        aimed &= set().union(*(members[group] for group in groups))
    assert wet["affected_users"] + wet["failed_users"] + wet["skipped_users"] == len(aimed)
    assert wet["affected_users"] == len(wet["user_ids"])
    for user_id in wet["user_ids"]:
        kept = {line.id: line for line in rolled_forward(before[user_id].policy, later.now).budgets}
        # A copy that nothing but time has changed is not saved, and rolled forward when it is read.
        for line in rolled_forward(after[user_id].policy, later.now).budgets:
            zero = line.id not in kept or (reset_usage and PropagatedField.BUDGETS in fields)
            assert line.current_usage_micros == (0 if zero else kept[line.id].current_usage_micros)


def test_usage_that_is_set_is_seen_by_these_tests() -> None:
    context = _in_memory()
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,), rate_limit=LIMIT))
    hold(context, profile_id, "ada")
    policy = policy_of(context, "ada", profile_id)

    assert policy == used(policy)
    assert spent(policy) == {"1M": SPENT_MICROS}


def _in_memory() -> Context:
    ids = (f"id-{number}" for number in count(1))
    secrets = count(1)
    return Context(
        store=MemoryStore(),
        now=NOW,
        new_id=ids.__next__,
        random_text=lambda length: str(next(secrets)).zfill(length),
        principal=Principal("tests", frozenset("*")),
        base_path="/api",
        permissions=frozenset(),
    )
