"""Writing what may meet a unique value that is taken."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict
from store.sql.connections import savepoint


@contextmanager
def conflict_if_taken(connection: Connection, conflict: Conflict) -> Iterator[None]:
    """Write in the block; a unique value that is taken is told as a conflict, and nothing was written.

    PostgreSQL refuses everything after a failed statement, and a caller may catch the conflict and go on in
    its transaction: there, the block stands in a savepoint. On SQLite a failed statement undoes itself.

    Raises:
        Conflict: the one that is handed in.
    """
    try:
        with nullcontext() if connection.dialect.name == "sqlite" else savepoint(connection):
            yield
    except IntegrityError:
        raise conflict from None
