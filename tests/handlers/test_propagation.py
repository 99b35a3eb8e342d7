"""propagateAccessProfile, on every backend."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policies import instantiate
from domain.propagation import PropagatedField, propagated
from domain.records import (
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    NewAccessProfile,
    OverrideAction,
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
from handlers.users import create_user
from store.memory import MemoryStore
from tests.domain.samples import Ids
from tests.domain.strategies import POLICY_TERMS
from tests.handlers.kept import copies, log
from tests.handlers.people import assign, charge
from tests.handlers.samples import NOW

MONTHLY = BudgetTerms(50_000_000, ResetDuration.MONTH)
WEEKLY = BudgetTerms(20_000_000, ResetDuration.WEEK)
HIGHER = BudgetTerms(80_000_000, ResetDuration.MONTH)
LIMIT = RateLimitTerms(1_000, ResetDuration.DAY, 60, ResetDuration.HOUR)
OLD = PolicyTerms(
    provider_configs=(ProviderTerms("openai", budgets=(MONTHLY,), rate_limit=LIMIT),),
    budgets=(MONTHLY, WEEKLY),
    rate_limit=LIMIT,
)
NEW = PolicyTerms(
    provider_configs=(
        ProviderTerms("azure", budgets=(HIGHER,)),
        ProviderTerms("openai", all_models_allowed=True, budgets=(HIGHER,), rate_limit=LIMIT),
    ),
    budgets=(WEEKLY, HIGHER, BudgetTerms(1, ResetDuration.DAY)),
    rate_limit=replace(LIMIT, token_max_limit=5_000, request_reset_duration=ResetDuration.WEEK),
    calendar_aligned=True,
    mcp=MCPGrants(servers=("jira",)),
)
EVERY_FIELD: Any = [field.value for field in PropagatedField]
EXCLUDED = MCPGrants(tool_overrides=(MCPToolOverride("github", "delete", OverrideAction.EXCLUDE),))


def add_template(context: Context, terms: PolicyTerms, name: str = "Analyst") -> int:
    """Keep an active template of these terms and return its id."""
    policy = _in_force(context, terms)
    with context.store.write() as tx:
        return tx.profiles.add(NewAccessProfile(name, None, (), policy, context.now, is_active=True)).id


def change_template(context: Context, profile_id: int, terms: PolicyTerms) -> None:
    """Put other terms in force in a template."""
    policy = _in_force(context, terms)
    with context.store.write() as tx:
        kept = tx.profiles.get(profile_id).profile
        changed = replace(kept, policy=policy, version=kept.version + 1)
        tx.profiles.save(changed, read_version=kept.version)


def _in_force(context: Context, terms: PolicyTerms) -> Policy:
    with context.store.write() as tx:
        ids = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
    return instantiate(terms, line_id=context.new_id, provider_config_id=ids.__next__, now=context.now)


def hold(context: Context, profile_id: int, *user_ids: str, group_ids: Sequence[str] = ()) -> None:
    """Make users, in groups, each of whom holds a copy and has used some of every limit."""
    for user_id in user_ids:
        email = f"{user_id}@example.com"
        create_user(context, {"id": user_id, "name": user_id, "email": email, "group_ids": list(group_ids)})
        charge(context, assign(context, user_id, profile_id)["access_profile"]["id"])


def change_copy(context: Context, user_id: str, **changes: object) -> None:
    """Change the copy of a user in the store."""
    [copy] = copies(context, user_id)
    with context.store.write() as tx:
        tx.copies.save(replace(copy, **changes))  # type: ignore[arg-type]


def policy_of(context: Context, user_id: str) -> Policy:
    """Return the policy of a user's copy as it is kept."""
    [copy] = copies(context, user_id)
    return copy.policy


def run(context: Context, profile_id: int, body: PropagateRequest) -> PropagateResponse:
    return propagate_access_profile(context, profile_id, body).body


@pytest.mark.parametrize(
    "fields", [["budgets"], ["rate_limit"], ["provider_configs", "mcp_servers"], EVERY_FIELD]
)
@pytest.mark.parametrize("reset_usage", [False, True])
def test_a_copy_becomes_what_the_rule_makes_of_it(context: Context, fields: Any, reset_usage: bool) -> None:
    profile_id = add_template(context, OLD)
    hold(context, profile_id, "ada")
    before = policy_of(context, "ada")
    assert before.budgets[0].current_usage_micros > 0
    change_template(context, profile_id, NEW)
    with context.store.read() as tx:
        template = tx.profiles.get(profile_id).profile.policy
    # In eight days the weekly window ends.
    later = replace(context, now=NOW + timedelta(days=8), new_id=Ids("fresh").line)

    run(later, profile_id, {"fields": fields, "reset_usage": reset_usage})

    assert policy_of(context, "ada") == propagated(
        before,
        template,
        frozenset(map(PropagatedField, fields)),
        reset_usage=reset_usage,
        line_id=Ids("fresh").line,
        provider_config_id=count(5).__next__,
        now=later.now,
    )


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
    change_copy(context, "ada", expires_at=NOW)
    change_copy(context, "bob", is_active=False)
    change_copy(context, "carol", expires_at=NOW + timedelta(microseconds=1))
    before = [copies(context, user_id) for user_id in ("ada", "bob")]
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,)))

    answer = run(context, profile_id, {"fields": ["budgets"]})

    assert (answer["user_ids"], answer["skipped_users"]) == (["carol"], 2)
    assert [copies(context, user_id) for user_id in ("ada", "bob")] == before


