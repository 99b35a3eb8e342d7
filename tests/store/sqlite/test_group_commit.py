"""Group commit: who shares a transaction, who is told what, and when."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread, Timer, get_ident
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, event

from domain.errors import Conflict, NotFound, Unavailable
from store.api import ProfileFilter, WriteTransaction
from store.sqlite.group_commit import GroupCommit
from store.sqlite.store import SqliteStore
from store.testsuite.samples import add_profiles, names_of, new_profile
from tests.store.sqlite.files import Failure, connection_of, disk_error, driver_of, locked, opened
from tests.store.waiting import LONG_SECONDS, wait_until

Work: TypeAlias = Callable[[WriteTransaction], object]

EVERYTHING = ProfileFilter()


class Writers:
    """A store, and threads that write to it so that it is known who meets whom."""

    def __init__(self, store: SqliteStore, pool: ThreadPoolExecutor) -> None:
        self.store = store
        self.commits = 0
        self._pool = pool
        self.use(GroupCommit(LONG_SECONDS, max_age_seconds=LONG_SECONDS))
        event.listen(store._writer, "commit", self._count)

    def use(self, groups: GroupCommit) -> None:
        """Begin writes with these groups."""
        self.groups = groups
        self.store._writers = groups
        self.store._begin_write = groups.begin

    def start(self, *works: Work) -> list[Future[object]]:
        """Let the first work begin, and finish when all others wait behind it, in their order."""
        all_wait = Event()

        def first(tx: WriteTransaction) -> object:
            assert all_wait.wait(LONG_SECONDS)
            return works[0](tx)

        running = [self._submit(first)]
        wait_until(lambda: self.groups._writing is not None)
        for number, work in enumerate(works[1:], start=1):
            running.append(self._submit(work))
            self._until_waiting(number)
        all_wait.set()
        return running

    def run(self, *works: Work) -> list[object]:
        """Do works that meet in one group, and return what each returned or raised."""
        return [outcome(running) for running in self.start(*works)]

    def fail_commits(self, times: int = 1) -> None:
        """Let the next commits fail."""
        left = iter(range(times))

        def fail(_connection: Connection) -> None:
            if next(left, None) is not None:
                raise disk_error("COMMIT")

        event.listen(self.store._writer, "commit", fail)

    def _submit(self, work: Work) -> Future[object]:
        def write() -> object:
            with self.store.write() as tx:
                return work(tx)

        return self._pool.submit(write)

    def _until_waiting(self, number: int) -> None:
        wait_until(lambda: len(self.groups._turns._waiting) == number)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1


@pytest.fixture
def writers(path: Path) -> Iterator[Writers]:
    with opened(path) as store, ThreadPoolExecutor(16) as pool:
        yield Writers(store, pool)


def outcome(running: Future[object]) -> object:
    return running.exception(LONG_SECONDS) or running.result()


def add(name: str) -> Work:
    return lambda tx: tx.profiles.add(new_profile(name)).name


def kinds(outcomes: list[object]) -> list[object]:
    return [type(each) if isinstance(each, BaseException) else each for each in outcomes]


def add_and_raise(error: BaseException) -> Work:
    def work(tx: WriteTransaction) -> None:
        tx.profiles.add(new_profile("lost"))
        raise error

    return work


# Who shares a transaction.


def test_writers_that_wait_share_one_commit(writers: Writers) -> None:
    names = [f"p{number}" for number in range(6)]

    assert writers.run(*map(add, names)) == names

    assert writers.commits == 1
    assert names_of(writers.store) == names


def test_a_lone_writer_sends_nothing_but_its_own_statements(writers: Writers) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.split(" ", 1)[0])

    event.listen(writers.store._writer, "before_cursor_execute", note)
    with writers.store.write() as tx:
        tx.profiles.reserve_provider_config_ids(1)

    assert statements == ["BEGIN", "UPDATE"]
    assert writers.commits == 1


def test_a_group_has_no_more_members_than_it_may(writers: Writers) -> None:
    writers.use(GroupCommit(LONG_SECONDS, max_members=2, max_age_seconds=LONG_SECONDS))

    writers.run(*map(add, "abcde"))

    assert writers.commits == 3
    assert names_of(writers.store) == list("abcde")


def test_a_group_that_is_old_takes_nobody_in(writers: Writers) -> None:
    writers.use(GroupCommit(LONG_SECONDS, max_age_seconds=0))

    writers.run(*map(add, "abcde"))

    assert writers.commits == 5
    assert names_of(writers.store) == list("abcde")


# Who is told what, and when.


def test_nobody_is_answered_before_the_commit_and_readers_see_nothing(writers: Writers) -> None:
    finish = Event()

    def last(tx: WriteTransaction) -> object:
        seen = [row.name for row in tx.profiles.list(EVERYTHING, limit=9, offset=0).rows]
        assert finish.wait(LONG_SECONDS)
        return seen

    *others, _last = running = writers.start(add("a"), add("b"), last)
    wait_until(lambda: not writers.groups._turns._waiting)
    time.sleep(0.05)

    assert [other.done() for other in others] == [False, False]
    assert names_of(writers.store) == []
    finish.set()
    assert [outcome(each) for each in running] == ["a", "b", ["a", "b"]]


def test_a_conflict_that_a_block_survives_stays_its_own(writers: Writers) -> None:
    def survive(tx: WriteTransaction) -> object:
        with pytest.raises(Conflict):
            tx.profiles.add(new_profile("a"))
        return tx.profiles.add(new_profile("b")).name

    assert writers.run(add("a"), survive, add("c")) == ["a", "b", "c"]
    assert names_of(writers.store) == ["a", "b", "c"]


@pytest.mark.parametrize("error", [Conflict("profile", "name", "a"), NotFound("profile", 1), Failure()])
def test_what_a_block_raises_is_told_after_the_commit(writers: Writers, error: Exception) -> None:
    finish = Event()
    _, refused, _ = running = writers.start(
        add("a"), add_and_raise(error), lambda _tx: finish.wait(LONG_SECONDS)
    )
    wait_until(lambda: not writers.groups._turns._waiting)
    time.sleep(0.05)

    assert not refused.done()
    finish.set()
    assert [outcome(each) for each in running] == ["a", error, True]


def test_a_refusal_is_not_told_when_what_it_rests_on_is_lost(writers: Writers) -> None:
    writers.fail_commits()

    outcomes = writers.run(add("a"), add("a"), lambda tx: tx.profiles.get(99))

    assert kinds(outcomes) == [Unavailable] * 3
    assert {str(each) for each in outcomes} == {
        "The store cannot be used: disk I/O error. Nothing was changed."
    }
    assert names_of(writers.store) == []


def test_a_commit_that_fails_is_told_to_all_and_the_store_goes_on(writers: Writers) -> None:
    writers.fail_commits()

    outcomes = writers.run(add("a"), add("b"), add("c"), add("d"))

    assert kinds(outcomes) == [Unavailable] * 4
    assert names_of(writers.store) == []
    assert writers.run(add("a"), add("b")) == ["a", "b"]
    assert names_of(writers.store) == ["a", "b"]


def test_a_lone_commit_that_fails_is_told_and_the_store_goes_on(writers: Writers) -> None:
    writers.fail_commits(3)
    for _ in range(3):
        with pytest.raises(Unavailable, match="disk I/O error"):
            add_profiles(writers.store, ["a"])

    assert add_profiles(writers.store, ["a"]) == [1]


def test_a_commit_that_the_database_refuses_is_rolled_back(writers: Writers) -> None:
    def forbid(tx: WriteTransaction) -> None:
        def deny(action: int, what: str | None, *_rest: object) -> int:
            is_commit = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
            return sqlite3.SQLITE_DENY if is_commit else sqlite3.SQLITE_OK

        driver_of(tx).set_authorizer(deny)

    assert kinds(writers.run(add("a"), forbid, add("b"))) == [Unavailable] * 3
    assert names_of(writers.store) == []
    assert add_profiles(writers.store, ["a"]) == [1]


def test_groups_use_one_connection_until_one_fails(writers: Writers) -> None:
    first = writers.run(driver_of)
    second = writers.run(driver_of)
    writers.fail_commits()
    writers.run(add("lost"))

    assert second == first
    assert writers.run(driver_of) != first


def test_a_store_that_is_closed_keeps_no_connection(path: Path) -> None:
    with opened(path) as store, store.write() as tx:
        driver = driver_of(tx)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")


# What fails alone, and what loses a whole transaction.


def fill_the_disk(tx: WriteTransaction) -> None:
    """Write until SQLite has no page left."""
    connection = connection_of(tx)
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    try:
        for number in range(1000):
            tx.profiles.add(new_profile(f"{number:04} {'x' * 3000}"))
    finally:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


ALONE: dict[str, tuple[Work, str]] = {
    "a block": (add_and_raise(Failure()), "Failure()"),
    "an interruption": (add_and_raise(KeyboardInterrupt()), "KeyboardInterrupt()"),
    "a statement that finds no space": (
        fill_the_disk,
        "is full: database or disk is full. Make space on its disk.",
    ),
}


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("fails", ALONE)
def test_what_fails_alone_does_the_others_no_harm(writers: Writers, fails: str, place: int) -> None:
    work, told = ALONE[fails]
    works: list[Work] = [add("a"), add("b"), add("c")]
    works.insert(place, work)

    outcomes = writers.run(*works)

    assert told in repr(outcomes.pop(place))
    assert outcomes == ["a", "b", "c"]
    assert names_of(writers.store) == ["a", "b", "c"]


def lose_the_transaction(tx: WriteTransaction) -> None:
    """Fail in a statement as SQLite does when it rolls the whole transaction back."""

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT"):
            driver.execute("ROLLBACK")
            raise disk_error(statement)

    driver = driver_of(tx)
    event.listen(connection_of(tx), "before_cursor_execute", fail)
    tx.profiles.add(new_profile("lost"))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_lost_transaction_is_told_to_all_whose_work_it_takes(writers: Writers, place: int) -> None:
    works: list[Work] = [add("a"), add("b")]
    works.insert(place, lose_the_transaction)

    outcomes = writers.run(*works)

    lost = [str(each) for each in outcomes[: place + 1]]
    assert set(lost) == {"The store cannot be used: disk I/O error. Nothing was changed."}
    assert names_of(writers.store) == outcomes[place + 1 :]
    assert add_profiles(writers.store, ["after"])


@pytest.mark.parametrize("place", [0, 1])
def test_a_block_that_hides_a_lost_transaction_is_not_told_that_it_is_done(
    writers: Writers, place: int
) -> None:
    def hide(tx: WriteTransaction) -> None:
        driver_of(tx).execute("ROLLBACK")

    works: list[Work] = [add("a")]
    works.insert(place, hide)

    outcomes = kinds(writers.run(*works))

    assert outcomes[: place + 1] == [Unavailable] * (place + 1)
    assert names_of(writers.store) == outcomes[place + 1 :]
    assert add_profiles(writers.store, ["after"])


# Other processes.


def test_a_group_waits_for_another_processs_write(path: Path, writers: Writers) -> None:
    with locked(path) as other:
        Timer(0.3, other.execute, ["COMMIT"]).start()
        with ThreadPoolExecutor(4) as pool:
            added = pool.map(lambda name: add_profiles(writers.store, [name]), "abcd")

    assert sorted(new_id for ids in added for new_id in ids) == [1, 2, 3, 4]
    assert sorted(names_of(writers.store)) == list("abcd")


def test_those_behind_a_writer_who_gave_up_try_on_their_own(
    path: Path, writers: Writers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.store.BUSY_TIMEOUT_MS", 300)
    with locked(path) as other, ThreadPoolExecutor(4) as pool:
        running = [pool.submit(add_profiles, writers.store, [name]) for name in "abcd"]
        wait_until(lambda: any(each.done() for each in running))
        other.execute("ROLLBACK")
        failures = [each.exception(LONG_SECONDS) for each in running]

    assert sorted(type(each).__name__ for each in failures) == ["NoneType"] * 3 + ["Unavailable"]
    assert len(names_of(writers.store)) == 3


def test_a_writer_does_not_wait_for_its_turn_forever(writers: Writers) -> None:
    writers.use(GroupCommit(0.05))
    finish = Event()
    [holding] = writers.start(lambda _tx: finish.wait(LONG_SECONDS))

    with pytest.raises(Unavailable, match="is busy"):
        add_profiles(writers.store, ["late"])

    finish.set()
    assert outcome(holding) is True
    assert add_profiles(writers.store, ["later"]) == [1]


def test_another_process_gets_its_turn_among_writers_who_never_pause(path: Path) -> None:
    stop = Event()

    def press(thread: int) -> None:
        number = 0
        while not stop.is_set():
            add_profiles(store, [f"{thread}/{number}"])
            number += 1

    with opened(path) as store, opened(path) as other, ThreadPoolExecutor(8) as pool:
        pressing = [pool.submit(press, thread) for thread in range(8)]
        try:
            for number in range(10):
                add_profiles(other, [f"other {number}"])
        finally:
            stop.set()
        for each in pressing:
            each.result(LONG_SECONDS)

        assert {f"other {number}" for number in range(10)} <= set(names_of(store))


# Interruptions, and ends.


def test_an_interruption_in_the_middle_of_a_statement_ends_the_group(writers: Writers) -> None:
    def interrupted(tx: WriteTransaction) -> None:
        thread = get_ident()

        def interrupt(*_arguments: object) -> None:
            if get_ident() == thread:
                raise KeyboardInterrupt

        event.listen(connection_of(tx), "before_cursor_execute", interrupt)
        tx.profiles.reserve_provider_config_ids(1)

    outcomes = kinds(writers.run(add("a"), interrupted, add("b")))

    assert outcomes[1] is KeyboardInterrupt
    kept = [each for each in outcomes if isinstance(each, str)]
    assert names_of(writers.store) == kept
    assert add_profiles(writers.store, ["after"])


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_while_waiting_for_the_turn_leaves_the_queue(writers: Writers) -> None:
    finish = Event()
    [holding] = writers.start(lambda _tx: finish.wait(LONG_SECONDS))

    def interrupt() -> None:
        wait_until(lambda: len(writers.groups._turns._waiting) == 1)
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = Thread(target=interrupt)
    interrupting.start()
    with pytest.raises(KeyboardInterrupt):
        add_profiles(writers.store, ["interrupted"])
    interrupting.join(LONG_SECONDS)
    finish.set()

    assert outcome(holding) is True
    assert add_profiles(writers.store, ["after"]) == [1]


def test_whoever_is_interrupted_when_it_is_called_ends_the_group(
    writers: Writers, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = writers.groups._turns
    enter = turns.enter

    def called_and_interrupted() -> None:
        enter()
        turns.leave()
        raise KeyboardInterrupt

    def second_is_interrupted(tx: WriteTransaction) -> object:
        monkeypatch.setattr(turns, "enter", called_and_interrupted)
        waiting = Thread(target=lambda: outcomes.append(interrupted()))
        waiting.start()
        wait_until(lambda: len(turns._waiting) == 1)
        monkeypatch.undo()
        return tx.profiles.add(new_profile("a")).name

    def interrupted() -> BaseException | None:
        try:
            add_profiles(writers.store, ["never"])
        except KeyboardInterrupt as error:
            return error
        return None

    outcomes: list[object] = []

    assert writers.run(second_is_interrupted) == ["a"]
    wait_until(lambda: kinds(outcomes) == [KeyboardInterrupt])
    assert names_of(writers.store) == ["a"]
    assert add_profiles(writers.store, ["after"]) == [2]


def test_a_write_within_a_write_is_refused_and_the_outer_goes_on(writers: Writers) -> None:
    with writers.store.write() as tx:
        with pytest.raises(RuntimeError, match="stands within another write"):
            add_profiles(writers.store, ["inner"])
        tx.profiles.add(new_profile("outer"))

    assert names_of(writers.store) == ["outer"]


def test_two_stores_may_be_written_to_one_within_the_other(writers: Writers, tmp_path: Path) -> None:
    with opened(tmp_path / "other.db") as other:
        with writers.store.write() as tx:
            tx.profiles.add(new_profile("outer"))
            add_profiles(other, ["inner"])

        assert (names_of(writers.store), names_of(other)) == (["outer"], ["inner"])


def test_closing_while_writers_are_under_way_loses_nothing_that_was_told(path: Path) -> None:
    done: list[str] = []

    def write(thread: int) -> None:
        for number in range(30):
            add_profiles(store, [f"{thread}/{number}"])
            done.append(f"{thread}/{number}")

    with opened(path) as store, ThreadPoolExecutor(8) as pool:
        running = [pool.submit(write, thread) for thread in range(8)]
        while not all(each.done() for each in running):
            store.close()
            time.sleep(0.002)
        failures = [each.exception(LONG_SECONDS) for each in running]

    assert {type(failure) for failure in failures} <= {type(None), Unavailable}
    with opened(path) as again:
        assert set(names_of(again)) == set(done)
