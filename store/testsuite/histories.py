"""Random histories on a store and on the memory store, which is the reference: they must not be told apart.

A history is a row of steps: operations, each in a transaction of its own or in one that is open and ends well
or badly some steps later. After each step both stores must have answered the same and hold the same, but for
the numbers that they give as ids (`store.testsuite.labels`).
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.errors import DomainError
from domain.records import AccessProfile, AuditAction, Group, NewVersion, Policy, Role
from store.api import AuditFilter, ProfileFilter, Store, WriteTransaction
from store.memory import MemoryStore
from store.testsuite.content import content, content_of
from store.testsuite.fixtures import OpenEmpty, StoreFixtures
from store.testsuite.labels import RECENT, Labels
from store.testsuite.samples import (
    EMPTY,
    NOW,
    audit_row,
    digest,
    full_policy,
    new_copy,
    new_key,
    new_profile,
    user,
    virtual_key,
)

EXAMPLES = "SUITE_EXAMPLES"
"""The environment variable that says how many histories are tried."""

NAMES = st.sampled_from(["Analyst", "analyst", "ANALYST 2", "Straße", "100% a_b"])
SEARCHES = st.sampled_from(["", "ANA", "analyst 2", "SS", "%", "_", "\\", "x"])
TAGS = st.lists(st.sampled_from(["eu", "EU", "us", "a%"]), unique=True, max_size=3).map(tuple)
POLICIES = st.sampled_from([EMPTY, full_policy()])
NTH = st.integers(0, RECENT)
"""Which of the last rows of a kind; see `Labels.id_of`."""
USER_IDS = st.sampled_from(["ada", "bob", "Zoe"])
GROUP_IDS = st.sampled_from(["g", "h", "i"])
MEMBERSHIPS = st.lists(st.sampled_from(["g", "h"]), max_size=3).map(tuple)
KEY_NAMES = st.sampled_from(["ci", "ops", "CI", "x"])
SECRETS = st.sampled_from(["0", "1", "2"])

DELETABLE = ("access profile", "role", "attachment", "user", "copy", "virtual key")

Work = Callable[[WriteTransaction, Labels], object]


class RolledBack(Exception):
    """Ends a transaction that did its work, so that it is undone."""


class Side:
    """One of the two stores, its labels, and its open transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.labels = Labels()
        self.open: WriteTransaction | None = None
        self._unit: AbstractContextManager[WriteTransaction] | None = None
        self._labels_before = self.labels

    def begin(self) -> None:
        """Open a transaction for the steps to come."""
        self._labels_before = self.labels.copy()
        self._unit = self.store.write()
        self.open = self._unit.__enter__()

    def end(self, *, keep: bool) -> None:
        """End the open transaction, well or badly."""
        if self._unit is None:
            return
        unit, self._unit, self.open = self._unit, None, None
        if keep:
            unit.__exit__(None, None, None)
        else:
            error = RolledBack()
            unit.__exit__(RolledBack, error, error.__traceback__)
            self.labels = self._labels_before

    def do(self, work: Work) -> object:
        """Do work in the open transaction, or in one of its own, and return what came of it."""
        try:
            if self.open is not None:
                result = work(self.open, self.labels)
            else:
                with self.store.write() as tx:
                    result = work(tx, self.labels)
        except DomainError as error:
            return self.labels.described(error)
        return self.labels.described(result)

    def holds(self) -> object:
        """Return all that the open transaction sees, or all that is kept."""
        if self.open is not None:
            return self.labels.described(content(self.open))
        return self.labels.described(content_of(self.store))


def fill(tx: WriteTransaction, _: Labels) -> object:
    """Add some rows, so that few steps are needed to get somewhere."""
    profiles = [tx.profiles.add(new_profile(name, tags=["eu"])) for name in ("Analyst", "Straße")]
    role = tx.roles.add("Analyst", None, NOW)
    attachment = tx.roles.attach(profiles[0].id, role.id, is_default=True)
    for group_id in ("g", "h"):
        tx.users.add_group(Group(group_id, "A group"))
    tx.users.add(user("ada", role.id, "g"))
    tx.users.add(user("bob"))
    tx.users.add(user("Zoe", None, "g"))
    copy = tx.copies.add(new_copy("ada", profiles[0].id, role.id))
    tx.virtual_keys.add(virtual_key("0", copy))
    return profiles, role, attachment, copy


