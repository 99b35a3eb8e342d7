"""What a contract deals with, derived from its paths, schemas and links: ours, and others without links."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.contract import derivation, document
from conformance.contract.document import Contract
from conformance.contract.resources import Resource, Resources, member
from tests.conformance.contracts import loaded, operation

OURS = document.load()
RESOURCES = derivation.resources(OURS)


def _made(operation_id: str, answer: Any = None, **arguments: Any) -> dict[str, Any] | None:
    return RESOURCES.made(operation(OURS, operation_id), answer, **{"parameters": {}, **arguments})


def test_every_object_that_gets_a_name_has_what_removes_it() -> None:
    removers = {o.id: found.id for o in OURS.operations if (found := RESOURCES.remover_of(o)) is not None}
    assert removers == {
        "createAccessProfile": "deleteAccessProfile",
        "cloneAccessProfile": "deleteAccessProfile",
        "updateAccessProfile": "deleteAccessProfile",
        "createRole": "deleteRole",
        "updateRole": "deleteRole",
        "createUser": "deleteUser",
        "createApiKey": "revokeApiKey",
    }


def test_makers_say_where_the_id_stands_and_what_it_is_good_for() -> None:
    makers = {
        maker.operation.id: (maker.identity, resource.parameter)
        for resource in RESOURCES
        for maker in resource.makers
        if maker.identity is not None
    }
    assert makers == {
        "createAccessProfile": ("/access_profile/id", "profile_id"),
        "cloneAccessProfile": ("/access_profile/id", "profile_id"),
        "createRole": ("/role/id", "role_id"),
        "createUser": ("/user/id", "user_id"),
        "createApiKey": ("/api_key/id", "key_id"),
    }


def test_lists_say_where_the_rows_are_and_how_they_page() -> None:
    lists = {
        parameter: (lister.operation.id, lister.rows, lister.identity)
        for parameter in ("profile_id", "version", "role_id", "user_id", "key_id", "vk_id", "budget_id")
        if (lister := RESOURCES.lister_of(parameter)) is not None
    }
    assert lists == {
        "profile_id": ("listAccessProfiles", "/access_profiles", "/id"),
        "version": ("listAccessProfileVersions", "/versions", "/version"),
        "role_id": ("listRoles", "/roles", "/id"),
        "user_id": ("listUsers", "/users", "/id"),
        "key_id": ("listApiKeys", "/api_keys", "/id"),
    }
    for parameter, search in (("profile_id", "search"), ("user_id", None)):
        found = RESOURCES.lister_of(parameter)
        assert found is not None
        assert (found.size, found.offset, found.search) == ("limit", "offset", search)


def test_what_is_used_up_is_removed_or_is_a_relation_of_two() -> None:
    assert {o.id for o in OURS.operations if RESOURCES.uses_up(o)} == {
        "deleteAccessProfile",
        "detachRoleFromAccessProfile",
        "assignUserAccessProfile",
        "detachUserAccessProfile",
        "deleteUserAccessProfileVirtualKey",
        "deleteRole",
        "deleteUser",
        "revokeApiKey",
    }


def test_objects_with_a_path_of_their_own_have_numbers_or_a_name_that_the_client_chooses() -> None:
    roots = [each for each in RESOURCES if each.is_root]
    assert {each.parameter for each in roots if each.takes_number} == {"profile_id", "role_id", "key_id"}
    assert {each.parameter: each.bearer for each in roots} == {
        "profile_id": "name",
        "role_id": "name",
        "user_id": "id",
        "key_id": "name",
    }


def test_what_a_path_needs_is_told_in_its_order() -> None:
    needs = RESOURCES.needs("/users/{user_id}/access-profiles/{profile_id}/budgets/{budget_id}/override")
    assert [(parameter, each and each.path) for parameter, each in needs] == [
        ("user_id", "/users/{user_id}"),
        ("profile_id", "/users/{user_id}/access-profiles/{profile_id}"),
        ("budget_id", None),
    ]


def test_the_id_of_what_was_made_is_found_in_the_answer() -> None:
    assert _made("createRole", {"role": {"id": 7, "name": "x"}}) == {"role_id": 7}
    clone = _made("cloneAccessProfile", {"access_profile": {"id": 8}}, parameters={"profile_id": 7})
    assert clone == {"profile_id": 8}


def test_a_relation_is_found_in_the_request() -> None:
    made = _made("assignUserAccessProfile", {}, parameters={"user_id": "u"}, request={"profile_id": 7})
    assert made == {"user_id": "u", "profile_id": 7}


@pytest.mark.parametrize(
    ("operation_id", "answer"),
    [
        ("getRole", {"role": {"id": 7}}),
        ("createRole", None),
        ("createRole", {"role": []}),
        ("createRole", {"role": {"id": None}}),
        ("createRole", {"role": {"id": True}}),
        # It leads back to what was there before.
        ("cloneAccessProfile", {"access_profile": {"id": 1}}),
    ],
)
def test_nothing_is_made_by_an_answer_that_does_not_say_so(operation_id: str, answer: Any) -> None:
    assert _made(operation_id, answer, parameters={"profile_id": 1, "role_id": 7}) is None


@pytest.mark.parametrize(
    ("pointer", "found"), [("", {"a/b": {"~": 1}}), ("/a~1b/~0", 1), ("/a~1b/c", None), ("/a~1b/~0/d", None)]
)
def test_a_pointer_finds_a_member_or_nothing(pointer: str, found: Any) -> None:
    assert member({"a/b": {"~": 1}}, pointer) == found


# Contracts of others, as far as resources are told from them.

OBJECT = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}


def _foreign(folder: Path, paths: str, schemas: str = "{}") -> Contract:
    known = {"Object": OBJECT, **yaml.safe_load(schemas)}
    return loaded(folder, paths=yaml.safe_load(paths), components={"schemas": known})


def _only(contract: Contract) -> tuple[Resources, Resource]:
    found = derivation.resources(contract)
    (resource,) = found
    return found, resource


NOTES = """
/notes:
  get:
    operationId: listNotes
    parameters:
      - {name: page, in: query, schema: {type: integer}}
      - {name: per_page, in: query, schema: {type: integer, maximum: 50}}
      - {name: q, in: query, schema: {type: string}}
    responses:
      '200': {content: {application/json: {schema: {type: object, properties: {
        items: {type: array, items: {$ref: '#/components/schemas/Note'}}, total: {type: integer}}}}}}
  post:
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
    responses:
      '201': {headers: {Location: {schema: {type: string}}}}
