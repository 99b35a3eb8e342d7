"""The context of a handler: a store of each backend, a fixed clock, and ids that count."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from handlers.context import Context, Principal
from server.contract.document import load_contract
from tests.handlers.people import add_users
from tests.handlers.samples import NOW
from tests.store.backends import BACKENDS, opened_store

PERMISSIONS = frozenset(operation.permission for operation in load_contract().operations)


@pytest.fixture(params=BACKENDS)
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    """Give the context of a request that comes by `/api`."""
    ids = (f"id-{number}" for number in count(1))
    secrets = (f"{number}" for number in count(1))
    with opened_store(request.param, tmp_path) as store:
        yield Context(
            store=store,
            now=NOW,
            new_id=ids.__next__,
            random_text=lambda length: next(secrets).zfill(length),
            principal=Principal("tests", frozenset("*")),
            base_path="/api",
            permissions=PERMISSIONS,
        )


@pytest.fixture
def holder(context: Context) -> Context:
    """Give the context, in which there are the users ada and bob."""
    add_users(context, "ada", "bob")
    return context
