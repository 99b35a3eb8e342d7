"""Stores with one mistake each, and the suite on them; `test_is_complete.py` runs it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest

from domain.errors import NotFound
from domain.records import AccessProfile, AccessProfileVersion, AuditLog, UserAccessProfile
from store.api import AuditFilter, Page
from store.memory import MemoryStore, MemoryTransaction
from store.memory.holdings import MemoryCopies
from store.memory.keys import MemoryAudit
from store.memory.people import MemoryUsers
from store.memory.profiles import MemoryProfiles
from store.testsuite import (
    AuditSuite,
    ConcurrencySuite,
    CopySuite,
    HistorySuite,
    OpenEmpty,
    ProfileSuite,
    RefusalSuite,
    TransactionSuite,
    UserSuite,
    VersionSuite,
)

T = TypeVar("T")


class WrongStore(MemoryStore):
    """A memory store one of whose parts is wrong."""

    def __init__(self, wrong: type[Any]) -> None:
        super().__init__()
        self._wrong = wrong

    @contextmanager
    def read(self) -> Iterator[MemoryTransaction]:
        """Read by the wrong part."""
        with super().read() as tx:
            yield self._spoilt(tx)

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        """Write by the wrong part."""
        with super().write() as tx:
            yield self._spoilt(tx)

    def _spoilt(self, tx: MemoryTransaction) -> MemoryTransaction:
        [name] = [name for name, part in vars(tx).items() if issubclass(self._wrong, type(part))]
        setattr(tx, name, self._wrong(tx.tables))
        return tx


def lacks(suite: type, behaviour: str) -> Callable[[type[T]], type[T]]:
    """Have the suite run on a store that is wrong, or that has a wrong part, and say what it must find."""

    def register(wrong: type[T]) -> type[T]:
        @pytest.fixture
        def open_empty(_self: object) -> OpenEmpty:
            return lambda _folder: nullcontext(opened())

        opened = wrong if issubclass(wrong, MemoryStore) else partial(WrongStore, wrong)
        name = f"Test{wrong.__name__}"
        globals()[name] = type(name, (suite,), {"lacks": behaviour, "open_empty": open_empty})
        return wrong

    return register


@lacks(ProfileSuite, "test_a_profile_is_saved_only_over_the_version_that_was_read")
class SavesOverAnyVersion(MemoryProfiles):
    def save(self, profile: AccessProfile, *, read_version: int) -> None:  # noqa: ARG002
        super().save(profile, read_version=self.get(profile.id).profile.version)


@lacks(RefusalSuite, "test_what_is_not_there_cannot_be_changed_or_referred_to")
class CallsThingsByAnotherName(MemoryProfiles):
    def delete(self, profile_id: int) -> None:
        try:
            super().delete(profile_id)
        except NotFound as error:
            raise NotFound("template", profile_id) from error


@lacks(VersionSuite, "test_versions_are_listed_the_newest_first_and_of_one_profile")
class ListsTheOldestVersionFirst(MemoryProfiles):
    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        return super().versions(profile_id)[::-1]


@lacks(HistorySuite, "test_histories_are_those_of_the_reference")
class ForgetsTheOperator(MemoryProfiles):
    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:  # noqa: ARG002
        super().set_active(profile_id, is_active)


@lacks(UserSuite, "test_members_of_several_groups_are_told_once_and_in_order")
class TellsMembersTwice(MemoryUsers):
    def in_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        return sorted(
            user_id for group_id in group_ids for user_id in super(type(self), self).in_groups([group_id])
        )


@lacks(UserSuite, "test_a_deleted_user_is_gone_with_copies_and_virtual_keys")
class KeepsCopiesOfTheDead(MemoryUsers):
    def delete(self, user_id: str) -> None:
        self.get(user_id)
        del self._tables.change("users")[user_id]


@lacks(CopySuite, "test_a_saved_copy_keeps_whose_and_of_what_it_is")
class MovesCopies(MemoryCopies):
    def save(self, copy: UserAccessProfile) -> None:
        super().save(copy)
        self._tables.change("copies")[copy.id] = replace(copy)


@lacks(AuditSuite, "test_conditions_on_audit_rows_are_joined_by_and")
class JoinsConditionsByOr(MemoryAudit):
    def list(self, audit_filter: AuditFilter, *, limit: int, offset: int) -> Page[AuditLog]:
        if audit_filter.access_profile_id is not None:
            audit_filter = AuditFilter(access_profile_id=audit_filter.access_profile_id)
        return super().list(audit_filter, limit=limit, offset=offset)


@lacks(TransactionSuite, "test_a_block_that_raises_leaves_nothing_behind")
class KeepsHalfDoneWork(MemoryStore):
    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        with self._writer:
            tx = MemoryTransaction(self._state)
            try:
                yield tx
            finally:
                self._state = tx.tables.state


@lacks(TransactionSuite, "test_every_commit_changes_the_data_version")
class KeepsItsDataVersion(MemoryStore):
    def data_version(self) -> object:
        return 0


@lacks(TransactionSuite, "test_reading_leaves_the_data_version")
class ChangesWhenRead(MemoryStore):
    def data_version(self) -> object:
        return object()


@lacks(ConcurrencySuite, "test_mixed_writes_at_once_are_all_kept")
class LetsWritersOverwriteEachOther(MemoryStore):
    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        tx = MemoryTransaction(self._state)
        yield tx
        time.sleep(0.001)
        self._state = tx.tables.state
