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
_CHANGING = ("PUT", "PATCH", "DELETE")
_DEEPEST = 3


def with_setup(findings: Iterable[Finding], answers: Sequence[Answer]) -> tuple[Finding, ...]:
    """Return the findings with the calls, of all that were answered, that made and changed what they name."""
    return tuple(replace(found, setup=_before(found.exchanges, answers)) for found in findings)


def _before(shown: Sequence[Exchange], answers: Sequence[Answer]) -> tuple[Exchange, ...]:
    """Return them in their order: what made what the requests name, and what these calls name in turn.

    What was written to a path that is shown belongs to them: after a DELETE, a GET is owed another answer.
    """
    named = {segment for exchange in shown for segment in _segments(exchange)}
    paths = {_path(exchange) for exchange in shown}
    last = max((number for number, answer in enumerate(answers) if answer.exchange in shown), default=None)
    before: list[Exchange] = []
    for answer in reversed(answers[:last]):
        exchange = answer.exchange
        if exchange in shown or not 200 <= answer.status < 300 or len(before) == _MOST:
            continue
        is_maker = exchange.method in _MAKING and named & set(_ids(answer.json))
        if is_maker or (exchange.method in _CHANGING and _path(exchange) in paths):
            before.append(exchange)
            named |= set(_segments(exchange))
    return tuple(reversed(before))


def _path(exchange: Exchange) -> str:
    return urlsplit(exchange.url).path


def _segments(exchange: Exchange) -> Iterator[str]:
    return map(unquote, filter(None, _path(exchange).split("/")))


def _ids(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield each id in the upper part of an answer, as a path would have it."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, member in value.items():
            if name.endswith("id") and isinstance(member, str | int) and not isinstance(member, bool):
                yield str(member)
            else:
                yield from _ids(member, depth + 1)
