"""The people of the company: their roles and groups, what they hold, and what they have used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from domain.errors import Conflict
from domain.lines import with_lines
from domain.records import Budget, Policy, RateLimit
from domain.usage import rolled_forward
from handlers.budget_overrides import update_user_access_profile_budget_override
from handlers.user_access_profiles import assign_user_access_profile
from handlers.users import create_user
from handlers.virtual_keys import add_user_virtual_key
from server.seed.dependencies import FOUNDED, Dependencies

BATCH = 50
"""How many users' usage is kept in one transaction."""


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    role: str
    groups: tuple[str, ...]
    joined: datetime
    second_profile: str | None


def seed_people(
    around: Dependencies,
    company: Mapping[str, Any],
    count: int,
    *,
    profile_ids: Mapping[str, int],
    role_ids: Mapping[str, int],
) -> Sequence[str]:
    """Make those of `count` people who are not there yet, and return their ids."""
    with around.store.read() as tx:
        present = set(tx.users.ids())
    made: list[str] = []
    for index, person in enumerate(_people(company, count, around.random("people"))):
        if person.id not in present:
            _join(around, person, profile_ids, role_ids)
            made.append(person.id)
        around.progress("users", index + 1, count)
    return made


def seed_usage(around: Dependencies, user_ids: Sequence[str]) -> None:
    """Let people have used a part of what they may. Usage comes from the gateway, and so not by a handler."""
    remaining = iter(user_ids)
    while batch := list(islice(remaining, BATCH)):
        with around.store.write() as tx:
            for user_id in batch:
                random = around.random(f"usage of {user_id}")
                for copy in tx.copies.of_user(user_id):
                    policy = _used(rolled_forward(copy.policy, around.now), random)
                    tx.copies.save(replace(copy, policy=policy))


def seed_exceptions(around: Dependencies, company: Mapping[str, Any], user_ids: Sequence[str]) -> None:
    """Raise some people's budgets, and give some a second virtual key."""
    for user_id in user_ids:
        random = around.random(f"exceptions of {user_id}")
        context = around.context(around.now, random)
        if random.random() < company["share_with_raised_budget"]:
            with around.store.read() as tx:
                copy = next((copy for copy in tx.copies.of_user(user_id) if copy.policy.budgets), None)
            if copy is not None and copy.parent_profile_id is not None:
                update_user_access_profile_budget_override(
                    context,
                    user_id,
                    copy.parent_profile_id,
                    copy.policy.budgets[0].id,
                    {"amount": random.choice([5, 10, 25]), "mode": "cycles", "cycles": random.randint(1, 3)},
                )
        if random.random() < company["share_with_second_key"]:
            add_user_virtual_key(
                context, user_id, {"name": f"{user_id}-laptop", "description": "For the editor."}
            )


def _join(
    around: Dependencies, person: _Person, profile_ids: Mapping[str, int], role_ids: Mapping[str, int]
) -> None:
    context = around.context(person.joined, around.random(person.id))
    create_user(
        context,
        {
            "id": person.id,
            "name": person.name,
            "email": f"{person.id}@example.com",
            "role_id": role_ids[person.role],
            "group_ids": list(person.groups),
        },
    )
    if person.second_profile is not None:
        try:
            assign_user_access_profile(context, person.id, {"profile_id": profile_ids[person.second_profile]})
        except Conflict:
            # The role gives it already, as somebody changed what was seeded before.
            return


def _people(company: Mapping[str, Any], count: int, random: Random) -> Iterator[_Person]:
    roles = company["roles"]
    weights = [role["share"] for role in roles]
    extras = [given["profile"]["name"] for given in company["profiles"] if given["is_active"]]
    seen: dict[str, int] = {}
    for _ in range(count):
        first, last = random.choice(company["first_names"]), random.choice(company["last_names"])
        account = f"{first}.{last}".lower()
        seen[account] = seen.get(account, 0) + 1
        if seen[account] > 1:
            account += str(seen[account])
        [role] = random.choices(roles, weights)
        has_second = random.random() < company["share_with_second_profile"]
        yield _Person(
            id=account,
            name=f"{first} {last}",
            role=role["name"],
            groups=(role["group"], random.choice(company["offices"])),
            joined=FOUNDED + timedelta(days=random.randint(90, 240), minutes=random.randint(0, 480)),
            second_profile=(
                random.choice([name for name in extras if name != role["profiles"][0]])
                if has_second
                else None
            ),
        )


def _used(policy: Policy, random: Random) -> Policy:
    """Return the policy with some usage in each line; one person in ten is over a limit."""
    share = random.triangular(0, 1.05, 0.4)

    def budget(line: Budget) -> Budget:
        return replace(line, current_usage_micros=round(line.terms.max_limit_micros * share))

    def rate_limit(line: RateLimit) -> RateLimit:
        return replace(
            line,
            token_current_usage=round((line.terms.token_max_limit or 0) * share),
            request_current_usage=round((line.terms.request_max_limit or 0) * share),
        )

    return with_lines(policy, budget=budget, rate_limit=rate_limit)
