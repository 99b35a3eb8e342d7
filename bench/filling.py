"""New stores to measure on, and what fills them."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from domain.policies import instantiate
from domain.records import (
    AccessProfile,
    BudgetTerms,
    MCPGrants,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
    User,
    UserAccessProfile,
)
from store.api.transfer import LastId, Numbered
from store.registry import open_store
from store.sql.engine import SqlStore
from tests.postgres import postgres_cluster

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

MANY = 10**9
"""More than there are of anything."""


@contextmanager
def new_urls(postgresql: bool) -> Iterator[Callable[[], str]]:
    """Give a function that returns the URL of a new store; all stores go when the block ends."""
    if postgresql:
        with postgres_cluster() as cluster:
            yield lambda: cluster.database_url(cluster.new_database())
    else:
        with tempfile.TemporaryDirectory() as folder:
            numbers = count()
            yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"


def migrated(url: str) -> SqlStore:
    """Open a store, and make its tables."""
    store = open_store(url)
    assert isinstance(store, SqlStore)
    store.migrate()
    return store


def load(
    store: SqlStore, users: int, profiles: Iterable[AccessProfile], copies: Iterable[UserAccessProfile]
) -> None:
    """Fill an empty store with records: to add a million copies one by one takes minutes."""
    with store.write() as tx:
        tx.load(
            chain(
                (LastId(of, MANY) for of in Numbered),
                (user(number) for number in range(1, users + 1)),
                profiles,
                copies,
            )
        )


def user_id(number: int) -> str:
    return f"user{number:07}"


def user(number: int) -> User:
    name = user_id(number)
    return User(name, name, f"{name}@example.com", None, NOW)


def copy(number: int, holder: int, profile_id: int, policy: Policy) -> UserAccessProfile:
    return UserAccessProfile(number, user_id(holder), profile_id, "copy", policy, NOW, True, None, None)


def sample_policy() -> Policy:
    """Return a policy of ordinary size: two providers, four budgets, rate limits and MCP grants."""
    budgets = (BudgetTerms(20_000_000, ResetDuration.MONTH), BudgetTerms(5_000_000, ResetDuration.DAY))
    limit = RateLimitTerms(100_000, ResetDuration.HOUR, 60, ResetDuration.HOUR)
    models = ("gpt-4o", "gpt-4o-mini", "o4-mini")
    terms = PolicyTerms(
        provider_configs=tuple(
            ProviderTerms(name, allowed_models=models, budgets=budgets, rate_limit=limit)
            for name in ("openai", "anthropic")
        ),
        budgets=budgets,
        rate_limit=limit,
        mcp=MCPGrants(tool_groups=(1, 4), servers=("warehouse", "handbook")),
    )
    ids = iter(range(1, 100))
    return instantiate(
        terms, line_id=lambda: f"line-{next(ids)}", provider_config_id=lambda: next(ids), now=NOW
    )
