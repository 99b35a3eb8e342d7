"""Stores with one mistake each, and the suite on them; `test_suite_finds_mistakes.py` runs it.

Each class says which behaviour its store lacks.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import NotFound
from domain.records import AccessProfile, AccessProfileVersion, AuditLog, UserAccessProfile
from store.api import AuditFilter, Page, Store
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


class WrongStore(MemoryStore):
    """A memory store some of whose parts are wrong."""

    def __init__(self, **parts: type[Any]) -> None:
        super().__init__()
        self._parts = parts

    @contextmanager
    def read(self) -> Iterator[MemoryTransaction]:
        """Read by the wrong parts."""
        with super().read() as tx:
            yield self._spoilt(tx)

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        """Write by the wrong parts."""
        with super().write() as tx:
            yield self._spoilt(tx)

    def _spoilt(self, tx: MemoryTransaction) -> MemoryTransaction:
        for name, part in self._parts.items():
            setattr(tx, name, part(tx.tables))
        return tx


def opens(store: type[Store] = WrongStore, **parts: type[Any]) -> Any:
    """Return the fixture that opens such stores."""

    @pytest.fixture
    def open_empty(_self: object) -> OpenEmpty:
        return lambda _folder: nullcontext(store(**parts))

    return open_empty


class SavesOverAnyVersion(MemoryProfiles):
    def save(self, profile: AccessProfile, *, read_version: int) -> None:  # noqa: ARG002
        super().save(profile, read_version=self.get(profile.id).profile.version)


class TestSavesOverAnyVersion(ProfileSuite):
    lacks = "test_a_profile_is_saved_only_over_the_version_that_was_read"
    open_empty = opens(profiles=SavesOverAnyVersion)


class CallsThingsByAnotherName(MemoryProfiles):
    def delete(self, profile_id: int) -> None:
        try:
            super().delete(profile_id)
        except NotFound as error:
            raise NotFound("template", profile_id) from error


class TestCallsThingsByAnotherName(RefusalSuite):
    lacks = "test_what_is_not_there_cannot_be_changed_or_referred_to"
    open_empty = opens(profiles=CallsThingsByAnotherName)


class ListsTheOldestVersionFirst(MemoryProfiles):
    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        return super().versions(profile_id)[::-1]


class TestListsTheOldestVersionFirst(VersionSuite):
    lacks = "test_versions_are_listed_the_newest_first_and_of_one_profile"
    open_empty = opens(profiles=ListsTheOldestVersionFirst)


class ForgetsTheOperator(MemoryProfiles):
    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:  # noqa: ARG002
        super().set_active(profile_id, is_active)


class TestForgetsTheOperator(HistorySuite):
    lacks = "test_histories_are_those_of_the_reference"
    open_empty = opens(profiles=ForgetsTheOperator)


class TellsMembersTwice(MemoryUsers):
    def in_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        return sorted(
            user_id for group_id in group_ids for user_id in super(type(self), self).in_groups([group_id])
        )


class TestTellsMembersTwice(UserSuite):
    lacks = "test_members_of_several_groups_are_told_once_and_in_order"
    open_empty = opens(users=TellsMembersTwice)


class KeepsCopiesOfTheDead(MemoryUsers):
    def delete(self, user_id: str) -> None:
        self.get(user_id)
        del self._tables.change("users")[user_id]


class TestKeepsCopiesOfTheDead(UserSuite):
    lacks = "test_a_deleted_user_is_gone_with_copies_and_virtual_keys"
    open_empty = opens(users=KeepsCopiesOfTheDead)


class MovesCopies(MemoryCopies):
    def save(self, copy: UserAccessProfile) -> None:
        super().save(copy)
        self._tables.change("copies")[copy.id] = replace(copy)


class TestMovesCopies(CopySuite):
    lacks = "test_a_saved_copy_keeps_whose_and_of_what_it_is"
    open_empty = opens(copies=MovesCopies)


class JoinsConditionsByOr(MemoryAudit):
    def list(self, audit_filter: AuditFilter, *, limit: int, offset: int) -> Page[AuditLog]:
        if audit_filter.access_profile_id is not None:
            audit_filter = AuditFilter(access_profile_id=audit_filter.access_profile_id)
        return super().list(audit_filter, limit=limit, offset=offset)


class TestJoinsConditionsByOr(AuditSuite):
    lacks = "test_conditions_on_audit_rows_are_joined_by_and"
    open_empty = opens(audit=JoinsConditionsByOr)


class KeepsHalfDoneWork(MemoryStore):
    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        with self._writer:
            tx = MemoryTransaction(self._state)
            try:
                yield tx
            finally:
                self._state = tx.tables.state


class TestKeepsHalfDoneWork(TransactionSuite):
    lacks = "test_a_block_that_raises_leaves_nothing_behind"
    open_empty = opens(KeepsHalfDoneWork)


class KeepsItsDataVersion(MemoryStore):
    def data_version(self) -> object:
        return 0


class TestKeepsItsDataVersion(TransactionSuite):
    lacks = "test_every_commit_changes_the_data_version"
    open_empty = opens(KeepsItsDataVersion)


class ChangesWhenRead(MemoryStore):
    def data_version(self) -> object:
        return object()


class TestChangesWhenRead(TransactionSuite):
    lacks = "test_reading_leaves_the_data_version"
    open_empty = opens(ChangesWhenRead)


class LetsWritersOverwriteEachOther(MemoryStore):
    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        tx = MemoryTransaction(self._state)
        yield tx
        time.sleep(0.001)
        self._state = tx.tables.state


class TestLetsWritersOverwriteEachOther(ConcurrencySuite):
    lacks = "test_mixed_writes_at_once_are_all_kept"
    open_empty = opens(LetsWritersOverwriteEachOther)
