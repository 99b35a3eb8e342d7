"""From operations to handlers, and what a developer is told when they do not fit."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from server.contract.document import Contract, ContractMismatch, load_contract
from server.contract.resolver import find_handlers, function_name, module_name, stub
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


def _refusal(document: Contract, package: str) -> str:
    """Return what a developer is told, which is one line for each thing to do."""
    with pytest.raises(ContractMismatch) as refused:
        find_handlers(document, package)
    return str(refused.value)


@pytest.mark.parametrize("module", ["big_things", "other"])
def test_a_missing_handler_is_told_with_its_file_and_what_prints_it(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """Whether its module is there or not."""
    package = add_handlers(monkeypatch, "", name=module)

    assert _refusal(contract(GET), package) == (
        f"{package}/big_things.py has no function get_thing, as openapi.yaml states getThing: "
        "`access-profiles new-operation getThing` prints it."
    )


@pytest.mark.parametrize(
    "signature", ["context", "context, thing_id, more", "context, id", "thing_id, context", ""]
)
def test_a_signature_that_does_not_fit_is_told_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, signature: str
) -> None:
    package = add_handlers(monkeypatch, f"def get_thing({signature}): ...")

    assert _refusal(contract(GET), package) == (
        f"{package}/big_things.py: get_thing takes ({signature}), and openapi.yaml asks for "
        "(context, thing_id): `access-profiles new-operation getThing` prints it."
    )


def test_a_type_that_was_not_generated_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "stale"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "contract_types.py").touch()
    (package / "big_things.py").write_text("from stale.contract_types import Thing")
    monkeypatch.syspath_prepend(tmp_path)

    assert _refusal(contract(GET), "stale") == (
        "stale/contract_types.py lacks Thing, which stale/big_things.py needs: run `make types`."
    )


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (["summary"], "openapi.yaml: GET /things/{thing_id} states no summary."),
        (["tags", "x-permission"], "openapi.yaml: GET /things/{thing_id} states no tags, no x-permission."),
    ],
)
def test_an_operation_that_lacks_what_each_has_is_told_with_its_place(members: list[str], told: str) -> None:
    stated = {name: value for name, value in GET["/things/{thing_id}"]["get"].items() if name not in members}

    assert _refusal(contract({"/things/{thing_id}": {"get": stated}}), "handlers") == told


def test_a_handler_without_an_operation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
from json import dumps
def get_thing(context, thing_id): ...
def get_other_thing(context): ...
def _private(): ...
class Public: ...
"""
    package = add_handlers(monkeypatch, source)

    message = _refusal(contract(GET), package)
    assert message.startswith(
        f"{package}/big_things.py: get_other_thing serves no operation of openapi.yaml:"
    )
    for fine in ("dumps", "_private", "Public", "get_thing takes"):
        assert fine not in message


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {
        "/things": {"get": operation("listThings"), "post": operation("createThing")},
        **GET,
    }
    package = add_handlers(monkeypatch, "def get_thing(context): ...\ndef orphan(): ...")

    message = _refusal(contract(paths), package)
    for expected in ("list_things, as", "create_thing, as", "get_thing takes (context)", "orphan serves no"):
        assert expected in message
    assert len(message.splitlines()) == 4


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
        "    context: Context,\n    thing_id: int,\n    limit: int,\n    search: str | None,\n"
        "    is_active: bool | None,\n    price: float | None,\n    body: NewThing,\n"
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
        "def get_thing(context: Context, if_none_match: str | None, body: Thing | None) "
        "-> Reply[Thing | None]:\n"
        '    """Get a thing."""\n'
    )


def test_every_stub_of_the_contract_is_python() -> None:
    for each in load_contract().operations:
        [function] = ast.parse(stub(each)).body
        assert isinstance(function, ast.FunctionDef)
        assert function.name == function_name(each.operation_id)


def test_every_stub_of_the_contract_is_formatted() -> None:
    code = "\n\n".join(map(stub, load_contract().operations))
    command = [sys.executable, "-m", "ruff", "format", "-", "--stdin-filename", "tests/server/stubs.py"]
    formatted = subprocess.run(command, input=code, capture_output=True, check=True, text=True).stdout

    assert formatted == code


def test_a_stub_fits_the_operation_that_it_was_made_for(monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"from __future__ import annotations\n{STUB}"
    package = add_handlers(monkeypatch, source)

    assert set(find_handlers(contract(GET), package)) == {"getThing"}
    assert isinstance(sys.modules[f"{package}.big_things"], ModuleType)
