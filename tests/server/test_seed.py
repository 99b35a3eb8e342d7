"""The company of the demo: the same each time, made once, and nothing that the API would refuse."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from domain.records import AccessProfile, Policy, ProfileDetail, ProviderConfig, Role
from domain.usage import rolled_forward
from handlers.access_profiles import get_access_profile
from handlers.context import Context, Principal
from server.contract.document import load_contract
from server.contract.schemas import SchemaCompiler
from server.http.authentication import random_text
from server.seed import SeedReport, seed_company
from server.seed.company import is_seeded
from store.api import AuditFilter, ProfileFilter, Store
from store.memory import MemoryStore
from tests.contract.test_schemas import FIRST_PAGE
from tests.serving import ROOT

USERS = 40
COMPANY: dict[str, Any] = yaml.load((ROOT / "server/seed/company.yaml").read_bytes(), yaml.CSafeLoader)


def seeded(number: int = 1, users: int = USERS) -> Store:
    store = MemoryStore()
    seed_company(store, number=number, users=users)
    return store


def profiles(store: Store) -> list[AccessProfile]:
    with store.read() as tx:
        return list(tx.profiles.list(ProfileFilter(), limit=1000, offset=0).rows)


def details(store: Store) -> list[ProfileDetail]:
    with store.read() as tx:
        return [tx.profiles.get(profile.id) for profile in profiles(store)]


def roles(store: Store) -> list[Role]:
    with store.read() as tx:
        return list(tx.roles.list())


def user_ids(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.users.ids())


STORE = seeded()


def test_the_same_number_makes_the_same_company() -> None:
    again = seeded()

    assert details(again) == details(STORE)
    assert roles(again) == roles(STORE)
    assert user_ids(again) == user_ids(STORE)


def test_another_number_makes_another_company_of_the_same_profiles() -> None:
    other = seeded(number=2)

    assert details(other) != details(STORE)
    assert user_ids(other) != user_ids(STORE)
    assert [profile.name for profile in profiles(other)] == [profile.name for profile in profiles(STORE)]


def test_seeding_again_makes_nothing_and_changes_nothing() -> None:
    store = MemoryStore()
    seed_company(store, users=USERS)
    before = details(store), roles(store), user_ids(store)

    assert seed_company(store, users=USERS) == SeedReport(profiles=0, roles=0, users=0, copies=0)

    assert (details(store), roles(store), user_ids(store)) == before


def test_a_company_may_grow() -> None:
    store = seeded(users=15)

    report = seed_company(store, users=USERS)

    assert (report.profiles, report.roles, report.users) == (0, 0, USERS - 15)
    assert user_ids(store) == user_ids(STORE)
    assert [detail.user_count for detail in details(store)] == [
        detail.user_count for detail in details(STORE)
    ]


def test_what_was_there_before_stays_as_it_was() -> None:
    store = MemoryStore()
    with store.write() as tx:
        mine = tx.roles.add("Engineer", "Mine.", datetime(2020, 1, 1, tzinfo=UTC))

    report = seed_company(store, users=5)

    assert roles(store)[0] == mine
    assert report.roles == len(COMPANY["roles"]) - 1


def test_the_report_counts_what_was_made() -> None:
    store = MemoryStore()
    told: list[tuple[str, int, int]] = []

    report = seed_company(
        store, users=USERS, progress=lambda what, made, total: told.append((what, made, total))
    )

    found = details(store)
    assert report.profiles == len(COMPANY["profiles"]) == 13
    # One more was cloned.
    assert len(found) == 14
    assert report.roles == len(roles(store)) == len(COMPANY["roles"]) == 10
    assert report.users == len(user_ids(store)) == USERS
    assert report.copies == sum(detail.user_count for detail in found) >= USERS
    assert told[-1] == ("users", USERS, USERS)
    assert ("profiles", 13, 13) in told


def test_holders_are_spread_over_profiles_and_roles() -> None:
    found = details(STORE)

    held = [detail for detail in found if detail.user_count]
    assert len(held) >= 5
    assert sum(1 for detail in found if not detail.profile.is_active) == 3


def test_every_role_has_exactly_one_default_profile() -> None:
    defaults = Counter(
        attachment.role_name
        for detail in details(STORE)
        for attachment in detail.roles
        if attachment.is_default
    )

    assert defaults == {role["name"]: 1 for role in COMPANY["roles"]}


def test_a_store_is_seeded_when_it_holds_a_profile() -> None:
    assert is_seeded(STORE)
    assert not is_seeded(MemoryStore())


def holders(policy: Policy) -> list[Policy | ProviderConfig]:
    return [policy, *policy.provider_configs]


def line_ids(holder: Policy | ProviderConfig) -> list[str]:
    limit = [holder.rate_limit.id] if holder.rate_limit else []
    return [line.id for line in holder.budgets] + limit


def test_no_line_is_shared() -> None:
    policies = [detail.profile.policy for detail in details(STORE)]

    ids = [line_id for policy in policies for holder in holders(policy) for line_id in line_ids(holder)]
    assert len(ids) > 30
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("given", COMPANY["profiles"], ids=lambda given: given["profile"]["name"])
def test_every_profile_is_a_body_that_the_api_accepts(given: dict[str, Any]) -> None:
    contract = load_contract()
    [create] = [each for each in contract.operations if each.operation_id == "createAccessProfile"]
    assert create.body is not None

    assert SchemaCompiler(contract, request=True).compile(create.body).faults(given["profile"]) == []


def test_the_first_profile_shows_every_field_of_the_apis_first_page() -> None:
    context = Context(
        store=STORE,
        now=datetime.now(UTC),
        new_id=str,
        random_text=random_text,
        principal=Principal("tests", frozenset("*")),
        base_path="/api",
        permissions=frozenset(),
    )

    body = get_access_profile(context, 1).body
    assert body is not None

    assert absent(FIRST_PAGE, body) == []


def absent(expected: Any, found: Any, path: str = "") -> list[str]:
    """Return the places where a body lacks a field, or has an empty list or another type."""
    if isinstance(expected, dict):
        return [
            fault
            for name, member in expected.items()
            for fault in (
                absent(member, found[name], f"{path}/{name}") if name in found else [f"{path}/{name}"]
            )
        ]
    if isinstance(expected, list):
        return absent(expected[0], found[0], f"{path}/0") if found else [f"{path}/0"]
    types: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "instant": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    fits = isinstance(found, types[expected]) and (expected == "boolean" or not isinstance(found, bool))
    return [] if fits else [path]


def test_a_newcomer_sees_versions_audit_rows_overrides_usage_and_keys() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    store = MemoryStore()
    seed_company(store, users=80, now=now)

    with store.read() as tx:
        versions = [tx.profiles.get(profile.id).profile.version for profile in profiles(store)]
        actions = {row.action for row in tx.audit.list(AuditFilter(), limit=10_000, offset=0).rows}
        copies = [copy for user_id in tx.users.ids() for copy in tx.copies.of_user(user_id)]
        keys = [len(tx.virtual_keys.of_user(user_id)) for user_id in tx.users.ids()]
        groups = tx.users.groups()
    budgets = [line for copy in copies for line in rolled_forward(copy.policy, now).budgets]
    assert max(versions) > 1
    assert actions >= {"create", "update", "activate", "deactivate", "attach_role", "propagate", "clone"}
    assert any(line.override for line in budgets)
    assert sum(line.current_usage_micros > 0 for line in budgets) > len(budgets) / 2
    assert max(keys) > 1
    assert len(groups) > 3
