"""API keys."""

from datetime import timedelta

from domain.records import ApiKey, NewApiKey
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import conflict
from store.testsuite.samples import NOW, digest, new_key

LATER = NOW + timedelta(microseconds=1)


def add(store: Store, *keys: NewApiKey) -> list[ApiKey]:
    with store.write() as tx:
        return [tx.api_keys.add(key) for key in keys]


def find(store: Store, secret: str) -> ApiKey | None:
    with store.read() as tx:
        return tx.api_keys.find(digest(secret))


def listed(store: Store) -> list[ApiKey]:
    with store.read() as tx:
        return list(tx.api_keys.list())


def revoke(store: Store, name: str) -> ApiKey:
    with store.write() as tx:
        return tx.api_keys.revoke(name, LATER)


class ApiKeySuite(StoreFixtures):
    """API keys."""

    def test_an_api_key_is_found_by_its_hash_with_every_field(self, store: Store) -> None:
        [added] = add(store, NewApiKey("ci", digest("s"), "bfst-01234567...", ("a:b", "*"), NOW, LATER))

        assert added == ApiKey(
            id=added.id,
            name="ci",
            secret_hash=digest("s"),
            key_prefix="bfst-01234567...",
            scopes=("a:b", "*"),
            created_at=NOW,
            expires_at=LATER,
            revoked_at=None,
        )
        assert find(store, "s") == added

    def test_an_api_key_may_have_no_scope_and_no_expiry(self, store: Store) -> None:
        [added] = add(store, NewApiKey("ci", digest("s"), "p", (), NOW))

        found = find(store, "s")
        assert found == added
        assert found is not None
        assert (found.scopes, found.expires_at) == ((), None)

    def test_an_unknown_hash_finds_no_api_key(self, store: Store) -> None:
        add(store, new_key("ci"))

        assert find(store, "CI") is None
        with store.read() as tx:
            assert tx.api_keys.find(b"") is None
            assert tx.api_keys.find(digest("ci")[:31]) is None

    def test_api_keys_are_listed_by_id(self, store: Store) -> None:
        added = add(store, new_key("b"), new_key("a"), new_key("c"))

        assert listed(store) == added
        assert [key.id for key in added] == sorted({key.id for key in added})

    def test_a_revoked_api_key_is_still_found_and_listed(self, store: Store) -> None:
        [key, other] = add(store, new_key("ci"), new_key("other"))

        revoked = revoke(store, "ci")

        assert revoked.revoked_at == LATER
        assert (revoked.id, revoked.secret_hash, revoked.scopes) == (key.id, key.secret_hash, key.scopes)
        assert find(store, "ci") == revoked
        assert listed(store) == [revoked, other]

    def test_the_name_of_an_expired_api_key_stays_taken_until_it_is_revoked(self, store: Store) -> None:
        add(store, NewApiKey("ci", digest("old"), "p", (), NOW - timedelta(days=2), NOW - timedelta(days=1)))

        with conflict("API key", "name", "ci"):
            add(store, new_key("ci", "new"))

    def test_the_name_of_a_revoked_api_key_can_be_used_again(self, store: Store) -> None:
        [old] = add(store, new_key("ci", "old"))
        revoke(store, "ci")

        [new] = add(store, new_key("ci", "new"))
        again = revoke(store, "ci")

        assert new.id > old.id
        assert (again.id, again.secret_hash) == (new.id, digest("new"))
        assert [key.revoked_at for key in listed(store)] == [LATER, LATER]

    def test_an_api_key_is_read_by_its_id_whether_revoked_or_not(self, store: Store) -> None:
        [old] = add(store, new_key("ci", "old"))
        revoked = revoke(store, "ci")
        [new] = add(store, new_key("ci", "new"))

        with store.read() as reading:
            assert [reading.api_keys.get(key.id) for key in (old, new)] == [revoked, new]
        with store.write() as tx:
            assert tx.api_keys.get(new.id) == new
