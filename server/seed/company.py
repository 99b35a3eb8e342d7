"""Seeds a company. The same number makes the same company, and what is there already stays as it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml

from domain.errors import Conflict
from domain.policies import put_in_force, terms_of
from domain.records import AccessProfile, NewUserAccessProfile, User
from handlers.access_profiles import create_access_profile
from handlers.context import Context, Principal
from server.security import random_text
from store.api import ProfileFilter, Store, WriteTransaction

FOUNDED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""When the company's first profile was made."""

BATCH = 50
"""How many users are kept in one transaction."""

Progress = Callable[[str, int, int], None]
"""Is told what is being made, how many there are by now, and how many there will be."""


@dataclass(frozen=True, slots=True)
class SeedReport:
    """How many of each were made now; what was there already does not count."""

    profiles: int
    roles: int
    users: int
    copies: int


def seed_company(
    store: Store,
    *,
    number: int = 1,
    users: int = 300,
    progress: Progress = lambda _what, _made, _total: None,
) -> SeedReport:
    """Make the company in a store.

    Args:
        store: a migrated store.
        number: the seed; the same number makes the same company.
        users: how many people work there.
        progress: is told how far it is.

    Raises:
        Unavailable: the store cannot be used.
    """
    company = _company()
    profiles = _seed_profiles(store, company["profiles"], number, progress)
    roles = _seed_roles(store, company["roles"])
    _attach(store, company["roles"])
    made_users, copies = _seed_users(store, company, users, number, progress)
    return SeedReport(profiles=profiles, roles=roles, users=made_users, copies=copies)


def is_seeded(store: Store) -> bool:
    """Return whether the store holds any profile."""
    with store.read() as tx:
        return tx.profiles.list(ProfileFilter(), limit=1, offset=0).total_count > 0


@cache
def _company() -> Mapping[str, Any]:
    path = Path(__file__).with_name("company.yaml")
    company: Mapping[str, Any] = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    return company


def _seed_profiles(
    store: Store, profiles: Sequence[Mapping[str, Any]], number: int, progress: Progress
) -> int:
    made = 0
    now = FOUNDED
    for index, given in enumerate(profiles):
        random = _random(number, given["profile"]["name"])
        now += timedelta(days=random.randint(1, 9), minutes=random.randint(0, 480))
        context = Context(
            store=store,
            now=now,
            new_id=_line_ids(random),
            random_text=random_text,
            principal=Principal("seed", frozenset("*")),
            base_path="/api",
            permissions=frozenset(),
        )
        try:
            # The same way in as for any client, so that the demo cannot hold what the API would refuse.
            reply = create_access_profile(context, given["profile"])
        except Conflict:
            pass
        else:
            made += 1
            if given["is_active"]:
                with store.write() as tx:
                    tx.profiles.set_active(reply.body["access_profile"]["id"], is_active=True)
        progress("profiles", index + 1, len(profiles))
    return made


def _seed_roles(store: Store, roles: Sequence[Mapping[str, Any]]) -> int:
    with store.write() as tx:
        present = {role.name for role in tx.roles.list()}
        missing = [role for role in roles if role["name"] not in present]
        for role in missing:
            tx.roles.add(role["name"], role["description"], FOUNDED)
    return len(missing)


def _attach(store: Store, roles: Sequence[Mapping[str, Any]]) -> None:
    with store.write() as tx:
        role_ids = {role.name: role.id for role in tx.roles.list()}
        profile_ids = {profile.name: profile.id for profile in _all_profiles(tx)}
        for role in roles:
            for name in role["profiles"]:
                is_default = name == role["profiles"][0]
                tx.roles.attach(profile_ids[name], role_ids[role["name"]], is_default=is_default)


def _seed_users(
    store: Store, company: Mapping[str, Any], count: int, number: int, progress: Progress
) -> tuple[int, int]:
    with store.read() as tx:
        present = set(tx.users.ids())
    people = _people(company, count, _random(number, "people"))
    made = copies = passed = 0
    while batch := list(islice(people, BATCH)):
        with store.write() as tx:
            role_ids = {role.name: role.id for role in tx.roles.list()}
            profiles = {profile.name: profile for profile in _all_profiles(tx)}
            for person in batch:
                if person.id not in present:
                    tx.users.add(
                        User(person.id, person.name, person.email, role_ids[person.role], person.joined)
                    )
                    random = _random(number, person.id)
                    for name in person.profiles:
                        tx.copies.add(_copy(tx, profiles[name], person, random))
                        copies += 1
                    made += 1
        passed += len(batch)
        progress("users", passed, count)
    return made, copies


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    email: str
    role: str
    joined: datetime
    profiles: tuple[str, ...]


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
        held = [role["profiles"][0]]
        if random.random() < company["share_with_second_profile"]:
            held.append(random.choice([name for name in extras if name not in held]))
        yield _Person(
            id=account,
            name=f"{first} {last}",
            email=f"{account}@example.com",
            role=role["name"],
            joined=FOUNDED + timedelta(days=random.randint(90, 240), minutes=random.randint(0, 480)),
            profiles=tuple(held),
        )


def _copy(
    tx: WriteTransaction, profile: AccessProfile, person: _Person, random: Random
) -> NewUserAccessProfile:
    terms = terms_of(profile.policy)
    provider_config_ids = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
    return NewUserAccessProfile(
        user_id=person.id,
        parent_profile_id=profile.id,
        name=profile.name,
        policy=put_in_force(
            terms,
            line_id=_line_ids(random),
            provider_config_id=provider_config_ids.__next__,
            now=person.joined,
        ),
        created_at=person.joined,
    )


def _all_profiles(tx: WriteTransaction) -> Iterator[AccessProfile]:
    size = 100
    offset = 0
    while rows := tx.profiles.list(ProfileFilter(), limit=size, offset=offset).rows:
        yield from rows
        offset += size


def _random(number: int, what: str) -> Random:
    """Return a source for one thing alone, so that what is skipped does not change what comes after."""
    # Not for secrets: what is drawn must come out the same again.
    return Random(f"{number}/{what}")  # noqa: S311


def _line_ids(random: Random) -> Callable[[], str]:
    return lambda: str(UUID(int=random.getrandbits(128), version=4))
