"""Every filter and every order of the store's protocol is served by an index, on SQLite and on PostgreSQL."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, PrimaryKeyConstraint, UniqueConstraint, event

from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    ApiKey,
    AuditAction,
    AuditLog,
    Group,
    Role,
    User,
    UserAccessProfile,
    VirtualKey,
)
from store.api import AuditFilter, ProfileFilter, ReadTransaction, Record
from store.api.transfer import Attachment, LastId, Numbered
from store.registry import open_store
from store.sql.engine import SqlStore
from store.sql.tables import metadata
from store.testsuite.samples import EMPTY, NOW, digest
from tests.store.backends import new_database_url

ROWS = 2_000
"""How many rows each table has: enough for PostgreSQL to prefer an index."""

SMALL = {"access_profile_totals"}
"""Tables that do not grow."""


@dataclass(frozen=True, slots=True)
class Query:
    """A read of the protocol, and what it must be served by.

    Attributes:
        read: does it.
        sqlite: what SQLite searches by, in its own words, or the index whose order it follows; `alone` when
            it needs no row of the table.
        postgresql: the indexes that PostgreSQL uses.
    """

    read: Callable[[ReadTransaction], object]
    sqlite: frozenset[str]
    postgresql: frozenset[str]


def query(read: Callable[[ReadTransaction], object], sqlite: str, postgresql: str) -> Query:
    """Return a query; what serves it is separated by semicolons."""
    return Query(read, frozenset(sqlite.split("; ")), frozenset(postgresql.split("; ")))


def profiles(**conditions: Any) -> Callable[[ReadTransaction], object]:
    return lambda tx: tx.profiles.list(ProfileFilter(**conditions), limit=25, offset=50)


def audit(**conditions: Any) -> Callable[[ReadTransaction], object]:
    return lambda tx: tx.audit.list(AuditFilter(**conditions), limit=25, offset=0)


QUERIES: Mapping[str, Query] = {
    "a profile": query(
        lambda tx: tx.profiles.get(7),
        "access_profiles (rowid=?); role_attachments (access_profile_id=?); roles (rowid=?)",
        "pk_access_profiles; uq_role_attachments_access_profile_id; pk_roles",
    ),
    "profiles": query(
        profiles(), "ix_access_profiles_order alone; access_profiles (rowid=?)", "pk_access_profiles"
    ),
    "profiles in a state": query(
        profiles(is_active=True),
        "access_profiles (is_active=?) alone; access_profiles (rowid=?)",
        "ix_access_profiles_is_active; pk_access_profiles",
    ),
    "profiles with a tag": query(
        profiles(tags=("tag 7",)),
        "access_profile_tags (tag=?); access_profiles (rowid=?)",
        "pk_access_profile_tags; pk_access_profiles",
    ),
    "profiles with a text in their name": query(
        profiles(search="file 00007"),
        "access_profile_names; access_profiles (rowid=?)",
        "ix_access_profiles_name_trigrams",
    ),
    # Every name is looked at, but no row is read whole that does not match.
    "profiles with a letter in their name": query(
        profiles(search="7"),
        "ix_access_profiles_order alone; access_profiles (rowid=?)",
        "pk_access_profiles",
    ),
    "profiles with a letter in their name, in a state": query(
        profiles(search="7", is_active=True),
        "access_profiles (is_active=?) alone; access_profiles (rowid=?)",
        "pk_access_profiles; ix_access_profiles_is_active",
    ),
    "profiles with a tag in a state": query(
        profiles(tags=("tag 7",), is_active=True), "access_profile_tags (tag=?)", "pk_access_profile_tags"
    ),
    "versions": query(
        lambda tx: tx.profiles.versions(7),
        "access_profile_versions (access_profile_id=?)",
        "uq_access_profile_versions_access_profile_id",
    ),
    "a version": query(
        lambda tx: tx.profiles.version(7, 1),
        "access_profile_versions (access_profile_id=? AND version=?)",
        "uq_access_profile_versions_access_profile_id",
    ),
    "attachments of a role": query(
        lambda tx: tx.roles.attachments(7), "role_attachments (role_id=?)", "ix_role_attachments_role_id"
    ),
    "a user": query(
        lambda tx: tx.users.get("user 0007"), "users (id=?); group_members (user_id=?)", "pk_users"
    ),
    "ids of users": query(lambda tx: tx.users.ids(), "sqlite_autoindex_users_1", "pk_users"),
    "members of a role": query(lambda tx: tx.users.in_role(7), "users (role_id=?)", "ix_users_role_id"),
    "members of groups": query(
        lambda tx: tx.users.in_groups(["group 0007"]),
        "group_members (group_id=?); users (id=?)",
        "pk_group_members; pk_users",
    ),
    "a copy": query(lambda tx: tx.copies.get(7), "user_access_profiles (rowid=?)", "pk_user_access_profiles"),
    "a user's copy of a profile": query(
        lambda tx: tx.copies.find("user 0007", 8),
        "user_access_profiles (user_id=? AND parent_profile_id=?)",
        "uq_user_access_profiles_user_id",
    ),
    "copies of a user": query(
        lambda tx: tx.copies.of_user("user 0007"),
        "user_access_profiles (user_id=?)",
        "uq_user_access_profiles_user_id",
    ),
    "copies of a profile": query(
        lambda tx: list(tx.copies.of_profile(7)),
        "user_access_profiles (parent_profile_id=? AND id>?)",
        "ix_user_access_profiles_parent_profile_id",
    ),
    "a virtual key by its secret": query(
        lambda tx: tx.virtual_keys.find(digest("7")),
        "virtual_keys (secret_hash=?)",
        "uq_virtual_keys_secret_hash",
    ),
    "virtual keys of a user": query(
        lambda tx: tx.virtual_keys.of_user("user 0007"),
        "virtual_keys (user_id=?)",
        "ix_virtual_keys_user_id",
    ),
    "an API key by its secret": query(
        lambda tx: tx.api_keys.find(digest("7")), "api_keys (secret_hash=?)", "uq_api_keys_secret_hash"
    ),
    "audit rows of a profile": query(
        audit(access_profile_id=7), "audit_logs (access_profile_id=?)", "ix_audit_logs_access_profile_id"
    ),
    "audit rows of a user": query(
        audit(user_id="user 0007"), "audit_logs (user_id=?)", "ix_audit_logs_user_id"
    ),
    "audit rows of an action": query(audit(action="clone"), "audit_logs (action=?)", "ix_audit_logs_action"),
    "audit rows of a profile's action": query(
        audit(access_profile_id=7, action="clone"),
        "audit_logs (access_profile_id=?)",
        "ix_audit_logs_access_profile_id",
    ),
}


def records() -> Iterator[Record]:
    """Yield what gives every table its rows."""
    actions = list(AuditAction)
    kinds: Sequence[Callable[[int], Record]] = (
        lambda n: Role(n, f"Role {n}", None, NOW),
        lambda n: Group(f"group {n:04}", "A group"),
        lambda n: User(f"user {n:04}", "A user", "user@example.com", n, NOW, (f"group {n:04}",)),
        lambda n: AccessProfile(
            n, f"Profile {n:05}", None, (f"tag {n % 500}",), n % 10 == 0, 1, EMPTY, NOW, NOW
        ),
        lambda n: AccessProfileVersion(n, n, 1, f"Profile {n:05}", None, "{}", "ada", NOW),
        lambda n: Attachment(n, n, n, is_default=False),
        lambda n: UserAccessProfile(
            n,
            f"user {n:04}",
            n % 100 + 1,
            "copy",
            EMPTY,
            NOW,
            is_active=True,
            expires_at=None,
            granted_by_role_id=None,
        ),
        lambda n: VirtualKey(f"vk {n:04}", f"user {n:04}", n, f"key {n}", None, digest(f"{n}"), "…", NOW),
        lambda n: ApiKey(n, f"key {n}", digest(f"{n}"), "bfst-…", (), NOW, None, None),
        lambda n: AuditLog(
            n,
            n,
            f"user {n:04}",
            "ada",
            actions[n % len(actions)],
            None,
            None,
            None,
            NOW + timedelta(seconds=n),
        ),
    )
    yield from (LastId(of, ROWS) for of in Numbered)
    yield from (make(number) for make in kinds for number in range(1, ROWS + 1))


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    with closing(grown_store(new_database_url("sqlite", tmp_path_factory.mktemp("plans")))) as store:
        yield store


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    url = new_database_url("postgresql", tmp_path_factory.mktemp("plans"))
    with closing(grown_store(url)) as store:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield store


def grown_store(url: str) -> SqlStore:
    store = open_store(url)
    assert isinstance(store, SqlStore)
    store.migrate()
    with store.write() as tx:
        tx.load(records())
    return store


def explained(
    store: SqlStore, read: Callable[[ReadTransaction], object], explain: str, *settings: str
) -> Iterator[Any]:
    """Yield the rows that explain each statement of a read, with settings of the database."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        sent.append((statement, parameters))

    with store.read() as tx:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            read(tx)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        connection = tx.api_keys._connection
        for setting in settings:
            connection.exec_driver_sql(setting)
        for statement, parameters in sent:
            yield from connection.exec_driver_sql(f"{explain} {statement}", parameters)


