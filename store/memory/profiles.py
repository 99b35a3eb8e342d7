"""Templates and their versions, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from domain.errors import Conflict, NotFound, StaleVersion
from domain.names import folded
from domain.records import AccessProfile, AccessProfileVersion, NewAccessProfile, NewVersion, ProfileDetail
from store.api import Page, ProfileFilter
from store.memory.state import OnTables

KIND = "access profile"


class MemoryProfiles(OnTables):
    """Reads and writes templates; see `store.api.profiles`."""

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile, its attachments and its number of holders."""
        state = self._tables.state
        attachments = (row for (profile, _), row in state.attachments.items() if profile == profile_id)
        return ProfileDetail(
            profile=self._tables.require("profiles", KIND, profile_id),
            roles=tuple(sorted(attachments, key=lambda row: row.id)),
            user_count=state.user_counts.get(profile_id, 0),
        )

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        """Return one page, ordered by id."""
        rows = [row for row in self._tables.state.profiles.values() if _matches(row, profile_filter)]
        return Page(rows=tuple(rows[offset : offset + limit]), total_count=len(rows))

    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        """Return the versions of a profile, the newest first."""
        rows = (row for (owner, _), row in self._tables.state.versions.items() if owner == profile_id)
        return sorted(rows, key=lambda row: -row.version)

    def version(self, profile_id: int, version: int) -> AccessProfileVersion:
        """Return one version of a profile."""
        try:
            return self._tables.state.versions[profile_id, version]
        except KeyError:
            raise NotFound("version", f"{version} of access profile {profile_id}") from None

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return ids for `count` provider configs."""
        return self._tables.next_ids("provider_configs", count)

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        """Keep a new profile at version 1."""
        self._check_name(profile.name, None)
        row = self._tables.numbered(
            "profiles", AccessProfile, profile, version=1, updated_at=profile.created_at
        )
        self._tables.change("profiles")[row.id] = row
        self._tables.change("profile_names")[row.name] = row.id
        return row

    def save(self, profile: AccessProfile, *, read_version: int) -> None:
        """Keep a changed profile."""
        kept: AccessProfile = self._tables.require("profiles", KIND, profile.id)
        if kept.version != read_version:
            raise StaleVersion(KIND, profile.id, read=read_version, kept=kept.version)
        self._check_name(profile.name, profile.id)
        names = self._tables.change("profile_names")
        del names[kept.name]
        names[profile.name] = profile.id
        self._tables.change("profiles")[profile.id] = profile

    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:
        """Set a profile's state."""
        row = self._tables.require("profiles", KIND, profile_id)
        self._tables.change("profiles")[profile_id] = replace(
            row, is_active=is_active, deactivated_by_operator=by_operator and not is_active
        )

    def delete(self, profile_id: int) -> None:
        """Remove a profile with its attachments and versions."""
        row = self._tables.require("profiles", KIND, profile_id)
        del self._tables.change("profiles")[profile_id]
        del self._tables.change("profile_names")[row.name]
        self._tables.change("user_counts").pop(profile_id, None)
        for table in ("attachments", "versions"):
            rows = self._tables.change(table)
            for key in [key for key in rows if key[0] == profile_id]:
                del rows[key]
        held = self._tables.change("held")
        copies = self._tables.change("copies")
        for key in [key for key in held if key[1] == profile_id]:
            copy_id = held.pop(key)
            copies[copy_id] = replace(copies[copy_id], parent_profile_id=None)

    def add_version(self, version: NewVersion) -> AccessProfileVersion:
        """Keep a version of a profile."""
        self._tables.require("profiles", KIND, version.access_profile_id)
        key = (version.access_profile_id, version.version)
        if key in self._tables.state.versions:
            raise Conflict("version", "number", str(version.version))
        row = self._tables.numbered("versions", AccessProfileVersion, version)
        self._tables.change("versions")[key] = row
        return row

    def _check_name(self, name: str, own_id: int | None) -> None:
        if self._tables.state.profile_names.get(name, own_id) != own_id:
            raise Conflict(KIND, "name", name)


def _matches(row: AccessProfile, profile_filter: ProfileFilter) -> bool:
    return (
        folded(profile_filter.search) in folded(row.name)
        and (not profile_filter.tags or not set(profile_filter.tags).isdisjoint(row.tags))
        and (profile_filter.is_active is None or row.is_active is profile_filter.is_active)
    )
