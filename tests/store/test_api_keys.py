"""API keys, on every backend."""

from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound
from domain.records import ApiKey, NewApiKey
from store.api import Store
from tests.store.samples import NOW, digest, new_key

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


def test_a_key_is_found_by_its_hash_with_every_field(store: Store) -> None:
    [added] = add(store, NewApiKey("ci", digest("s"), "bfst-01234567...", ("a:b", "*"), NOW, LATER))

    assert added == ApiKey(
        id=1,
        name="ci",
        secret_hash=digest("s"),
        key_prefix="bfst-01234567...",
        scopes=("a:b", "*"),
        created_at=NOW,
        expires_at=LATER,
        revoked_at=None,
    )
    assert find(store, "s") == added


def test_a_key_may_have_no_scope_and_no_expiry(store: Store) -> None:
    [added] = add(store, NewApiKey("ci", digest("s"), "p", (), NOW))

    found = find(store, "s")
    assert found == added
    assert found is not None
    assert (found.scopes, found.expires_at) == ((), None)


def test_a_key_is_read_by_its_id_whether_revoked_or_not(store: Store) -> None:
    [old] = add(store, new_key("ci", "old"))
    revoked = revoke(store, "ci")
    [new] = add(store, new_key("ci", "new"))

    with store.read() as tx:
        assert [tx.api_keys.get(key.id) for key in (old, new)] == [revoked, new]


@pytest.mark.parametrize("key_id", [2, 2**63 - 1])
def test_an_unknown_id_is_no_key(store: Store, key_id: int) -> None:
    add(store, new_key("ci"))

    with store.read() as tx, pytest.raises(NotFound) as refused:
        tx.api_keys.get(key_id)

    assert (refused.value.kind, refused.value.key) == ("API key", key_id)


def test_an_unknown_hash_finds_nothing(store: Store) -> None:
    add(store, new_key("ci"))

    assert find(store, "CI") is None
    with store.read() as tx:
        assert tx.api_keys.find(b"") is None
        assert tx.api_keys.find(digest("ci")[:31]) is None


def test_keys_are_listed_by_id(store: Store) -> None:
    added = add(store, new_key("b"), new_key("a"), new_key("c"))

    assert listed(store) == added
    assert [key.id for key in added] == [1, 2, 3]


def test_a_revoked_key_is_still_found_and_listed(store: Store) -> None:
    [key, other] = add(store, new_key("ci"), new_key("other"))

    revoked = revoke(store, "ci")

    assert revoked.revoked_at == LATER
    assert (revoked.id, revoked.secret_hash, revoked.scopes) == (key.id, key.secret_hash, key.scopes)
    assert find(store, "ci") == revoked
    assert listed(store) == [revoked, other]


def test_the_name_of_a_live_key_is_taken(store: Store) -> None:
    add(store, new_key("ci"))

    with pytest.raises(Conflict) as refused:
        add(store, new_key("ci", "another secret"))

    assert (refused.value.kind, refused.value.field, refused.value.value) == ("API key", "name", "ci")
    assert find(store, "another secret") is None


def test_the_name_of_an_expired_key_stays_taken_until_it_is_revoked(store: Store) -> None:
    add(store, NewApiKey("ci", digest("old"), "p", (), NOW - timedelta(days=2), NOW - timedelta(days=1)))

    with pytest.raises(Conflict):
        add(store, new_key("ci", "new"))


def test_the_name_of_a_revoked_key_can_be_used_again(store: Store) -> None:
    [old] = add(store, new_key("ci", "old"))
    revoke(store, "ci")

    [new] = add(store, new_key("ci", "new"))
    again = revoke(store, "ci")

    assert new.id > old.id
    assert (again.id, again.secret_hash) == (new.id, digest("new"))
    assert [key.revoked_at for key in listed(store)] == [LATER, LATER]


@pytest.mark.parametrize("name", ["unknown", "CI", "revoked"])
def test_only_a_live_key_can_be_revoked(store: Store, name: str) -> None:
    add(store, new_key("ci"), new_key("revoked"))
    revoke(store, "revoked")

    with pytest.raises(NotFound) as refused:
        revoke(store, name)

    assert (refused.value.kind, refused.value.key) == ("API key", name)
    assert [key.revoked_at for key in listed(store)] == [None, LATER]


def test_one_secret_is_one_key(store: Store) -> None:
    [first] = add(store, new_key("first", "secret"))

    with pytest.raises(Conflict):
        add(store, new_key("second", "secret"))

    assert listed(store) == [first]
