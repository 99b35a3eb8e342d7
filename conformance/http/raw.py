"""HTTP over a bare socket: for what an HTTP library will not send, and for requests at one instant."""

import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

import httpx

from conformance.http.answer import Answer, Sent
from conformance.http.client import USER_AGENT
from conformance.http.content import LARGEST_ANSWER, decoded, too_large
from conformance.http.deadline import Deadline
from conformance.http.evidence import record
from conformance.http.proxy import Proxy
from conformance.http.reader import Reader
from conformance.http.target import Target
from conformance.http.transport import Transport

_PIECE = 65536
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

        def attempt() -> tuple[int, httpx.Headers, Answer]:
            answer = self._exchange(method, path, sent, body, chunked=chunked)
            return answer.status, answer.headers, answer

        answer = self._transport.patiently(method, path, attempt)
        self._keep(answer)
        return answer

    def _connect(self) -> socket.socket:
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        host, proxy = self._url.hostname or "", self._target.proxy
        plain: socket.socket | None = None
        # Here, and not as the request leaves: those of a race leave together.
        self._transport.pacer.take_turn()
        try:
            first = (proxy.host, proxy.port) if proxy else (host, port)
            plain = socket.create_connection(first, self._target.timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._transport.tls is None:
                return plain
            if proxy is not None:
                _open_tunnel(plain, f"{host}:{port}", proxy)
            return self._transport.tls.wrap_socket(plain, server_hostname=host)
        except OSError as error:
            if plain is not None:
                plain.close()
            kind = httpx.ConnectTimeout if isinstance(error, TimeoutError) else httpx.ConnectError
            raise kind(str(error)) from error

    def _exchange(
        self, method: str, path: str, sent: dict[str, str], body: bytes | None, *, chunked: bool
    ) -> Answer:
        # A connection is for one request: what is sent again has one of its own.
        connection, self._socket = self._socket or self._connect(), None
        deadline = self._transport.begin()
        target, sent = self._url.path + path, dict(sent)
        if self._target.proxy is not None and self._transport.tls is None:
            target = f"http://{self._url.netloc}{target}"
            sent |= self._target.proxy.headers
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items()) + "\r\n"
        begun = time.perf_counter()
        with connection:
            _send(connection, head.encode("latin-1"), body or b"", chunked=chunked)
            read = _receive(connection, method, path, deadline)
        content = decoded(method, path, read.headers, read.content)
        exchange = record(
            self._target.redactor,
            method,
            f"{self._target.root}{path}",
            (tuple(sent.items()), body),
            (read.status, tuple(read.headers.multi_items()), content),
            time.perf_counter() - begun,
        )
        below, _, query = path.partition("?")
        whole = Sent(method, below, query, tuple(sent.items()), body)
        return Answer(read.status, read.headers, content, exchange, whole, len(read.content), read.trailing)


def _open_tunnel(connection: socket.socket, to: str, proxy: Proxy) -> None:
    """Have the proxy connect to the server.

    Raises:
        httpx.ProxyError: it does not.
    """
    fields = {"Host": to, **proxy.headers}
    head = f"CONNECT {to} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n"
    connection.sendall(head.encode("latin-1"))
    # Its answer has no content, and what follows it is the server's: not an octet more is read.
    reader = Reader("HEAD")
    while not reader.complete:
        reader.feed(connection.recv(1))
    if not 200 <= reader.status < 300:
        raise httpx.ProxyError(f"the proxy answers {reader.status} to CONNECT {to}")


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


def _receive(connection: socket.socket, method: str, path: str, deadline: Deadline) -> Reader:
    """Return what the server sends until it closes, or until its answer is complete and it should have."""
    reader, received = Reader(method), 0
    while True:
        try:
            piece = _read(connection, deadline)
        except TimeoutError as error:
            if reader.complete:
                return reader
            raise httpx.ReadTimeout("no complete answer in time") from error
        except ConnectionResetError:
            piece = b""
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        was_complete, received = reader.complete, received + len(piece)
        reader.feed(piece)
        if not piece:
            return reader
        if received > LARGEST_ANSWER:
            raise too_large(method, path)
        if reader.complete and not was_complete:
            # The close is awaited all the same: something might follow that must not.
            deadline = Deadline.within(min(_CLOSE_GRACE, deadline.remaining))


def _read(connection: socket.socket, deadline: Deadline) -> bytes:
    if deadline.expired:
        raise TimeoutError
    connection.settimeout(deadline.remaining)
    return connection.recv(_PIECE)