/notes/{note_id}:
  parameters: [{name: note_id, in: path, required: true, schema: {type: [integer, 'null']}}]
  get: {operationId: getNote, responses: {'200': {description: It}}}
  patch:
    operationId: changeNote
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
    responses: {'200': {description: It}}
  delete: {operationId: deleteNote, responses: {'204': {description: Gone}}}
"""
NOTE = """
Note:
  allOf:
    - {type: object, properties: {id: {type: integer, readOnly: true}}}
    - {type: object, required: [title], properties: {title: {type: string}}}
"""


def test_a_contract_without_links_and_ids_of_operations_is_understood(tmp_path: Path) -> None:
    contract = _foreign(tmp_path, NOTES, NOTE)
    found, notes = _only(contract)
    assert [maker.operation.id for maker in notes.makers] == ["postNotes"]
    assert notes.takes_number
    assert notes.bearer == "title"
    assert [o.id for o in notes.renamers] == ["changeNote"]
    assert notes.lister is not None
    assert (notes.lister.rows, notes.lister.identity) == ("/items", "/id")
    pages = (notes.lister.page, notes.lister.size, notes.lister.most, notes.lister.search)
    assert pages == ("page", "per_page", 50, "q")
    assert found.remover_of(operation(contract, "postNotes")) == notes.remover


def test_the_header_location_tells_what_was_made(tmp_path: Path) -> None:
    contract = _foreign(tmp_path, NOTES, NOTE)
    resources = derivation.resources(contract)
    maker = operation(contract, "postNotes")
    told = {
        "/notes/a%20b": {"note_id": "a b"},
        "http://host:1/base/notes/7?x=1": {"note_id": "7"},
        "/other/7": None,
        "/notes/7/more": None,
        "": None,
    }
    made = {each: resources.made(maker, None, parameters={}, headers={"location": each}) for each in told}
    assert made == told


TENANTS = """
/tenants:
  post:
    operationId: createTenant
    requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {
      name: {type: string}}}}}}
    responses: {'200': {content: {application/json: {schema: {type: object}}}}}
