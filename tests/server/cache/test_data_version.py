"""One question to the store answers many requests, and none with what is older than itself."""

import asyncio
from threading import Event

import pytest

from server.cache.data_version import DataVersions
from store.memory import MemoryStore

PATIENCE_SECONDS = 300


class SlowStore(MemoryStore):
    """A store that waits, and whose data version is the number of times it was asked."""

    reads_block = True

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.is_asked = Event()
        self.may_answer = Event()

    def data_version(self) -> object:
        self.asked += 1
        asked = self.asked
        self.is_asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        return asked


def test_requests_that_come_while_the_store_is_asked_share_the_next_answer() -> None:
    store = SlowStore()
    data_versions = DataVersions(store)

    async def several() -> list[object]:
        first = asyncio.create_task(data_versions.take())
        assert await asyncio.to_thread(store.is_asked.wait, PATIENCE_SECONDS)
        others = [asyncio.create_task(data_versions.take()) for _ in range(10)]
        await asyncio.sleep(0)
        store.may_answer.set()
        return [await task for task in [first, *others]]

    assert asyncio.run(several()) == [1] + [2] * 10


def test_a_request_that_is_given_up_takes_nothing_from_others() -> None:
    store = SlowStore()
    data_versions = DataVersions(store)

    async def two() -> object:
        first, second = (asyncio.create_task(data_versions.take()) for _ in range(2))
        assert await asyncio.to_thread(store.is_asked.wait, PATIENCE_SECONDS)
        first.cancel()
        store.may_answer.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(two()) == 1


def test_the_next_loop_asks_anew() -> None:
    store = SlowStore()
    store.may_answer.set()
    data_versions = DataVersions(store)

    assert [asyncio.run(data_versions.take()) for _ in range(2)] == [1, 2]


class CountingStore(MemoryStore):
    """A store that does not wait, and whose data version is the number of times it was asked."""

    asked = 0

    def data_version(self) -> object:
        self.asked += 1
        return self.asked


def test_requests_that_have_come_when_a_store_that_does_not_wait_is_asked_share_the_answer() -> None:
    data_versions = DataVersions(CountingStore())

    async def several() -> list[object]:
        together = await asyncio.gather(*(data_versions.take() for _ in range(10)))
        return [*together, await data_versions.take()]

    assert asyncio.run(several()) == [1] * 10 + [2]


def test_a_request_that_comes_after_the_store_was_asked_asks_anew() -> None:
    store = CountingStore()
    data_versions = DataVersions(store)

    async def late() -> tuple[int, object]:
        await asyncio.sleep(0)
        return store.asked, await data_versions.take()

    async def several() -> list[object]:
        # Every one of the late comes while others of the first turn are still to go on.
        tasks = [asyncio.create_task(each) for pair in range(5) for each in (data_versions.take(), late())]
        return [await task for task in tasks]

    found = asyncio.run(several())

    assert found[::2] == [1] * 5
    assert found[1::2] == [(1, 2)] * 5


def test_a_store_that_does_not_wait_is_asked_in_the_same_thread() -> None:
    store = MemoryStore()

    assert asyncio.run(DataVersions(store).take()) == store.data_version()
