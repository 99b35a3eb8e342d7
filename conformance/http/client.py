"""The server under test, and the HTTP client of the checks. It keeps every exchange."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import conformance
from conformance.http.evidence import Exchange, Redactor, record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import httpx

    from conformance.http.transport import Transport

ADMIN, VIEWER, EXPIRED, REVOKED = "admin", "viewer", "expired", "revoked"
SCOPE = "scope:"
"""How the role of a key begins that holds one scope alone: `scope:Roles:View`."""
USER_AGENT = f"conformance/{conformance.__version__}"
JSON = "application/json"
SCHEMES = ("http", "https")

_ALWAYS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}

Query = dict[str, Any] | list[tuple[str, Any]]


class TargetUrlError(ValueError):
    """The URL that was given cannot be a server's root."""


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test, the keys to it by role, and how it is to be spoken to.

    Attributes:
        headers: sent with every request, beside those of the request itself.
        ca_file: the authority whose certificates are good; None for those of the host.
        verify: whether a TLS certificate has to be good at all.
        timeout: seconds for a whole request.
        rate: requests a second that may leave; None for no limit.
        read_only: whether nothing may be sent that could change something.
    """

    root: str
    keys: Mapping[str, str] = field(repr=False)
    timeout: float = 10.0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: Path | None = None
    verify: bool = True
    rate: float | None = None
    read_only: bool = False

    @property
    def key(self) -> str:
        """The key that may do everything."""
        return self.keys[ADMIN]

    @property
    def viewer_key(self) -> str | None:
        """The key that may only view, if there is one."""
        return self.keys.get(VIEWER)

    @property
    def host(self) -> str:
        """The value of the Host header."""
        return urlsplit(self.root).netloc.encode("idna").decode()

    @property
    def redactor(self) -> Redactor:
        """What takes the keys out of everything that is shown."""
        return Redactor(self.keys, (value for _, value in self.headers))


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was sent, secrets included. It is for judging answers, and never shown.

    Attributes:
        path: below the server's root, with percent-encoding.
        query: what follows the question mark, without it.
    """

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with the evidence of it."""

    status: int
    headers: httpx.Headers
    content: bytes
    exchange: Exchange
    sent: Sent
    trailing: bytes = b""
    """What followed the end of the answer. Nothing may."""

    @property
    def text(self) -> str:
        """The body as text, for searching in it."""
        return self.content.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


def server_root(url: str, servers: Sequence[str]) -> tuple[str, str | None]:
    """The server's root, and a note when it had to be inferred from a URL that goes deeper.

    Raises:
        TargetUrlError: the URL has no host, or parts that a root cannot have.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise TargetUrlError(f"{url!r} is no URL of a server. Write it like http://127.0.0.1:8080.")
    if "@" in parts.netloc:
        raise TargetUrlError("The URL holds credentials. Give the API key with --key or CONFORMANCE_KEY.")
    if parts.query or parts.fragment:
        raise TargetUrlError(f"{url!r} has a query or a fragment. Give the server's root alone.")
    try:
        _ = parts.port
        parts.netloc.encode("idna")
    except ValueError as error:
        raise TargetUrlError(f"{url!r} has no valid host and port.") from error
    root = url.rstrip("/")
    for server in sorted(servers, key=len, reverse=True):
        if server and parts.path.rstrip("/").endswith(server):
            shorter = root.removesuffix(server)
            return (
                shorter,
                f"{url} ends in {server}, which the contract adds; the root is taken to be {shorter}.",
            )
    return root, None


class Client:
    """Sends requests in one role, and hands each exchange to `keep`."""

    def __init__(
        self,
        target: Target,
        transport: Transport,
        authorization: str | None,
        keep: Callable[[Answer], None],
    ) -> None:
        self._target = target
        self._transport = transport
        self._authorization = authorization
        self._keep = keep
        self._redactor = target.redactor

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Sends one request: `body` as JSON, or `content` as it is and without a media type.

        Raises:
            httpx.TransportError: there was no answer.
            Unreached: the answer is of no use, or the request may not be sent at all.
        """
        sent = dict(self._target.headers)
        if self._authorization is not None:
            sent["Authorization"] = self._authorization
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        target = f"{path}{_query(query)}"
        begun = time.perf_counter()
        reply = self._transport.send(method, target, {**_ALWAYS, **sent}, content)
        exchange = record(
            self._redactor,
            method,
            f"{self._target.root}{target}",
            (tuple(sent.items()), content),
            (reply.status, tuple(reply.headers.multi_items()), reply.content),
            time.perf_counter() - begun,
        )
        asked, _, arguments = target.partition("?")
        whole = Sent(method, asked, arguments, tuple(sent.items()), content)
        answer = Answer(reply.status, reply.headers, reply.content, exchange, whole)
        self._keep(answer)
        return answer


def _query(query: Query | None) -> str:
    return "?" + urlencode(query, quote_via=quote) if query else ""
