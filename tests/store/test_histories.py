"""Random histories on SQLite and on the memory store: they must not be told apart."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain.errors import Conflict, DomainError, NotFound
from domain.records import AccessProfile
from store.api import Page, ProfileFilter, ReadTransaction, Store, WriteTransaction
from store.memory import MemoryStore
from store.sqlite import open_sqlite
from tests.store.backends import connections_in_use
from tests.store.samples import NOW, digest, full_policy, new_copy, new_key, new_profile, user

NAMES = st.sampled_from(["Analyst", "analyst", "ANALYST 2", "Straße", "100% a_b", "\\"])
SEARCHES = st.sampled_from(["", "ANA", "analyst 2", "SS", "%", "_", "\\", "x"])
TAGS = st.lists(st.sampled_from(["eu", "EU", "us", "a%"]), unique=True, max_size=3).map(tuple)
PROFILE_IDS = st.integers(1, 4)
ROLE_IDS = st.integers(1, 3)
USER_IDS = st.sampled_from(["ada", "bob", "carol"])
KEY_NAMES = st.sampled_from(["ci", "ops"])


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

    @rule(name=NAMES, tags=TAGS, is_active=st.booleans(), fails=st.booleans())
    def add_profile(self, name: str, tags: tuple[str, ...], is_active: bool, fails: bool) -> None:
        profile = new_profile(name, tags=tags, is_active=is_active, policy=full_policy())
        self.both(lambda tx: tx.profiles.add(profile), fails=fails)

    @rule(names=st.lists(NAMES, min_size=2, max_size=3))
    def add_profiles_at_once(self, names: list[str]) -> None:
        self.both(lambda tx: [tx.profiles.add(new_profile(name)) for name in names])

    @rule(profile_id=PROFILE_IDS, is_active=st.booleans(), fails=st.booleans())
    def set_active(self, profile_id: int, is_active: bool, fails: bool) -> None:
        self.both(lambda tx: tx.profiles.set_active(profile_id, is_active), fails=fails)

    @rule(name=st.sampled_from(["Sales", "Legal", "sales"]), fails=st.booleans())
    def add_role(self, name: str, fails: bool) -> None:
        self.both(lambda tx: tx.roles.add(name, None, NOW), fails=fails)

    @rule(profile_id=PROFILE_IDS, role_id=ROLE_IDS, is_default=st.booleans(), fails=st.booleans())
    def attach(self, profile_id: int, role_id: int, is_default: bool, fails: bool) -> None:
        def work(tx: WriteTransaction) -> object:
            # Which of two unknown ids is told first is not what is compared here.
            if role_id > len(tx.roles.list()):
                return None
            return tx.roles.attach(profile_id, role_id, is_default=is_default)

        self.both(work, fails=fails)

    @rule(user_id=USER_IDS, role_id=st.none() | ROLE_IDS, fails=st.booleans())
    def add_user(self, user_id: str, role_id: int | None, fails: bool) -> None:
        def work(tx: WriteTransaction) -> object:
            if user_id not in tx.users.ids() or role_id is None:
                tx.users.add(user(user_id, role_id))
            return tx.users.ids()

        self.both(work, fails=fails)

    @rule(user_id=USER_IDS, profile_id=PROFILE_IDS, fails=st.booleans())
    def add_copy(self, user_id: str, profile_id: int, fails: bool) -> None:
        self.both(lambda tx: tx.users.add_copy(new_copy(user_id, profile_id)), fails=fails)

    @rule(name=KEY_NAMES, secret=st.integers(0, 10**6), fails=st.booleans())
    def add_key(self, name: str, secret: int, fails: bool) -> None:
        def work(tx: WriteTransaction) -> object:
            if tx.api_keys.find(digest(str(secret))):
                return None
            return tx.api_keys.add(new_key(name, str(secret)))

        self.both(work, fails=fails)

    @rule(name=KEY_NAMES, fails=st.booleans())
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


def _outcome(store: Store, work: Callable[[WriteTransaction], object], *, fails: bool) -> object:
    try:
        with store.write() as tx:
            result = work(tx)
            _end(fails)
            return result
    except Failure:
        return Failure
    except (Conflict, NotFound) as error:
        return type(error), str(error)
    except DomainError as error:
        return type(error)


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
            max_examples=25,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
