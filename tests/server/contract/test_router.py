"""The table of routes leads where Connexion's own router would lead."""

import pytest

from server.contract.document import Operation
from server.contract.router import Route, RouteTable
from tests.contract.document import CONTRACT
from tests.rules import for_each

TABLE = RouteTable(CONTRACT)


@for_each(
    (base_path + operation.path, (base_path, operation))
    for base_path in CONTRACT.base_paths
    for operation in CONTRACT.operations
)
def test_every_operation_is_found(base_path: str, operation: Operation) -> None:
    names = [parameter.name for parameter in operation.parameters if parameter.location == "path"]
    path = base_path + operation.path.format(**{name: f"a {name}" for name in names})

    found = TABLE.find(operation.method.upper(), path)

    assert found == Route(operation.operation_id, base_path, {name: f"a {name}" for name in names})


def test_head_leads_where_get_leads() -> None:
    assert TABLE.find("HEAD", "/api/access-profiles/7") == TABLE.find("GET", "/api/access-profiles/7")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api"),
        ("GET", "/api/"),
        ("GET", "/api/access-profiles/"),
        ("GET", "//api/access-profiles"),
        ("GET", "/api/access-profiles//versions"),
        ("GET", "/api/access-profiles/1/"),
        ("GET", "/api/access-profiles/1\n/versions/2/3"),
        ("GET", "/API/access-profiles"),
        ("PATCH", "/api/access-profiles"),
        ("get", "/api/access-profiles"),
        ("OPTIONS", "/api/access-profiles/1"),
        # A literal path is no template's, whatever the method.
        ("DELETE", "/api/access-profiles/audit-logs"),
    ],
)
def test_what_the_contract_does_not_state_is_left_to_the_router(method: str, path: str) -> None:
    assert TABLE.find(method, path) is None
