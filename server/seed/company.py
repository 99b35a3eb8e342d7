"""Seeds a company. The same number makes the same company, and what is there already stays as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.errors import Conflict
from handlers.access_profiles import (
    activate_access_profile,
    clone_access_profile,
    create_access_profile,
    deactivate_access_profile,
    update_access_profile,
)
from handlers.context import Context
from handlers.propagation import propagate_access_profile
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role
from server.process.clock import system_clock
from server.seed.dependencies import FOUNDED, Dependencies, Progress
from server.seed.people import seed_exceptions, seed_people, seed_usage
from store.api import ProfileFilter, ReadTransaction, Store


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
    now: datetime | None = None,
    progress: Progress = lambda _what, _made, _total: None,
) -> SeedReport:
    """Make the company in a store: templates with a history, roles, people, and what they hold and used.

    Args:
        store: a migrated store.
        number: the seed; the same number makes the same company.
        users: how many people work there.
        now: the present; usage is that of windows that hold it. The clock's by default.
        progress: is told how far it is.

    Raises:
        Unavailable: the store cannot be used.
    """
    around = Dependencies(store, number, now or system_clock(), progress)
    company = _company()
    holders_before = _holders(store)
    made_profiles = _seed_profiles(around, company["profiles"])
    made_roles = _seed_roles(around, company["roles"])
    _attach(around, company["roles"], made={*made_profiles, *made_roles})
    with store.read() as tx:
        profile_ids, role_ids = _profile_ids(tx), _role_ids(tx)
    people = seed_people(around, company, users, profile_ids=profile_ids, role_ids=role_ids)
    _seed_history(around, company["history"], profile_ids, made=made_profiles)
    seed_usage(around, people)
    seed_exceptions(around, company, people)
    return SeedReport(
        profiles=len(made_profiles),
        roles=len(made_roles),
        users=len(people),
        copies=_holders(store) - holders_before,
    )


def is_seeded(store: Store) -> bool:
    """Return whether the store holds any profile."""
    with store.read() as tx:
        return tx.profiles.list(ProfileFilter(), limit=1, offset=0).total_count > 0


@cache
def _company() -> Mapping[str, Any]:
    path = Path(__file__).with_name("company.yaml")
    company: Mapping[str, Any] = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    return company


def _seed_profiles(around: Dependencies, profiles: Sequence[Mapping[str, Any]]) -> set[str]:
    """Make the profiles that are not there, and return their names."""
    made: set[str] = set()
    at = FOUNDED
    for index, given in enumerate(profiles):
        name = given["profile"]["name"]
        random = around.random(name)
        at += timedelta(days=random.randint(1, 9), minutes=random.randint(0, 480))
        context = around.context(at, random)
        try:
            reply = create_access_profile(context, given["profile"])
        except Conflict:
            pass
        else:
            made.add(name)
            if given["is_active"]:
                activate_access_profile(context, reply.body["access_profile"]["id"])
        around.progress("profiles", index + 1, len(profiles))
    return made


def _seed_roles(around: Dependencies, roles: Sequence[Mapping[str, Any]]) -> set[str]:
    """Make the roles that are not there, and return their names."""
    context = around.context(FOUNDED, around.random("roles"))
    made: set[str] = set()
    for role in roles:
        try:
            create_role(context, {"name": role["name"], "description": role["description"]})
        except Conflict:
            continue
        made.add(role["name"])
    return made


def _attach(around: Dependencies, roles: Sequence[Mapping[str, Any]], *, made: set[str]) -> None:
    """Attach profiles to roles where one of the two was made now; the first profile is the default."""
    context = around.context(FOUNDED + timedelta(days=80), around.random("attachments"))
    with around.store.read() as tx:
        profile_ids, role_ids = _profile_ids(tx), _role_ids(tx)
    for role in roles:
        for name in role["profiles"]:
            if made & {name, role["name"]}:
                attach_roles_to_access_profile(
                    context,
                    profile_ids[name],
                    {"role_ids": [role_ids[role["name"]]], "is_default": name == role["profiles"][0]},
                )


def _seed_history(
    around: Dependencies,
    history: Sequence[Mapping[str, Any]],
    profile_ids: Mapping[str, int],
    *,
    made: set[str],
) -> None:
    """Let happen to the profiles that were made now what the company did with them."""
    for index, event in enumerate(history):
        if event["profile"] in made:
            at = FOUNDED + timedelta(days=event["day"])
            _happen(around.context(at, around.random(f"event {index}")), profile_ids[event["profile"]], event)


def _happen(context: Context, profile_id: int, event: Mapping[str, Any]) -> None:
    if "update" in event:
        update_access_profile(context, profile_id, None, event["update"])
    if "propagate" in event:
        propagate_access_profile(context, profile_id, event["propagate"])
    if "clone" in event:
        clone_access_profile(context, profile_id, event["clone"])
    if event.get("deactivate", False):
        deactivate_access_profile(context, profile_id)


def _profile_ids(tx: ReadTransaction) -> dict[str, int]:
    return dict(_named_profiles(tx))


def _named_profiles(tx: ReadTransaction) -> Iterator[tuple[str, int]]:
    size = 100
    offset = 0
    while rows := tx.profiles.list(ProfileFilter(), limit=size, offset=offset).rows:
        yield from ((profile.name, profile.id) for profile in rows)
        offset += size


def _role_ids(tx: ReadTransaction) -> dict[str, int]:
    return {role.name: role.id for role in tx.roles.list()}


def _holders(store: Store) -> int:
    """Return how many copies of profiles users hold."""
    with store.read() as tx:
        return sum(tx.profiles.get(profile_id).user_count for _, profile_id in _named_profiles(tx))
