"""What each operation of the store's protocol costs: statements whose number does not grow with the rows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event

from domain.records import (
    AccessProfile,
    AuditAction,
    Group,
    NewAuditLog,
    NewVersion,
    Role,
    User,
    UserAccessProfile,
)
from store.api import AuditFilter, ProfileFilter, Store, WriteTransaction
from store.registry import open_store
from store.testsuite.samples import EMPTY, NOW, digest, new_copy, new_key, new_profile, user, virtual_key
from tests.store.backends import new_database_url
from tests.store.sqlite.crowded import LONER, PROFILE, ROLE, USER, crowd, groups, tags

SIZES = (1, 10, 100)
"""How many there are of whatever an operation reads or changes."""


Act = Callable[[WriteTransaction, int], object]
"""Does one thing in a store with so many of everything."""

STATEMENTS: Mapping[str, tuple[int, Act]] = {
    "profiles.get": (1, lambda tx, _: tx.profiles.get(PROFILE)),
    "profiles.list": (2, lambda tx, _: listed(tx, ProfileFilter())),
    "profiles.list active": (2, lambda tx, _: listed(tx, ProfileFilter(is_active=True))),
    "profiles.list by tags": (2, lambda tx, size: listed(tx, ProfileFilter(tags=tags(size)))),
    "profiles.list by text": (2, lambda tx, _: listed(tx, ProfileFilter(search="profile"))),
    "profiles.versions": (1, lambda tx, _: tx.profiles.versions(PROFILE)),
    "profiles.version": (1, lambda tx, _: tx.profiles.version(PROFILE, 1)),
    "profiles.reserve_provider_config_ids": (
        1,
        lambda tx, size: tx.profiles.reserve_provider_config_ids(size),
    ),
    "profiles.add": (3, lambda tx, size: tx.profiles.add(new_profile("another", tags=tags(size)))),
    # The state and the tags are written beside the profile only when they change.
    "profiles.save": (2, lambda tx, size: tx.profiles.save(saved(size), read_version=1)),
    "profiles.save with other tags": (
        4,
        lambda tx, size: tx.profiles.save(saved(size, more_tags=1), read_version=1),
    ),
    "profiles.save with another state": (
        4,
        lambda tx, size: tx.profiles.save(saved(size, is_active=False), read_version=1),
    ),
    "profiles.set_active": (4, lambda tx, _: tx.profiles.set_active(PROFILE, is_active=False)),
    "profiles.delete": (3, lambda tx, _: tx.profiles.delete(PROFILE)),
    "profiles.add_version": (
        2,
        lambda tx, size: tx.profiles.add_version(NewVersion(PROFILE, size + 1, "p", None, "{}", "ada", NOW)),
    ),
    "roles.get": (1, lambda tx, _: tx.roles.get(ROLE)),
    "roles.list": (1, lambda tx, _: tx.roles.list()),
    "roles.attachments": (1, lambda tx, _: tx.roles.attachments(ROLE)),
    "roles.add": (1, lambda tx, _: tx.roles.add("another", None, NOW)),
    "roles.save": (2, lambda tx, _: tx.roles.save(Role(ROLE, "another", None, NOW))),
    "roles.delete": (1, lambda tx, _: tx.roles.delete(ROLE)),
    "roles.attach again": (3, lambda tx, _: tx.roles.attach(PROFILE, ROLE, is_default=True)),
    "roles.attach": (4, lambda tx, size: tx.roles.attach(PROFILE, size + 1, is_default=True)),
    "roles.detach": (1, lambda tx, _: tx.roles.detach(PROFILE, ROLE)),
    "users.get": (2, lambda tx, _: tx.users.get(USER)),
    "users.list": (3, lambda tx, size: tx.users.list(limit=size, offset=0)),
    "users.ids": (1, lambda tx, _: tx.users.ids()),
    "users.count_in_role": (1, lambda tx, _: tx.users.count_in_role(ROLE)),
    "users.missing_groups": (1, lambda tx, size: tx.users.missing_groups(groups(size))),
    "users.in_role": (1, lambda tx, _: tx.users.in_role(ROLE)),
    "users.in_groups": (1, lambda tx, size: tx.users.in_groups(groups(size))),
    "users.groups": (1, lambda tx, _: tx.users.groups()),
    "users.add": (5, lambda tx, size: tx.users.add(member("new", size))),
    "users.save": (6, lambda tx, size: tx.users.save(member(USER, size))),
    "users.delete": (2, lambda tx, _: tx.users.delete(USER)),
    "users.add_group": (1, lambda tx, _: tx.users.add_group(Group("new", "New"))),
    "copies.get": (1, lambda tx, _: tx.copies.get(1)),
    "copies.find": (1, lambda tx, _: tx.copies.find(USER, PROFILE)),
    "copies.of_user": (1, lambda tx, _: tx.copies.of_user(USER)),
    "copies.of_profile": (1, lambda tx, _: list(tx.copies.of_profile(PROFILE))),
    "copies.add": (
        5,
        lambda tx, _: tx.copies.add(replace(new_copy(LONER, PROFILE), granted_by_role_id=ROLE)),
    ),
    "copies.save": (3, lambda tx, _: tx.copies.save(granted())),
    "copies.save_all": (3, lambda tx, size: tx.copies.save_all([granted()] * size)),
    "copies.delete": (3, lambda tx, _: tx.copies.delete(1)),
    "virtual_keys.get": (1, lambda tx, _: tx.virtual_keys.get("key000")),
    "virtual_keys.find": (1, lambda tx, _: tx.virtual_keys.find(digest("key000"))),
    "virtual_keys.of_user": (1, lambda tx, _: tx.virtual_keys.of_user(USER)),
    "virtual_keys.add": (4, lambda tx, _: tx.virtual_keys.add(virtual_key("new", granted()))),
    "virtual_keys.delete": (1, lambda tx, _: tx.virtual_keys.delete("key000")),
    "api_keys.get": (1, lambda tx, _: tx.api_keys.get(1)),
    "api_keys.find": (1, lambda tx, _: tx.api_keys.find(digest("key 0"))),
    "api_keys.list": (1, lambda tx, _: tx.api_keys.list()),
    "api_keys.add": (2, lambda tx, _: tx.api_keys.add(new_key("another"))),
    "api_keys.revoke": (1, lambda tx, _: tx.api_keys.revoke("key 0", NOW)),
    "audit.list": (2, lambda tx, size: tx.audit.list(AuditFilter(), limit=size, offset=0)),
    "audit.list of a profile": (
        2,
        lambda tx, size: tx.audit.list(AuditFilter(access_profile_id=PROFILE), limit=size, offset=0),
    ),
    "audit.add": (
        1,
        lambda tx, _: tx.audit.add(NewAuditLog(PROFILE, "ada", next(iter(AuditAction)), NOW)),
    ),
}
"""Each operation, what it costs without the transaction's own statements, and how it is done."""


