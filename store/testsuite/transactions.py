"""What a unit of work promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, DomainError, NotFound
from domain.records import AuditAction, Group
from store.api import ProfileFilter, Store, WriteTransaction
from store.testsuite.content import content, content_of
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import (
    NOW,
    UNKNOWN,
    add_profiles,
    audit_row,
    digest,
    full_policy,
    names_of,
    new_copy,
    new_key,
    new_profile,
    new_version,
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


def fill(tx: WriteTransaction) -> None:
    """Add rows of every kind, two of each that `change_everything` changes or deletes."""
    profiles = [tx.profiles.add(new_profile(name, tags=["eu"], is_active=True)) for name in "abc"]
    roles = [tx.roles.add(name, None, NOW) for name in ("Sales", "Legal")]
    for group_id in ("g", "h"):
        tx.users.add_group(Group(group_id, group_id))
    for number, user_id in enumerate(("ada", "bob", "eve")):
        tx.users.add(user(user_id, roles[number % 2].id, "g"))
        for profile in profiles:
            copy = tx.copies.add(new_copy(user_id, profile.id, roles[number % 2].id))
            tx.virtual_keys.add(virtual_key(f"{user_id} {profile.name}", copy))
    for profile in profiles:
        tx.profiles.add_version(new_version(profile))
        for role in roles:
            tx.roles.attach(profile.id, role.id, is_default=True)
        tx.audit.add(audit_row(AuditAction.CREATE, profile_id=profile.id))
    tx.api_keys.add(new_key("ci"))


def change_everything(tx: WriteTransaction) -> None:
    """Write in every way that there is, to a store that was filled."""
    changed, deleted, shown = tx.profiles.list(ProfileFilter(), limit=3, offset=0).rows
    saved = replace(changed, name="d", tags=("us",), policy=full_policy(), version=2)
    tx.profiles.save(saved, read_version=1)
    tx.profiles.add_version(new_version(saved))
    tx.profiles.set_active(shown.id, is_active=False, by_operator=True)
    tx.profiles.delete(deleted.id)
    tx.profiles.reserve_provider_config_ids(3)
    sales, legal = tx.roles.list()
    tx.roles.save(replace(sales, name="Retail"))
    tx.roles.delete(legal.id)
    tx.roles.detach(shown.id, sales.id)
    tx.roles.attach(changed.id, sales.id, is_default=False)
    tx.users.add_group(Group("i", "i"))
    tx.users.save(user("ada", None, "h", "i"))
    tx.users.delete("eve")
    first, second, _ = tx.copies.of_user("bob")
    tx.copies.save(replace(first, name="Renamed", policy=full_policy(), expires_at=NOW))
    tx.copies.delete(second.id)
    tx.virtual_keys.delete("ada a")
    tx.api_keys.revoke("ci", NOW + timedelta(days=1))
    tx.api_keys.add(new_key("ci", "secret of the same name"))
    fill_again(tx)


def fill_again(tx: WriteTransaction) -> None:
    """Add a row of every kind that `fill` did not add."""
    profile = tx.profiles.add(new_profile("e", tags=["us"]))
    tx.profiles.add_version(new_version(profile))
    role = tx.roles.add("Writer", "Writes.", NOW)
    tx.roles.attach(profile.id, role.id, is_default=True)
    tx.users.add(user("zoe", role.id, "h"))
    copy = tx.copies.add(new_copy("zoe", profile.id, role.id))
    tx.virtual_keys.add(virtual_key("zoe e", copy))
    tx.api_keys.add(new_key("ops", "another secret"))
    tx.audit.add(audit_row(AuditAction.UPDATE, user_id="zoe"))


class TransactionSuite(StoreFixtures):
    """What a unit of work promises."""

    def test_a_new_store_is_empty_and_ready(self, store: Store) -> None:
        store.check_ready()

        assert not any(getattr(kept, "rows", kept) for kept in content_of(store).values())

    def test_a_store_that_is_migrated_again_keeps_everything(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
        before = content_of(store)

        assert store.migrate() == store.migrate()

        store.check_ready()
        assert content_of(store) == before

    def test_a_block_that_ends_is_kept_whole(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
        with store.write() as tx:
            change_everything(tx)
            seen = content(tx)

        assert content_of(store) == seen

    def test_a_block_that_raises_leaves_nothing_behind(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
        before = content_of(store)

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

    def test_a_block_may_go_on_after_refusals(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
        before = content_of(store)

        refusals: list[Callable[[WriteTransaction], object]] = [
            lambda tx: tx.profiles.add(new_profile("a")),
            lambda tx: tx.profiles.delete(UNKNOWN),
            lambda tx: tx.roles.add("Sales", None, NOW),
            lambda tx: tx.roles.detach(UNKNOWN, UNKNOWN),
            lambda tx: tx.users.add(user("ada")),
            lambda tx: tx.users.add_group(Group("g", "taken")),
            lambda tx: tx.users.delete("nobody"),
            lambda tx: tx.copies.add(new_copy("ada", tx.copies.of_user("ada")[0].parent_profile_id or 0)),
            lambda tx: tx.virtual_keys.add(virtual_key("ada a", tx.copies.of_user("ada")[0])),
            lambda tx: tx.api_keys.add(new_key("ci", "another")),
        ]
        with store.write() as tx:
            for refusal in refusals:
                with pytest.raises(DomainError):
                    refusal(tx)

        assert content_of(store) == before

    def test_a_name_that_was_rolled_back_is_free(self, store: Store) -> None:
        fail_after(store, lambda tx: tx.profiles.add(new_profile("Analyst")))

        add_profiles(store, ["Analyst"])

        assert names_of(store) == ["Analyst"]

    def test_a_write_is_not_seen_by_others_before_it_is_kept(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)
        before = content_of(store)

        with store.write() as tx:
            change_everything(tx)
            assert content_of(store) == before
            seen = content(tx)

        assert content_of(store) == seen != before

    def test_a_reader_keeps_its_state_while_a_write_commits(self, store: Store) -> None:
        with store.write() as tx:
            fill(tx)

        with store.read() as reading:
            before = content(reading)
            with store.write() as tx:
                change_everything(tx)
            assert content_of(store) != before

            assert content(reading) == before

    def test_a_committed_write_is_seen_by_the_next_reader(self, store: Store) -> None:
        for number in range(5):
            [new_id] = add_profiles(store, [f"p{number}"])
            with store.read() as tx:
                assert tx.profiles.get(new_id).profile.name == f"p{number}"

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

    def test_a_reader_that_raises_does_no_harm(self, store: Store) -> None:
        with not_found("access profile", UNKNOWN), store.read() as tx:
            tx.profiles.get(UNKNOWN)

        assert len(add_profiles(store, ["after"])) == 1

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
            assert list(tx.users.ids()) == ["ada", "bob", "eve", "zoe"]
            assert list(tx.users.in_role(role.id)) == ["zoe"]
            assert list(tx.users.in_groups(["h"])) == ["zoe"]
            assert tx.copies.get(copy.id) == tx.copies.find("zoe", profile.id) == copy
            assert tx.virtual_keys.get("zoe e") == tx.virtual_keys.find(digest("zoe e")) == key
            assert tx.profiles.version(profile.id, 1).name == "e"
            assert tx.api_keys.find(digest("another secret")) in tx.api_keys.list()
