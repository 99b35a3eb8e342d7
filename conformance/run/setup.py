"""What has to be made before the requests of a finding can be sent again: a run removes what it made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.http.answer import Answer
from conformance.http.evidence import Exchange
from conformance.run.verdict import Finding

_MOST = 5
_MAKING = ("POST", "PUT")
_DEEPEST = 3


def with_setup(findings: Iterable[Finding], answers: Sequence[Answer]) -> tuple[Finding, ...]:
    """Return the findings with the calls, of all that were answered, that made what their requests name."""
    return tuple(replace(found, setup=_makers(found.exchanges, answers)) for found in findings)


def _makers(shown: Sequence[Exchange], answers: Sequence[Answer]) -> tuple[Exchange, ...]:
    """Return them in their order: of what the requests name, and of what these calls name in turn."""
    named = {segment for exchange in shown for segment in _segments(exchange)}
    makers: list[Exchange] = []
    for answer in reversed(answers):
        exchange = answer.exchange
        is_maker = exchange.method in _MAKING and 200 <= answer.status < 300 and exchange not in shown
        if is_maker and named & set(_ids(answer.json)) and len(makers) < _MOST:
            makers.append(exchange)
            named |= set(_segments(exchange))
    return tuple(reversed(makers))


def _segments(exchange: Exchange) -> Iterator[str]:
    return map(unquote, filter(None, urlsplit(exchange.url).path.split("/")))


def _ids(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield each id in the upper part of an answer, as a path would have it."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, member in value.items():
            if name.endswith("id") and isinstance(member, str | int) and not isinstance(member, bool):
                yield str(member)
            else:
                yield from _ids(member, depth + 1)
