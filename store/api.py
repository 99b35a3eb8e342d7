"""The store's protocol: what every backend promises, and all that handlers know of it.

A unit of work is a context manager. What is read in one `read()` is one consistent state. What is written in
one `write()` is kept as a whole when the block ends, and not at all when the block raises.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar

from domain.records import (
    AccessProfile,
    ApiKey,
    NewAccessProfile,
    NewApiKey,
    NewUserAccessProfile,
    ProfileDetail,
    Role,
    RoleAttachment,
    User,
)

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ProfileFilter:
    """Which profiles to list; the conditions that are set are joined by AND.

    Attributes:
        search: text that the name contains, in upper or lower case. Empty text matches all.
        tags: at least one of these tags is carried. An empty tuple matches all.
        is_active: the state.
    """

    search: str = ""
    tags: tuple[str, ...] = ()
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Rows of one page, and how many rows match in all."""

    rows: tuple[T_co, ...]
    total_count: int


class ProfileReader(Protocol):
    """Reads templates."""

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile with its attachments (by id) and its number of holders.

        Raises:
            NotFound: there is no such profile.
        """

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        """Return `limit` matching profiles from the `offset`-th on, ordered by id."""


class ProfileWriter(ProfileReader, Protocol):
    """Writes templates."""

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return `count` ids that no provider config has or will get. A rollback may leave gaps."""

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        """Keep a new profile at version 1 and return it with its id.

        Raises:
            Conflict: the name is taken.
        """

    def set_active(self, profile_id: int, is_active: bool) -> None:
        """Set a profile's state; its version and `updated_at` stay.

        Raises:
            NotFound: there is no such profile.
        """


class RoleReader(Protocol):
    """Reads roles."""

    def list(self) -> Sequence[Role]:
        """Return all roles, ordered by id."""


class RoleWriter(RoleReader, Protocol):
    """Writes roles and their attachments."""

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        """Keep a new role.

        Raises:
            Conflict: the name is taken.
        """

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        """Attach a profile to a role, or change the attachment that is there.

        Raises:
            NotFound: there is no such profile or role.
        """


class UserReader(Protocol):
    """Reads users."""

    def ids(self) -> Sequence[str]:
        """Return the ids of all users, in ascending order."""


class UserWriter(UserReader, Protocol):
    """Writes users and their copies of profiles."""

    def add(self, user: User) -> None:
        """Keep a new user.

        Raises:
            Conflict: the id is taken.
            NotFound: there is no such role.
        """

    def add_copy(self, copy: NewUserAccessProfile) -> int:
        """Keep a user's copy of a profile and return its id.

        Raises:
            Conflict: the user holds a copy of this profile already.
            NotFound: there is no such user or profile.
        """


class ApiKeyReader(Protocol):
    """Reads API keys."""

    def find(self, secret_hash: bytes) -> ApiKey | None:
        """Return the key with this SHA-256, revoked and expired ones too, or None."""

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, revoked and expired ones too, ordered by id."""


class ApiKeyWriter(ApiKeyReader, Protocol):
    """Writes API keys."""

    def add(self, key: NewApiKey) -> ApiKey:
        """Keep a new key.

        Raises:
            Conflict: there is a key with this secret, or one that is not revoked with this name.
        """

    def revoke(self, name: str, at: datetime) -> ApiKey:
        """Revoke the key of this name; every process refuses it from its next request on.

        Raises:
            NotFound: no key that is not revoked has this name.
        """


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
        """Users and their copies."""

    @property
    def api_keys(self) -> ApiKeyReader:
        """API keys."""


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
        """Users and their copies."""

    @property
    def api_keys(self) -> ApiKeyWriter:
        """API keys."""


class Store(Protocol):
    """A place to keep everything. Safe to use from several threads."""

    reads_wait: bool
    """Whether a read may wait (for a network, say). If not, it may run in an event loop."""

    writes_wait: bool
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

    def check_ready(self) -> None:
        """Return when requests can be served.

        Raises:
            WrongRevision: the tables must be migrated first.
            Unavailable: the store cannot be used at the moment.
        """

    def migrate(self) -> str:
        """Bring the tables to the revision that this program needs and return its name."""

    def close(self) -> None:
        """Release connections and files. The store cannot be used afterwards."""


Opener: TypeAlias = Callable[[str], Store]
"""Opens the store at a URL of the opener's scheme, without touching its content."""
