"""HTTP/1.1 on sockets: one thread for each connection."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase

from tests.second.faults import Refusal, envelope
from tests.second.operations import Reply

_PIECE = 65_536
_LONGEST_LINE = 65_536
# What is thrown away after an answer, so that the connection can be kept.
_LARGEST_REST = 8 * 1_048_576


class Body:
    """The octets of a body, by their length or in chunks (RFC 9112 §6)."""

    def __init__(self, stream: BufferedIOBase, headers: Message) -> None:
        self._pieces = _chunks(stream) if headers["Transfer-Encoding"] else _measured(stream, headers)
        self.is_broken = False

    def read(self, most: int) -> bytes:
        """Return the body, or at least `most` octets of it.

        Raises:
            Refusal: 400, it ends early, or its framing is no HTTP.
        """
        found = bytearray()
        try:
            for piece in self._pieces:
                found += piece
                if len(found) >= most:
                    break
        except ValueError as error:
            self.is_broken = True
            raise Refusal(400, "invalid_json", str(error)) from error
        return bytes(found)


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `read` reads at least as many octets of its body as are asked for, or all."""

    method: str
    path: str
    query: str
    headers: Message
    read: Callable[[int], bytes]


class Server(ThreadingHTTPServer):
    """Listens, and lets `answer` answer."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Reply]) -> None:
        super().__init__(address, Connection)
        self.answer = answer


class Connection(BaseHTTPRequestHandler):
    """A connection with a client."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    server: Server

    def handle_one_request(self) -> None:
        """Read a request, answer it, and pass over what is left of its body."""
        self.close_connection = True
        try:
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
            if not self.raw_requestline or not self.parse_request():
                return
            body = Body(self.rfile, self.headers)
            path, _, query = self.path.partition("?")
            self._send(self.server.answer(Request(self.command, path, query, self.headers, body.read)))
            if len(body.read(_LARGEST_REST)) >= _LARGEST_REST or body.is_broken:
                self.close_connection = True
        except (Refusal, ConnectionError, TimeoutError):
            # The client has gone, or what it sends after its answer is no body.
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what is no HTTP with the envelope as well."""
        self.close_connection = True
        self.request_version = self.protocol_version
        self.command = getattr(self, "command", None) or "GET"
        refusal = Refusal(400, "validation_failed", message or "This is no HTTP.")
        octets = json.dumps(envelope(refusal, "unread")).encode()
        self._write(400, {"X-Request-Id": "unread", "Connection": "close"}, octets)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the terminal quiet."""
        logging.getLogger(__name__).debug(format, *args)

    def _send(self, reply: Reply) -> None:
        octets = b"" if reply.document is None else json.dumps(reply.document, ensure_ascii=False).encode()
        self._write(reply.status, reply.headers, octets)

    def _write(self, status: int, headers: dict[str, str], octets: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if octets:
            self.send_header("Content-Type", "application/json")
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(octets)


def _measured(stream: BufferedIOBase, headers: Message) -> Iterator[bytes]:
    lengths = set(headers.get_all("Content-Length", ["0"]))
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()):
        raise ValueError("Content-Length is no number.")
    yield from _pieces(stream, int(length))


def _pieces(stream: BufferedIOBase, length: int) -> Iterator[bytes]:
    while length:
        piece = stream.read(min(length, _PIECE))
        if not piece:
            raise ValueError("The body ends early.")
        length -= len(piece)
        yield piece


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while length := int(stream.readline(_LONGEST_LINE).split(b";")[0].strip(), 16):
        yield from _pieces(stream, length)
        stream.readline(_LONGEST_LINE)
    while stream.readline(_LONGEST_LINE).strip():
        pass
