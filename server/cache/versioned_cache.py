"""What was read from the store, remembered for exactly as long as nothing is written.

The store's data version tells: it changes with every commit, of whichever process. So what is remembered is
what a read would find, and whoever was told that a write is kept finds it in the next answer of every
process.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")

OVERHEAD_OCTETS = 700
"""About what an entry takes beside its value."""


class VersionedCache(Generic[V]):
    """Values by key. Used by one thread, the one that the event loop runs in."""

    def __init__(self, *, max_octets: int) -> None:
        """Begin with nothing.

        Args:
            max_octets: how much is remembered; then what was remembered first is forgotten first.
        """
        self._max_octets = max_octets
        self._values: dict[Hashable, tuple[V, int]] = {}
        self._octets = 0
        self._data_version: object = None

    def get(self, key: Hashable, data_version: object) -> V | None:
        """Return the value of a key as of a data version, or None; forget everything of another one."""
        if data_version is None:
            return None
        if data_version != self._data_version:
            self._values.clear()
            self._octets = 0
            self._data_version = data_version
        found = self._values.get(key)
        return None if found is None else found[0]

    def keep(self, key: Hashable, value: V, data_version: object, *, octets: int = 0) -> None:
        """Remember a value.

        Args:
            key: what it is the value of.
            value: what was read.
            data_version: the one that was taken before it was read: what is written meanwhile changes the
                next one. If it is not the last that was asked for, nothing is kept.
            octets: the size of the value.
        """
        if data_version is None or data_version != self._data_version or key in self._values:
            return
        size = octets + OVERHEAD_OCTETS
        self._values[key] = (value, size)
        self._octets += size
        while self._octets > self._max_octets:
            first = next(iter(self._values))
            self._octets -= self._values.pop(first)[1]