def test_a_copy_that_would_contradict_itself_fails_alone(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada", "bob")
    change_copy(context, "ada", policy=replace(policy_of(context, "ada"), mcp=EXCLUDED))
    before = copies(context, "ada")
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,), mcp=MCPGrants(servers=("github",))))

    answer = run(context, profile_id, {"fields": ["budgets", "mcp_servers"]})

    assert (answer["user_ids"], answer["failed_users"]) == (["bob"], 1)
    assert copies(context, "ada") == before
    assert policy_of(context, "bob").mcp.servers == ("github",)
    both = run(context, profile_id, {"fields": ["mcp_tool_overrides", "mcp_servers"]})
    assert (both["user_ids"], both["failed_users"]) == (["ada", "bob"], 0)


def test_nothing_of_a_copy_but_its_policy_changes(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    hold(context, profile_id, "ada")
    with context.store.write() as tx:
        role_id = tx.roles.add("Sales", None, NOW).id
    expiry = NOW + timedelta(days=9)
    change_copy(context, "ada", name="Old name", granted_by_role_id=role_id, expires_at=expiry)
    [before] = copies(context, "ada")
    change_template(context, profile_id, PolicyTerms(budgets=(HIGHER,)))

    run(context, profile_id, {"fields": EVERY_FIELD})

    [after] = copies(context, "ada")
    assert after.policy != before.policy
    assert replace(after, policy=before.policy) == before


def test_a_run_keeps_one_audit_row_and_a_dry_run_none(context: Context) -> None:
    profile_id = add_template(context, PolicyTerms(budgets=(MONTHLY,)))
    run(context, profile_id, {"fields": ["budgets"]})
    hold(context, profile_id, "ada")
    # Her windows end meanwhile, which is no change of the run's.
    run(replace(context, now=NOW + timedelta(days=40)), profile_id, {"fields": ["budgets"]})
    change_template(context, profile_id, PolicyTerms())
    run(context, profile_id, {"fields": ["budgets"], "dry_run": True})
    assert [row for row in log(context) if row.action == "propagate"] == []

    run(context, profile_id, {"fields": ["budgets", "budgets"], "user_ids": ["ada", "nobody"]})

    [row] = [row for row in log(context) if row.action == "propagate"]
    assert (row.access_profile_id, row.user_id, row.actor, row.created_at) == (
        profile_id,
        None,
        "tests",
        NOW,
    )
    assert json.loads(row.metadata or "") == {
        "fields": ["budgets"],
        "reset_usage": False,
        "user_ids": ["ada", "nobody"],
        "group_ids": [],
        "affected_users": 1,
        "failed_users": 0,
        "skipped_users": 1,
    }


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
    policies = [template, *(policy_of(context, user_id) for user_id in users)]
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
    change_copy(context, "bob", expires_at=NOW + age / 2)
    later = replace(context, now=NOW + age)
    body: PropagateRequest = {"fields": [field.value for field in fields], "reset_usage": reset_usage}
    if named is not None:
        body["user_ids"] = named
    if groups is not None:
        body["group_ids"] = groups
    users = ("ada", "bob", "carol")
    before = {user_id: copies(context, user_id) for user_id in users}

    dry = run(later, profile_id, {**body, "dry_run": True})
    assert {user_id: copies(context, user_id) for user_id in users} == before
    wet = run(later, profile_id, body)

    assert {**dry, "applied": True} == wet
    after = {user_id: copies(context, user_id) for user_id in users}
    changed = {user_id for user_id in users if after[user_id] != before[user_id]}
    assert changed <= set(wet["user_ids"])
    members = {"near": {"ada", "bob"}, "far": {"bob", "carol"}, "none": set[str]()}
    aimed = set(named or users)
    if groups:
        aimed &= set().union(*(members[group] for group in groups))
    assert wet["affected_users"] + wet["failed_users"] + wet["skipped_users"] == len(aimed)
    assert wet["affected_users"] == len(wet["user_ids"])
    for user_id in wet["user_ids"]:
        kept = {line.id: line for line in rolled_forward(before[user_id][0].policy, later.now).budgets}
        # A copy that nothing but time has changed is not saved, and rolled forward when it is read.
        for line in rolled_forward(after[user_id][0].policy, later.now).budgets:
            zero = line.id not in kept or (reset_usage and PropagatedField.BUDGETS in fields)
            assert line.current_usage_micros == (0 if zero else kept[line.id].current_usage_micros)


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
