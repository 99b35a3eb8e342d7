"""Answers of servers that tests make up."""

from collections.abc import Mapping

import httpx

from conformance.http.answer import Answer, Sent
from conformance.http.evidence import record
from conformance.http.redaction import Redactor

REDACTOR = Redactor({"admin": "bfst-key"})


def seen(
    asked: str,
    status: int,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    sent: bytes | None = None,
) -> Answer:
    """Return the answer to a request without a body, or with one of which the evidence shows nothing.

    `asked` is its method and path.
    """
    method, path = asked.split()
    fields = httpx.Headers(headers or {})
    received = (status, tuple(fields.multi_items()), content)
    exchange = record(REDACTOR, method, f"http://here{path}", ((), None), received, 0.0)
    return Answer(status, fields, content, exchange, Sent(method, path, content=sent), len(content))
