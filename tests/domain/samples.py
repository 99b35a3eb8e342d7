"""Policies, instants and ids for the domain's tests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from domain.lines import with_lines
from domain.policies import instantiate
from domain.records import Budget, Policy, PolicyTerms, RateLimit, ResetDuration

HOUR, DAY, WEEK, MONTH, QUARTER, YEAR = ResetDuration


class Ids:
    """Gives line ids that say whose they are, as `copy-1`, and ids of provider configs from `first` on."""

    def __init__(self, prefix: str = "line", first: int = 1) -> None:
        self._lines = (f"{prefix}-{number}" for number in count(1))
        self._configs = count(first)
        self.configs_given = 0

    def line(self) -> str:
        return next(self._lines)

    def provider_config(self) -> int:
        self.configs_given += 1
        return next(self._configs)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_force(terms: PolicyTerms, now: datetime, ids: Ids | None = None) -> Policy:
    ids = ids or Ids()
    return instantiate(terms, line_id=ids.line, provider_config_id=ids.provider_config, now=now)


def charged(policy: Policy, *, micros: int = 0, tokens: int = 0, requests: int = 0) -> Policy:
    """Return a policy with this usage of every line."""
    return with_lines(
        policy,
        budget=lambda line: replace(line, current_usage_micros=micros),
        rate_limit=lambda line: replace(line, token_current_usage=tokens, request_current_usage=requests),
    )


def budgets(policy: Policy) -> Iterator[Budget]:
    for config in policy.provider_configs:
        yield from config.budgets
    yield from policy.budgets


def rate_limits(policy: Policy) -> Iterator[RateLimit]:
    for limit in (*(config.rate_limit for config in policy.provider_configs), policy.rate_limit):
        if limit is not None:
            yield limit


def line_ids(policy: Policy) -> list[str]:
    return [line.id for line in budgets(policy)] + [limit.id for limit in rate_limits(policy)]


def config_ids(policy: Policy) -> list[int]:
    return [config.id for config in policy.provider_configs]
