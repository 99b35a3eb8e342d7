"""Pairs of contracts and the right verdict for each: for those who call servers, and those who build them.

A consumer is broken by a request that was allowed and is refused, and by an answer that nobody had to expect.
A server is broken by whatever makes it fail the new contract although it kept the old one: a request that it
has to take or to refuse by now, and an answer that it may not give any more.
"""

from typing import Any, NamedTuple

from conformance.contract.diff.change import Severity

SAFE, UNCLEAR, BREAKS = Severity.SAFE, Severity.UNCLEAR, Severity.BREAKING

Contract = dict[str, Any]


class Verdict(NamedTuple):
    """What a change is for each of those who rely on a contract."""

    consumers: Severity
    servers: Severity


class Pair(NamedTuple):
    """Two versions of a contract, as objects or as texts, and the right verdict."""

    name: str
    old: Contract | str
    new: Contract | str
    verdict: Verdict


def both_ways(name: str, old: Any, new: Any, there: Verdict, back: Verdict) -> list[Pair]:
    """Return a pair and its mirror."""
    return [Pair(name, old, new, there), Pair(f"{name}, mirrored", new, old, back)]
