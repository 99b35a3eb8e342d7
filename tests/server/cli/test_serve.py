"""`access-profiles serve` as a process: what it refuses, and how it ends."""

import socket
from functools import partial
from pathlib import Path

import pytest

from tests.http.commands import command
from tests.limited import limit_open_files
from tests.serving import add_keys, running_server


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_store_that_is_not_migrated_is_not_served(tmp_path: Path, workers: str) -> None:
    done = command(f"sqlite:///{tmp_path / 'profiles.db'}", "serve", "--port", "0", "--workers", workers)

    assert (done.returncode, done.stdout) == (1, "")
    assert "Run: access-profiles migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = command(f"sqlite:///{path}", "serve", "--demo", "--port", str(port))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: Cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Set ACCESS_PROFILES_HOST and ACCESS_PROFILES_PORT to an address that is free.\n"
    )
    assert not path.exists()


def test_more_workers_than_there_is_room_for_are_refused(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'profiles.db'}"
    add_keys(store)

    done = command(store, "serve", "--port", "0", "--workers", "64", limit=partial(limit_open_files, 40))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: 64 workers cannot be started: Too many open files.\n"


def test_a_server_ends_quietly_when_it_is_told_to(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'profiles.db'}"
    log = tmp_path / "log"

    with running_server(store, log=log) as server, server.client() as client:
        assert client.get("/api/access-profiles").status_code == 200

    assert server.process.returncode in {0, -15}
    text = log.read_text()
    assert "Traceback" not in text
    assert server.keys.admin not in text