/tenants/{tenant_name}:
  get: {operationId: getTenant, responses: {'200': {description: It}}}
/tenants/{tenant}/databases:
  get:
    operationId: listDatabases
    responses: {'200': {content: {application/json: {schema: {type: array, items: {
      $ref: '#/components/schemas/Object'}}}}}}
  post:
    operationId: createDatabase
    requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {
      name: {type: string}}}}}}
    responses: {'200': {content: {application/json: {schema: {type: object}}}}}
/tenants/{tenant}/databases/{database}:
  delete: {operationId: deleteDatabase, responses: {'200': {description: Gone}}}
"""


def test_one_thing_may_have_several_names_in_paths_and_an_id_that_its_request_chose(tmp_path: Path) -> None:
    contract = _foreign(tmp_path, TENANTS)
    resources = derivation.resources(contract)
    maker = operation(contract, "createTenant")
    made = resources.made(maker, {}, parameters={}, request={"name": "acme"})
    assert made == {"tenant": "acme", "tenant_name": "acme"}
    maker = operation(contract, "createDatabase")
    made = resources.made(maker, {}, parameters={"tenant": "acme"}, request={"name": "books"})
    assert made == {"tenant": "acme", "database": "books"}
    # Rows have an id as well, and the path takes the name.
    lister = resources.lister_of("database")
    assert lister is not None
    assert lister.identity == "/name"
    # Nothing removes a tenant.
    assert resources.remover_of(operation(contract, "createTenant")) is None


STUBS = """
/files:
  get: {operationId: listFiles, responses: {'200': {content: {application/json: {schema: {
    type: array, items: {type: string}}}}}}}
/files/{fileId}:
  parameters: [{name: fileId, in: path, required: true, schema: {type: string}}]
  put: {operationId: putFile, responses: {'200': {description: It}}}
  delete: {operationId: deleteFile, responses: {'200': {description: Gone}}}
"""


def test_what_is_put_where_the_client_says_is_made(tmp_path: Path) -> None:
    contract = _foreign(tmp_path, STUBS)
    resources, files = _only(contract)
    assert files.lister is not None
    assert (files.lister.rows, files.lister.identity) == ("", "")
    made = resources.made(operation(contract, "putFile"), None, parameters={"fileId": "a.txt"})
    assert made == {"fileId": "a.txt"}


@pytest.mark.parametrize(
    ("operations", "makers"),
    [
        pytest.param(["GET /log 200"], [], id="no objects"),
        pytest.param(["GET /log/{id} 200", "DELETE /log/{id} 204"], [], id="nothing makes one"),
        pytest.param(["POST /log 200", "GET /log/{id} 200"], [], id="its answer tells no id"),
        pytest.param(
            ["POST /log 201", "GET /log/{id} 200", "POST /log/{id}/copies 201"], ["/log"], id="below"
        ),
    ],
)
def test_what_is_not_plain_is_left_out(tmp_path: Path, operations: list[str], makers: list[str]) -> None:
    paths: dict[str, Any] = {}
    for method, path, status in map(str.split, operations):
        paths.setdefault(path, {})[method.lower()] = {"responses": {status: {"description": "So."}}}
    contract = _foreign(tmp_path, json.dumps(paths))
    resources = derivation.resources(contract)
    assert [maker.operation.path for each in resources for maker in each.makers] == makers
    assert [resources.remover_of(each) for each in contract.operations] == [None] * len(operations)


@pytest.mark.parametrize("schema", ["{type: string, pattern: '^[A-Z]+$'}", "{type: string, maxLength: 5}"])
def test_a_name_that_cannot_say_whose_it_is_bears_none(tmp_path: Path, schema: str) -> None:
    note = NOTE.replace("title: {type: string}", f"title: {schema}")
    resources, notes = _only(_foreign(tmp_path, NOTES, note))
    assert notes.bearer is None
    assert resources.remover_of(notes.makers[0].operation) is None
