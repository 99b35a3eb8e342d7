"""Statements that are compiled once, and go straight to the driver.

Core builds, looks up and unpacks a statement anew each time, which takes ten times as long as SQLite takes
for most statements, and longer than PostgreSQL's driver. Both drivers keep what is sent often prepared.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Update,
    bindparam,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine

Statement: TypeAlias = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete
"""What can be prepared: a statement whose values are `bindparam`s, none of them expanding."""

Conversion: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement that is compiled once for each kind of database, when it is first sent there."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: object) -> Sequence[Any]:
        """Send it, and return its rows; columns are their attributes."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        return compiled.rows(send(connection, compiled.sql, compiled.parameters(values)).fetchall())

    def one(self, connection: Connection, **values: object) -> Any:
        """Send it, and return its only row."""
        [row] = self.rows(connection, **values)
        return row

    def one_or_none(self, connection: Connection, **values: object) -> Any | None:
        """Send it, and return its only row, or None when there is none."""
        rows = self.rows(connection, **values)
        return rows[0] if rows else None

    def run(self, connection: Connection, **values: object) -> int:
        """Send it, and return how many rows it changed."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        changed: int = send(connection, compiled.sql, compiled.parameters(values)).rowcount
        return changed

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Send it once for many values."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        send(connection, compiled.sql, [compiled.parameters(values) for values in rows], many=True)

    def _compile(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled[dialect.name] = _compiled(self._statement, dialect)
        return compiled


def bound(*columns: str) -> dict[str, BindParameter[Any]]:
    """Return columns with a parameter of the same name for each, for `values` of a statement."""
    return {name: bindparam(name) for name in columns}


def send(connection: Connection, sql: str, parameters: Sequence[Any] = (), *, many: bool = False) -> Any:
    """Send SQL past Core, and return the driver's cursor; the next statement may use the same one.

    Whoever listens for statements is told of it, as Core would.

    Args:
        connection: Core's.
        sql: a statement in the database's words.
        parameters: the values of its places.
        many: whether there are several such lists, and the statement is sent for each of them.

    Raises:
        DBAPIError: as Core would raise it. A connection that is lost is closed.
    """
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, None, sql, parameters, None, many)
    pooled = connection.connection
    try:
        cursor = pooled.info.get(_CURSOR)
        if cursor is None:
            cursor = pooled.info[_CURSOR] = pooled.cursor()
        if many:
            cursor.executemany(sql, parameters)
        else:
            cursor.execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, sql, parameters, error) from error
    return cursor


_CURSOR = "cursor of prepared statements"
"""The key of a connection's cursor: to make one anew takes psycopg a third of what a statement takes."""


def _translated(connection: Connection, sql: str, parameters: Sequence[Any], error: Exception) -> Exception:
    """Return what Core raises for a driver's error, and give the connection up if it is lost."""
    dialect: Any = connection.dialect
    driver = connection.connection.dbapi_connection
    is_lost: bool = dialect.is_disconnect(error, driver, None)
    if is_lost:
        # Left open, it would send the next statement on another connection, outside of the transaction.
        connection.invalidate(error)
        connection.close()
    translated: Exception = DBAPIError.instance(
        sql,
        parameters,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=connection.engine.hide_parameters,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    return translated


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in a database's words, with what turns values into the driver's and back.

    Attributes:
        sql: the statement.
        binds: for each place its value's name, what stands for one that is not given, and a conversion.
        make: makes a row of a sequence of values.
        conversions: the places in a row whose values are converted.
    """

    sql: str
    binds: Sequence[tuple[str, object, Conversion | None]]
    make: Callable[[Sequence[Any]], Any]
    conversions: Sequence[tuple[int, Conversion]]

    def parameters(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """Return values in the order of their places."""
        return tuple(
            [
                values.get(name, default) if convert is None else convert(values.get(name, default))
                for name, default, convert in self.binds
            ]
        )

    def rows(self, fetched: Iterable[Sequence[Any]]) -> list[Any]:
        """Return rows as the driver gives them as named tuples."""
        found = []
        for row in fetched:
            values = list(row)
            for place, convert in self.conversions:
                values[place] = convert(values[place])
            found.append(self.make(values))
        return found


def _compiled(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    columns = list(statement.exported_columns)
    result = [(place, _from_driver(column.type, dialect)) for place, column in enumerate(columns)]
    return _Compiled(
        sql=str(compiled),
        binds=[(bind.key, bind.value, _to_driver(bind.type, dialect)) for bind in binds],
        make=_row_type([str(column.key) for column in columns]),
        conversions=[(place, convert) for place, convert in result if convert is not None],
    )


def _row_type(columns: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    """Return what makes a named tuple of a sequence."""
    row_type: Any = namedtuple("Row", columns)  # type: ignore[misc]  # the names are a table's
    return partial(tuple.__new__, row_type)


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Conversion | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> Conversion | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
