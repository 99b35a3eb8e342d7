"""What users hold: copies of profiles, and virtual keys; in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from domain.errors import Conflict, NotFound
from domain.records import NewUserAccessProfile, UserAccessProfile, VirtualKey
from store.memory.state import OnTables


class MemoryCopies(OnTables):
    """Reads and writes users' copies; see `store.api.people`."""

    def get(self, copy_id: int) -> UserAccessProfile:
        """Return a copy."""
        copy: UserAccessProfile = self._tables.require("copies", "copy", copy_id)
        return copy

    def find(self, user_id: str, profile_id: int) -> UserAccessProfile | None:
        """Return the copy of a profile that a user holds, or None."""
        copy_id = self._tables.state.held.get((user_id, profile_id))
        return None if copy_id is None else self._tables.state.copies[copy_id]

    def of_user(self, user_id: str) -> Sequence[UserAccessProfile]:
        """Return the copies that a user holds, ordered by id."""
        return [copy for copy in self._tables.state.copies.values() if copy.user_id == user_id]

    def of_profile(
        self, profile_id: int, user_ids: Iterable[str] | None = None
    ) -> Iterator[UserAccessProfile]:
        """Yield the copies of a profile, ordered by id."""
        chosen = None if user_ids is None else frozenset(user_ids)
        for copy in list(self._tables.state.copies.values()):
            if copy.parent_profile_id == profile_id and (chosen is None or copy.user_id in chosen):
                yield copy

    def add(self, copy: NewUserAccessProfile) -> UserAccessProfile:
        """Keep a new copy."""
        self._tables.require("users", "user", copy.user_id)
        self._tables.require("profiles", "access profile", copy.parent_profile_id)
        if copy.granted_by_role_id is not None:
            self._tables.require("roles", "role", copy.granted_by_role_id)
        key = (copy.user_id, copy.parent_profile_id)
        if key in self._tables.state.held:
            raise Conflict("copy", "access profile", str(copy.parent_profile_id))
        kept = self._tables.numbered("copies", UserAccessProfile, copy)
        self._tables.change("copies")[kept.id] = kept
        self._tables.change("held")[key] = kept.id
        self._count(copy.parent_profile_id, 1)
        return kept

    def save(self, copy: UserAccessProfile) -> None:
        """Keep a changed copy."""
        kept = self.get(copy.id)
        if copy.granted_by_role_id is not None:
            self._tables.require("roles", "role", copy.granted_by_role_id)
        self._tables.change("copies")[copy.id] = replace(
            kept,
            name=copy.name,
            policy=copy.policy,
            is_active=copy.is_active,
            expires_at=copy.expires_at,
            granted_by_role_id=copy.granted_by_role_id,
        )

    def save_all(self, copies: Iterable[UserAccessProfile]) -> None:
        """Keep many changed copies."""
        for copy in copies:
            self.save(copy)

    def delete(self, copy_id: int) -> None:
        """Remove a copy with its virtual keys."""
        copy = self.get(copy_id)
        del self._tables.change("copies")[copy_id]
        keys = self._tables.change("virtual_keys")
        for key_id in [key.id for key in keys.values() if key.user_access_profile_id == copy_id]:
            del keys[key_id]
        if copy.parent_profile_id is not None:
            del self._tables.change("held")[copy.user_id, copy.parent_profile_id]
            self._count(copy.parent_profile_id, -1)

    def _count(self, profile_id: int, change: int) -> None:
        counts = self._tables.change("user_counts")
        counts[profile_id] = counts.get(profile_id, 0) + change


class MemoryVirtualKeys(OnTables):
    """Reads and writes virtual keys; see `store.api.people`."""

    def get(self, key_id: str) -> VirtualKey:
        """Return a virtual key."""
        key: VirtualKey = self._tables.require("virtual_keys", "virtual key", key_id)
        return key

    def find(self, secret_hash: bytes) -> VirtualKey | None:
        """Return the virtual key with this SHA-256, or None."""
        keys = self._tables.state.virtual_keys.values()
        return next((key for key in keys if key.secret_hash == secret_hash), None)

    def of_user(self, user_id: str) -> Sequence[VirtualKey]:
        """Return the virtual keys of a user, the oldest first."""
        keys = (key for key in self._tables.state.virtual_keys.values() if key.user_id == user_id)
        return sorted(keys, key=lambda key: (key.created_at, key.id))

    def add(self, key: VirtualKey) -> None:
        """Keep a new virtual key."""
        copy: UserAccessProfile = self._tables.require("copies", "copy", key.user_access_profile_id)
        if copy.user_id != key.user_id:
            raise NotFound("copy", copy.id)
        kept = self._tables.state.virtual_keys
        if key.id in kept:
            raise Conflict("virtual key", "id", key.id)
        if self.find(key.secret_hash) is not None:
            raise Conflict("virtual key", "secret", key.masked_value)
        if any(other.name == key.name for other in kept.values()):
            raise Conflict("virtual key", "name", key.name)
        self._tables.change("virtual_keys")[key.id] = key

    def delete(self, key_id: str) -> None:
        """Remove a virtual key."""
        self.get(key_id)
        del self._tables.change("virtual_keys")[key_id]
