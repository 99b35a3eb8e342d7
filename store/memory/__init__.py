"""The reference store: everything in this process's memory, gone when it ends.

Rows are immutable and tables are copied before their first change in a transaction, so a reader keeps the
state that it began with and a failed write leaves nothing behind. Writers take turns.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from domain.errors import WrongRevision
from store.api import Record, Revision
from store.memory.holdings import MemoryCopies, MemoryVirtualKeys
from store.memory.keys import MemoryApiKeys, MemoryAudit
from store.memory.people import MemoryRoles, MemoryUsers
from store.memory.profiles import MemoryProfiles
from store.memory.state import State, Tables
from store.memory.transfer import dump, load


class MemoryTransaction:
    """Reads and writes one view; only a store's `write()` keeps what was written."""

    def __init__(self, state: State) -> None:
        self.tables = Tables(state)
        self.profiles = MemoryProfiles(self.tables)
        self.roles = MemoryRoles(self.tables)
        self.users = MemoryUsers(self.tables)
        self.copies = MemoryCopies(self.tables)
        self.virtual_keys = MemoryVirtualKeys(self.tables)
        self.api_keys = MemoryApiKeys(self.tables)
        self.audit = MemoryAudit(self.tables)

    def dump(self) -> Iterator[Record]:
        """Yield everything that the store keeps."""
        return dump(self.tables.state)

    def load(self, records: Iterable[Record]) -> None:
        """Keep everything that another store yielded."""
        load(self.tables, records)


class MemoryStore:
    """Keeps everything in memory; see `store.api.Store`."""

    reads_block = False
    writes_block = False

    def __init__(self) -> None:
        self._state = State()
        self._commits = 0
        self._writer = Lock()

    @contextmanager
    def read(self) -> Iterator[MemoryTransaction]:
        """Read the state as it is now."""
        yield MemoryTransaction(self._state)

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        """Change the state; other writers wait until the block ends."""
        with self._writer:
            transaction = MemoryTransaction(self._state)
            yield transaction
            self._state = transaction.tables.state
            # After the state: a reader who has the data version of this commit must see what it wrote.
            self._commits += 1

    def data_version(self) -> object:
        """Return the number of commits."""
        return self._commits

    def check_ready(self) -> None:
        """Return: memory is always ready."""

    def migrate(self, to: str | None = None) -> str:
        """Return: there are no tables to migrate."""
        if to is not None:
            raise WrongRevision("The memory store has no tables, and so no revisions to go to.")
        return "memory"

    def revisions(self) -> Sequence[Revision]:
        """Return none: there are no tables."""
        return ()

    def close(self) -> None:
        """Forget everything."""
        self._state = State()


def open_memory(url: str) -> MemoryStore:
    """Open a new, empty store. Two stores opened at `memory:` share nothing."""
    if url != "memory:":
        raise ValueError(f'The memory store takes no address: write "memory:", not "{url}".')
    return MemoryStore()
