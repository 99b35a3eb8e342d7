"""Everything that a database keeps, out and in, a batch of rows at a time.

Tables and records name their parts alike, so that one way of reading and writing serves every kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from domain.names import folded
from domain.records import AccessProfile, AuditAction, User
from store.api import Record
from store.api.transfer import NAMES, LastId, NotEmpty, Unloadable, in_order, missing, references, taken
from store.sql.json_columns import dump_policy, dump_texts, load_policy, load_texts
from store.sql.record_tables import TABLES
from store.sql.sequences import last_ids, set_last_id
from store.sql.tables import (
    access_profile_tags,
    access_profile_totals,
    access_profiles,
    group_members,
    user_access_profiles,
)
from store.sql.users import memberships

BATCH = 1000
"""How many rows are read or written at once."""

_FROM_COLUMN: Mapping[str, Callable[[Any], object]] = {
    "action": AuditAction,
    "policy": load_policy,
    "scopes": load_texts,
    "tags": load_texts,
}

_TO_COLUMN: Mapping[str, Callable[[Any], object]] = {
    "policy": dump_policy,
    "scopes": dump_texts,
    "tags": dump_texts,
}


def dump(connection: Connection) -> Iterator[Record]:
    """Yield everything; see `store.api.ReadTransaction.dump`."""
    _take_your_time(connection)
    yield from last_ids(connection)
    for record_type, table in TABLES.items():
        names = [part.name for part in fields(record_type) if part.name in table.c]
        # An option of the connection would stay with it.
        in_batches = {"yield_per": BATCH}
        statement = select(*(table.c[name] for name in names)).order_by(table.c.id)
        for rows in connection.execute(statement, execution_options=in_batches).partitions():
            groups = memberships(connection, rows) if record_type is User else {}
            for row in rows:
                values = {
                    name: _FROM_COLUMN[name](value) if name in _FROM_COLUMN else value
                    for name, value in zip(names, row, strict=True)
                }
                if record_type is User:
                    values["group_ids"] = tuple(groups.get(row.id, ()))
                yield record_type(**values)  # type: ignore[arg-type]


def load(connection: Connection, records: Iterable[Record]) -> None:
    """Keep everything; see `store.api.WriteTransaction.load`."""
    _take_your_time(connection)
    for record_type, table in TABLES.items():
        if connection.execute(select(table.c.id).limit(1)).first() is not None:
            raise NotEmpty(NAMES[record_type])
    given: list[LastId] = []
    for record_type, of_type in groupby(in_order(records), key=lambda numbered: type(numbered[1])):
        while batch := list(islice(of_type, BATCH)):
            if record_type is LastId:
                given += (record for _, record in batch if isinstance(record, LastId))
            else:
                _insert(connection, record_type, batch)
    _derive(connection)
    for last_id in given:
        set_last_id(connection, last_id)


def _insert(connection: Connection, record_type: type[Record], batch: Sequence[tuple[int, Record]]) -> None:
    """Insert records of one type. When the database refuses, find out which one, and why."""
    try:
        with connection.begin_nested():
            _insert_rows(connection, record_type, [record for _, record in batch])
    except (IntegrityError, DataError) as error:
        if len(batch) == 1:
            [(number, record)] = batch
            raise Unloadable(number, _reason(connection, record, error)) from None
        middle = len(batch) // 2
        _insert(connection, record_type, batch[:middle])
        _insert(connection, record_type, batch[middle:])


def _insert_rows(connection: Connection, record_type: type[Record], records: Sequence[Any]) -> None:
    table = TABLES[record_type]
    names = [part.name for part in fields(record_type) if part.name in table.c]
    rows = [
        {
            name: _TO_COLUMN[name](getattr(record, name)) if name in _TO_COLUMN else getattr(record, name)
            for name in names
        }
        for record in records
    ]
    if record_type is AccessProfile:
        for row, record in zip(rows, records, strict=True):
            row |= {"name_folded": folded(record.name), "user_count": 0}
    connection.execute(insert(table), rows)
    if record_type is AccessProfile:
        tags = [{"tag": tag, "access_profile_id": record.id} for record in records for tag in record.tags]
        if tags:
            connection.execute(insert(access_profile_tags), tags)
    if record_type is User:
        members = [
            {"group_id": group_id, "user_id": record.id}
            for record in records
            for group_id in record.group_ids
        ]
        if members:
            connection.execute(insert(group_members), members)


def _reason(connection: Connection, record: Record, error: IntegrityError | DataError) -> str:
    if isinstance(error, DataError):
        return f"The database cannot keep it: {str(error.orig).splitlines()[0]}."
    for record_type, key in references(record):
        found = select(TABLES[record_type].c.id).where(TABLES[record_type].c.id == key)
        if connection.execute(found).first() is None:
            return missing(record_type, key)
    return taken(record)


def _derive(connection: Connection) -> None:
    """Make again what is kept beside the records: numbers of holders, and totals."""
    holders = (
        select(func.count())
        .where(user_access_profiles.c.parent_profile_id == access_profiles.c.id)
        .scalar_subquery()
    )
    connection.execute(update(access_profiles).values(user_count=holders))
    of_state = (
        select(func.count())
        .where(access_profiles.c.is_active == access_profile_totals.c.is_active)
        .scalar_subquery()
    )
    connection.execute(update(access_profile_totals).values(total=of_state))


def _take_your_time(connection: Connection) -> None:
    """Lift the limits of time of this transaction: whoever takes or brings the records may be slow."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