class Histories(RuleBasedStateMachine):
    """Does the same to both stores and compares what comes of it."""

    open_tested: Callable[[], AbstractContextManager[Store]]
    may_differ = True

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).open_tested()
        self.sides = Side(MemoryStore()), Side(self.opened.__enter__())
        self.both(fill)

    def teardown(self) -> None:
        """Undo what is open and close the store that is tested."""
        for side in self.sides:
            side.end(keep=False)
        self.opened.__exit__(None, None, None)

    def both(self, work: Work, *, only_reads: bool = False) -> None:
        """Do the same work on both stores and compare results and refusals."""
        expected, found = (side.do(work) for side in self.sides)
        assert found == expected
        self.may_differ = not only_reads

    @invariant()
    def both_hold_the_same(self) -> None:
        """Compare all that both keep."""
        if self.may_differ:
            expected, found = (side.holds() for side in self.sides)
            assert found == expected

    @precondition(lambda self: self.sides[0].open is None)
    @rule()
    def begin(self) -> None:
        for side in self.sides:
            side.begin()

    @precondition(lambda self: self.sides[0].open is not None)
    @rule(keep=st.booleans())
    def end(self, keep: bool) -> None:
        for side in self.sides:
            side.end(keep=keep)
        self.may_differ = True

    @rule(name=NAMES, tags=TAGS, is_active=st.booleans(), policy=POLICIES, configs=st.integers(0, 2))
    def add_profile(
        self, name: str, tags: tuple[str, ...], is_active: bool, policy: Policy, configs: int
    ) -> None:
        def work(tx: WriteTransaction, _: Labels) -> object:
            reserved = tx.profiles.reserve_provider_config_ids(configs)
            profile = new_profile(name, tags=tags, is_active=is_active, policy=policy)
            return len(reserved), tx.profiles.add(profile)

        self.both(work)

    @rule(nth=st.none() | NTH, name=NAMES)
    def keep_role(self, nth: int | None, name: str) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            if nth is None:
                return tx.roles.add(name, None, NOW)
            tx.roles.save(Role(labels.id_of("role", nth), name, "Saved.", NOW))
            return None

        self.both(work)

    @rule(
        way=st.sampled_from(["add", "save", "group"]),
        user_id=USER_IDS,
        role=st.none() | NTH,
        groups=MEMBERSHIPS,
        group_id=GROUP_IDS,
    )
    def keep_user(
        self, way: str, user_id: str, role: int | None, groups: tuple[str, ...], group_id: str
    ) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            if way == "group":
                tx.users.add_group(Group(group_id, "A group"))
                return tx.users.groups()
            role_id = labels.may_be_id_of("role", role)
            (tx.users.save if way == "save" else tx.users.add)(user(user_id, role_id, *groups))
            return tx.users.get(user_id)

        self.both(work)

    @rule(nth=NTH, name=NAMES, role=st.none() | NTH, all_of_profile=st.booleans())
    def save_copies(self, nth: int, name: str, role: int | None, all_of_profile: bool) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> None:
            role_id = labels.may_be_id_of("role", role)
            copies = (
                tx.copies.of_profile(labels.id_of("access profile", nth))
                if all_of_profile
                else [tx.copies.get(labels.id_of("copy", nth))]
            )
            for copy in copies:
                changed = replace(copy, name=name, policy=full_policy(), is_active=not copy.is_active)
                tx.copies.save(replace(changed, expires_at=NOW, granted_by_role_id=role_id))

        self.both(work)

    @rule(name=KEY_NAMES, secret=st.none() | SECRETS)
    def keep_api_key(self, name: str, secret: str | None) -> None:
        def work(tx: WriteTransaction, _: Labels) -> object:
            return tx.api_keys.revoke(name, NOW) if secret is None else tx.api_keys.add(new_key(name, secret))

        self.both(work)

    @rule(nth=NTH, name=NAMES, tags=TAGS, is_active=st.booleans(), behind=st.sampled_from([0, 0, 0, 1]))
    def save_profile(self, nth: int, name: str, tags: tuple[str, ...], is_active: bool, behind: int) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> AccessProfile:
            kept = tx.profiles.get(labels.id_of("access profile", nth)).profile
            changed = replace(kept, name=name, tags=tags, is_active=is_active, version=kept.version + 1)
            tx.profiles.save(changed, read_version=kept.version - behind)
            return changed

        self.both(work)

    @rule(nth=NTH, is_active=st.booleans(), by_operator=st.booleans())
    def set_active(self, nth: int, is_active: bool, by_operator: bool) -> None:
        self.both(
            lambda tx, labels: tx.profiles.set_active(
                labels.id_of("access profile", nth), is_active, by_operator=by_operator
            )
        )

    @rule(nth=NTH, version=st.integers(1, 3))
    def add_version(self, nth: int, version: int) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            profile_id = labels.id_of("access profile", nth)
            tx.profiles.add_version(NewVersion(profile_id, version, "n", None, "{}", "ops", NOW))
            return tx.profiles.version(profile_id, version)

        self.both(work)

    @rule(profile=NTH, role=NTH, is_default=st.booleans())
    def attach(self, profile: int, role: int, is_default: bool) -> None:
        self.both(
            lambda tx, labels: tx.roles.attach(
                labels.id_of("access profile", profile), labels.id_of("role", role), is_default=is_default
            )
        )

    @rule(kind=st.sampled_from(DELETABLE), nth=NTH, user_id=USER_IDS, key_id=SECRETS)
    def delete(self, kind: str, nth: int, user_id: str, key_id: str) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> None:
            match kind:
                case "access profile":
                    tx.profiles.delete(labels.id_of(kind, nth))
                case "role":
                    tx.roles.delete(labels.id_of(kind, nth))
                case "attachment":
                    tx.roles.detach(labels.id_of("access profile", nth), labels.id_of("role", nth))
                case "user":
                    tx.users.delete(user_id)
                case "copy":
                    tx.copies.delete(labels.id_of(kind, nth))
                case "virtual key":
                    tx.virtual_keys.delete(key_id)

        self.both(work)

    @rule(user_id=USER_IDS, profile=NTH, role=st.none() | NTH)
    def add_copy(self, user_id: str, profile: int, role: int | None) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            role_id = labels.may_be_id_of("role", role)
            return tx.copies.add(new_copy(user_id, labels.id_of("access profile", profile), role_id))

        self.both(work)

    @rule(nth=NTH, key_id=SECRETS, name=KEY_NAMES, secret=SECRETS)
    def add_virtual_key(self, nth: int, key_id: str, name: str, secret: str) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> None:
            copy = tx.copies.get(labels.id_of("copy", nth))
            tx.virtual_keys.add(virtual_key(key_id, copy, name=name, secret=secret))

        self.both(work)

    @rule(action=st.sampled_from(AuditAction), profile=NTH, user_id=st.none() | USER_IDS)
    def add_audit_row(self, action: AuditAction, profile: int, user_id: str | None) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            profile_id = labels.id_of("access profile", profile)
            return tx.audit.add(audit_row(action, profile_id=profile_id, user_id=user_id))

        self.both(work)

    @rule(
        search=SEARCHES,
        tags=TAGS,
        is_active=st.none() | st.booleans(),
        limit=st.integers(1, 4),
        offset=st.integers(0, 4),
    )
    def list_profiles(
        self, search: str, tags: tuple[str, ...], is_active: bool | None, limit: int, offset: int
    ) -> None:
        wanted = ProfileFilter(search, tags, is_active)
        self.both(lambda tx, _: tx.profiles.list(wanted, limit=limit, offset=offset), only_reads=True)

    @rule(
        profile=st.none() | NTH,
        action=st.none() | st.sampled_from(AuditAction),
        user_id=st.none() | USER_IDS,
        limit=st.integers(1, 4),
        offset=st.integers(0, 2),
    )
    def list_audit_rows(
        self, profile: int | None, action: str | None, user_id: str | None, limit: int, offset: int
    ) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            profile_id = labels.may_be_id_of("access profile", profile)
            return tx.audit.list(AuditFilter(profile_id, action, user_id), limit=limit, offset=offset)

        self.both(work, only_reads=True)

    @rule(user_id=USER_IDS, nth=NTH, group_ids=MEMBERSHIPS, secret=SECRETS, page=st.integers(0, 2))
    def look_up(self, user_id: str, nth: int, group_ids: tuple[str, ...], secret: str, page: int) -> None:
        def work(tx: WriteTransaction, labels: Labels) -> object:
            return (
                tx.users.list(limit=1, offset=page),
                tx.users.ids(),
                tx.users.in_groups(group_ids),
                tx.users.in_role(labels.id_of("role", nth)),
                tx.copies.find(user_id, labels.id_of("access profile", nth)),
                tx.virtual_keys.find(digest(secret)),
                tx.api_keys.find(digest(secret)),
            )

        self.both(work, only_reads=True)


def compare_histories(open_empty: OpenEmpty, folder: Path, *, examples: int) -> None:
    """Run random histories of 25 steps on a store and on the memory store.

    Args:
        open_empty: opens the store that is tested, once for each history.
        folder: an empty folder for all of them.
        examples: how many histories.

    Raises:
        AssertionError: the stores differ. The history that shows it was printed.
    """
    numbers = count()

    class Tested(Histories):
        @staticmethod
        def open_tested() -> AbstractContextManager[Store]:
            own = folder / str(next(numbers))
            own.mkdir()
            return open_empty(own)

    run_state_machine_as_test(
        Tested,
        settings=settings(
            derandomize=True,
            deadline=None,
            max_examples=examples,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            # Shrinking a history takes longer than a test may; 25 steps can be read.
            phases=[Phase.generate],
            report_multiple_bugs=False,
        ),
    )


class HistorySuite(StoreFixtures):
    """Random histories."""

    def test_histories_are_those_of_the_reference(self, open_empty: OpenEmpty, tmp_path: Path) -> None:
        compare_histories(open_empty, tmp_path, examples=int(os.environ.get(EXAMPLES, "15")))
