"""The store's data version, asked for by many requests at once."""

import asyncio
from asyncio import Task

from store.api import Store


class DataVersions:
    """Takes data versions for requests; see `store.api.Store.data_version`.

    Requests that come together share one, as it is dear beside the rest of an answer from memory: three
    calls of the system on SQLite, a trip to the server on PostgreSQL. None of them gets one that was taken,
    or asked for, before it came: that may be older than a write that was acknowledged meanwhile.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._taken = 0
        self._last: object = None
        self._asking: Task[object] | None = None
        self._next: Task[object] | None = None

    async def take(self) -> object:
        """Return a data version of a moment between the call and now; None when the store has none."""
        if not self._store.reads_block:
            return await self._take_next_turn()
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._asking))
        # A request that is given up must not take the answer away from others.
        return await asyncio.shield(self._next)

    async def _take_next_turn(self) -> object:
        """Wait for the next turn of the event loop, and share a data version with all who wait for it too.

        Who goes on first takes it and counts it. If the count has grown since a request came, the last one
        that was taken is younger than the request.
        """
        taken_before = self._taken
        await asyncio.sleep(0)
        if self._taken == taken_before:
            self._last = self._store.data_version()
            self._taken += 1
        return self._last

    async def _ask(self, before: Task[object] | None) -> object:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._asking, self._next = self._next, None
        # There is one question at a time, so a limit to threads and a context of its own are not needed.
        return await asyncio.get_running_loop().run_in_executor(None, self._store.data_version)