class Undone(Exception):
    """Rolls back what was measured."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[int, Store]]:
    """Give a store of each size."""
    with ExitStack() as stack:
        stores: dict[int, Store] = {}
        for size in SIZES:
            url = new_database_url(request.param, tmp_path_factory.mktemp("crowd"))
            stores[size] = stack.enter_context(closing(open_store(url)))
            stores[size].migrate()
            with stores[size].write() as tx:
                crowd(tx, size)
        yield stores


def statements(store: Store, act: Act, size: int) -> int:
    """Return how many statements something takes, without those that begin and end transactions.

    On PostgreSQL a write that may meet a unique value stands in a savepoint; on SQLite it needs none.
    """
    sent = 0

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal sent
        sent += not statement.startswith(("SAVEPOINT", "RELEASE"))

    with suppress(Undone), store.write() as tx:
        event.listen(Engine, "before_cursor_execute", count)
        try:
            act(tx, size)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        raise Undone
    return sent


@pytest.mark.parametrize("operation", STATEMENTS)
def test_an_operation_costs_so_many_statements_whatever_there_is(
    crowds: Mapping[int, Store], operation: str
) -> None:
    expected, act = STATEMENTS[operation]

    counted = {size: statements(store, act, size) for size, store in crowds.items()}

    assert counted == dict.fromkeys(SIZES, expected)


def test_copies_of_a_profile_are_read_in_batches(
    crowds: Mapping[int, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sql.copies.BATCH", 8)
    _, act = STATEMENTS["copies.of_profile"]

    counted = {size: statements(store, act, size) for size, store in crowds.items()}

    assert counted == {size: size // 8 + 1 for size in SIZES}


def test_every_operation_of_the_protocol_is_counted(crowds: Mapping[int, Store]) -> None:
    with crowds[1].read() as tx:
        operations = {
            f"{kind}.{name}"
            for kind, records in vars(tx).items()
            if not kind.startswith("_")
            for name in dir(records)
            if not name.startswith("_")
        }

    assert {counted.split()[0] for counted in STATEMENTS} == operations


def listed(tx: WriteTransaction, profile_filter: ProfileFilter) -> object:
    return tx.profiles.list(profile_filter, limit=max(SIZES), offset=0)


def saved(size: int, *, more_tags: int = 0, is_active: bool = True) -> AccessProfile:
    """Return the first profile, changed."""
    kept_tags = tags(size + more_tags)
    return AccessProfile(PROFILE, "renamed", None, kept_tags, is_active, 2, EMPTY, NOW, NOW)


def granted() -> UserAccessProfile:
    """Return the first copy, granted by a role."""
    return UserAccessProfile(1, USER, PROFILE, "renamed", EMPTY, NOW, True, None, ROLE)


def member(user_id: str, size: int) -> User:
    """Return a user of the first role, in all groups."""
    return replace(user(user_id, ROLE), group_ids=groups(size))
