"""Versions of templates."""

from dataclasses import replace

from domain.records import AccessProfile, AccessProfileVersion, NewVersion
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import NOW, UNKNOWN, add_profiles, new_profile, new_version, profile_of


def change(store: Store, profile_id: int) -> AccessProfileVersion:
    """Save a profile at its next version, keep that version, and return it."""
    with store.write() as tx:
        kept = tx.profiles.get(profile_id).profile
        changed = replace(kept, description=f"Change {kept.version}", version=kept.version + 1)
        tx.profiles.save(changed, read_version=kept.version)
        return tx.profiles.add_version(new_version(changed))


def add_at_version_one(store: Store, name: str) -> AccessProfile:
    with store.write() as tx:
        profile = tx.profiles.add(new_profile(name))
        tx.profiles.add_version(new_version(profile))
        return profile


class VersionSuite(StoreFixtures):
    """Versions of templates."""

    def test_a_version_is_read_as_it_was_added(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])
        snapshot = '{"name": "Größe 日本", "tags": ["\\u0041"], "n": 9007199254740991}\n'

        with store.write() as tx:
            added = tx.profiles.add_version(NewVersion(profile_id, 7, "Name", None, snapshot, "ops", NOW))

        assert added == AccessProfileVersion(added.id, profile_id, 7, "Name", None, snapshot, "ops", NOW)
        with store.read() as reading:
            assert reading.profiles.version(profile_id, 7) == added
            assert list(reading.profiles.versions(profile_id)) == [added]

    def test_versions_are_listed_the_newest_first_and_of_one_profile(self, store: Store) -> None:
        one, other = add_at_version_one(store, "one"), add_at_version_one(store, "other")
        for profile in (one, other, one, one):
            change(store, profile.id)

        with store.read() as tx:
            assert [row.version for row in tx.profiles.versions(one.id)] == [4, 3, 2, 1]
            assert [row.version for row in tx.profiles.versions(other.id)] == [2, 1]
            assert {row.access_profile_id for row in tx.profiles.versions(one.id)} == {one.id}

    def test_versions_are_ordered_by_their_number_not_by_when_they_came(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])
        with store.write() as tx:
            for number in (9, 11, 2, 10):
                tx.profiles.add_version(NewVersion(profile_id, number, "n", None, "{}", "ops", NOW))

            assert [row.version for row in tx.profiles.versions(profile_id)] == [11, 10, 9, 2]

    def test_an_unknown_profile_has_no_versions(self, store: Store) -> None:
        add_at_version_one(store, "Analyst")

        with store.read() as tx:
            assert list(tx.profiles.versions(UNKNOWN)) == []

    def test_versions_go_with_their_profile_and_no_others(self, store: Store) -> None:
        deleted, kept = add_at_version_one(store, "deleted"), add_at_version_one(store, "kept")
        change(store, deleted.id)

        with store.write() as tx:
            tx.profiles.delete(deleted.id)

        with store.read() as reading:
            assert list(reading.profiles.versions(deleted.id)) == []
            assert [row.version for row in reading.profiles.versions(kept.id)] == [1]
        with not_found("version", f"2 of access profile {deleted.id}"), store.read() as reading:
            reading.profiles.version(deleted.id, 2)

    def test_versions_that_are_kept_do_not_change_with_their_profile(self, store: Store) -> None:
        profile = add_at_version_one(store, "Analyst")
        with store.read() as tx:
            first = tx.profiles.version(profile.id, 1)

        change(store, profile.id)

        with store.read() as tx:
            assert tx.profiles.version(profile.id, 1) == first
        assert profile_of(store, profile.id).description != first.description
