"""Stores to measure on: filled by rows, because through the protocol a million copies take minutes."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from domain.policies import instantiate
from domain.records import (
    BudgetTerms,
    MCPGrants,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)
from store.registry import open_store
from store.sql.engine import SqlStore
from store.sql.json_columns import dump_texts
from tests.postgres import postgres_cluster

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

Row = dict[str, object]


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


def ranges(last: int, size: int) -> Iterator[range]:
    """Yield the numbers from 1 to the last, in ranges of a size."""
    return (range(first, min(first + size, last + 1)) for first in range(1, last + 1, size))


def profile(
    number: int, name: str, policy: str, *, tags: tuple[str, ...] = (), is_active: bool = True
) -> Row:
    return {
        "id": number,
        "name": name,
        "name_folded": name.casefold(),
        "description": None,
        "tags": dump_texts(tags),
        "is_active": is_active,
        "deactivated_by_operator": False,
        "version": 1,
        "policy": policy,
        "user_count": 0,
        "created_at": NOW,
        "updated_at": NOW,
    }


def user_id(number: int) -> str:
    return f"user{number:07}"


def user(number: int) -> Row:
    name = user_id(number)
    return {"id": name, "name": name, "email": f"{name}@example.com", "created_at": NOW}


def copy(number: int, profile_id: int, policy: str) -> Row:
    """Return the row of a copy that the user of this number holds."""
    return {
        "user_id": user_id(number),
        "parent_profile_id": profile_id,
        "name": "copy",
        "is_active": True,
        "policy": policy,
        "created_at": NOW,
    }


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
