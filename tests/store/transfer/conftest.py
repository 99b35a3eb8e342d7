import pytest

from store.memory import MemoryStore
from tests.store.sql.plans import EVERYTHING, carry_out
from tests.store.transfer.exports import exported


@pytest.fixture(scope="module")
def everything() -> bytes:
    """Give an export with every kind of record."""
    store = MemoryStore()
    carry_out(store, EVERYTHING)
    return exported(store)
