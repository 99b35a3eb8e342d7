"""An HTTP proxy before the server: pooled requests, bare connections and Schemathesis go through it."""

import base64
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from conformance import cli
from conformance.http.proxy import Proxy, ProxyUrlError
from conformance.run.verdict import ExitCode
from tests.conformance.cli.test_check import PATIENCE
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable
from tests.conformance.hostile.proxies import AUTHORITY, serving
from tests.conformance.hostile.servers import listening

WHO, SECRET = "suite", "p:ss wörd"
CREDENTIAL = b"Basic " + base64.b64encode(f"{WHO}:{SECRET}".encode())
SAMPLE = "AP-GET-001,AP-CRE-001,AUTH-009,HTTP-002,S.getAccessProfile.fuzz"


@dataclass
class Seen:
    """The request lines that came to the proxy, and how it answers who shows no good credential."""

    url: str = ""
    lines: list[bytes] = field(default_factory=list)


@contextmanager
def proxy() -> Iterator[Seen]:
    """Give a forwarding proxy that asks for a password."""
    seen = Seen()

    def forward(connection: socket.socket) -> None:
        head, _, body = _read_head(connection)
        line, _, fields = head.partition(b"\r\n")
        seen.lines.append(line)
        if b"proxy-authorization: " + CREDENTIAL.lower() not in head.lower():
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, version = line.split(b" ")
        place = urlsplit(b"//" + target if method == b"CONNECT" else target)
        with socket.create_connection(((place.hostname or b"").decode(), place.port or 80)) as server:
            if method == b"CONNECT":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                below = target.removeprefix(b"http://" + place.netloc)
                server.sendall(b" ".join((method, below, version)) + b"\r\n" + fields + b"\r\n\r\n" + body)
            _pump(connection, server)

    with listening(forward) as seen.url:
        yield seen


def _read_head(connection: socket.socket) -> tuple[bytes, bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    return received.partition(b"\r\n\r\n")


def _pump(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [], 10)[0]:
            octets = ready.recv(65536)
            if not octets:
                return
            (other if ready is one else one).sendall(octets)


@pytest.fixture(autouse=True)
def _key(breakable: Breakable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)


def _with_password(url: str) -> str:
    return url.replace("http://", f"http://{WHO}:p%3Ass%20w%C3%B6rd@")


@pytest.mark.parametrize("tls", [False, True])
def test_everything_goes_through_it(
    breakable: Breakable, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, tls: bool
) -> None:
    with proxy() as seen, serving(breakable.app, tls=tls) as url:
        monkeypatch.setenv("CONFORMANCE_PROXY", _with_password(seen.url))
        command = ["check", url, "--only", SAMPLE, "--max-examples", "8", "--seed", "1", *PATIENCE]
        code = cli.run([*command, "--ca-file", str(AUTHORITY)])
        text = "".join(capfd.readouterr())

    assert code == ExitCode.CONFORMS, text
    assert SECRET not in text
    methods = {line.split(b" ")[0] for line in seen.lines}
    assert methods == {b"CONNECT"} if tls else {b"GET", b"HEAD", b"POST"} <= methods
    assert all(b"http://" in line for line in seen.lines if not tls)


@pytest.mark.parametrize("tls", [False, True])
def test_one_that_lets_nobody_through_is_named(breakable: Breakable, command: Command, *, tls: bool) -> None:
    with proxy() as seen, serving(breakable.app, tls=tls) as url:
        asked = ("check", url, "--proxy", seen.url, "--only", "AP-GET-001", "--ca-file", AUTHORITY)
        told = command(*asked, code=ExitCode.INCOMPLETE).out

    assert "The proxy does not let through to" in told
    assert "407" in told


def test_one_that_does_not_listen_is_named(breakable: Breakable, no_listener: str, command: Command) -> None:
    asked = ("check", breakable.target.root, "--proxy", no_listener, "--only", "AP-GET-001")
    told = command(*asked, code=ExitCode.INCOMPLETE).out

    assert f"The proxy {no_listener} cannot be reached" in told


def test_what_is_no_proxy_is_wrong_usage(breakable: Breakable, command: Command) -> None:
    asked = ("check", breakable.target.root, "--proxy", "socks5://me:secret@here:1080")
    told = command(*asked, code=ExitCode.USAGE).err

    assert "SOCKS is not spoken" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "url", ["", "proxy:3128", "https://proxy", "http://", "http://a:b:c", "http://proxy/x"]
)
def test_what_is_no_url_of_a_proxy_is_refused(url: str) -> None:
    with pytest.raises(ProxyUrlError):
        Proxy.parse(url)


@pytest.mark.parametrize("url", ["http://proxy:1", "http://[::1]:8", "http://u:p%40@proxy:3128"])
def test_a_url_is_what_it_was(url: str) -> None:
    read = Proxy.parse(url)

    assert read.full_url == url
    assert Proxy.parse(read.url) == Proxy(read.host, read.port)
