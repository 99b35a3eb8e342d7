"""The store's protocol: what every backend promises, and all that handlers know of it.

A unit of work is a context manager. What is read in one `read()` is one consistent state. What is written in
one `write()` is kept as a whole when the block ends, and not at all when the block raises. A method that
refuses (`NotFound`, `Conflict`, `StaleVersion`) has changed nothing; the block may catch it and go on.

Ids that a store gives are positive and ascend. None is given twice, not even after a deletion; a write that
was not kept may leave gaps. `store.testsuite` holds every store to all of this.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from store.api.audit import AuditFilter, AuditReader, AuditWriter
from store.api.keys import ApiKeyReader, ApiKeyWriter
from store.api.pagination import Page
from store.api.people import (
    CopyReader,
    CopyWriter,
    RoleReader,
    RoleWriter,
    UserReader,
    UserWriter,
    VirtualKeyReader,
    VirtualKeyWriter,
)
from store.api.profiles import ProfileFilter, ProfileReader, ProfileWriter
from store.api.revisions import BASE, Revision
from store.api.transfer import Record

__all__ = [
    "BASE",
    "AuditFilter",
    "Opener",
    "Page",
    "ProfileFilter",
    "ReadTransaction",
    "Record",
    "Revision",
    "Store",
    "WriteTransaction",
]


class ReadTransaction(Protocol):
    """One consistent state of the store."""

    @property
    def profiles(self) -> ProfileReader:
        """Templates."""

    @property
    def roles(self) -> RoleReader:
        """Roles and their attachments."""

    @property
    def users(self) -> UserReader:
        """Users and groups."""

    @property
    def copies(self) -> CopyReader:
        """Users' copies of profiles."""

    @property
    def virtual_keys(self) -> VirtualKeyReader:
        """Virtual keys."""

    @property
    def audit(self) -> AuditReader:
        """The audit log."""

    @property
    def api_keys(self) -> ApiKeyReader:
        """API keys."""

    def dump(self) -> Iterator[Record]:
        """Yield everything that the store keeps, without holding all of it at once.

        The order is that of `store.api.transfer.KINDS` and, within a kind, of ids: ascending, texts by their
        code points. What a record refers to comes before it. Two stores that keep the same yield the same.
        """


class WriteTransaction(Protocol):
    """One state of the store to change; it sees its own writes."""

    @property
    def profiles(self) -> ProfileWriter:
        """Templates."""

    @property
    def roles(self) -> RoleWriter:
        """Roles and their attachments."""

    @property
    def users(self) -> UserWriter:
        """Users and groups."""

    @property
    def copies(self) -> CopyWriter:
        """Users' copies of profiles."""

    @property
    def virtual_keys(self) -> VirtualKeyWriter:
        """Virtual keys."""

    @property
    def audit(self) -> AuditWriter:
        """The audit log."""

    @property
    def api_keys(self) -> ApiKeyWriter:
        """API keys."""

    def load(self, records: Iterable[Record]) -> None:
        """Keep everything that another store's `dump` yielded, in a store that is empty.

        Ids, versions and times are kept as they are, and no id that was ever given is given again. Records
        are taken as they come, without holding all of them at once.

        Raises:
            NotEmpty: the store keeps something.
            Unloadable: a record is out of order, refers to one that is not there, repeats what must be
                unique, or cannot be kept. The transaction must not be committed.
        """


class Store(Protocol):
    """A place to keep everything. Safe to use from several threads."""

    reads_block: bool
    """Whether a read may wait (for a network, say). If not, it may run in an event loop."""

    writes_block: bool
    """Whether a write may wait, be it for a disk or for another writer."""

    def read(self) -> AbstractContextManager[ReadTransaction]:
        """Begin to read.

        Raises:
            Unavailable: the store cannot be used at the moment.
        """

    def write(self) -> AbstractContextManager[WriteTransaction]:
        """Begin to write. The end of the block commits; an exception rolls back.

        Raises:
            Unavailable: the store cannot be used, or the commit failed. Nothing was changed.
        """

    def data_version(self) -> object:
        """Return what changes with every commit, or None when the store cannot tell at little cost.

        Two data versions of one store that are equal, the first taken before a read and the second later,
        promise that the read would find the same when the second was taken. A commit that was answered, in
        this process or in another one, has changed the data version.
        """

    def check_ready(self) -> None:
        """Return when requests can be served.

        Raises:
            WrongRevision: the tables must be migrated first.
            Unavailable: the store cannot be used at the moment.
        """

    def migrate(self, to: str | None = None) -> str:
        """Bring the tables to a revision and return its name. Going down drops data.

        Args:
            to: the name of a revision, or `BASE` for no tables; without it, the one that this program needs.

        Raises:
            WrongRevision: there is no such revision, or the tables are those of a later program.
            Unavailable: the store cannot be used at the moment.
        """

    def revisions(self) -> Sequence[Revision]:
        """Return all revisions of the tables, the first one first; none when the store has no tables.

        Raises:
            WrongRevision: the tables are those of a later program.
            Unavailable: the store cannot be used at the moment.
        """

    def close(self) -> None:
        """Release connections and files. The store cannot be used afterwards."""


Opener: TypeAlias = Callable[[str], Store]
"""Opens the store at a URL of the opener's scheme, without touching its content.

It connects to nothing yet: the process that opens a store may fork before it uses it.
"""