_STEP = re.compile(
    r"(?P<how>SEARCH|SCAN) (?P<table>\w+)"
    r"(?: USING (?P<alone>COVERING )?(?:INDEX (?P<index>\w+)|(?:INTEGER )?PRIMARY KEY))?"
    r"(?P<virtual> VIRTUAL TABLE INDEX \S+)?(?: (?P<by>\(.*\)))?"
)


def steps_of_sqlite(store: SqlStore, read: Callable[[ReadTransaction], object]) -> Iterator[tuple[str, bool]]:
    """Yield what SQLite searches by, and whether it looks at every row of a table that grows."""
    for row in explained(store, read, "EXPLAIN QUERY PLAN"):
        step = _STEP.match(row.detail)
        if step is None or (step["table"] not in metadata.tables and not step["virtual"]):
            continue
        what = f"{step['table']} {step['by']}" if step["by"] else step["index"] or step["table"]
        served = step["by"] or step["index"] or step["virtual"] or step["table"] in SMALL
        yield what, not served
        if step["alone"]:
            yield f"{what} alone", False


def steps_of_postgresql(
    store: SqlStore, read: Callable[[ReadTransaction], object]
) -> Iterator[tuple[str, bool]]:
    """Yield what PostgreSQL scans, and whether it looks at every row of a table that grows."""

    def scans(plan: dict[str, Any]) -> Iterator[tuple[str, bool]]:
        if plan["Node Type"] == "Seq Scan":
            yield plan["Relation Name"], plan["Relation Name"] not in SMALL
        elif "Index Name" in plan:
            yield plan["Index Name"], False
        for part in plan.get("Plans", ()):
            yield from scans(part)

    # To read a table of this size whole can be cheapest. What still does without an index has none.
    for (plans,) in explained(store, read, "EXPLAIN (FORMAT JSON)", "SET LOCAL enable_seqscan = off"):
        yield from scans(plans[0]["Plan"])


@pytest.mark.parametrize("name", QUERIES)
def test_sqlite_serves_it_by_an_index(sqlite: SqlStore, name: str) -> None:
    steps = list(steps_of_sqlite(sqlite, QUERIES[name].read))

    assert [step for step, reads_all in steps if reads_all] == []
    assert QUERIES[name].sqlite <= {step for step, _ in steps}


@pytest.mark.parametrize("name", QUERIES)
def test_postgresql_serves_it_by_an_index(postgresql: SqlStore, name: str) -> None:
    steps = list(steps_of_postgresql(postgresql, QUERIES[name].read))

    assert [step for step, reads_all in steps if reads_all] == []
    assert QUERIES[name].postgresql <= {step for step, _ in steps}


def test_every_foreign_key_is_served_by_an_index() -> None:
    """Or else removing a row would look at every row that could refer to it."""
    for table in metadata.sorted_tables:
        leading = {
            next(iter(columns)).name
            for columns in (
                *(index.columns for index in table.indexes),
                *(
                    constraint.columns
                    for constraint in table.constraints
                    if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
                ),
            )
        }
        for column in table.columns:
            assert not column.foreign_keys or column.name in leading, f"{table.name}.{column.name}"
