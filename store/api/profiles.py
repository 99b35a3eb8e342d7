"""What every store promises of templates and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.records import AccessProfile, AccessProfileVersion, NewAccessProfile, NewVersion, ProfileDetail
from store.api.pagination import Page


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


class ProfileReader(Protocol):
    """Reads templates."""

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile with its attachments (by id) and its number of holders.

        Raises:
            NotFound: there is no such profile.
        """

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        """Return `limit` matching profiles from the `offset`-th on, ordered by id."""

    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        """Return the versions of a profile, the newest first; none when there is no such profile."""

    def version(self, profile_id: int, version: int) -> AccessProfileVersion:
        """Return one version of a profile.

        Raises:
            NotFound: there is no such profile or version.
        """


class ProfileWriter(ProfileReader, Protocol):
    """Writes templates."""

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return `count` ids that no provider config has or will get. A rollback may leave gaps."""

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        """Keep a new profile at version 1 and return it with its id.

        Raises:
            Conflict: the name is taken.
        """

    def save(self, profile: AccessProfile, *, read_version: int) -> None:
        """Keep a changed profile in the place of the one that was read.

        Raises:
            NotFound: there is no such profile.
            StaleVersion: the profile is no longer at the version that was read.
            Conflict: another profile has the name.
        """

    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:
        """Set a profile's state; its version and `updated_at` stay.

        Args:
            profile_id: the profile.
            is_active: the state.
            by_operator: whether someone asked for just this; see `AccessProfile.deactivated_by_operator`.

        Raises:
            NotFound: there is no such profile.
        """

    def delete(self, profile_id: int) -> None:
        """Remove a profile with its attachments and versions. Copies stay, without a parent.

        Raises:
            NotFound: there is no such profile.
        """

    def add_version(self, version: NewVersion) -> AccessProfileVersion:
        """Keep a version of a profile.

        Raises:
            Conflict: the profile has this version already.
            NotFound: there is no such profile.
        """
