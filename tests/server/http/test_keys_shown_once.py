"""Answers that show a new key: never stored by caches, whole once, and the body that may be left out."""

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from domain.records import MCPGrants, NewAccessProfile, Policy, User
from store.memory import MemoryStore
from tests.contract.document import DOCUMENT, OPERATIONS
from tests.server.requests import NOW, new_key, request, store_with_keys

KEY = new_key("planted")
EMPTY = Policy(provider_configs=(), budgets=(), rate_limit=None, calendar_aligned=False, mcp=MCPGrants())

ADA = "/api/users/ada"
ASSIGN = f"{ADA}/access-profiles"
ADD = f"{ADA}/access-profiles/1/virtual-keys"

NEW_KEYS = {
    "assignUserAccessProfile": (ASSIGN, {"profile_id": 1}, 201),
    "addUserAccessProfileVirtualKey": (ADD, {"name": "notebook"}, 200),
    "addUserVirtualKey": (f"{ADA}/virtual-keys", {"name": "editor"}, 200),
    "createApiKey": ("/api/api-keys", {"name": "ci", "scopes": ["AccessProfiles:View"]}, 201),
}
"""The path, a body and the status of each operation that hands a key out."""


@pytest.fixture
def store() -> MemoryStore:
    """Give a store with the user ada and the active profile 1."""
    store = store_with_keys(KEY)
    with store.write() as tx:
        tx.users.add(User("ada", "Ada", "ada@example.com", None, NOW))
        tx.profiles.add(NewAccessProfile("Analyst", None, (), EMPTY, NOW, is_active=True))
    return store


@pytest.fixture
def held(store: MemoryStore) -> MemoryStore:
    """Give the store, in which ada holds a copy of the profile."""
    assert post(store, ASSIGN, json={"profile_id": 1}).status_code == 201
    return store


def post(store: MemoryStore, path: str, **more: Any) -> httpx.Response:
    return request(store, "POST", path, KEY.key, **more)


def test_the_contract_lets_no_cache_store_an_answer_with_a_key() -> None:
    stated = {
        operation_id
        for operation_id, operation in OPERATIONS.items()
        for response in operation["responses"].values()
        if "Cache-Control" in response.get("headers", {})
    }

    assert stated == set(NEW_KEYS)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("no-store", True),
        ("private, No-Store", True),
        ("max-age=0,no-store ,private", True),
        ("no-cache", False),
        ("no-stored", False),
        ("x-no-store", False),
        ("max-age=60", False),
    ],
)
def test_no_store_may_stand_among_other_directives(value: str, fits: bool) -> None:
    stated = DOCUMENT["components"]["headers"]["NoStore"]["schema"]

    assert jsonschema_rs.Draft4Validator(stated).is_valid(value) is fits


@pytest.mark.parametrize("operation_id", NEW_KEYS)
def test_an_answer_with_a_key_says_no_store(store: MemoryStore, operation_id: str) -> None:
    path, body, status = NEW_KEYS[operation_id]
    if operation_id.startswith("add"):
        post(store, ASSIGN, json={"profile_id": 1})

    answer = post(store, path, json=body)

    assert answer.status_code == status
    assert list(secrets_in(answer.json()))
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="no body"),
        pytest.param({"content": b""}, id="empty body"),
        pytest.param({"content": b"", "headers": {"Content-Type": "application/json"}}, id="empty JSON"),
        pytest.param({"content": b"", "headers": {"Content-Type": "text/plain"}}, id="empty text"),
        pytest.param({"json": {}}, id="empty object"),
    ],
)
def test_the_body_of_a_new_key_may_be_left_out(held: MemoryStore, sent: dict[str, Any]) -> None:
    answer = post(held, ADD, **sent)

    assert answer.status_code == 200
    assert answer.json()["virtual_key"]["name"].startswith("ada/Analyst/")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"content": b"{}"}, 415, id="no media type"),
        pytest.param({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, id="another type"),
        pytest.param({"data": {"name": "x"}}, 415, id="a form"),
        pytest.param({"content": b"null", "headers": {"Content-Type": "application/json"}}, 400, id="null"),
        pytest.param({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, id="cut short"),
        pytest.param({"content": b" ", "headers": {"Content-Type": "application/json"}}, 400, id="a space"),
        pytest.param({"json": []}, 400, id="a list"),
        pytest.param({"json": {"name": None}}, 400, id="no name"),
        pytest.param({"json": {"name": "x", "profile_id": 1}}, 400, id="unknown field"),
    ],
)
def test_a_body_that_is_there_must_be_right(held: MemoryStore, sent: dict[str, Any], status: int) -> None:
    answer = post(held, ADD, **sent)

    assert answer.status_code == status
    listed = request(held, "GET", f"{ADA}/virtual-keys", KEY.key).json()
    assert len(listed["virtual_keys"]) == 1


def secrets_in(value: Any) -> Iterator[str]:
    """Yield every key in clear that stands in an answer."""
    for member in value.values():
        if isinstance(member, dict):
            yield from secrets_in(member)
        elif isinstance(member, str) and member.startswith(("sk-bf-", "bfst-")) and "..." not in member:
            yield member
