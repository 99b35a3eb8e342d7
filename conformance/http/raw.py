"""HTTP over a bare socket: for what an HTTP library will not send, and for requests at one instant."""

import itertools
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import Self
from urllib.parse import urlsplit

import httpx

from conformance.http.answer import Answer, Sent
from conformance.http.client import USER_AGENT
from conformance.http.deadline import Deadline
from conformance.http.evidence import record
from conformance.http.pacing import TOO_MANY_REQUESTS
from conformance.http.target import Target
from conformance.http.transport import LARGEST_ANSWER, Transport, too_large

_PIECE = 65536
_LARGEST_HEAD = 65536
_HEAD_END = b"\r\n\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d+)")
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")
_CLOSE_GRACE = 2.0
"""Seconds to wait for the close that was asked for, once the answer is complete."""


class RawConnection:
    """One connection for one request. The server is asked to close it after its answer."""

    def __init__(self, target: Target, transport: Transport, keep: Callable[[Answer], None]) -> None:
        self._target = target
        self._transport = transport
        self._keep = keep
        self._url = urlsplit(target.root)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        self._socket = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.close()

    def request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None = None,
        *,
        chunked: bool = False,
    ) -> Answer:
        """Send one request and read until the server closes. A refusal for the rate is waited out.

        Raises:
            httpx.TransportError: the connection broke before an answer came, or none came in time.
            Unreached: the answer is of no use, or the request may not be sent at all.
        """
        self._transport.permit(method, path)
        sent = {"Host": self._target.host, "User-Agent": USER_AGENT, "Connection": "close"}
        sent |= {**dict(self._target.headers), **headers}
        if chunked:
            sent["Transfer-Encoding"] = "chunked"
        elif body is not None:
            sent["Content-Length"] = str(len(body))
        spent = 0.0
        for attempt in itertools.count():
            answer = self._exchange(method, path, sent, body, chunked=chunked)
            self._transport.pacer.answered(answer.status)
            if answer.status != TOO_MANY_REQUESTS:
                break
            spent += self._transport.hold(method, path, answer.headers, attempt, spent)
            self.__exit__()
            self._socket = self._connect()
        self._keep(answer)
        return answer

    def _connect(self) -> socket.socket:
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        plain: socket.socket | None = None
        # Here, and not as the request leaves: those of a race leave together.
        self._transport.pacer.take_turn()
        try:
            plain = socket.create_connection((self._url.hostname or "", port), self._target.timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._transport.tls is None:
                return plain
            return self._transport.tls.wrap_socket(plain, server_hostname=self._url.hostname)
        except OSError as error:
            if plain is not None:
                plain.close()
            kind = httpx.ConnectTimeout if isinstance(error, TimeoutError) else httpx.ConnectError
            raise kind(str(error)) from error

    def _exchange(
        self, method: str, path: str, sent: dict[str, str], body: bytes | None, *, chunked: bool
    ) -> Answer:
        if self._socket is None:
            raise httpx.ConnectError("the connection is not open")
        deadline = self._transport.begin()
        target = f"{self._url.path}{path}"
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items()) + "\r\n"
        begun = time.perf_counter()
        _send(self._socket, head.encode("latin-1"), body or b"", chunked=chunked)
        received = _receive(self._socket, method, path, deadline)
        status, fields, after = _parse(received)
        headers = httpx.Headers(fields)
        content, trailing = _split_body(method, headers, after)
        exchange = record(
            self._target.redactor,
            method,
            f"{self._target.root}{path}",
            (tuple(sent.items()), body),
            (status, tuple(fields), content),
            time.perf_counter() - begun,
        )
        below, _, query = path.partition("?")
        whole = Sent(method, below, query, tuple(sent.items()), body)
        return Answer(status, headers, content, exchange, whole, trailing)


