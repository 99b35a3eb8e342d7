"""HTTP over a bare socket: for what an HTTP library will not send, and for requests at one instant."""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from http.client import parse_headers
from io import BytesIO
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import httpx

from conformance.client import USER_AGENT, Answer, Sent, Target, trust
from conformance.exchange import record

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECE = 65536
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_CLOSE_GRACE = 2.0
"""Seconds to wait for the close that was asked for, once the answer is complete."""


class RawConnection:
    """One connection for one request. The server is asked to close it after its answer."""

    def __init__(self, target: Target, keep: Callable[[Answer], None]) -> None:
        self._target = target
        self._keep = keep
        self._url = urlsplit(target.root)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        try:
            plain = socket.create_connection((self._url.hostname or "", port), self._target.timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            context = trust(self._target.root)
            if isinstance(context, ssl.SSLContext):
                self._socket = context.wrap_socket(plain, server_hostname=self._url.hostname)
            else:
                self._socket = plain
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
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
        """Sends one request and reads until the server closes.

        Raises:
            httpx.TransportError: the connection broke before an answer came.
        """
        if self._socket is None:
            raise httpx.ConnectError("the connection is not open")
        sent = {"Host": self._target.host, "User-Agent": USER_AGENT, "Connection": "close", **headers}
        if chunked:
            sent["Transfer-Encoding"] = "chunked"
        elif body is not None:
            sent["Content-Length"] = str(len(body))
        target = f"{self._url.path}{path}"
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items()) + "\r\n"
        begun = time.perf_counter()
        self._send(head.encode("latin-1"), body or b"", chunked=chunked)
        answer = self._answer(method, path, sent, body, begun)
        self._keep(answer)
        return answer

    def _send(self, head: bytes, body: bytes, *, chunked: bool) -> None:
        if self._socket is None:
            return
        pieces = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)]
        if chunked:
            pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
        # A small request leaves in one piece, so that races start at one instant.
        first = head + (pieces.pop(0) if len(pieces) == 1 else b"")
        try:
            self._socket.sendall(first)
            for piece in pieces:
                if self._answered_early():
                    return
                self._socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            # A server may refuse a body that it has not read. What it answered is still to be read.
            return
        except OSError as error:
            raise httpx.WriteError(str(error)) from error

    def _answered_early(self) -> bool:
        # Under TLS a readable socket may mean no more than a session ticket.
        if self._socket is None or isinstance(self._socket, ssl.SSLSocket):
            return False
        return bool(select.select([self._socket], [], [], 0)[0])

    def _answer(
        self, method: str, path: str, sent: dict[str, str], body: bytes | None, begun: float
    ) -> Answer:
        received = self._receive(method)
        status_line, _, rest = received.partition(b"\r\n")
        match = _STATUS_LINE.match(status_line)
        head, gap, after = rest.partition(b"\r\n\r\n")
        if match is None or not gap:
            raise httpx.RemoteProtocolError("the server closed the connection without an HTTP answer")
        fields = parse_headers(BytesIO(head + b"\r\n\r\n")).items()
        headers = httpx.Headers(fields)
        content, trailing = _split_body(method, headers, after)
        exchange = record(
            self._target.redactor,
            method,
            f"{self._target.root}{path}",
            (tuple(sent.items()), body),
            (int(match[1]), tuple(fields), content),
            time.perf_counter() - begun,
        )
        below, _, query = path.partition("?")
        whole = Sent(method, below, query, tuple(sent.items()), body)
        return Answer(int(match[1]), headers, content, exchange, whole, trailing)

    def _receive(self, method: str) -> bytes:
        received = b""
        while self._socket is not None:
            if _complete(method, received):
                # Complete, but the close is awaited: something might follow that must not.
                self._socket.settimeout(_CLOSE_GRACE)
            try:
                piece = self._socket.recv(_PIECE)
            except TimeoutError as error:
                if _complete(method, received):
                    break
                raise httpx.ReadTimeout("no complete answer in time") from error
            except ConnectionResetError:
                break
            except OSError as error:
                raise httpx.ReadError(str(error)) from error
            if not piece:
                break
            received += piece
        return received


def _complete(method: str, received: bytes) -> bool:
    head, gap, after = received.partition(b"\r\n\r\n")
    if not gap:
        return False
    length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    if method == "HEAD" or re.match(rb"HTTP/1\.[01] (204|304)\b", head):
        return True
    if length:
        return len(after) >= int(length[1])
    return after.endswith(b"0\r\n\r\n")


def _split_body(method: str, headers: httpx.Headers, after: bytes) -> tuple[bytes, bytes]:
    if method == "HEAD":
        return b"", after
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _dechunk(after)
    if "content-length" in headers:
        length = int(headers["content-length"])
        return after[:length], after[length:]
    return after, b""


def _dechunk(data: bytes) -> tuple[bytes, bytes]:
    content = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            return content, data.removeprefix(b"\r\n")
        content, data = content + data[:length], data[length + 2 :]
    return content, b""
