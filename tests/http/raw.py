"""Requests as octets on a socket, for what an HTTP library will not send."""

import socket
from contextlib import suppress
from dataclasses import dataclass

import orjson

from tests.serving import LONG_SECONDS, Server


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer, as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        value: dict[str, object] = orjson.loads(self.body)
        return value


def send(server: Server, request: bytes, *, expect_body: bool = True) -> RawAnswer:
    """Send octets and read one answer."""
    with socket.create_connection((server.host, server.port), timeout=LONG_SECONDS) as connection:
        # The server may answer, and close, before it has read everything.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return _read(connection, expect_body)


def post(
    server: Server,
    body: bytes,
    *headers: str,
    path: str = "/api/access-profiles",
    length: bool = True,
) -> RawAnswer:
    """Send a POST with exactly these headers besides Host and the key."""
    lines = [f"POST {path} HTTP/1.1", *_common(server), *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return send(server, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def get(server: Server, path: str, *headers: str, method: str = "GET") -> RawAnswer:
    """Send a request without a body, with the path as it is."""
    lines = [f"{method} {path} HTTP/1.1", *_common(server), *headers, "", ""]
    return send(server, "\r\n".join(lines).encode("latin-1"), expect_body=method != "HEAD")


def chunked(body: bytes, size: int = 65536) -> bytes:
    """Return a body in chunks (RFC 9112 §7.1)."""
    pieces = (body[begin : begin + size] for begin in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _common(server: Server) -> list[str]:
    return [f"Host: {server.host}:{server.port}", f"Authorization: Bearer {server.keys.admin}"]


def _read(connection: socket.socket, expect_body: bool) -> RawAnswer:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            raise AssertionError(f"the server closed the connection after {received!r}")
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = int(headers.get("content-length", 0)) if expect_body else 0
    while len(body) < length:
        data = connection.recv(65536)
        if not data:
            raise AssertionError("the server closed the connection in the middle of its answer")
        body += data
    return RawAnswer(int(first.split()[1]), headers, body)
