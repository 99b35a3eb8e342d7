"""One transaction: the statements of each kind of record, on one connection."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from store.api import Record
from store.sql.api_keys import SqlApiKeys
from store.sql.audit import SqlAudit
from store.sql.copies import SqlCopies
from store.sql.profiles import SqlProfiles
from store.sql.roles import SqlRoles
from store.sql.transfer import dump, load
from store.sql.users import SqlUsers
from store.sql.virtual_keys import SqlVirtualKeys


class SqlTransaction:
    """Reads and writes on one connection; whoever made the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self.profiles = SqlProfiles(connection)
        self.roles = SqlRoles(connection)
        self.users = SqlUsers(connection)
        self.copies = SqlCopies(connection)
        self.virtual_keys = SqlVirtualKeys(connection)
        self.api_keys = SqlApiKeys(connection)
        self.audit = SqlAudit(connection)
        self._connection = connection

    def dump(self) -> Iterator[Record]:
        """Yield everything that the store keeps."""
        return dump(self._connection)

    def load(self, records: Iterable[Record]) -> None:
        """Keep everything that another store yielded."""
        load(self._connection, records)
