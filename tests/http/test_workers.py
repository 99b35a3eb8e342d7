"""`access-profiles serve --workers N`: several processes on one address, seen from outside."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http.commands import assert_told_in_a_sentence, command, command_in_this_process
from tests.http.conftest import DURABLE
from tests.http.writers import PATH, Writers, body, patience
from tests.processes import Process, Running, start
from tests.serving import LONG_SECONDS, Server, running_server

CONNECTIONS = 32
"""So many that both of two workers get some: that one gets none happens once in 2³¹ times."""

TRUSTED = httpx.create_ssl_context()
"""Made once, because each client would take 20 ms for its own."""


@contextmanager
def two_workers(store_url: str, log: Path) -> Iterator[Server]:
    with running_server(store_url, arguments=("--workers", "2"), log=log) as server:
        yield server


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that `server` logs to."""
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module", params=DURABLE)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, log: Path
) -> Iterator[Server]:
    """Give a server that tests leave serving."""
    with two_workers(DURABLE[request.param](tmp_path_factory.mktemp("workers")), log) as running:
        yield running


@pytest.fixture
def ending_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that a test ends."""
    with two_workers(DURABLE["sqlite"](tmp_path), tmp_path / "log") as running:
        yield running


@contextmanager
def clients_of(server: Server) -> Iterator[list[httpx.Client]]:
    """Give clients that keep one connection each."""
    options: dict[str, Any] = {
        "base_url": server.url,
        "headers": {"Authorization": f"Bearer {server.keys.admin}"},
        "timeout": LONG_SECONDS,
        "verify": TRUSTED,
    }
    with ExitStack() as stack:
        yield [stack.enter_context(httpx.Client(**options)) for _ in range(CONNECTIONS)]


def events(log: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of a log that tell of an event."""
    text = log.read_text("utf-8")
    # The last line may be half there.
    lines = map(json.loads, text[: text.rfind("\n") + 1].splitlines())
    return [line for line in lines if line["event"] == name]


def workers_of(clients: Sequence[httpx.Client], log: Path) -> list[int]:
    """Return the process that answers each client, by the lines that it logs."""
    asked = [f"{place}.{time.monotonic_ns()}" for place, _ in enumerate(clients)]
    for client, request_id in zip(clients, asked, strict=True):
        assert client.get(PATH, headers={"X-Request-Id": request_id}).status_code == 200
    with patience() as up:
        while True:
            # A line is written after its answer.
            answered_by: dict[str, int] = {
                line["request_id"]: line["worker"] for line in events(log, "request")
            }
            if answered_by.keys() >= set(asked):
                return [answered_by[request_id] for request_id in asked]
            assert not up.is_set(), "requests were not logged"
            time.sleep(0.01)


def exit_code(process: Running) -> int:
    """Wait until nobody holds the output open, neither the server nor a worker."""
    assert process.stdout is not None
    process.stdout.read()
    return process.wait(LONG_SECONDS)


def wait_until_refused(server: Server) -> None:
    with patience() as up:
        while listens(server):
            assert not up.is_set(), "somebody still listens"
            time.sleep(0.01)


def listens(server: Server) -> bool:
    """Return whether a connection is accepted."""
    try:
        socket.create_connection((server.host, server.port)).close()
    except ConnectionError:
        return False
    return True


def test_every_worker_answers_and_sees_at_once_what_others_wrote(server: Server, log: Path) -> None:
    with clients_of(server) as clients:
        workers = workers_of(clients, log)
        one, other = (clients[workers.index(worker)] for worker in sorted(set(workers)))
        made = one.post(PATH, json=body("written by workers")).json()["access_profile"]["id"]
        seen = []
        for number in range(10):
            writer, reader = (one, other) if number % 2 else (other, one)
            text = f"change {number}"
            assert writer.put(f"{PATH}/{made}", json={"description": text}).status_code == 200
            seen.append(reader.get(f"{PATH}/{made}").json()["access_profile"]["description"] == text)

    assert seen == [True] * 10
    assert server.process.pid not in workers


