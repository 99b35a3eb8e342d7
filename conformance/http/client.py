"""The HTTP client of the checks. It keeps every exchange."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx

import conformance
from conformance.http.answer import Answer, Sent
from conformance.http.credentials import Identity
from conformance.http.evidence import Exchange, record
from conformance.http.target import Target
from conformance.http.transport import Transport

USER_AGENT = f"conformance/{conformance.__version__}"
JSON = "application/json"

_ALWAYS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}

Admit = Callable[[str, str], None]
"""Is told the method and the path of a request before it is sent; raises Unreached where it may not be."""
Query = dict[str, Any] | list[tuple[str, Any]]


class Client:
    """Sends requests as somebody, hands each answer to `keep`, and each request without one to `lose`."""

    def __init__(
        self,
        target: Target,
        transport: Transport,
        identity: Identity,
        keep: Callable[[Answer], None],
        *,
        admit: Admit = lambda _method, _path: None,
        lose: Callable[[Sent, Exchange, httpx.TransportError], None] = lambda _sent, _exchange, _error: None,
    ) -> None:
        self._target = target
        self._transport = transport
        self._identity = identity
        self._keep = keep
        self._admit = admit
        self._lose = lose
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
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request: `body` as JSON, or `content` as it is and without a media type.

        The `cookies`, escaped already, are sent beside those of the credential.

        Raises:
            httpx.TransportError: there was no answer.
            Unreached: the answer is of no use, or the request may not be sent at all.
        """
        self._admit(method, path.partition("?")[0])
        credential = self._identity.credential(method, path.partition("?")[0])
        target, sent = credential.put_into(f"{path}{_query(query)}", {})
        sent = dict(self._target.headers) | sent
        if cookies:
            pairs = [f"{name}={value}" for name, value in cookies.items()]
            sent["Cookie"] = "; ".join([*filter(None, [sent.get("Cookie")]), *pairs])
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        asked, _, arguments = target.partition("?")
        whole = Sent(method, asked, arguments, tuple(sent.items()), content)
        begun = time.perf_counter()

        def shown(received: tuple[int | None, tuple[tuple[str, str], ...], bytes]) -> Exchange:
            url, seconds = f"{self._target.root}{target}", time.perf_counter() - begun
            return record(self._redactor, method, url, (whole.headers, content), received, seconds)

        try:
            reply = self._transport.send(method, target, {**_ALWAYS, **sent}, content)
        except httpx.TransportError as error:
            self._lose(whole, shown((None, (), b"")), error)
            raise
        exchange = shown((reply.status, tuple(reply.headers.multi_items()), reply.content))
        answer = Answer(reply.status, reply.headers, reply.content, exchange, whole, reply.octets)
        self._keep(answer)
        return answer


def _query(query: Query | None) -> str:
    return "?" + urlencode(query, quote_via=quote) if query else ""
