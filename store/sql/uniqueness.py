"""Writing a row that may meet a unique value that is taken."""

from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from domain.errors import Conflict


def write_or_conflict(
    connection: Connection, statement: ReturningInsert[Any] | ReturningUpdate[Any], conflict: Conflict
) -> Row[Any]:
    """Insert or update one row and return what the statement returns.

    It stands in a savepoint: some databases refuse everything after a failed statement, and a caller may
    catch the conflict and go on in its transaction.

    Raises:
        Conflict: the one that is handed in, when a unique value is taken.
    """
    try:
        with connection.begin_nested():
            return connection.execute(statement).one()
    except IntegrityError:
        raise conflict from None
