"""Answers from memory: the bytes that were sent before, never where they may be wrong."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bench.calls import Caller
from handlers.access_profiles import get_access_profile, list_access_profiles
from handlers.context import Context, Principal
from handlers.replies.reply import Reply
from server.cache.data_version import DataVersions
from server.cache.versioned_cache import OVERHEAD_OCTETS, VersionedCache
from server.connexion_app import create_app
from server.http.asgi import Receive, Scope, Send
from server.http.authentication import Authenticator, issue_key
from server.http.request_info import request_info
from server.http.response import Answer
from server.http.response_cache import ReadCacheMiddleware
from server.process.logs import access_log
from server.process.settings import MEMORY_MIB
from store.memory import MemoryStore, MemoryTransaction
from store.testsuite.samples import add_profiles
from tests.contract.document import CONTRACT
from tests.server.requests import NOW, PATH, new_key, store_with_keys

KEY = new_key("reader")
ONE = f"{PATH}/1"


class CountingStore(MemoryStore):
    """Counts reads."""

    reads = 0

    @contextmanager
    def read(self) -> Iterator[MemoryTransaction]:
        self.reads += 1
        with super().read() as tx:
            yield tx


class Client:
    """Sends requests into one app."""

    def __init__(self, store: MemoryStore, memory_mib: int = MEMORY_MIB) -> None:
        self.store = store
        self.now = NOW
        self._app = create_app(store, clock=lambda: self.now, memory_mib=memory_mib)

    def get(self, path: str = ONE, key: str = KEY.key, method: str = "GET", **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            sent = {"Authorization": f"Bearer {key}"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
                return await client.request(method, path, headers=sent)

        return asyncio.run(send())


@pytest.fixture
def client() -> Client:
    store = CountingStore()
    with store.write() as tx:
        tx.api_keys.add(KEY.record)
    add_profiles(store, ["one", "two"])
    return Client(store)


def reads(client: Client, request: Callable[[], httpx.Response]) -> tuple[int, httpx.Response]:
    """Return how often the store was read for an answer, and the answer."""
    assert isinstance(client.store, CountingStore)
    before = client.store.reads
    answer = request()
    return client.store.reads - before, answer


@pytest.mark.parametrize("path", [ONE, f"{PATH}?limit=1&search=t"])
def test_a_request_is_answered_again_with_the_same_bytes(client: Client, path: str) -> None:
    first = client.get(path)

    count, again = reads(client, lambda: client.get(path))

    assert count == 0
    assert (again.status_code, again.content) == (first.status_code, first.content)
    shown = {name: value for name, value in first.headers.items() if name != "x-request-id"}
    assert {name: value for name, value in again.headers.items() if name != "x-request-id"} == shown
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_a_condition_is_answered_again(client: Client) -> None:
    tag = client.get().headers["etag"]
    assert client.get(if_none_match=tag).status_code == 304

    count, again = reads(client, lambda: client.get(if_none_match=tag))

    assert (count, again.status_code, again.content) == (0, 304, b"")
    assert client.get(if_none_match='"another"').status_code == 200


def test_a_head_is_no_get(client: Client) -> None:
    full = client.get()

    assert [client.get(method="HEAD").content for _ in range(2)] == [b"", b""]
    assert client.get().content == full.content


def test_what_is_written_is_in_the_next_answer(client: Client) -> None:
    for number in range(5):
        with client.store.write() as tx:
            tx.profiles.set_active(1, number % 2 == 0)
        for _ in range(2):
            assert client.get().json()["access_profile"]["is_active"] is (number % 2 == 0)


def test_a_client_within_the_process_that_never_rests_sees_what_it_wrote(client: Client) -> None:
    async def several() -> list[bool]:
        found = []
        caller = Caller(create_app(client.store), KEY.key)
        for number in range(5):
            with client.store.write() as tx:
                tx.profiles.set_active(1, number % 2 == 0)
            _, body = await caller(200, "GET", ONE)
            found.append(json.loads(body)["access_profile"]["is_active"])
        return found

    assert asyncio.run(several()) == [True, False, True, False, True]


def test_what_is_written_while_an_answer_is_made_is_in_the_next_one(client: Client) -> None:
    class WritesMeanwhile(MemoryStore):
        @contextmanager
        def read(self) -> Iterator[MemoryTransaction]:
            with super().read() as reading:
                with self.write() as tx:
                    tx.profiles.set_active(1, not tx.profiles.get(1).profile.is_active)
                yield reading

    client.store.__class__ = WritesMeanwhile
    # What is read is older than what is kept when the answer is sent.
    client.get()
    client.store.__class__ = CountingStore
    with client.store.read() as tx:
        kept = tx.profiles.get(1).profile.is_active

    assert client.get().json()["access_profile"]["is_active"] is kept


def test_a_revoked_key_is_refused_at_once(client: Client) -> None:
    assert [client.get().status_code for _ in range(2)] == [200, 200]
    with client.store.write() as tx:
        tx.api_keys.revoke("reader", NOW)

    assert client.get().json()["error"]["code"] == "api_key_revoked"


def test_a_key_that_expires_is_refused_from_that_instant_on() -> None:
    soon = issue_key("soon", ["*"], now=NOW, expires_at=NOW + timedelta(seconds=2))
    store = store_with_keys(soon)
    add_profiles(store, ["one"])
    client = Client(store)
    statuses = []
    for seconds in range(4):
        client.now = NOW + timedelta(seconds=seconds)
        statuses.append(client.get(key=soon.key).status_code)

    assert statuses == [200, 200, 401, 401]


def test_everybody_who_may_have_an_answer_gets_it_from_memory(client: Client) -> None:
    viewer = new_key("viewer", ["AccessProfiles:View"])
    with client.store.write() as tx:
        tx.api_keys.add(viewer.record)
    first = client.get()
    # Whose the key is has to be read once.
    client.get(key=viewer.key)

    count, again = reads(client, lambda: client.get(key=viewer.key))

    assert (count, again.content) == (0, first.content)


def test_nobody_else_gets_an_answer_from_memory(client: Client) -> None:
    blind = new_key("blind", ["AccessProfiles:Create"])
    with client.store.write() as tx:
        tx.api_keys.add(blind.record)

    for _ in range(2):
        assert client.get().status_code == 200
        assert client.get(key=blind.key).status_code == 403
        assert client.get(key="bfst-" + "x" * 44).status_code == 401
        assert client.get(key=f"{KEY.key} ").status_code == 200
        assert client.get(key=KEY.key[:-1]).status_code == 401


def test_without_memory_every_answer_is_made_anew(client: Client) -> None:
    client = Client(client.store, memory_mib=0)
    client.get()

    count, _ = reads(client, client.get)

    assert count == 1


@pytest.mark.parametrize("path", [f"{PATH}/99", f"{PATH}?limit=x", "/api/nothing", f"{PATH}/api-keys"])
def test_refusals_are_made_anew(client: Client, path: str) -> None:
    first, second = client.get(path), client.get(path)

    assert first.status_code == second.status_code >= 400
    assert first.json()["event_id"] != second.json()["event_id"]


def _broken(context: Context, profile_id: int, if_none_match: str | None = None) -> Reply[object]:
    return Reply(200, {}, cacheable=True)


def test_an_answer_that_breaks_the_contract_is_not_remembered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.access_profiles.get_access_profile", _broken)
    broken = Client(client.store)

    answers = [broken.get() for _ in range(2)]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert answers[0].json()["event_id"] != answers[1].json()["event_id"]


def test_no_answer_to_a_read_rests_on_a_header_that_is_not_part_of_the_question() -> None:
    headers = {
        parameter.name
        for operation in CONTRACT.operations
        if operation.method == "get"
        for parameter in operation.parameters
        if parameter.location == "header"
    }

    assert headers == {"If-None-Match"}


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=400)])
def test_answers_that_last_rest_neither_on_the_time_nor_on_who_asks(client: Client, later: timedelta) -> None:
    def context(now: datetime, principal: Principal) -> Context:
        return Context(client.store, now, lambda: "id", lambda _: "x", principal, "/api", frozenset())

    one = context(NOW, Principal("a", frozenset("*")))
    other = context(NOW + later, Principal("b", frozenset(["AccessProfiles:View"])))
    reads: list[Callable[[Context], Reply[Any]]] = [
        lambda asked: get_access_profile(asked, 1),
        lambda asked: list_access_profiles(asked, 25, 0, None, None, None),
    ]
    for read in reads:
        assert read(one) == read(other)
        assert read(one).cacheable


def test_what_clients_chose_counts_as_memory_too() -> None:
    asked: list[str] = []
    authenticator = Authenticator(store_with_keys(KEY), lambda: NOW)

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        info = request_info(scope)
        asked.append(scope["path"])
        await authenticator.principal(scope, info.data_version)
        info.cacheable, info.permission = Answer(200, [], b"{}"), "AccessProfiles:View"
        await info.cacheable.send(send)

    cache = ReadCacheMiddleware(
        app,
        data_versions=DataVersions(MemoryStore()),
        authenticator=authenticator,
        log=access_log(),
        max_octets=OVERHEAD_OCTETS + 1_000,
    )
    caller = Caller(cache, KEY.key)

    async def ask() -> None:
        for _ in range(2):
            await caller(200, "GET", "/short")
        for _ in range(2):
            await caller(200, "GET", "/long", if_none_match="x" * 1_000)

    asyncio.run(ask())

    assert asked == ["/short", "/long", "/long"]


# What is remembered.


VERSION, LATER = 1, 2


@pytest.fixture
def remembered() -> VersionedCache[str]:
    values: VersionedCache[str] = VersionedCache(max_octets=3 * OVERHEAD_OCTETS + 30)
    values.get("any", VERSION)
    return values


def test_what_was_remembered_first_is_forgotten_first(remembered: VersionedCache[str]) -> None:
    for key in "abcd":
        remembered.keep(key, key.upper(), VERSION, octets=10)

    assert [remembered.get(key, VERSION) for key in "abcd"] == [None, "B", "C", "D"]


def test_a_value_that_is_too_large_is_not_remembered(remembered: VersionedCache[str]) -> None:
    remembered.keep("a", "A", VERSION, octets=10_000)

    assert remembered.get("a", VERSION) is None


def test_a_value_of_an_older_data_version_is_not_remembered(remembered: VersionedCache[str]) -> None:
    remembered.get("any", LATER)
    remembered.keep("a", "A", VERSION)

    assert [remembered.get("a", data_version) for data_version in (LATER, VERSION)] == [None, None]


def test_another_data_version_forgets_everything(remembered: VersionedCache[str]) -> None:
    remembered.keep("a", "A", VERSION)

    assert [remembered.get("a", version) for version in (VERSION, LATER, VERSION)] == [
        "A",
        None,
        None,
    ]


def test_nothing_is_remembered_where_the_store_cannot_tell_and_nothing_is_forgotten(
    remembered: VersionedCache[str],
) -> None:
    remembered.keep("a", "A", VERSION)
    remembered.keep("b", "B", None)

    assert [remembered.get(key, version) for key in "ab" for version in (None, VERSION)] == [
        None,
        "A",
        None,
        None,
    ]
