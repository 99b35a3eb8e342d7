"""What every store promises of roles, users, groups, and the copies and virtual keys that users hold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from domain.records import (
    Group,
    NewUserAccessProfile,
    Role,
    RoleAttachment,
    User,
    UserAccessProfile,
    VirtualKey,
)
from store.api.pagination import Page


class RoleReader(Protocol):
    """Reads roles and their attachments."""

    def get(self, role_id: int) -> Role:
        """Return a role.

        Raises:
            NotFound: there is no such role.
        """

    def list(self) -> Sequence[Role]:
        """Return all roles, ordered by id."""

    def attachments(self, role_id: int) -> Sequence[RoleAttachment]:
        """Return the attachments of a role, ordered by id; none when there is no such role."""


class RoleWriter(RoleReader, Protocol):
    """Writes roles and their attachments."""

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        """Keep a new role.

        Raises:
            Conflict: the name is taken.
        """

    def save(self, role: Role) -> None:
        """Keep a changed role.

        Raises:
            NotFound: there is no such role.
            Conflict: another role has the name.
        """

    def delete(self, role_id: int) -> None:
        """Remove a role with its attachments. Its members stay, without a role, and keep their copies.

        Raises:
            NotFound: there is no such role.
        """

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        """Attach a profile to a role, or change the attachment that is there.

        Raises:
            NotFound: there is no such profile or role.
        """

    def detach(self, profile_id: int, role_id: int) -> None:
        """Remove an attachment.

        Raises:
            NotFound: the profile is not attached to the role.
        """


class UserReader(Protocol):
    """Reads users and groups."""

    def get(self, user_id: str) -> User:
        """Return a user, with the ids of the user's groups in ascending order.

        Raises:
            NotFound: there is no such user.
        """

    def list(self, *, limit: int, offset: int) -> Page[User]:
        """Return `limit` users from the `offset`-th on, ordered by the code points of their ids."""

    def ids(self) -> Sequence[str]:
        """Return the ids of all users, in ascending order of their code points."""

    def in_role(self, role_id: int) -> Sequence[str]:
        """Return the ids of a role's members, in ascending order of their code points."""

    def count_in_role(self, role_id: int) -> int:
        """Return how many members a role has; none when there is no such role."""

    def in_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return the ids of the members of at least one group, in ascending order of their code points."""

    def groups(self) -> Sequence[Group]:
        """Return all groups, in ascending order of their ids' code points."""

    def missing_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return those ids that no group has, in ascending order of their code points."""


class UserWriter(UserReader, Protocol):
    """Writes users and groups."""

    def add(self, user: User) -> None:
        """Keep a new user, as a member of the groups that are named.

        Raises:
            Conflict: the id is taken.
            NotFound: there is no such role or group.
        """

    def save(self, user: User) -> None:
        """Keep a changed user, as a member of exactly the groups that are named.

        Raises:
            NotFound: there is no such user, role or group.
        """

    def delete(self, user_id: str) -> None:
        """Remove a user with the user's copies and virtual keys.

        Raises:
            NotFound: there is no such user.
        """

    def add_group(self, group: Group) -> None:
        """Keep a new group.

        Raises:
            Conflict: the id is taken.
        """


class CopyReader(Protocol):
    """Reads users' copies of profiles."""

    def get(self, copy_id: int) -> UserAccessProfile:
        """Return a copy.

        Raises:
            NotFound: there is no such copy.
        """

    def find(self, user_id: str, profile_id: int) -> UserAccessProfile | None:
        """Return the copy of a profile that a user holds, or None."""

    def of_user(self, user_id: str) -> Sequence[UserAccessProfile]:
        """Return the copies that a user holds, ordered by id."""

    def of_profile(
        self, profile_id: int, user_ids: Iterable[str] | None = None
    ) -> Iterator[UserAccessProfile]:
        """Yield the copies of a profile, ordered by id, without holding all of them at once.

        The one at hand may be saved or deleted before the next is asked for.

        Args:
            profile_id: the profile.
            user_ids: only these users' copies; None for everybody's. Users who hold none are passed over.
        """


class CopyWriter(CopyReader, Protocol):
    """Writes users' copies of profiles. The parent's number of holders follows in the same transaction."""

    def add(self, copy: NewUserAccessProfile) -> UserAccessProfile:
        """Keep a new copy.

        Raises:
            NotFound: there is no such user, profile or role.
            Conflict: the user holds a copy of this profile already.
        """

    def save(self, copy: UserAccessProfile) -> None:
        """Keep a copy's name, policy, state, expiry and grant; whose and of what it is stays.

        Raises:
            NotFound: there is no such copy or role.
        """

    def save_all(self, copies: Iterable[UserAccessProfile]) -> None:
        """Keep many copies as `save` keeps one, with far fewer statements.

        Raises:
            NotFound: there is no such copy or role. Which of the others are kept is not defined: let the
                exception end the transaction.
        """

    def delete(self, copy_id: int) -> None:
        """Remove a copy with its virtual keys.

        Raises:
            NotFound: there is no such copy.
        """


class VirtualKeyReader(Protocol):
    """Reads virtual keys."""

    def get(self, key_id: str) -> VirtualKey:
        """Return a virtual key.

        Raises:
            NotFound: there is no such virtual key.
        """

    def find(self, secret_hash: bytes) -> VirtualKey | None:
        """Return the virtual key with this SHA-256, or None."""

    def of_user(self, user_id: str) -> Sequence[VirtualKey]:
        """Return the virtual keys of a user, the oldest first, then by id."""


class VirtualKeyWriter(VirtualKeyReader, Protocol):
    """Writes virtual keys."""

    def add(self, key: VirtualKey) -> None:
        """Keep a new virtual key.

        Raises:
            NotFound: the user holds no such copy.
            Conflict: the id, the secret or the name is taken.
        """

    def delete(self, key_id: str) -> None:
        """Remove a virtual key.

        Raises:
            NotFound: there is no such virtual key.
        """
