"""Plans of what a store shall hold, random ones too, and carrying them out on any store."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from hypothesis import strategies as st

from domain.policies import instantiate
from domain.records import (
    AuditAction,
    Group,
    NewAuditLog,
    NewUserAccessProfile,
    NewVersion,
    PolicyTerms,
    VirtualKey,
)
from store.api import Store, WriteTransaction
from store.testsuite.samples import NOW, digest, new_key, new_profile, user
from tests.domain.strategies import NAMES, POLICY_TERMS


@dataclass(frozen=True)
class Plan:
    """What a store shall hold; numbers stand for places in the other lists."""

    profiles: dict[str, tuple[PolicyTerms, list[str], bool]]
    deleted: set[int]
    roles: list[str]
    deleted_roles: set[int]
    attachments: dict[tuple[int, int], bool]
    groups: list[str]
    users: dict[str, tuple[int | None, set[int]]]
    copies: set[tuple[int, int]]
    virtual_keys: set[int]
    keys: dict[str, bool]
    logs: list[tuple[AuditAction, str | None]]


_PLACES = st.integers(0, 3)

PLANS = st.builds(
    Plan,
    profiles=st.dictionaries(
        NAMES, st.tuples(POLICY_TERMS, st.lists(NAMES, unique=True, max_size=2), st.booleans()), max_size=3
    ),
    deleted=st.sets(_PLACES, max_size=1),
    roles=st.lists(NAMES, unique=True, max_size=3),
    deleted_roles=st.sets(_PLACES, max_size=1),
    attachments=st.dictionaries(st.tuples(_PLACES, _PLACES), st.booleans(), max_size=3),
    groups=st.lists(NAMES, unique=True, max_size=2),
    users=st.dictionaries(NAMES, st.tuples(st.none() | _PLACES, st.sets(_PLACES)), max_size=4),
    copies=st.sets(st.tuples(_PLACES, _PLACES), max_size=4),
    virtual_keys=st.sets(_PLACES, max_size=2),
    keys=st.dictionaries(NAMES, st.booleans(), max_size=2),
    logs=st.lists(st.tuples(st.sampled_from(AuditAction), st.none() | NAMES), max_size=3),
)
EVERYTHING = Plan(
    profiles={"Analyst": (PolicyTerms(), ["eu", "us"], True), "Ökonom": (PolicyTerms(), [], False)},
    deleted={1},
    roles=["ops", "gone", "Straße"],
    deleted_roles={1},
    attachments={(0, 0): True, (0, 2): False, (1, 0): False},
    groups=["staff", "Σ"],
    users={"ada": (0, {0, 1}), "Bob": (None, set())},
    copies={(0, 0), (0, 1), (1, 0)},
    virtual_keys={0, 2},
    keys={"ci": False, "old": True},
    logs=[(AuditAction.CREATE, '{"a": [1, "é"]}'), (AuditAction.DELETE, None)],
)
"""A plan with something of every kind, and of everything that is numbered something that is gone."""


def carry_out(store: Store, plan: Plan) -> None:
    """Do what a plan says on an empty store. The same plan gives every store the same content."""
    with store.write() as tx:
        profile_ids = _add_profiles(tx, plan)
        role_ids = [tx.roles.add(name, None, NOW).id for name in plan.roles]
        for (profile, role), is_default in plan.attachments.items():
            if profile < len(profile_ids) and role < len(role_ids):
                tx.roles.attach(profile_ids[profile], role_ids[role], is_default=is_default)
        for name in plan.groups:
            tx.users.add_group(Group(name, name.upper()))
        for user_id, (place, groups) in plan.users.items():
            role_id = role_ids[place] if place is not None and place < len(role_ids) else None
            group_ids = tuple(name for number, name in enumerate(plan.groups) if number in groups)
            tx.users.add(replace(user(user_id, role_id), group_ids=group_ids))
        _add_copies(tx, plan, profile_ids, role_ids)
        for name, is_revoked in plan.keys.items():
            tx.api_keys.add(new_key(name))
            if is_revoked:
                tx.api_keys.revoke(name, NOW + timedelta(days=1))
        for action, text in plan.logs:
            tx.audit.add(NewAuditLog(None, "ci", action, NOW, user_id=text, new_values=text))
        for place in plan.deleted & set(range(len(profile_ids))):
            tx.profiles.delete(profile_ids[place])
        for place in plan.deleted_roles & set(range(len(role_ids))):
            tx.roles.delete(role_ids[place])


def _add_profiles(tx: WriteTransaction, plan: Plan) -> list[int]:
    profile_ids = []
    lines = count(1)
    for name, (terms, tags, is_active) in plan.profiles.items():
        configs = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
        policy = instantiate(
            terms, line_id=lambda: f"line-{next(lines)}", provider_config_id=configs.__next__, now=NOW
        )
        added = tx.profiles.add(new_profile(name, tags=tags, is_active=is_active, policy=policy))
        tx.profiles.add_version(NewVersion(added.id, 1, name, None, '{"version": 1}', "ci", NOW))
        profile_ids.append(added.id)
    return profile_ids


def _add_copies(tx: WriteTransaction, plan: Plan, profile_ids: list[int], role_ids: list[int]) -> None:
    user_ids = list(plan.users)
    copies = []
    for holder, profile in sorted(plan.copies):
        if holder < len(user_ids) and profile < len(profile_ids):
            kept = tx.profiles.get(profile_ids[profile]).profile
            new = NewUserAccessProfile(user_ids[holder], kept.id, kept.name, kept.policy, NOW)
            if role_ids:
                new = replace(new, granted_by_role_id=role_ids[0], expires_at=NOW + timedelta(days=9))
            copies.append(tx.copies.add(new))
    for place in sorted(plan.virtual_keys & set(range(len(copies)))):
        owner = copies[place]
        name = f"vk {place}"
        tx.virtual_keys.add(
            VirtualKey(f"vk-{9 - place}", owner.user_id, owner.id, name, None, digest(name), "sk-…", NOW)
        )
    if len(copies) > 2:
        tx.copies.delete(copies[-1].id)
