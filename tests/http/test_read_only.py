"""A store that may not be written: what can be read is answered, and writes are refused with the reason."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.http.commands import (
    COMMANDS,
    COMMANDS_THAT_WRITE,
    assert_told_in_a_sentence,
    assert_unavailable,
    command,
)
from tests.http.writers import PATH, body
from tests.limited import obey_permissions
from tests.processes import start
from tests.serving import Keys, add_keys, running_server

READ_ONLY = (
    "is read-only: attempt to write a readonly database. Let this user write the file, its folder, and"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A store with keys, in a folder of its own."""

    file: Path
    keys: Keys

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    folder = tmp_path / "store"
    folder.mkdir()
    file = folder / "profiles.db"
    yield Kept(file, add_keys(f"sqlite:///{file}"))
    folder.chmod(stat.S_IRWXU)


def test_a_server_on_a_read_only_file_answers_reads_and_refuses_writes(kept: Kept, tmp_path: Path) -> None:
    log = tmp_path / "log"
    kept.file.chmod(0o400)

    obeying = partial(start, limit=obey_permissions)
    with running_server(kept.url, kept.keys, start=obeying, log=log) as server, server.client() as client:
        read = client.get(PATH)
        write = client.post(PATH, json=body("refused"))
        again = client.get(PATH)
        ready = client.get("/readyz")

    assert (read.status_code, again.status_code, ready.status_code) == (200, 200, 200)
    assert_unavailable(write)
    assert f"The store at {kept.file} {READ_ONLY}" in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("arguments", COMMANDS_THAT_WRITE[1:], ids=" ".join)
def test_a_command_that_writes_to_a_read_only_file_says_so(kept: Kept, arguments: tuple[str, ...]) -> None:
    kept.file.chmod(0o400)

    done = command(kept.url, *arguments, limit=obey_permissions)

    assert_told_in_a_sentence(done, f"The store at {kept.file} {READ_ONLY}")


def test_keys_are_listed_from_a_read_only_file(kept: Kept) -> None:
    kept.file.chmod(0o400)

    done = command(kept.url, "keys", "list", limit=obey_permissions)

    assert (done.returncode, done.stderr) == (0, "")
    assert "admin" in done.stdout


REFUSING: Mapping[str, tuple[int, int, str]] = {
    "a read-only folder": (0o600, 0o500, READ_ONLY),
    "a file that may not be read": (0o000, 0o700, "cannot be opened: unable to open database file. Check"),
}
"""The permissions of the file and of its folder, and what is told."""


@pytest.mark.parametrize(("file", "folder", "told"), REFUSING.values(), ids=REFUSING)
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_what_cannot_even_be_read_is_told(
    kept: Kept, file: int, folder: int, told: str, arguments: tuple[str, ...]
) -> None:
    kept.file.chmod(file)
    kept.file.parent.chmod(folder)

    done = command(kept.url, *arguments, limit=obey_permissions)

    assert_told_in_a_sentence(done, f"The store at {kept.file} {told}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir(0o500)

    done = command(f"sqlite:///{above / 'store' / 'profiles.db'}", "migrate", limit=obey_permissions)

    assert_told_in_a_sentence(done, f"The folder {above / 'store'} cannot be made: Permission denied.")
