"""A store's file that is damaged, or is something else: commands say so, and a server answers 503."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.http.commands import (
    assert_told_in_a_sentence,
    assert_unavailable,
    command,
    command_in_this_process,
)
from tests.http.writers import PATH, body
from tests.serving import add_keys, running_server

DAMAGED = "is damaged: database disk image is malformed. Restore a backup."
NO_DATABASE = "is damaged or is no database: file is not a database. Restore a backup, or name another file."
FOREIGN = "holds the tables of another program. Restore a backup, or name another file."
NOT_A_FILE = "cannot be opened: unable to open database file. Check that it is a file, and that this user"


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def zero_a_page(file: Path, first: int = 0) -> None:
    with file.open("r+b") as content:
        content.seek(first)
        content.write(bytes(4096))


def zero_all_but_the_first_page(file: Path) -> None:
    for first in range(4096, file.stat().st_size, 4096):
        zero_a_page(file, first)


def overwrite_the_header(file: Path) -> None:
    with file.open("r+b") as content:
        content.write(b"Dear friend, " * 8)


def replace_by_a_letter(file: Path) -> None:
    file.write_text("Dear friend, " * 1000)


def replace_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_by_another_programs(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE letters (text)")


def add_another_programs_wal(file: Path) -> None:
    path = file.with_name("other.db")
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        with other:
            other.execute("CREATE TABLE letters (text)")
        shutil.copy(f"{path}-wal", f"{file}-wal")


DAMAGES: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "truncated": (truncate, DAMAGED),
    "first page zeroed": (zero_a_page, NO_DATABASE),
    "all but the first page zeroed": (zero_all_but_the_first_page, DAMAGED),
    "header overwritten": (overwrite_the_header, NO_DATABASE),
    "a letter": (replace_by_a_letter, NO_DATABASE),
    "a folder": (replace_by_a_folder, NOT_A_FILE),
    "another program's": (replace_by_another_programs, FOREIGN),
    "another program's write-ahead log": (add_another_programs_wal, FOREIGN),
}
"""What happens to the file, and what commands say of it."""


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_commands_on_a_damaged_file_say_what_to_do(
    tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    file = tmp_path / "profiles.db"
    url = f"sqlite:///{file}"
    add_keys(url)
    damage(file)

    for done in (
        command(url, "serve", "--port", "0"),
        command_in_this_process(url, "migrate"),
        command_in_this_process(url, "keys", "list"),
    ):
        assert_told_in_a_sentence(done, f"The store at {file} {told}")


def test_an_empty_file_is_a_store_to_be_migrated(tmp_path: Path) -> None:
    file = tmp_path / "profiles.db"
    file.touch()

    refused = command_in_this_process(f"sqlite:///{file}", "keys", "list")
    migrated = command_in_this_process(f"sqlite:///{file}", "migrate")

    assert_told_in_a_sentence(refused, "Run: access-profiles migrate")
    assert migrated.returncode == 0


MET_AT_RUN_TIME: Mapping[str, Callable[[Path], None]] = {
    "truncated": truncate,
    "emptied": lambda file: os.truncate(file, 0),
    "all but the first page zeroed": zero_all_but_the_first_page,
}


@pytest.mark.parametrize("damage", MET_AT_RUN_TIME.values(), ids=MET_AT_RUN_TIME)
def test_a_server_that_meets_damage_answers_503_and_says_so(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file, log = tmp_path / "profiles.db", tmp_path / "log"
    url = f"sqlite:///{file}"
    with (
        running_server(url, log=log) as server,
        server.client() as client,
    ):
        ready_before = client.get("/readyz")
        damage(file)
        answers = [client.get(PATH), client.post(PATH, json=body("refused")), client.get(f"{PATH}/1")]
        ready, alive = client.get("/readyz"), client.get("/healthz")

    assert ready_before.status_code == 200
    for answer in answers:
        assert_unavailable(answer)
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert ready.json()["reason"].startswith(f"The store at {file} is damaged: ")
    assert ready.json()["reason"].endswith(" Restore a backup, and start the server again.")
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    reasons = [line["reason"] for line in logged if line["event"] == "store_unavailable"]
    assert len(reasons) == len(answers)
    assert all(reason.startswith(f"The store at {file} is damaged") for reason in reasons)
