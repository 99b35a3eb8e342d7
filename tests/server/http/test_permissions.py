"""Every operation with every scope: the one it states opens it, and no other does."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from server.connexion_app import create_app
from server.contract.document import Operation
from tests.contract.document import CONTRACT, OPERATIONS, resolved
from tests.server.requests import NOW, new_key, store_with_keys

PERMISSIONS = sorted({operation.permission for operation in CONTRACT.operations})

ALL_BUT = {permission: [other for other in PERMISSIONS if other != permission] for permission in PERMISSIONS}
KEYS = {
    "none": new_key("none", []),
    **{f"only {permission}": new_key(f"only {permission}", [permission]) for permission in PERMISSIONS},
    **{
        f"all but {permission}": new_key(f"all but {permission}", ALL_BUT[permission])
        for permission in PERMISSIONS
    },
}

SPARE = [new_key(f"spare {number}", []) for number in range(3)]
"""Keys for the contract's own example, which revokes the third."""

Asked = tuple[str, str, str]
"""An operationId, a path family, and the name of a key."""

each_operation = pytest.mark.parametrize(
    "operation", CONTRACT.operations, ids=lambda operation: operation.operation_id
)


def path_of(operation: Operation) -> str:
    """Return a path of the operation with the contract's own examples in it."""
    path = operation.path
    for parameter in map(resolved, OPERATIONS[operation.operation_id].get("parameters", ())):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    return path


def body_of(operation: Operation) -> Any:
    """Return the contract's own example of a body, or None."""
    if operation.body is None:
        return None
    media = resolved(OPERATIONS[operation.operation_id]["requestBody"])["content"]["application/json"]
    return next(iter(media["examples"].values()))["value"]


@pytest.fixture(scope="module")
def answers() -> Mapping[Asked, httpx.Response]:
    """Give what one app answers to every operation, under both path families, with every key."""

    async def send() -> Mapping[Asked, httpx.Response]:
        store = store_with_keys(*SPARE, *KEYS.values())
        transport = httpx.ASGITransport(create_app(store, clock=lambda: NOW))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return {
                (operation.operation_id, base_path, name): await client.request(
                    operation.method,
                    base_path + path_of(operation),
                    headers={"Authorization": f"Bearer {key.key}"},
                    json=body_of(operation),
                )
                for operation in CONTRACT.operations
                for base_path in CONTRACT.base_paths
                for name, key in KEYS.items()
            }

    return asyncio.run(send())


@each_operation
@pytest.mark.parametrize("base_path", CONTRACT.base_paths)
def test_the_permission_that_an_operation_states_opens_it(
    operation: Operation, base_path: str, answers: Mapping[Asked, httpx.Response]
) -> None:
    answer = answers[operation.operation_id, base_path, f"only {operation.permission}"]

    if operation.operation_id == "createApiKey":
        # It may be called, and refuses to hand on a scope that the calling key lacks.
        assert answer.json()["error"]["code"] == "scope_not_held"
    else:
        # What the example names may not be there, or be there already.
        assert answer.status_code in {200, 201, 400, 404, 409}, answer.text


@each_operation
@pytest.mark.parametrize("base_path", CONTRACT.base_paths)
def test_no_other_permission_opens_it(
    operation: Operation, base_path: str, answers: Mapping[Asked, httpx.Response]
) -> None:
    wrong = [f"only {each}" for each in ALL_BUT[operation.permission]]
    for name in ("none", f"all but {operation.permission}", *wrong):
        answer = answers[operation.operation_id, base_path, name]

        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_missing"), name
        assert operation.permission in answer.json()["error"]["message"]
        assert f'scope="{operation.permission}"' in answer.headers["www-authenticate"]


def test_every_resource_has_permissions_of_its_own() -> None:
    resources = {permission.partition(":")[0] for permission in PERMISSIONS}

    assert resources == {"APIKeys", "AccessProfiles", "Roles", "Users"}
