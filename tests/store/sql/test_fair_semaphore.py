"""The queue for connections: fair, bounded, and nobody is lost in it."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
from sqlalchemy.exc import TimeoutError  # noqa: A004

from store.sql.fair_semaphore import FairSemaphore
from tests.store.waiting import LONG_SECONDS, wait_until


def test_no_more_are_in_at_once_than_there_are_places() -> None:
    turns, lock, inside, most = FairSemaphore(3, LONG_SECONDS), Lock(), 0, 0
    all_places_are_taken = Barrier(3)

    def work(_: int) -> None:
        nonlocal inside, most
        with turns.take():
            with lock:
                inside += 1
                most = max(most, inside)
            all_places_are_taken.wait(LONG_SECONDS)
            time.sleep(0.005)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(3 * 13)))

    assert most == 3


def test_those_who_wait_get_in_in_the_order_in_which_they_came() -> None:
    turns, order = FairSemaphore(1, LONG_SECONDS), []

    def work(number: int) -> None:
        with turns.take():
            order.append(number)

    with ThreadPoolExecutor(8) as pool, turns.take():
        for number in range(8):
            pool.submit(work, number)
            while len(turns._waiting) <= number:
                time.sleep(0.001)

    assert order == list(range(8))


def test_whoever_leaves_and_comes_back_goes_to_the_end() -> None:
    turns, order = FairSemaphore(1, LONG_SECONDS), []

    def other() -> None:
        with turns.take():
            order.append("other")

    with ThreadPoolExecutor(1) as pool:
        with turns.take():
            pool.submit(other)
            wait_until(lambda: len(turns._waiting) == 1)
        with turns.take():
            order.append("again")

    assert order == ["other", "again"]


def test_patience_ends_and_the_place_stays_usable() -> None:
    turns = FairSemaphore(1, 0.05)
    with turns.take():
        began = time.monotonic()

        with pytest.raises(TimeoutError, match=r"within 0\.05 seconds"), turns.take():
            pass

        assert time.monotonic() - began > 0.04
    for _ in range(3):
        with turns.take():
            pass


def test_a_block_that_raises_gives_its_place_back() -> None:
    turns = FairSemaphore(1, 0.05)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.take():
            _ = 1 // 0

    with turns.take():
        pass


def test_no_place_is_lost_when_calls_and_patience_meet() -> None:
    turns = FairSemaphore(2, 0.001)

    def work(_: int) -> bool:
        try:
            with turns.take():
                time.sleep(0.001)
        except TimeoutError:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(work, range(1500)))

    assert set(outcomes) == {False, True}
    assert (turns._free, len(turns._waiting)) == (2, 0)
