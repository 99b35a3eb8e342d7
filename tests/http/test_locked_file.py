"""An SQLite file that another process keeps locked."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from store.sqlite.store import BUSY_TIMEOUT_MS
from tests.http.commands import assert_told_in_a_sentence, assert_unavailable, command
from tests.http.soundness import assert_is_sound
from tests.http.writers import PATH, body
from tests.serving import add_keys, running_server

BUSY = "was kept busy by another process: database is locked. Try again when that process is done."


@contextmanager
def other_process(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a file as another process would."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        yield other


def test_a_write_that_waits_too_long_is_refused_and_reads_go_on(tmp_path: Path) -> None:
    file, log = tmp_path / "profiles.db", tmp_path / "log"
    url = f"sqlite:///{file}"
    with (
        running_server(url, log=log) as server,
        server.client() as client,
        other_process(file) as other,
        ThreadPoolExecutor() as beside,
    ):
        other.execute("BEGIN IMMEDIATE")
        told = beside.submit(command, url, "keys", "create", "ci", "--all-scopes")
        began = time.monotonic()
        refused = client.post(PATH, json=body("refused"))
        waited = time.monotonic() - began
        read = client.get(PATH)
        ready = client.get("/readyz")
        command_refused = told.result()
        other.execute("ROLLBACK")
        accepted = client.post(PATH, json=body("accepted"))
        names = [profile["name"] for profile in client.get(PATH).json()["access_profiles"]]

    assert_unavailable(refused)
    assert waited >= BUSY_TIMEOUT_MS / 1000
    assert (read.status_code, ready.status_code, accepted.status_code) == (200, 200, 201)
    assert names == ["accepted"]
    assert f"The store at {file} {BUSY}" in log.read_text()
    assert_told_in_a_sentence(command_refused, f"The store at {file} {BUSY}")
    assert_is_sound(url)


def test_a_server_is_not_started_on_a_file_that_another_process_keeps_to_itself(tmp_path: Path) -> None:
    file = tmp_path / "profiles.db"
    url = f"sqlite:///{file}"
    add_keys(url)
    with other_process(file) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")

        done = command(url, "serve", "--port", "0")

    assert_told_in_a_sentence(done, f"The store at {file} {BUSY}")
