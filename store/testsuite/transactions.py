"""What a unit of work promises."""

from collections.abc import Callable

import pytest

from domain.errors import Conflict, NotFound
from store.api import ProfileFilter, Store, WriteTransaction
from store.testsuite.content import content, content_of
from store.testsuite.filled import change_everything, fill, fill_again
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.samples import (
    UNKNOWN,
    add_profiles,
    digest,
    names_of,
    new_profile,
    user,
    virtual_key,
)


class Failure(Exception):
    """What a handler raises in the middle of its work."""


def fail_after(store: Store, work: Callable[[WriteTransaction], object]) -> None:
    """Do work in one transaction, and fail at its end."""

    def run() -> None:
        with store.write() as tx:
            work(tx)
            raise Failure

    with pytest.raises(Failure):
        run()


def filled(store: Store) -> dict[str, object]:
    """Fill a store, and return everything that it keeps."""
    with store.write() as tx:
        fill(tx)
    return content_of(store)


class TransactionSuite(StoreFixtures):
    """What a unit of work promises."""

    def test_a_new_store_is_empty_and_ready(self, store: Store) -> None:
        store.check_ready()

        assert not any(getattr(kept, "rows", kept) for kept in content_of(store).values())

    def test_a_store_that_is_migrated_again_keeps_everything(self, store: Store) -> None:
        before = filled(store)

        assert store.migrate() == store.migrate()

        store.check_ready()
        assert content_of(store) == before

    def test_a_block_that_ends_is_kept_whole(self, store: Store) -> None:
        filled(store)
        with store.write() as tx:
            change_everything(tx)
            seen = content(tx)

        assert content_of(store) == seen

    def test_a_block_that_raises_leaves_nothing_behind(self, store: Store) -> None:
        before = filled(store)

        fail_after(store, change_everything)

        assert content_of(store) == before
        with store.write() as tx:
            change_everything(tx)
        assert content_of(store) != before

    def test_a_refused_write_leaves_nothing_of_its_block_behind(self, store: Store) -> None:
        add_profiles(store, ["taken"])

        with pytest.raises(Conflict):
            add_profiles(store, ["before", "taken"])

        assert names_of(store) == ["taken"]

    def test_a_write_is_not_seen_by_others_before_it_is_kept(self, store: Store) -> None:
        before = filled(store)

        with store.write() as tx:
            change_everything(tx)
            assert content_of(store) == before
            seen = content(tx)

        assert content_of(store) == seen != before

    def test_a_reader_keeps_its_state_while_a_write_commits(self, store: Store) -> None:
        filled(store)

        with store.read() as reading:
            before = content(reading)
            with store.write() as tx:
                change_everything(tx)
            assert content_of(store) != before

            assert content(reading) == before

    def test_every_commit_changes_the_data_version(self, store: Store) -> None:
        data_versions = [store.data_version()]
        for number in range(5):
            add_profiles(store, [f"p{number}"])
            data_versions.append(store.data_version())

        # A store that cannot tell says so.
        assert len(set(data_versions)) == (1 if None in data_versions else 6)

    def test_reading_leaves_the_data_version(self, store: Store) -> None:
        def is_left() -> bool:
            before = store.data_version()
            content_of(store)
            return store.data_version() == before

        # What others do at the same database server may change it, too.
        assert any(is_left() for _ in range(50))

    def test_transactions_that_raise_use_nothing_up(self, store: Store) -> None:
        # More than a store has connections.
        for _ in range(60):
            with pytest.raises(NotFound), store.read() as reading:
                reading.profiles.get(UNKNOWN)
            fail_after(store, lambda tx: tx.profiles.add(new_profile("Analyst")))

        assert len(add_profiles(store, ["Analyst"])) == 1

    def test_a_write_looks_up_what_it_wrote(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
            fill_again(tx)
            profile = tx.profiles.list(ProfileFilter(search="e"), limit=1, offset=0).rows[0]
            [role] = [role for role in tx.roles.list() if role.name == "Writer"]
            [copy] = tx.copies.of_user("zoe")
            key = virtual_key("zoe e", copy)

            assert tx.users.get("zoe") == user("zoe", role.id, "h")
            assert list(tx.users.ids()) == ["ada", "bob", "dan", "eve", "zoe"]
            assert list(tx.users.in_role(role.id)) == ["zoe"]
            assert list(tx.users.in_groups(["h"])) == ["zoe"]
            assert tx.copies.get(copy.id) == tx.copies.find("zoe", profile.id) == copy
            assert tx.virtual_keys.get("zoe e") == tx.virtual_keys.find(digest("zoe e")) == key
            assert tx.profiles.version(profile.id, 1).name == "e"
            assert tx.api_keys.find(digest("another secret")) in tx.api_keys.list()
