"""The store's data version, asked for by many requests at once."""

import asyncio
from asyncio import Task

from store.api import Store


class DataVersions:
    """Takes data versions for requests; see `store.api.Store.data_version`.

    Where the store has to be waited for, requests that come while others wait share the next one that is
    taken. They cannot have one that was taken, or asked for, before they came: it may be older than a write
    that was acknowledged meanwhile.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asking: Task[object] | None = None
        self._next: Task[object] | None = None

    async def take(self) -> object:
        """Return a data version of a moment between the call and now; None when the store has none."""
        if not self._store.reads_block:
            return self._store.data_version()
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._asking))
        # A request that is given up must not take the answer away from others.
        return await asyncio.shield(self._next)

    async def _ask(self, before: Task[object] | None) -> object:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._asking, self._next = self._next, None
        # There is one question at a time, so a limit to threads and a context of its own are not needed.
        return await asyncio.get_running_loop().run_in_executor(None, self._store.data_version)
