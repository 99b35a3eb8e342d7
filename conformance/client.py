"""The HTTP client of the checks.

It keeps every exchange, follows no redirect and reads no settings of the host.
"""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

import conformance
from conformance.exchange import Exchange, Redactor, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

USER_AGENT = f"conformance/{conformance.__version__}"
JSON = "application/json"
SCHEMES = ("http", "https")

Query = dict[str, Any] | list[tuple[str, Any]]


class TargetUrlError(ValueError):
    """The URL that was given cannot be a server's root."""


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test, and the keys to it."""

    root: str
    key: str = field(repr=False)
    viewer_key: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    read_only: bool = False

    @property
    def host(self) -> str:
        """The value of the Host header."""
        return urlsplit(self.root).netloc

    @property
    def redactor(self) -> Redactor:
        """What takes the keys out of everything that is shown."""
        return Redactor(self.key, self.viewer_key)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with the evidence of it."""

    status: int
    headers: httpx.Headers
    content: bytes
    exchange: Exchange
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
    except ValueError as error:
        raise TargetUrlError(f"{url!r} has no valid port.") from error
    root = url.rstrip("/")
    for server in sorted(servers, key=len, reverse=True):
        if server and parts.path.rstrip("/").endswith(server):
            shorter = root.removesuffix(server)
            return (
                shorter,
                f"{url} ends in {server}, which the contract adds; the root is taken to be {shorter}.",
            )
    return root, None


def trust(root: str) -> ssl.SSLContext | bool:
    """What says which TLS certificates are good: the host's store, or SSL_CERT_FILE."""
    return ssl.create_default_context() if root.startswith("https:") else False


def open_transport(target: Target) -> httpx.Client:
    """A pool of connections. It takes no proxy, no `.netrc` and no cookie from anywhere."""
    return httpx.Client(
        verify=trust(target.root),
        timeout=target.timeout,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
    )


class Client:
    """Sends requests in one role, and hands each exchange to `keep`."""

    def __init__(
        self,
        target: Target,
        transport: httpx.Client,
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
        """
        sent = {}
        if self._authorization is not None:
            sent["Authorization"] = self._authorization
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        url = f"{self._target.root}{path}{_query(query)}"
        begun = time.perf_counter()
        # The transport keeps the cookies that a server sets; a check must not send them back.
        self._transport.cookies.clear()
        response = self._transport.request(method, url, content=content, headers=sent)
        exchange = record(
            self._redactor,
            method,
            url,
            (tuple(sent.items()), content),
            (response.status_code, tuple(response.headers.multi_items()), response.content),
            time.perf_counter() - begun,
        )
        answer = Answer(response.status_code, response.headers, response.content, exchange)
        self._keep(answer)
        return answer


def _query(query: Query | None) -> str:
    return "?" + urlencode(query, quote_via=quote) if query else ""
