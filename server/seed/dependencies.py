"""The seed as a client of the handlers: what it makes goes the same way in as anyone's requests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from handlers.context import Context, Principal
from server.http.authentication import random_text
from store.api import Store

FOUNDED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""When the company's first profile was made."""

Progress = Callable[[str, int, int], None]
"""Is told what is being made, how many there are by now, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the seed works with.

    Attributes:
        store: a migrated store.
        number: the seed; the same number makes the same company.
        now: the present. Usage and overrides are those of windows that hold it.
        progress: is told how far it is.
    """

    store: Store
    number: int
    now: datetime
    progress: Progress

    def random(self, what: str) -> Random:
        """Return a source for one thing alone, so that what is skipped does not change what comes after."""
        # Not for secrets: what is drawn must come out the same again.
        return Random(f"{self.number}/{what}")  # noqa: S311

    def context(self, at: datetime, random: Random) -> Context:
        """Return the context of a request at an instant. Ids are drawn; secrets are real ones."""
        return Context(
            store=self.store,
            now=at,
            new_id=lambda: str(UUID(int=random.getrandbits(128), version=4)),
            random_text=random_text,
            principal=Principal("seed", frozenset("*")),
            base_path="/api",
            permissions=frozenset(),
        )
