"""What a path of the contract says beside its operation."""

from pathlib import Path

import pytest

from conformance.contract import document
from conformance.contract.routes import Routes
from tests.conformance.contracts import OK, loaded

ROUTES = Routes(document.load())


@pytest.mark.parametrize("server", ROUTES.servers)
def test_parameters_are_read_below_each_server(server: str) -> None:
    path = f"{server}/users/ada%2F1/access-profiles/7/budgets/b-1/override"

    assert ROUTES.parameters("PUT", path) == {"user_id": "ada%2F1", "profile_id": "7", "budget_id": "b-1"}
    assert ROUTES.parameters("PATCH", path) == ROUTES.parameters("GET", f"{server}/users") == {}
    assert ROUTES.server(path) == server


def test_a_literal_path_has_no_parameters() -> None:
    assert ROUTES.parameters("GET", "/api/access-profiles/audit-logs") == {}
    assert ROUTES.parameters("DELETE", "/api/access-profiles/audit-logs") == {}


@pytest.mark.parametrize("path", ["/", "/other", "/apiary/users"])
def test_a_path_below_no_server_is_taken_for_one_of_the_first(path: str) -> None:
    assert ROUTES.server(path) == ROUTES.servers[0]


def test_head_is_an_operation_of_its_own_where_the_contract_states_one(tmp_path: Path) -> None:
    both = {"get": OK | {"operationId": "get"}, "head": OK | {"operationId": "head"}}
    routes = Routes(loaded(tmp_path, paths={"/both": both, "/one": {"get": OK | {"operationId": "one"}}}))

    found = [routes.find("HEAD", path) for path in ("/both", "/one")]

    assert [operation and operation.id for operation in found] == ["head", "one"]
