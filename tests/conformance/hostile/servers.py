"""Servers that are none: each does one thing wrong on a real port, with whoever connects."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.conformance.hostile.proxies import CERTIFICATES

Behaviour = Callable[[socket.socket], None]
_GIGABYTE = 1024**3
_PAGE = b"<!doctype html><title>Sign in</title><form>Who are you?</form>"


@contextmanager
def listening(behave: Behaviour) -> Iterator[str]:
    """Give a port where each connection is dealt with in a thread of its own: the URL of it."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.settimeout(0.1)

        def deal_with(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(5)
                behave(connection)

        def accept() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    connection, _ = listener.accept()
                    threading.Thread(target=deal_with, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def silence(connection: socket.socket) -> None:
    """Take the request and never answer."""
    while connection.recv(65536):
        pass


def hang_up(connection: socket.socket) -> None:
    """Close as soon as somebody connects."""


def half_closed(connection: socket.socket) -> None:
    """Say that nothing will come, and go on listening."""
    connection.shutdown(socket.SHUT_WR)
    silence(connection)


def garbage(connection: socket.socket) -> None:
    """Answers with octets that are no HTTP."""
    connection.recv(65536)
    connection.sendall(bytes(range(256)) * 16 + b"\r\n\r\n")


def answering(head: str, body: bytes = b"", *, once: bool = False) -> Behaviour:
    """Give the same answer to every request; `once` closes the connection after the first."""

    def behave(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
            if once:
                return

    return behave


def pouring(head: str, piece: bytes, pieces: int, pause: float = 0) -> Behaviour:
    """Begin an answer and go on with it, piece by piece, whoever reads that."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head.replace("\n", "\r\n").encode())
        for _ in range(pieces):
            connection.sendall(piece)
            time.sleep(pause)

    return behave


_JSON = "HTTP/1.1 200 OK\nContent-Type: application/json\n"
endless_body = pouring(f"{_JSON}Content-Length: {2 * _GIGABYTE}\n\n", b" " * 1024**2, 2 * 1024)
"""Two gigabytes, and it says so."""
endless_chunks = pouring(
    f"{_JSON}Transfer-Encoding: chunked\n\n", b"100000\r\n" + b" " * 1024**2 + b"\r\n", 2 * 1024
)
"""Two gigabytes, and it does not say how much it is."""
endless_headers = pouring("HTTP/1.1 200 OK\n", b"X-More: more\r\n" * 1000, 10**9)
"""It never comes to the body."""
dripping_headers = pouring("HTTP/1.1 200 OK\nX-Long: ", b"x", 3600, pause=0.1)
dripping_body = pouring(f"{_JSON}Content-Length: 3600\n\n", b" ", 3600, pause=0.1)
redirect_loop = answering("HTTP/1.1 302 Found\nLocation: /api/access-profiles?limit=1\nContent-Length: 0")
too_long = answering(
    "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 5000", b"{}", once=True
)
busy_for_ever = answering("HTTP/1.1 429 Too Many Requests\nRetry-After: 1\nContent-Length: 0")
busy_for_a_day = answering("HTTP/1.1 429 Too Many Requests\nRetry-After: 86400\nContent-Length: 0")
unavailable = answering("HTTP/1.1 503 Service Unavailable\nRetry-After: 1\nContent-Length: 0")
login_page = answering(
    f"HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\nContent-Length: {len(_PAGE)}", _PAGE
)


def speaking_tls(behave: Behaviour) -> Behaviour:
    """Do so after a TLS handshake, with a certificate of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem")

    def wrapped(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            behave(secured)

    return wrapped


def too_short_for_http(connection: socket.socket) -> None:
    """Close after half of a status line."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.")


def dying_after(pieces: int, address: tuple[str, int]) -> Behaviour:
    """Pass everything on to a real server, until so many pieces were passed: then it is gone for good."""
    left = threading.Semaphore(pieces)

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(address) as inner:
            back = threading.Thread(target=_copy, args=(inner, connection), daemon=True)
            back.start()
            while left.acquire(blocking=False) and (piece := connection.recv(65536)):
                inner.sendall(piece)
            for each in (inner, connection):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()

    return behave


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
