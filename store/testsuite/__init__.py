"""The suite that every store must pass. `docs/extending.md` shows how to run it on a store of one's own.

Each module holds the behaviours of one kind of record, as the methods of one class; `StoreSuite` is all of
them. A behaviour is one method whose name is its sentence.
"""

from pkgutil import iter_modules

try:
    import hypothesis as hypothesis
    import pytest
except ModuleNotFoundError as missing:
    told = f'{missing.name} is not installed: pip install "access-profiles[store-suite]"'
    raise ModuleNotFoundError(told, name=missing.name) from None

# Before the modules below are imported: a behaviour that fails then tells what it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))

from store.testsuite.api_keys import ApiKeySuite
from store.testsuite.audit import AuditSuite
from store.testsuite.concurrency import ConcurrencySuite
from store.testsuite.copies import CopySuite
from store.testsuite.copy_batches import CopyBatchSuite
from store.testsuite.fixtures import OpenEmpty
from store.testsuite.histories import HistorySuite, compare_histories
from store.testsuite.lists import ListSuite
from store.testsuite.profiles import ProfileSuite
from store.testsuite.refusals import RefusalSuite
from store.testsuite.roles import RoleSuite
from store.testsuite.transactions import TransactionSuite
from store.testsuite.transfer import TransferSuite
from store.testsuite.users import UserSuite
from store.testsuite.versions import VersionSuite
from store.testsuite.virtual_keys import VirtualKeySuite

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
    "RefusalSuite",
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
    RefusalSuite,
    TransactionSuite,
    TransferSuite,
    ConcurrencySuite,
    HistorySuite,
):
    """Every behaviour of the protocol."""
