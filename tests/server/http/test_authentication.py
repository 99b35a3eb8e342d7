"""API keys: how they are made, kept and recognised."""

import asyncio
import base64
import hashlib
import re
import threading
from datetime import datetime, timedelta

import pytest

from domain.credentials import IssuedApiKey, hash_key
from domain.errors import Unavailable
from domain.records import ApiKey
from handlers.context import Principal
from handlers.replies.errors import ApiError
from server.http.authentication import Authenticator, issue_key
from store.api import Store
from store.memory import MemoryStore
from tests.server.requests import NOW, new_key, store_with_keys

KEY = issue_key("ci", ["AccessProfiles:View"], now=NOW, expires_at=NOW)


def principal(store: Store, *authorization: bytes, now: datetime = NOW) -> Principal:
    headers = [(b"authorization", value) for value in authorization]
    scope = {"type": "http", "headers": [(b"accept", b"*/*"), *headers]}
    return asyncio.run(Authenticator(store, lambda: now).principal(scope))


def refusal(store: Store, *authorization: bytes, now: datetime = NOW) -> ApiError:
    with pytest.raises(ApiError) as refused:
        principal(store, *authorization, now=now)
    assert refused.value.kind.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith('Bearer realm="access-profiles"')
    return refused.value


def bearer(key: IssuedApiKey, scheme: str = "Bearer") -> bytes:
    return f"{scheme} {key.key}".encode()


def test_a_key_is_bfst_and_44_letters_and_digits() -> None:
    assert re.fullmatch(r"bfst-[A-Za-z0-9]{44}", KEY.key)


def test_a_key_is_kept_as_its_sha_256() -> None:
    assert KEY.record.secret_hash == hashlib.sha256(KEY.key.encode()).digest() == hash_key(KEY.key)
    assert KEY.key not in repr(KEY.record)


def test_a_key_shows_its_first_eight_characters() -> None:
    assert KEY.record.key_prefix == KEY.key[: len("bfst-") + 8] + "..."


def test_a_key_keeps_what_it_was_made_with() -> None:
    record = KEY.record

    assert (record.name, record.scopes, record.created_at, record.expires_at) == (
        "ci",
        ("AccessProfiles:View",),
        NOW,
        NOW,
    )
    assert new_key().record.expires_at is None


def test_no_two_keys_are_the_same() -> None:
    assert len({new_key().key for _ in range(100)}) == 100


def test_a_hash_is_made_of_any_text() -> None:
    assert len(hash_key("bfst-é\udcff😀")) == 32


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEARER"])
def test_the_holder_of_a_key_is_recognised(scheme: str) -> None:
    key = new_key("ci", ["AccessProfiles:View", "AccessProfiles:Create"])

    found = principal(store_with_keys(key), bearer(key, scheme))

    assert found == Principal("ci", frozenset({"AccessProfiles:View", "AccessProfiles:Create"}))


@pytest.mark.parametrize(
    ("scopes", "permission", "may"),
    [
        (["*"], "Anything:Ever", True),
        (["AccessProfiles:View"], "AccessProfiles:View", True),
        (["AccessProfiles:View"], "AccessProfiles:Create", False),
        (["AccessProfiles:view"], "AccessProfiles:View", False),
        (["AccessProfiles:*"], "AccessProfiles:View", False),
        ([], "AccessProfiles:View", False),
    ],
)
def test_a_key_may_what_its_scopes_say(scopes: list[str], permission: str, may: bool) -> None:
    key = new_key("ci", scopes)

    assert principal(store_with_keys(key), bearer(key)).may(permission) is may


def test_a_request_without_the_header_is_told_what_to_send() -> None:
    error = refusal(MemoryStore())

    assert error.code == "credentials_missing"
    assert error.headers == {"WWW-Authenticate": 'Bearer realm="access-profiles"'}


