"""Group commit under everything at once: what was told as done is there, and nothing else.

`SOAK_ROUNDS` says how often it is done.
"""

import os
import random
from collections import Counter
from pathlib import Path
from threading import Lock, Thread

import pytest
from sqlalchemy import Connection, event

from domain.errors import Conflict, NotFound, Unavailable
from store.api import WriteTransaction
from store.sql.engine import SqlStore
from store.testsuite.samples import names_of, new_profile
from tests.store.sqlite.files import Failure, disk_error, driver_of, opened

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
THREADS = 16
WRITES = 12
HANG_SECONDS = 300


class Hammer:
    """Sixteen threads that write at random to one store, and a disk that fails at random."""

    def __init__(self, store: SqlStore, seed: int) -> None:
        self.store = store
        self.done: set[str] = set()
        self.undone: set[str] = set()
        self.taken: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self._seed = seed
        self._disk = random.Random(seed)
        self._lock = Lock()
        event.listen(store._writer, "commit", self._commit)

    def run(self) -> list[Thread]:
        """Let all threads write, and return those that hang."""
        # Daemons, so that a thread that hangs fails the test and does not keep it from ending.
        threads = [Thread(target=self._write_much, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(HANG_SECONDS)
        return [thread for thread in threads if thread.is_alive()]

    def _commit(self, _connection: Connection) -> None:
        if self._disk.random() < 0.15:
            raise disk_error("COMMIT")

    def _write_much(self, thread: int) -> None:
        rng = random.Random(f"{self._seed}/{thread}")
        for number in range(WRITES):
            # A few names are wanted by many.
            name = f"wanted {rng.randrange(30)}" if rng.random() < 0.4 else f"{thread}/{number}"
            own = f"{thread}/{number} beside"
            self._note(name, own, self._write(name, own, rng))

    def _write(self, name: str, own: str, rng: random.Random) -> BaseException | None:
        try:
            with self.store.write() as tx:
                tx.profiles.add(new_profile(own))
                tx.profiles.add(new_profile(name))
                _end(tx, rng)
        except (Conflict, NotFound, Failure, Unavailable, KeyboardInterrupt) as error:
            return error
        return None

    def _note(self, name: str, own: str, error: BaseException | None) -> None:
        with self._lock:
            self.outcomes[type(error).__name__] += 1
            if error is None:
                self.done |= {name, own}
            else:
                self.undone.add(own)
            if isinstance(error, Conflict):
                self.taken.add(name)


def _end(tx: WriteTransaction, rng: random.Random) -> None:
    """End a block well, mostly."""
    match rng.randrange(24):
        case 0 | 1:
            raise Failure
        case 2 | 3:
            tx.profiles.get(10**6)
        case 4:
            raise KeyboardInterrupt
        case 5:
            driver_of(tx).execute("ROLLBACK")
            raise Unavailable("The store rolled everything back by itself.")
        case 6:
            driver_of(tx).execute("ROLLBACK")
        case _:
            pass


@pytest.mark.timeout(HANG_SECONDS * 3)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_was_told_as_done_is_there_and_nothing_else(path: Path, seed: int) -> None:
    with opened(path) as store:
        hammer = Hammer(store, seed)

        assert hammer.run() == []

        kept = set(names_of(store))
        assert kept == hammer.done
        assert not kept & hammer.undone
        # A conflict is told only when the name is taken by work that was kept.
        assert hammer.taken <= kept
        assert hammer.outcomes["NoneType"] > 0
        assert hammer.outcomes["Unavailable"] > 0