def _send(connection: socket.socket, head: bytes, body: bytes, *, chunked: bool) -> None:
    pieces = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)]
    if chunked:
        pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
    # A small request leaves in one piece, so that races start at one instant.
    first = head + (pieces.pop(0) if len(pieces) == 1 else b"")
    try:
        connection.sendall(first)
        for piece in pieces:
            if _answered_early(connection):
                return
            connection.sendall(piece)
    except (BrokenPipeError, ConnectionResetError):
        # A server may refuse a body that it has not read. What it answered is still to be read.
        return
    except TimeoutError as error:
        raise httpx.WriteTimeout("the server did not take the request in time") from error
    except OSError as error:
        raise httpx.WriteError(str(error)) from error


def _answered_early(connection: socket.socket) -> bool:
    # Under TLS a readable socket may mean no more than a session ticket.
    if isinstance(connection, ssl.SSLSocket):
        return False
    return bool(select.select([connection], [], [], 0)[0])


def _receive(connection: socket.socket, method: str, path: str, deadline: Deadline) -> bytes:
    """Return what the server sends until it closes, or until its answer is complete and it should have."""
    received = bytearray()
    is_complete = False
    while True:
        if not is_complete and _complete(method, received):
            # Complete, but the close is awaited: something might follow that must not.
            is_complete, deadline = True, Deadline.within(min(_CLOSE_GRACE, deadline.remaining))
        try:
            piece = _read(connection, deadline)
        except TimeoutError as error:
            if is_complete:
                break
            raise httpx.ReadTimeout("no complete answer in time") from error
        except ConnectionResetError:
            break
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        if not piece:
            break
        received += piece
        if len(received) > LARGEST_ANSWER:
            raise too_large(method, path)
        if len(received) > _LARGEST_HEAD and _HEAD_END not in received:
            raise httpx.RemoteProtocolError("the head of the answer has no end")
    return bytes(received)


def _read(connection: socket.socket, deadline: Deadline) -> bytes:
    if deadline.expired:
        raise TimeoutError
    connection.settimeout(deadline.remaining)
    return connection.recv(_PIECE)


def _complete(method: str, received: bytearray) -> bool:
    end = received.find(_HEAD_END)
    if end < 0:
        return False
    head, length = received[:end], len(received) - end - len(_HEAD_END)
    if method == "HEAD" or re.match(rb"HTTP/1\.[01] (204|304)\b", head):
        return True
    if stated := _LENGTH.search(head):
        return length >= int(stated[1])
    return received.endswith(b"0\r\n\r\n")


def _parse(received: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return the status, the headers and what follows them.

    Raises:
        httpx.RemoteProtocolError: it is no HTTP answer.
    """
    status_line, _, rest = received.partition(b"\r\n")
    match = _STATUS_LINE.match(status_line)
    head, gap, after = rest.partition(_HEAD_END)
    if match is None or not gap:
        raise httpx.RemoteProtocolError("the server closed the connection without an HTTP answer")
    try:
        fields = parse_headers(BytesIO(head + _HEAD_END)).items()
    except HTTPException as error:
        raise httpx.RemoteProtocolError(f"the headers cannot be read: {error}") from error
    return int(match[1]), fields, after


def _split_body(method: str, headers: httpx.Headers, after: bytes) -> tuple[bytes, bytes]:
    if method == "HEAD":
        return b"", after
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _dechunk(after)
    length = headers.get("content-length", "")
    if length.isdecimal():
        return after[: int(length)], after[int(length) :]
    return after, b""


def _dechunk(data: bytes) -> tuple[bytes, bytes]:
    content = bytearray()
    while data:
        line, _, data = data.partition(b"\r\n")
        size = _CHUNK_SIZE.match(line)
        if size is None:
            raise httpx.RemoteProtocolError("the answer has a chunk without a size")
        length = int(size[0], 16)
        if length == 0:
            return bytes(content), data.removeprefix(b"\r\n")
        content += data[:length]
        data = data[length + 2 :]
    return bytes(content), b""
