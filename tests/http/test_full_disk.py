"""A store on a disk that is full: writes are refused, reads go on, and nothing is lost."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.commands import (
    COMMANDS_THAT_WRITE,
    assert_told_in_a_sentence,
    assert_unavailable,
    command,
    command_in_this_process,
)
from tests.http.small_disks import SMALL_DISKS, SmallDisk
from tests.http.soundness import assert_is_sound
from tests.http.writers import PATH, Writers, assert_nothing_is_lost_or_half, body, patience
from tests.serving import add_keys, running_server

SPARE_BYTES = 100_000
"""What is left for writes: enough for some of them."""


@pytest.fixture(params=SMALL_DISKS)
def disk(request: pytest.FixtureRequest) -> Iterator[SmallDisk]:
    with SMALL_DISKS[request.param]() as disk:
        yield disk


def test_a_server_outlives_a_full_disk_and_loses_nothing(disk: SmallDisk, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_server(disk.url, log=log) as server:
        with Writers([server] * 4) as writers, server.client() as client, patience() as up:
            writers.wait_for(20)
            disk.server = server
            disk.fill(SPARE_BYTES)
            while len(writers.refused) < 20:
                assert not up.is_set(), "the disk does not get full"
                time.sleep(0.01)
            write = client.post(PATH, json=body("refused"))
            read, ready = client.get(PATH), client.get("/readyz")
            disk.make_space()
            writers.wait_for(len(writers.answered) + 20)

        assert_unavailable(write)
        assert (read.status_code, ready.status_code) == (200, 200)
        assert set(writers.refused) == {503}
        assert_nothing_is_lost_or_half(server, writers.answered)
    assert_is_sound(disk.url)
    assert f"The store at {disk.database} {disk.told}" in log.read_text()


def run(disk: SmallDisk, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command, as a process of its own where that is what is limited."""
    if disk.limit is None:
        return command_in_this_process(disk.url, *arguments)
    return command(disk.url, *arguments, limit=disk.limit)


@pytest.mark.parametrize("arguments", COMMANDS_THAT_WRITE, ids=" ".join)
def test_a_command_on_a_full_disk_says_so(disk: SmallDisk, arguments: tuple[str, ...]) -> None:
    if arguments != ("migrate",):
        add_keys(disk.url)
    disk.fill(0)

    refused = run(disk, *arguments)
    disk.make_space()
    accepted = run(disk, *arguments)

    assert_told_in_a_sentence(refused, f"The store at {disk.database} ")
    assert accepted.returncode == 0, accepted
    assert_is_sound(disk.url)


def test_a_company_that_does_not_fit_is_told_and_can_be_completed(disk: SmallDisk) -> None:
    add_keys(disk.url)
    disk.fill(SPARE_BYTES)

    refused = run(disk, "seed")
    disk.make_space()
    accepted = run(disk, "seed")

    assert_told_in_a_sentence(refused, f"The store at {disk.database} {disk.told}")
    assert accepted.returncode == 0, accepted
    assert_is_sound(disk.url)
