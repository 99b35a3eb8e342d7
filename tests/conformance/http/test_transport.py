"""Requests: safe in threads, bounded, sent again where that is safe, and not at all where nothing may be."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from conformance.access_profiles import calls
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.http.content import TooLarge
from conformance.http.target import Target
from conformance.http.transport import Transport
from conformance.http.unreached import WouldWrite
from conformance.run.clean_up import clean_up
from conformance.run.session import Workspace
from tests.conformance.conftest import Breakable
from tests.conformance.hostile import servers
from tests.conformance.hostile.servers import listening

CONTRACT = document.load()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def _target(url: str, timeout: float = 1.0) -> Target:
    return Target(url, {"admin": "bfst-x"}, timeout)


@pytest.fixture
def hasty() -> Iterator[tuple[Transport, list[bytes]]]:
    """Give a server that keeps a connection open after its answer and hangs up on the next request over it.

    A request was answered already. With the transport comes what the server got.
    """
    seen: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(OK)
        seen.append(connection.recv(65536))

    with listening(behave) as url:
        transport = Transport(_target(url))
        assert transport.send("GET", "/", {}, None).status == 200
        yield transport, seen
        transport.close()


def test_a_read_that_crosses_the_close_of_an_idle_connection_is_sent_once_more(
    hasty: tuple[Transport, list[bytes]],
) -> None:
    transport, _ = hasty

    assert transport.send("GET", "/", {}, None).status == 200
    assert transport.sent == 3


def test_a_write_that_crosses_the_close_of_an_idle_connection_is_not_sent_again(
    hasty: tuple[Transport, list[bytes]],
) -> None:
    transport, seen = hasty

    # The end of the connection, or its reset: which of them is seen first is up to the system.
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        transport.send("POST", "/", {}, b"{}")
    assert sum(request.startswith(b"POST") for request in seen) == 1


def test_a_read_over_a_fresh_connection_is_not_sent_again() -> None:
    with listening(servers.hang_up) as url:
        transport = Transport(_target(url))
        with pytest.raises(httpx.TransportError):
            transport.send("GET", "/", {}, None)

    assert transport.sent == 1


NO_ANSWER: dict[str, type[Exception]] = {
    "endless_body": TooLarge,
    "endless_chunks": TooLarge,
    "dripping_body": httpx.TimeoutException,
    "dripping_headers": httpx.TimeoutException,
    "silence": httpx.TimeoutException,
    "garbage": httpx.TransportError,
    "too_short_for_http": httpx.TransportError,
    "endless_headers": httpx.TransportError,
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_does_not_end_in_time_or_size_or_is_no_http_is_no_answer(name: str) -> None:
    behave, error = getattr(servers, name), NO_ANSWER[name]
    timeout = 0.5 if error is httpx.TimeoutException else 10
    with listening(behave) as url, Workspace(CONTRACT, _target(url, timeout), 1) as workspace:
        session = workspace.session("x")
        with pytest.raises(error) as raised:
            session.admin.request("GET", "/x?secret=1")
        with session.raw() as connection, pytest.raises(error):
            connection.request("GET", "/x", {})
    if error is TooLarge:
        assert "the answer to GET /x is larger than 16 MiB" in str(raised.value)


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"\r\n\r\n0\r\n\r\n"])
def test_chunks_without_a_size_are_no_answer_to_a_bare_socket(chunks: bytes) -> None:
    behave = servers.answering("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", chunks, once=True)
    with (
        listening(behave) as url,
        Workspace(CONTRACT, _target(url), 1) as workspace,
        workspace.session("x").raw() as connection,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        connection.request("GET", "/", {})


def test_cookies_are_not_sent_back() -> None:
    seen: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        while request := connection.recv(65536):
            seen.append(request)
            connection.sendall(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=1; Path=/\r\n\r\n"))

    with listening(behave) as url:
        transport = Transport(_target(url))
        for _ in range(2):
            transport.send("GET", "/", {}, None)
        transport.close()

    assert len(seen) == 2
    assert not [request for request in seen if b"cookie" in request.lower()]


def test_a_run_that_reads_sends_nothing_else(breakable: Breakable) -> None:
    target = replace(breakable.target, read_only=True)
    with Workspace(CONTRACT, target, 1) as workspace:
        session = workspace.session("x")
        assert calls.browse(session).status == 200
        with session.raw() as connection:
            assert connection.request("HEAD", "/healthz", {}).status == 200
        before = workspace.transport.sent
        with pytest.raises(WouldWrite, match="it writes: POST /api/access-profiles is not sent"):
            calls.submit(session, {"name": session.name()})
        with session.raw() as connection, pytest.raises(WouldWrite):
            connection.request("DELETE", "/api/access-profiles/1", {})

        assert workspace.transport.sent == before


def test_sessions_in_threads_get_their_own_answers_and_names(workspace: Workspace) -> None:
    def make(number: int) -> tuple[str, str]:
        session = workspace.session(f"clause {number}")
        made = calls.create(session, description=f"number {number}")
        return str(made["name"]), str(calls.profile(session, made["id"])["description"])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(make, range(40)))

    assert clean_up(workspace, ACCESS_PROFILES).total == 0
    assert [description for _, description in found] == [f"number {number}" for number in range(40)]
    assert len({name for name, _ in found}) == 40
