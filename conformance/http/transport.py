"""Sends requests over a pool of connections, safe for several threads, and with bounds on everything.

It follows no redirect, keeps no cookie and reads no proxy or password of the host. A request ends by its
deadline, an answer is read up to a limit, and a server that limits the rate is waited for, within a patience.
"""

import itertools
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlsplit

import httpcore
import httpx

from conformance.http import streams
from conformance.http.content import LARGEST_ANSWER, decoded, too_large
from conformance.http.deadline import Deadline
from conformance.http.pacing import TOO_MANY_REQUESTS, Pacer
from conformance.http.target import Target
from conformance.http.unreached import Unreached, WouldWrite

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_PATIENCE_IN_TIMEOUTS = 3
_PROXY_AUTHENTICATION = 407
_IDLE = 2.0
"""Seconds after which an idle connection is not used again: before most servers close it."""
_MOST_CONNECTIONS = 32
_BODY_METHODS = ("POST", "PUT", "PATCH")
_TIMEOUTS = ("connect", "read", "write", "pool")
T = TypeVar("T")
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: httpx.Headers
    content: bytes
    octets: int
    """How many of them the content was, in the coding in which it came."""


class RateLimited(Unreached):
    """The server refuses requests for their rate, for longer than the run waits."""


class Transport:
    """The way to one target. `sent` is the number of requests so far, those that are sent again included."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._origin = urlsplit(target.root)
        self.pacer = Pacer(target.rate, _PATIENCE_IN_TIMEOUTS * target.timeout)
        self.tls = tls_context(target)
        through = target.proxy
        proxy = httpcore.Proxy(through.url, headers=list(through.headers.items())) if through else None
        self._pool = httpcore.ConnectionPool(
            ssl_context=self.tls,
            proxy=proxy,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_IDLE,
            network_backend=streams.Backend(),
        )
        self._lock = threading.Lock()
        self.sent = 0

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def permit(self, method: str, path: str) -> None:
        """Refuse what may change something, in a run that only reads.

        Raises:
            WouldWrite: it is not sent.
        """
        if self._target.read_only and method.upper() not in SAFE_METHODS:
            raise WouldWrite(f"it writes: {method} {path} is not sent with --read-only")

    def begin(self) -> Deadline:
        """Count a request that leaves, and return the deadline for it."""
        with self._lock:
            self.sent += 1
        return Deadline.within(self._target.timeout)

    def send(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        """Send one request; `target` is its path, with the query. A refusal for the rate is waited out.

        Raises:
            httpx.TransportError: there was no answer, or none in time.
            RateLimited: the server goes on refusing.
            TooLarge: the answer has no end.
            WouldWrite: the run only reads.
        """
        self.permit(method, target.partition("?")[0])

        def attempt() -> tuple[int, httpx.Headers, Reply]:
            reply = self._send(method, target, headers, content)
            return reply.status, reply.headers, reply

        return self.patiently(method, target, attempt)

    def patiently(self, method: str, target: str, attempt: Callable[[], tuple[int, httpx.Headers, T]]) -> T:
        """Send until the answer is not one that asks to come again later; `attempt` gives its status, too.

        Raises:
            httpx.ProxyError: it is the proxy that answered.
            RateLimited: the server refuses requests for their rate for longer than the run waits.
        """
        spent = 0.0
        for number in itertools.count():
            status, headers, reply = attempt()
            if status == _PROXY_AUTHENTICATION and self._target.proxy is not None:
                raise httpx.ProxyError("it wants to know who asks (407): http://USER:PASSWORD@HOST:PORT")
            stated = headers.get("retry-after")
            if not self.pacer.is_put_off(status, stated):
                break
            seconds = self.pacer.pause(stated, number, spent)
            if seconds is None and status == TOO_MANY_REQUESTS:
                raise self._rate_limited(method, target, stated)
            if seconds is None:
                self.pacer.give_up_on_503()
                break
            spent += seconds
        return reply

    def _rate_limited(self, method: str, target: str, stated: str | None) -> RateLimited:
        said = f" and Retry-After: {stated}" if stated else ""
        return RateLimited(
            f"{self._target.root} answers {method} {target.partition('?')[0]} with 429{said}, and the suite "
            f"waits {self.pacer.patience:g} seconds at most. Raise the limit of the key, send less with "
            "--rate REQUESTS_PER_SECOND, or wait longer with --timeout SECONDS."
        )

    def _send(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        try:
            return self._attempt(method, target, headers, content)
        except httpx.TimeoutException:
            raise
        except httpx.TransportError:
            # A server may close an idle connection at any time, so that a request crosses the close.
            if streams.connected() or method not in SAFE_METHODS:
                raise
            return self._attempt(method, target, headers, content)

    def _attempt(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        if not any(name.lower() == "host" for name in headers):
            fields.append((b"Host", self._target.host.encode()))
        if content is None and method in _BODY_METHODS:
            fields.append((b"Content-Length", b"0"))
        self.pacer.take_turn()
        deadline = self.begin()
        try:
            with (
                streams.within(deadline),
                self._pool.stream(
                    method,
                    self._url(target),
                    headers=fields,
                    content=content,
                    extensions={
                        "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._target.timeout)
                    },
                ) as response,
            ):
                return self._read(method, target, response, deadline)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
        ) as error:
            # The checks know one family of errors, of the same names.
            raise getattr(httpx, type(error).__name__)(str(error)) from error

    def _read(self, method: str, target: str, response: httpcore.Response, deadline: Deadline) -> Reply:
        content = bytearray()
        for piece in response.iter_stream():
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise too_large(method, target)
            if deadline.expired:
                raise httpx.ReadTimeout("the answer was not complete in time")
        fields = httpx.Headers(response.headers)
        return Reply(response.status, fields, decoded(method, target, fields, bytes(content)), len(content))

    def _url(self, target: str) -> httpcore.URL:
        origin = self._origin
        # What a path or a query cannot hold as it is gets escaped; what is escaped already stays.
        path = quote(f"{origin.path}{target}", safe=_URL_CHARACTERS)
        return httpcore.URL(
            scheme=origin.scheme.encode(),
            host=(origin.hostname or "").encode("idna"),
            port=origin.port,
            target=path.encode(),
        )


def tls_context(target: Target) -> ssl.SSLContext | None:
    """Return what says which TLS certificates are good: the authority that was named, or the host's store.

    None for a target without TLS.

    Raises:
        OSError: the authority's file cannot be read, or holds no certificate.
    """
    if not target.root.startswith("https:"):
        return None
    context = ssl.create_default_context(cafile=str(target.ca_file) if target.ca_file else None)
    if not target.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
