"""From operations to handlers, and what a developer is told when they do not fit."""

import ast
import sys
from types import ModuleType
from typing import Any

import pytest

from server.contract.document import load_contract
from server.contract.resolver import ContractMismatch, find_handlers, function_name, module_name, stub
from tests.server.contracts import add_handlers, contract, one_operation, operation, parameter

ID = parameter("thing_id", "path", type="integer")
GET: dict[str, Any] = {"/things/{thing_id}": {"get": operation(parameters=[ID])}}
STUB = '''def get_thing(
    context: Context, thing_id: int
) -> Reply[dict[str, Any]]:
    """Get a thing."""
'''


@pytest.mark.parametrize(
    ("tag", "module"),
    [("Access Profiles", "access_profiles"), ("Users", "users"), ("MCP/Tool groups", "mcp_tool_groups")],
)
def test_a_tag_names_a_module(tag: str, module: str) -> None:
    assert module_name(tag) == module


@pytest.mark.parametrize(
    ("operation_id", "function"),
    [
        ("getAccessProfile", "get_access_profile"),
        ("list", "list"),
        ("deleteUserAccessProfileVirtualKey", "delete_user_access_profile_virtual_key"),
        ("getV2Thing", "get_v2_thing"),
    ],
)
def test_an_operation_id_names_a_function(operation_id: str, function: str) -> None:
    assert function_name(operation_id) == function


def test_every_operation_of_the_contract_has_its_handler() -> None:
    contract = load_contract()

    found = find_handlers(contract)

    assert set(found) == {operation.operation_id for operation in contract.operations}
    for operation_id, handler in found.items():
        assert handler.__name__ == function_name(operation_id)
        assert handler.__module__.startswith("handlers.")


def test_a_fitting_handler_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    package = add_handlers(monkeypatch, "def get_thing(context, thing_id): ...")

    [(operation_id, handler)] = find_handlers(contract(GET), package).items()

    assert (operation_id, handler.__name__) == ("getThing", "get_thing")


def test_a_missing_handler_is_told_with_the_code_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    package = add_handlers(monkeypatch, "")

    with pytest.raises(ContractMismatch) as refused:
        find_handlers(contract(GET), package)

    assert str(refused.value) == (
        "The handlers do not fit openapi.yaml.\n\n"
        f"{package}.big_things has no function for getThing. Add:\n\n{STUB}"
    )


def test_a_missing_module_is_told_with_the_code_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    package = add_handlers(monkeypatch, "", name="other")

    with pytest.raises(ContractMismatch) as refused:
        find_handlers(contract(GET), package)

    assert f"{package}.big_things has no function for getThing. Add:\n\n{STUB}" in str(refused.value)


@pytest.mark.parametrize(
    "signature", ["context", "context, thing_id, more", "context, id", "thing_id, context", ""]
)
def test_a_signature_that_does_not_fit_is_told_with_the_code_to_paste(
    monkeypatch: pytest.MonkeyPatch, signature: str
) -> None:
    package = add_handlers(monkeypatch, f"def get_thing({signature}): ...")

    with pytest.raises(ContractMismatch) as refused:
        find_handlers(contract(GET), package)

    message = str(refused.value)
    assert f"{package}.big_things.get_thing takes ({signature}), and the contract asks for:" in message
    assert STUB in message


def test_a_handler_without_an_operation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
from json import dumps
def get_thing(context, thing_id): ...
def get_other_thing(context): ...
def _private(): ...
class Public: ...
"""
    package = add_handlers(monkeypatch, source)

    with pytest.raises(ContractMismatch) as refused:
        find_handlers(contract(GET), package)

    message = str(refused.value)
    assert f"{package}.big_things.get_other_thing serves no operation of the contract" in message
    for fine in ("dumps", "_private", "Public", "get_thing has no"):
        assert fine not in message


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {
        "/things": {"get": operation("listThings"), "post": operation("createThing")},
        **GET,
    }
    package = add_handlers(monkeypatch, "def get_thing(context): ...\ndef orphan(): ...")

    with pytest.raises(ContractMismatch) as refused:
        find_handlers(contract(paths), package)

    message = str(refused.value)
    for expected in ("for listThings", "for createThing", "get_thing takes (context)", ".orphan serves no"):
        assert expected in message


def test_an_error_within_a_module_of_handlers_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    # A package without its parent: the import of the module fails for another reason than its absence.
    monkeypatch.delitem(sys.modules, "nowhere", raising=False)

    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        find_handlers(contract(GET), "nowhere")


def test_a_stub_shows_every_parameter_with_its_type() -> None:
    reference = {"$ref": "#/components/schemas/NewThing"}
    answer = {"$ref": "#/components/schemas/Thing"}
    code = stub(
        one_operation(
            operation_id="createBigThing",
            summary="Create a thing",
            parameters=[
                ID,
                parameter("limit", type="integer", default=25),
                parameter("search", type="string"),
                parameter("is_active", type="boolean"),
                parameter("price", type="number"),
            ],
            requestBody={"required": True, "content": {"application/json": {"schema": reference}}},
            responses={"201": {"content": {"application/json": {"schema": answer}}}},
        )
    )

    assert code == (
        "def create_big_thing(\n"
        "    context: Context, thing_id: int, limit: int, search: str | None, is_active: bool | None, "
        "price: float | None, body: NewThing\n"
        ") -> Reply[Thing]:\n"
        '    """Create a thing."""\n'
    )


def test_a_stub_shows_a_header_an_optional_body_and_an_answer_without_one() -> None:
    reference = {"$ref": "#/components/schemas/Thing"}
    content = {"content": {"application/json": {"schema": reference}}}
    code = stub(
        one_operation(
            summary="Get a thing",
            parameters=[parameter("If-None-Match", "header", type="string")],
            requestBody=content,
            responses={"200": content, "304": {"description": "Not modified."}},
        )
    )

    assert code == (
        "def get_thing(\n"
        "    context: Context, if_none_match: str | None, body: Thing | None\n"
        ") -> Reply[Thing | None]:\n"
        '    """Get a thing."""\n'
    )


def test_every_stub_of_the_contract_is_python() -> None:
    for each in load_contract().operations:
        [function] = ast.parse(stub(each)).body
        assert isinstance(function, ast.FunctionDef)
        assert function.name == function_name(each.operation_id)


def test_a_stub_fits_the_operation_that_it_was_made_for(monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"from __future__ import annotations\n{STUB}"
    package = add_handlers(monkeypatch, source)

    assert set(find_handlers(contract(GET), package)) == {"getThing"}
    assert isinstance(sys.modules[f"{package}.big_things"], ModuleType)