GOOD = new_key()


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param([b""], id="empty"),
        pytest.param([b" "], id="blank"),
        pytest.param([b"Bearer"], id="scheme alone"),
        pytest.param([b"Bearer "], id="scheme and a space"),
        pytest.param([GOOD.key.encode()], id="key alone"),
        pytest.param([b"Bearer sk-bf-0123456789"], id="virtual key"),
        pytest.param([b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"], id="session token"),
        pytest.param([b"Basic " + base64.b64encode(f"admin:{GOOD.key}".encode())], id="Basic"),
        pytest.param([b"Basic " + GOOD.key.encode()], id="Basic with the key"),
        pytest.param([b"Token " + GOOD.key.encode()], id="other scheme"),
        pytest.param([b"Bearer\t" + GOOD.key.encode()], id="tab"),
        pytest.param([b"Bearer," + GOOD.key.encode()], id="comma"),
        pytest.param([bearer(GOOD), bearer(GOOD)], id="two headers"),
        pytest.param([bearer(GOOD), b"Basic eDp5"], id="two schemes"),
        pytest.param([b"Bearer bfst-" + b"A" * 44], id="unknown key"),
        pytest.param([bearer(GOOD)[:-1]], id="cut short"),
        pytest.param([bearer(GOOD) + b"A"], id="a character more"),
        pytest.param([bearer(GOOD) + b" x"], id="a word more"),
        pytest.param([bearer(GOOD) + b"\xe9\xff"], id="not ASCII"),
        pytest.param([b"Bearer " + GOOD.key.swapcase().encode()], id="other case"),
        pytest.param([b"Bearer " + GOOD.record.key_prefix.encode()], id="the prefix that is shown"),
        pytest.param([b"Bearer " + GOOD.record.secret_hash.hex().encode()], id="the hash"),
        pytest.param([b"Bearer bfst-"], id="no secret"),
    ],
)
def test_every_other_credential_is_refused(authorization: list[bytes]) -> None:
    error = refusal(store_with_keys(GOOD), *authorization)

    assert error.code == "credentials_not_accepted"
    assert error.headers["WWW-Authenticate"].endswith(', error="invalid_token"')
    assert GOOD.key not in error.message


@pytest.mark.parametrize(
    ("late", "expired"),
    [(timedelta(microseconds=-1), False), (timedelta(0), True), (timedelta(days=365), True)],
)
def test_a_key_expires_at_the_very_instant(late: timedelta, expired: bool) -> None:
    store = store_with_keys(KEY)

    if expired:
        assert refusal(store, bearer(KEY), now=NOW + late).code == "api_key_expired"
    else:
        assert principal(store, bearer(KEY), now=NOW + late).name == "ci"


def test_a_revoked_key_is_refused_from_the_next_request_on() -> None:
    key = new_key("ci")
    store = store_with_keys(key)
    authenticator = Authenticator(store, lambda: NOW)
    scope = {"type": "http", "headers": [(b"authorization", bearer(key))]}
    assert asyncio.run(authenticator.principal(scope)).name == "ci"

    with store.write() as tx:
        tx.api_keys.revoke("ci", NOW)

    with pytest.raises(ApiError) as refused:
        asyncio.run(authenticator.principal(scope))
    assert refused.value.code == "api_key_revoked"


def test_a_key_that_is_revoked_and_expired_is_told_as_revoked() -> None:
    store = store_with_keys(KEY)
    with store.write() as tx:
        tx.api_keys.revoke("ci", NOW)

    assert refusal(store, bearer(KEY), now=NOW + timedelta(days=1)).code == "api_key_revoked"


class WaitingStore(MemoryStore):
    """A store that says its reads wait, and notes in which thread they run."""

    reads_block = True

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[int] = []

    def check_thread(self) -> None:
        self.threads.append(threading.get_ident())


def test_a_store_that_waits_is_read_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    store = WaitingStore()
    key = new_key("ci")
    with store.write() as tx:
        tx.api_keys.add(key.record)
    find = Authenticator._find

    def noting(self: Authenticator, secret_hash: bytes) -> ApiKey | None:
        store.check_thread()
        return find(self, secret_hash)

    monkeypatch.setattr(Authenticator, "_find", noting)

    assert principal(store, bearer(key)).name == "ci"
    assert threading.get_ident() not in store.threads
    assert len(store.threads) == 1


def test_a_store_that_cannot_be_read_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()

    def read() -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(store, "read", read)

    with pytest.raises(Unavailable):
        principal(store, bearer(GOOD))
