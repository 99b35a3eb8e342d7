"""That memory does not grow with the number of requests; `bench.endurance` tries a million."""

import asyncio
import gc
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bench.calls import PROFILES, Caller
from bench.traffic import Request, Traffic
from server.connexion_app import create_app
from store.registry import open_store
from store.sql.profiles import _listing
from store.testsuite.samples import add_profiles
from tests.server.requests import NOW, new_key

KEY = new_key("memory")
PRESENT = 100
REQUESTS = 2_000
LIVES = 20
"""How many profiles are created, changed and deleted with as many requests."""

MOST_BLOCKS = REQUESTS // 4
"""What may stay of so many requests. If each left one small object, it would be four times as many."""

LISTS = [
    f"limit=1{state}{search}&tags={','.join('t' * tags)}"
    for tags in (0, 1, 2, 4, 8, 16, 32, 64)
    for search in ("", "&search=profile")
    for state in ("", "&is_active=true")
] + [f"limit=1&tags={','.join('t' * tags)}" for tags in (128, 256, 512, 1024, 2000)]
"""Every kind of list in the traffic: what is kept for each is no growth."""

pytestmark = pytest.mark.usefixtures("no_access_log")


def test_requests_leave_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'profiles.db'}"

    async def blocks() -> list[int]:
        """Return how many blocks of memory Python holds after each round of requests."""
        found = []
        with closing(open_store(url)) as store:
            store.migrate()
            with store.write() as tx:
                tx.api_keys.add(KEY.record)
            add_profiles(store, [f"Profile {number}" for number in range(PRESENT)])
            app = create_app(store, clock=lambda: NOW)

            async def send(request: Request) -> bytes:
                caller = Caller(app, request.key or KEY.key)
                headers = {name.lower(): value for name, value in request.headers.items()}
                _, body = await caller(request.status, request.method, request.path, request.body, **headers)
                return body

            for query in LISTS:
                await send(Request("list", 200, "GET", f"{PROFILES}?{query}"))
            traffic = Traffic(PRESENT)
            for _ in range(2):
                for request in traffic.reads(REQUESTS):
                    await send(request)
                # To write is to forget what was read.
                for _ in range(LIVES):
                    await traffic.life(send)
                del request
                gc.collect()
                found.append(sys.getallocatedblocks())
        return found

    warm, after = asyncio.run(blocks())

    assert after - warm < MOST_BLOCKS


def test_lists_share_their_statements_whatever_the_number_of_tags(tmp_path: Path) -> None:
    _listing.cache_clear()

    async def ask() -> None:
        with closing(open_store(f"sqlite:///{tmp_path / 'profiles.db'}")) as store:
            store.migrate()
            with store.write() as tx:
                tx.api_keys.add(KEY.record)
            caller = Caller(create_app(store, clock=lambda: NOW), KEY.key)
            for tags in range(1, 33):
                await caller(200, "GET", f"{PROFILES}?tags={','.join('t' * tags)}")

    asyncio.run(ask())

    # 1, 2, 4, 8, 16 and 32 tags.
    assert _listing.cache_info().currsize == 6
