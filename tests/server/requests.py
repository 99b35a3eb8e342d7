"""Requests to the app within this process."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from domain.credentials import IssuedApiKey
from server.connexion_app import create_app
from server.contract.document import load_contract
from server.http.authentication import issue_key
from store.api import Store
from store.memory import MemoryStore

NOW = datetime(2026, 5, 13, 9, 41, 7, tzinfo=UTC)
PATH = "/api/access-profiles"
_CONTRACT = load_contract()


def store_with_keys(*keys: IssuedApiKey) -> MemoryStore:
    """Return a store that knows these keys."""
    store = MemoryStore()
    with store.write() as tx:
        for key in keys:
            tx.api_keys.add(key.record)
    return store


def new_key(name: str = "tests", scopes: Sequence[str] = ("*",)) -> IssuedApiKey:
    """Return a new key that does not expire."""
    return issue_key(name, scopes, now=NOW)


def request(store: Store, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
    """Send one request to a new app on a store, and return the answer."""
    [answer] = requests(store, [(method, path)], key, **more)
    return answer


def requests(
    store: Store, lines: Sequence[tuple[str, str]], key: str | None = None, **more: Any
) -> list[httpx.Response]:
    """Send requests to one new app on a store, one after the other."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(create_app(store, contract=_CONTRACT, clock=lambda: NOW))
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://server", headers=headers
        ) as client:
            return [await client.request(method, path, **more) for method, path in lines]

    return asyncio.run(send())
