"""Random histories on SQLite and on the memory store: they must not be told apart."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain.errors import Conflict, NotFound
from domain.records import AccessProfile
from store.api import Page, ProfileFilter, ReadTransaction, Store, WriteTransaction
from store.memory import MemoryStore
from store.sqlite import open_sqlite
from tests.store.backends import connections_in_use
from tests.store.samples import NOW, full_policy, new_copy, new_key, new_profile, user

NAMES = st.sampled_from(["Analyst", "analyst", "ANALYST 2", "Straße", "100% a_b", "\\"])
SEARCHES = st.sampled_from(["", "ANA", "analyst 2", "SS", "%", "_", "\\", "x"])
TAGS = st.lists(st.sampled_from(["eu", "EU", "us", "a%"]), unique=True, max_size=3).map(tuple)
PROFILE_IDS = st.integers(1, 3)
ROLE_IDS = st.integers(1, 2)
USER_IDS = st.sampled_from(["ada", "bob", "carol"])
KEY_NAMES = st.sampled_from(["ci", "ops"])
FAILS = st.sampled_from([False, False, False, True])


class Failure(Exception):
    """Ends a transaction that did its work, so that it is undone."""


class Histories(RuleBasedStateMachine):
    """Does the same to both stores and compares what comes of it."""

    template: Path

    @initialize()
    def open_stores(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "profiles.db")
        sqlite = open_sqlite(f"sqlite:///{self.folder / 'profiles.db'}")
        self.stores: tuple[Store, Store] = (MemoryStore(), sqlite)
        self.both(_begin)

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            in_use = [connections_in_use(store) for store in self.stores]
            for store in self.stores:
                store.close()
            shutil.rmtree(self.folder)
            assert in_use == [0, 0]

    def both(self, work: Callable[[WriteTransaction], object], *, fails: bool = False) -> None:
        """Do work in one transaction of each store, and compare results and refusals."""
        memory, sqlite = (_outcome(store, work, fails=fails) for store in self.stores)
        assert sqlite == memory

    @rule(name=NAMES, tags=TAGS, is_active=st.booleans(), fails=FAILS)
    def add_profile(self, name: str, tags: tuple[str, ...], is_active: bool, fails: bool) -> None:
        profile = new_profile(name, tags=tags, is_active=is_active, policy=full_policy())
        self.both(lambda tx: tx.profiles.add(profile), fails=fails)

    @rule(names=st.lists(NAMES, min_size=2, max_size=3))
    def add_profiles_at_once(self, names: list[str]) -> None:
        self.both(lambda tx: [tx.profiles.add(new_profile(name)) for name in names])

    @rule(name=NAMES, user_id=USER_IDS, profile_id=PROFILE_IDS)
    def go_on_after_refusals(self, name: str, user_id: str, profile_id: int) -> None:
        def work(tx: WriteTransaction) -> object:
            return [
                _attempt(lambda: tx.profiles.add(new_profile(name))),
                _attempt(lambda: tx.copies.add(new_copy(user_id, profile_id))),
                _attempt(lambda: tx.copies.add(new_copy(user_id, profile_id))),
                _attempt(lambda: tx.roles.add(name, None, NOW)),
            ]

        self.both(work)

    @rule(profile_id=PROFILE_IDS, is_active=st.booleans(), fails=FAILS)
    def set_active(self, profile_id: int, is_active: bool, fails: bool) -> None:
        self.both(lambda tx: tx.profiles.set_active(profile_id, is_active), fails=fails)

    @rule(name=st.sampled_from(["Sales", "Legal", "sales"]), fails=FAILS)
    def add_role(self, name: str, fails: bool) -> None:
        self.both(lambda tx: tx.roles.add(name, None, NOW), fails=fails)

    @rule(profile_id=PROFILE_IDS, role_id=ROLE_IDS, is_default=st.booleans(), fails=FAILS)
    def attach(self, profile_id: int, role_id: int, is_default: bool, fails: bool) -> None:
        self.both(lambda tx: tx.roles.attach(profile_id, role_id, is_default=is_default), fails=fails)

    @rule(user_id=USER_IDS, role_id=st.none() | ROLE_IDS, fails=FAILS)
    def add_user(self, user_id: str, role_id: int | None, fails: bool) -> None:
        def work(tx: WriteTransaction) -> object:
            tx.users.add(user(user_id, role_id))
            return tx.users.ids()

        self.both(work, fails=fails)

    @rule(user_id=USER_IDS, profile_id=PROFILE_IDS, fails=FAILS)
    def add_copy(self, user_id: str, profile_id: int, fails: bool) -> None:
        self.both(lambda tx: tx.copies.add(new_copy(user_id, profile_id)), fails=fails)

    @rule(
        copy_ids=st.lists(st.integers(1, 4), min_size=1, max_size=3),
        role_id=st.none() | ROLE_IDS,
        fails=FAILS,
    )
    def save_copies(self, copy_ids: list[int], role_id: int | None, fails: bool) -> None:
        def work(tx: WriteTransaction) -> None:
            kept = [tx.copies.get(copy_id) for copy_id in copy_ids]
            tx.copies.save_all([replace(copy, name="saved", granted_by_role_id=role_id) for copy in kept])

        self.both(work, fails=fails)

    @rule(profile_id=PROFILE_IDS, user_ids=st.none() | st.lists(USER_IDS))
    def read_copies(self, profile_id: int, user_ids: list[str] | None) -> None:
        self.both(lambda tx: list(tx.copies.of_profile(profile_id, user_ids)))

    @rule(name=KEY_NAMES, secret=st.integers(0, 3), fails=FAILS)
    def add_key(self, name: str, secret: int, fails: bool) -> None:
        self.both(lambda tx: tx.api_keys.add(new_key(name, str(secret))), fails=fails)

    @rule(name=KEY_NAMES, fails=FAILS)
    def revoke_key(self, name: str, fails: bool) -> None:
        self.both(lambda tx: tx.api_keys.revoke(name, NOW), fails=fails)

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
        def page(store: Store) -> Page[AccessProfile]:
            with store.read() as tx:
                return tx.profiles.list(ProfileFilter(search, tags, is_active), limit=limit, offset=offset)

        memory, sqlite = map(page, self.stores)
        assert sqlite == memory

    @invariant()
    def both_hold_the_same(self) -> None:
        if hasattr(self, "stores"):
            memory, sqlite = map(_content, self.stores)
            assert sqlite == memory


def _begin(tx: WriteTransaction) -> None:
    for name, tag in (("Analyst", "eu"), ("Straße", "us")):
        tx.profiles.add(new_profile(name, tags=[tag]))
    tx.roles.attach(1, tx.roles.add("Sales", None, NOW).id, is_default=True)
    tx.users.add(user("ada", 1))


def _outcome(store: Store, work: Callable[[WriteTransaction], object], *, fails: bool) -> object:
    def run() -> object:
        with store.write() as tx:
            result = work(tx)
            _end(fails)
            return result

    try:
        return _attempt(run)
    except Failure:
        return Failure


def _attempt(work: Callable[[], object]) -> object:
    try:
        return work()
    except (Conflict, NotFound) as error:
        return type(error), str(error)


def _end(fails: bool) -> None:
    if fails:
        raise Failure


def _content(store: Store) -> Any:
    with store.read() as tx:
        profiles = tx.profiles.list(ProfileFilter(), limit=100, offset=0).rows
        return (
            [tx.profiles.get(profile.id) for profile in profiles],
            *_people(tx),
        )


def _people(tx: ReadTransaction) -> tuple[object, ...]:
    return list(tx.roles.list()), list(tx.users.ids()), list(tx.api_keys.list())


def test_sqlite_and_memory_cannot_be_told_apart(tmp_path: Path) -> None:
    Histories.template = tmp_path / "template.db"
    store = open_sqlite(f"sqlite:///{Histories.template}")
    store.migrate()
    store.close()

    run_state_machine_as_test(
        Histories,
        settings=settings(
            derandomize=True,
            deadline=None,
            max_examples=50,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
            # Shrinking a history takes longer than a test may; thirty steps can be read.
            phases=[Phase.generate],
            report_multiple_bugs=False,
        ),
    )
