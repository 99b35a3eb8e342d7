"""Templates, and users who hold copies of them, with usage."""

from collections.abc import Callable
from dataclasses import replace

from domain.errors import NotFound
from domain.lines import with_lines
from domain.policies import instantiate
from domain.records import (
    AuditLog,
    Budget,
    Group,
    NewAccessProfile,
    Policy,
    PolicyTerms,
    User,
    UserAccessProfile,
)
from handlers.actions.provisioning import give_copy
from handlers.context import Context
from store.api import AuditFilter

SPENT_MICROS = 42_000_000
USED = 7


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


def hold(context: Context, profile_id: int, *user_ids: str, group_ids: tuple[str, ...] = ()) -> None:
    """Make users, in groups, each of whom holds a copy and has used some of every limit."""
    with context.store.write() as tx:
        known = {group.id for group in tx.users.groups()}
        for group_id in set(group_ids) - known:
            tx.users.add_group(Group(group_id, group_id))
        profile = tx.profiles.get(profile_id).profile
        for user_id in user_ids:
            try:
                tx.users.get(user_id)
            except NotFound:
                tx.users.add(User(user_id, user_id, "a@example.com", None, context.now, group_ids))
            copy = give_copy(tx, context, profile, user_id).copy
            tx.copies.save(replace(copy, policy=used(copy.policy)))


def change_copy(
    context: Context, user_id: str, profile_id: int, change: Callable[[UserAccessProfile], UserAccessProfile]
) -> None:
    """Change a copy in the store."""
    copy = copy_of(context, user_id, profile_id)
    with context.store.write() as tx:
        tx.copies.save(change(copy))


def copy_of(context: Context, user_id: str, profile_id: int) -> UserAccessProfile:
    """Return a copy as it is kept."""
    with context.store.read() as tx:
        found = tx.copies.find(user_id, profile_id)
    assert found is not None
    return found


def policy_of(context: Context, user_id: str, profile_id: int) -> Policy:
    """Return the policy of a copy as it is kept."""
    return copy_of(context, user_id, profile_id).policy


def used(policy: Policy) -> Policy:
    """Return the policy with some usage of every limit."""
    return with_lines(
        policy,
        budget=lambda line: replace(line, current_usage_micros=SPENT_MICROS),
        rate_limit=lambda line: replace(line, token_current_usage=USED, request_current_usage=USED + 1),
    )


def spent(policy: Policy) -> dict[str, int]:
    """Return the micro-dollars of usage of a policy's own budgets, by duration."""
    return {line.terms.reset_duration.value: line.current_usage_micros for line in policy.budgets}


def budget(policy: Policy, duration: str) -> Budget:
    """Return a policy's own budget of a duration."""
    return next(line for line in policy.budgets if line.terms.reset_duration == duration)


def audit_rows(context: Context, action: str | None = None) -> list[AuditLog]:
    """Return the audit rows but those of copies that were given, the newest first."""
    with context.store.read() as tx:
        rows = tx.audit.list(AuditFilter(action=action), limit=100, offset=0).rows
    return [row for row in rows if "user_assign" not in (row.metadata or "")]


def _in_force(context: Context, terms: PolicyTerms) -> Policy:
    with context.store.write() as tx:
        ids = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
    return instantiate(terms, line_id=context.new_id, provider_config_id=ids.__next__, now=context.now)
