"""Network streams on which a whole request has one deadline, however slowly the server drips its answer.

A library's timeouts hold for one read. A server that sends an octet a second would be read for ever.
"""

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from conformance.http.deadline import Deadline

_NONE = Deadline(None)


class _Current(threading.local):
    """What the request of this thread may take, and whether it opened its connection itself."""

    deadline: Deadline = _NONE
    connected: bool = False


_current = _Current()


@contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """Hold all that this thread reads and writes in the block to the deadline."""
    _current.deadline, _current.connected = deadline, False
    try:
        yield
    finally:
        _current.deadline = _NONE


def connected() -> bool:
    """Return whether the thread's last block opened a connection, so that it used none that had been idle."""
    return _current.connected


class Backend(httpcore.NetworkBackend):
    """Plain sockets that keep the deadline of their thread."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection."""
        _current.connected = True
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._sockets.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, expired: type[Exception]) -> float | None:
    remaining = _current.deadline.remaining
    if remaining <= 0:
        raise expired("the request was not answered whole in time")
    shortest = min(remaining, float("inf") if timeout is None else timeout)
    return None if shortest == float("inf") else shortest
