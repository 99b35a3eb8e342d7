"""What was read from the store, remembered for exactly as long as nothing is written.

The store's stamp tells: it changes with every commit, of whichever process. So what is remembered is what a
read would find, and whoever was told that a write is kept finds it in the next answer of every process.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")

OVERHEAD_OCTETS = 700
"""About what an entry takes beside its value."""


class Remembered(Generic[V]):
    """Values by key. Used by one thread, the one that the event loop runs in."""

    def __init__(self, *, max_octets: int) -> None:
        """Begin with nothing.

        Args:
            max_octets: how much is remembered; then what was remembered first is forgotten first.
        """
        self._max_octets = max_octets
        self._values: dict[Hashable, tuple[V, int]] = {}
        self._octets = 0
        self._stamp: object = None

    def get(self, key: Hashable, stamp: object) -> V | None:
        """Return the value of a key as of a stamp, or None; forget everything that has another stamp."""
        if stamp is None:
            return None
        if stamp != self._stamp:
            self._values.clear()
            self._octets = 0
            self._stamp = stamp
        found = self._values.get(key)
        return None if found is None else found[0]

    def keep(self, key: Hashable, value: V, stamp: object, *, octets: int = 0) -> None:
        """Remember a value.

        Args:
            key: what it is the value of.
            value: what was read.
            stamp: the stamp that was taken before it was read: what is written meanwhile changes the next
                one. If it is not the last that was asked for, nothing is kept.
            octets: the size of the value.
        """
        if stamp is None or stamp != self._stamp or key in self._values:
            return
        size = octets + OVERHEAD_OCTETS
        self._values[key] = (value, size)
        self._octets += size
        while self._octets > self._max_octets:
            first = next(iter(self._values))
            self._octets -= self._values.pop(first)[1]
