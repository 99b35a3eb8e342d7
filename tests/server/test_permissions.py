"""Every operation with every scope: the one it states opens it, and no other does."""

from typing import Any

import httpx
import pytest

from server.contract import Operation
from store.api import Store
from tests.contract.document import CONTRACT, OPERATIONS, resolved
from tests.server.requests import new_key, requests, store_with_keys

PERMISSIONS = sorted({operation.permission for operation in CONTRACT.operations})
each_operation = pytest.mark.parametrize(
    "operation", CONTRACT.operations, ids=lambda operation: operation.operation_id
)


def path_of(operation: Operation, base_path: str) -> str:
    """Return a path of the operation with the contract's own examples in it."""
    path = operation.path
    for parameter in OPERATIONS[operation.operation_id].get("parameters", ()):
        found = resolved(parameter)
        if found["in"] == "path":
            path = path.replace(f"{{{found['name']}}}", str(found["example"]))
    return base_path + path


def body_of(operation: Operation) -> Any:
    """Return the contract's own example of a body, or None."""
    if operation.body is None:
        return None
    media = resolved(OPERATIONS[operation.operation_id]["requestBody"])["content"]["application/json"]
    return next(iter(media["examples"].values()))["value"]


def ask(store: Store, operation: Operation, key: str, base_path: str = "/api") -> httpx.Response:
    more = {} if (body := body_of(operation)) is None else {"json": body}
    [answer] = requests(store, [(operation.method.upper(), path_of(operation, base_path))], key, **more)
    return answer


@each_operation
def test_the_permission_that_an_operation_states_opens_it(operation: Operation) -> None:
    key = new_key("one scope", [operation.permission])

    answer = ask(store_with_keys(key), operation, key.key)

    # What is not there is 404; a new store has no profile, role or user.
    refused_by_the_ceiling = operation.operation_id == "createApiKey"
    assert answer.status_code not in {401, 405, 500}
    assert (answer.status_code == 403) == refused_by_the_ceiling, answer.text
    if refused_by_the_ceiling:
        assert answer.json()["error"]["code"] == "scope_not_held"


@each_operation
@pytest.mark.parametrize("base_path", CONTRACT.base_paths)
def test_all_other_permissions_together_do_not_open_it(operation: Operation, base_path: str) -> None:
    key = new_key("all others", [other for other in PERMISSIONS if other != operation.permission])
    store = store_with_keys(key)

    answer = ask(store, operation, key.key, base_path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_missing")
    assert operation.permission in answer.json()["error"]["message"]
    assert f'scope="{operation.permission}"' in answer.headers["www-authenticate"]
    with store.read() as tx:
        assert tx.users.ids() == []
        assert [row.name for row in tx.api_keys.list()] == ["all others"]


@each_operation
def test_a_key_without_any_scope_opens_nothing(operation: Operation) -> None:
    key = new_key("none", [])

    assert ask(store_with_keys(key), operation, key.key).status_code == 403


def test_every_resource_can_be_viewed_and_changed_apart() -> None:
    resources = {permission.partition(":")[0] for permission in PERMISSIONS}

    assert resources == {"APIKeys", "AccessProfiles", "Roles", "Users"}
