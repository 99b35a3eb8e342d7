"""Statements that are compiled once.

Core builds, looks up and unpacks a statement anew each time, which takes SQLite ten times as long as the
statement itself. On SQLite a prepared statement goes straight to the driver, which keeps it prepared, too. On
PostgreSQL, where the trip to the server is what costs, it goes through Core.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, Delete, Dialect, Insert, Select, Update, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine

Statement: TypeAlias = Select[Any] | Insert | Update | Delete
"""What can be prepared: a statement whose values are `bindparam`s, none of them expanding."""

Conversion: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement that is compiled once, when it is first sent."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._on_sqlite: _Compiled | None = None

    def rows(self, connection: Connection, **values: object) -> Sequence[Any]:
        """Send it, and return its rows; columns are their attributes."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).all()
        compiled = self._on_sqlite or self._compiled(connection.dialect)
        return compiled.rows(send(connection, compiled.sql, compiled.parameters(values)))

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
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).rowcount
        compiled = self._on_sqlite or self._compiled(connection.dialect)
        return send(connection, compiled.sql, compiled.parameters(values)).rowcount

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Send it once for many values."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, rows)
            return
        compiled = self._on_sqlite or self._compiled(connection.dialect)
        send(connection, compiled.sql, [compiled.parameters(values) for values in rows], many=True)

    def _compiled(self, dialect: Dialect) -> "_Compiled":
        self._on_sqlite = _compiled(self._statement, dialect)
        return self._on_sqlite


def bound(*columns: str) -> dict[str, BindParameter[Any]]:
    """Return columns with a parameter of the same name for each, for `values` of a statement."""
    return {name: bindparam(name) for name in columns}


def send(
    connection: Connection, sql: str, parameters: Sequence[Any] = (), *, many: bool = False
) -> sqlite3.Cursor:
    """Send SQL to SQLite past Core; whoever listens for statements is told of it, as Core would.

    Args:
        connection: Core's.
        sql: a statement in SQLite's words.
        parameters: the values of its `?`.
        many: whether there are several such lists, and the statement is sent for each of them.

    Raises:
        DBAPIError: as Core would raise it.
    """
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, None, sql, parameters, None, many)
    driver: Any = connection.connection.dbapi_connection
    try:
        sent: sqlite3.Cursor = (driver.executemany if many else driver.execute)(sql, parameters)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            sql, parameters, error, sqlite3.Error, dialect=connection.dialect
        ) from error
    return sent


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in SQLite's words, with what turns values into SQLite's and back.

    Attributes:
        sql: the statement.
        binds: for each `?` its value's name, what stands for one that is not given, and a conversion.
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

    def rows(self, cursor: Iterable[Sequence[Any]]) -> list[Any]:
        """Return rows as the driver gives them as named tuples."""
        found = []
        for row in cursor:
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