def test_a_worker_that_is_killed_is_replaced_and_nobody_is_refused(server: Server, log: Path) -> None:
    with clients_of(server) as clients, clients_of(server) as later:
        workers = workers_of(clients, log)
        killed, kept = sorted(set(workers))

        os.kill(killed, signal.SIGKILL)
        replaced_by = set(workers_of(later, log)) - {kept}
        still_there = [client for client, worker in zip(clients, workers, strict=True) if worker == kept]
        assert set(workers_of(still_there, log)) == {kept}

    assert len(replaced_by) == 1
    assert killed not in replaced_by
    told = events(log, "worker_ended")[-1]
    assert (told["worker"], told["exit_code"]) == (killed, -signal.SIGKILL)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_workers_share_their_address_with_nobody_else(server: Server) -> None:
    done = command(server.store, "serve", "--workers", "2", "--port", str(server.port))

    assert_told_in_a_sentence(done, f"Cannot listen on 127.0.0.1:{server.port}: Address already in use.")


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 1)])
def test_a_request_that_is_under_way_is_answered_before_all_end(
    ending_server: Server, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    server = ending_server
    content = json.dumps(body("under way")).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {server.keys.admin}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((server.host, server.port), timeout=LONG_SECONDS) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")

        server.process.send_signal(number)
        wait_until_refused(server)
        connection.sendall(content)

        assert connection.recv(4096).startswith(b"HTTP/1.1 201 ")
    assert exit_code(server.process) == code
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")


def test_no_worker_outlives_a_parent_that_is_killed(ending_server: Server) -> None:
    with Writers([ending_server] * 4) as writers:
        writers.wait_for(20)
        ending_server.kill()

        assert exit_code(ending_server.process) == -signal.SIGKILL
    wait_until_refused(ending_server)
    assert writers.refused == []


@pytest.mark.parametrize(
    ("workers", "told"),
    [("2", "2 workers would each have a memory of their own."), ("0", "0 is not in the range x>=1.")],
)
def test_workers_that_make_no_sense_are_refused(workers: str, told: str) -> None:
    done = command_in_this_process("memory:", "serve", "--workers", workers)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


@contextmanager
def unable_workers(file: Path, log: Path) -> Iterator[Process]:
    """Run two workers that cannot start while there is the file."""
    with log.open("w") as errors:
        process = start("tests.http.unable_workers", str(file), stderr=errors)
    with process:
        try:
            yield process
        finally:
            process.terminate()


def test_workers_that_cannot_start_end_the_command_with_a_sentence(tmp_path: Path) -> None:
    file, log = tmp_path / "file", tmp_path / "log"
    file.touch()

    with unable_workers(file, log) as process:
        output = process.stdout.read()
        code = process.wait(LONG_SECONDS)

    assert (code, output) == (1, "")
    assert "there is the file" in log.read_text("utf-8")
    assert "Error: A worker ended with exit code 3 before it could serve." in log.read_text("utf-8")


def test_a_worker_that_cannot_be_replaced_yet_is_tried_again_while_the_others_serve(tmp_path: Path) -> None:
    file, log = tmp_path / "file", tmp_path / "log"

    with (
        unable_workers(file, log) as process,
        httpx.Client(headers={"Connection": "close"}, timeout=LONG_SECONDS) as client,
    ):
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        killed = int(client.get(url).text)
        file.touch()
        os.kill(killed, signal.SIGKILL)
        with patience() as up:
            while len(events(log, "worker_ended")) < 2:
                assert not up.is_set(), "the replacement has not failed"
                time.sleep(0.01)
        file.unlink()
        # Whoever is sent to the missing worker waits for it.
        answered_by = {int(client.get(url).text) for _ in range(CONNECTIONS)}

    assert len(answered_by - {killed}) == 2
    assert [line["exit_code"] for line in events(log, "worker_ended")] == [-signal.SIGKILL, 3]
