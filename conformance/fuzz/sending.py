"""How Schemathesis sends: at the pace, with the headers, the trust and the limits of the suite itself.

Schemathesis makes sessions of `requests` where it needs them, and all of them send through one adapter.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.http.content import LARGEST_ANSWER
from conformance.http.deadline import Deadline
from conformance.http.target import SCHEMES, Target
from conformance.http.transport import Transport
from conformance.http.unreached import Unreached


def send_through(
    transport: Transport, target: Target, on_answer: Callable[[requests.Response], None]
) -> None:
    """Make every session of this process send as `transport` does, and tell of each answer."""
    plain = HTTPAdapter.send
    trust: dict[str, Any] = {"verify": str(target.ca_file)} if target.ca_file else {}
    if not target.verify:
        trust = {"verify": False}
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    proxy, through = target.proxy, {}
    if proxy is not None:
        # `requests` would take a password for Latin-1.
        HTTPAdapter.proxy_headers = lambda *_: proxy.headers  # type: ignore[method-assign]
        through = {"proxies": dict.fromkeys(SCHEMES, proxy.url)}

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        method, path = request.method or "GET", request.path_url
        for name, value in target.headers:
            request.headers.setdefault(name, value)
        options |= trust | through

        def attempt() -> tuple[int, httpx.Headers, requests.Response]:
            transport.pacer.take_turn()
            deadline = transport.begin()
            response = plain(adapter, request, **options)
            response.raw = _Bounded(response.raw, deadline)
            return response.status_code, httpx.Headers(dict(response.headers)), response

        try:
            transport.permit(method, path)
            response = transport.patiently(method, path, attempt)
        except (Unreached, httpx.ProxyError) as unreached:
            # What the suite takes for unreached is a failure of the network to Schemathesis.
            raise requests.ConnectionError(str(unreached), request=request) from unreached
        on_answer(response)
        return response

    HTTPAdapter.send = send  # type: ignore[assignment, method-assign]


class _Bounded:
    """An answer's octets, up to the limit and the deadline."""

    def __init__(self, raw: Any, deadline: Deadline) -> None:
        self._raw = raw
        self._deadline = deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, *arguments: Any, **options: Any) -> Iterator[bytes]:
        """Yield the octets, as they come.

        Raises:
            urllib3.exceptions.ProtocolError: there are too many, or they come too slowly.
        """
        size = 0
        for piece in self._raw.stream(*arguments, **options):
            size += len(piece)
            if size > LARGEST_ANSWER or self._deadline.expired:
                self._raw.close()
                raise urllib3.exceptions.ProtocolError("the answer has no end, or comes too slowly")
            yield piece
