"""The suite that every store must pass. `docs/extending.md` shows how to run it on a store of one's own.

Each module holds the behaviours of one kind of record, as the methods of one class; `StoreSuite` is all of
them. A behaviour is one method whose name is its sentence.
"""

from pkgutil import iter_modules

import pytest

# Before the modules below are imported: a behaviour that fails then tells what it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))

from store.suite.api_keys import ApiKeySuite
from store.suite.audit import AuditSuite
from store.suite.concurrency import ConcurrencySuite
from store.suite.copies import CopySuite
from store.suite.copy_batches import CopyBatchSuite
from store.suite.fixtures import OpenEmpty
from store.suite.histories import HistorySuite, compare_histories
from store.suite.lists import ListSuite
from store.suite.profiles import ProfileSuite
from store.suite.roles import RoleSuite
from store.suite.transactions import TransactionSuite
from store.suite.transfer import TransferSuite
from store.suite.users import UserSuite
from store.suite.versions import VersionSuite
from store.suite.virtual_keys import VirtualKeySuite

__all__ = [
    "ApiKeySuite",
    "AuditSuite",
    "ConcurrencySuite",
    "CopyBatchSuite",
    "CopySuite",
    "HistorySuite",
    "ListSuite",
    "OpenEmpty",
    "ProfileSuite",
    "RoleSuite",
    "StoreSuite",
    "TransactionSuite",
    "TransferSuite",
    "UserSuite",
    "VersionSuite",
    "VirtualKeySuite",
    "compare_histories",
]


class StoreSuite(
    ProfileSuite,
    ListSuite,
    VersionSuite,
    RoleSuite,
    UserSuite,
    CopySuite,
    CopyBatchSuite,
    VirtualKeySuite,
    ApiKeySuite,
    AuditSuite,
    TransactionSuite,
    TransferSuite,
    ConcurrencySuite,
    HistorySuite,
):
    """Every behaviour of the protocol."""
