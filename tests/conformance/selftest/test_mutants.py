"""Contract mutants: which there are for a contract, and that each differs in its one point."""

import asyncio
import copy
import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from conformance.contract import document as contract
from conformance.contract.routes import Routes
from conformance.selftest.middleware import Request, Response, State
from conformance.selftest.mutants import Mutant, mutants

_ROUTES = Routes(contract.load())
_NAME = {"type": "string", "minLength": 1, "maxLength": 9}
_TINY: dict[str, Any] = {
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "name": _NAME,
                    "sizes": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                    "mood": {"type": "string", "enum": ["good", "bad"], "nullable": True},
                },
            }
        }
    },
    "paths": {
        "/pets": {
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 5}}],
            "post": {
                "operationId": "createPet",
                "x-permission": "Pets:Create",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
                },
                "responses": {
                    "201": {
                        "headers": {"Location": {"required": True}, "X-Maybe": {}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["pet"],
                                    "properties": {"pet": {"$ref": "#/components/schemas/Pet"}},
                                }
                            }
                        },
                    },
                    "400": {},
                    "500": {},
                },
            },
            "get": {"operationId": "listPets", "responses": {"200": {}}},
        }
    },
}


def _of(document: dict[str, Any]) -> dict[str, Mutant]:
    return {mutant.id: mutant for mutant in mutants(document)}


def test_each_point_of_a_contract_has_its_mutants() -> None:
    found = _of(_TINY)

    assert Counter(mutant.operator for mutant in found.values()) == {
        # limit (twice): type, maximum; body: type, closed, name required, type, bounds (2), sizes: type,
        # items: type, minimum; mood: type, enum
        "constraint dropped": 15,
        # limit (twice): maximum; name: bounds (2); sizes required, items: minimum; mood: enum, null, required
        "constraint tightened": 9,
        "status changed": 3,
        "header dropped": 1,
        "field dropped": 1,
        "field renamed": 1,
        "security dropped": 2,
        "permission weakened": 1,
        "method added": 1,
    }
    assert "createPet.body.sizes[].minimum/constraint-tightened" in found
    assert "createPet.body.id.type/constraint-dropped" not in found


def test_no_two_mutants_of_the_contract_share_an_id() -> None:
    found = mutants(contract.load().document)

    assert len({mutant.id for mutant in found}) == len(found) > 1000


def test_a_mutant_leaves_the_contract_as_it_was() -> None:
    before = copy.deepcopy(_TINY)
    for mutant in mutants(_TINY):
        mutant.contract(_TINY)

    assert before == _TINY


def test_a_dropped_constraint_is_dropped_for_the_request_of_its_operation_alone() -> None:
    changed = _of(_TINY)["createPet.body.name.maxLength/constraint-dropped"].contract(_TINY)

    assert changed is not None
    body = changed["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["name"] == {"type": "string", "minLength": 1}
    assert changed["components"] == _TINY["components"]


def test_a_parameter_of_a_path_is_changed_for_one_of_its_operations() -> None:
    changed = _of(_TINY)["listPets.query.limit.maximum/constraint-tightened"].contract(_TINY)

    assert changed is not None
    assert changed["paths"]["/pets"]["get"]["parameters"] == [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 4}}
    ]
    assert changed["paths"]["/pets"]["post"] == _TINY["paths"]["/pets"]["post"]


@pytest.mark.parametrize(
    ("mutant_id", "other"),
    [
        ("body.name.required/constraint-dropped", {"required": None}),
        ("body.mood.required/constraint-tightened", {"required": ["name", "mood"]}),
        ("body.additionalProperties/constraint-dropped", {"additionalProperties": True}),
    ],
)
def test_a_mutant_changes_what_the_body_demands(mutant_id: str, other: dict[str, Any]) -> None:
    changed = _of(_TINY)[f"createPet.{mutant_id}"].contract(_TINY)

    assert changed is not None
    body = changed["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {keyword: body.get(keyword) for keyword in other} == other


@cache
def _real() -> dict[str, Mutant]:
    return _of(contract.load().document)


def _answered(mutant_id: str, request: Request, response: Response) -> Response:
    mutant = _real()[mutant_id]

    async def inner(asked: Request) -> Response:
        is_known = asked.header("authorization") == "Bearer all"
        return response if is_known else Response(401, (), b"{}")

    return asyncio.run(_awaited(mutant, request, inner))


async def _awaited(mutant: Mutant, request: Request, inner: Any) -> Response:
    assert mutant.fault is not None
    return await mutant.fault(request, inner, State("all", "some"))


def _get(path: str, key: str = "all", method: str = "GET") -> Request:
    return Request(method, path, (), (("authorization", f"Bearer {key}"),), b"", _ROUTES)


_ROLE = {"role": {"id": 7, "name": "a", "access_profiles": []}}


@pytest.mark.parametrize(
    ("mutant_id", "other"),
    [
        ("getRole.200.role/field-dropped", {}),
        ("getRole.200.role.id/field-renamed", {"role": {"Id": 7, "name": "a", "access_profiles": []}}),
    ],
)
def test_an_answer_has_another_field(mutant_id: str, other: Any) -> None:
    right = Response(200, (), json.dumps(_ROLE).encode())

    broken = _answered(mutant_id, _get("/api/roles/7"), right)

    assert broken.json == other


def test_an_answer_of_another_operation_is_left_alone() -> None:
    right = Response(200, (), json.dumps(_ROLE).encode())

    assert _answered("getRole.200.role/field-dropped", _get("/api/roles"), right) == right


def test_a_refusal_says_its_other_status_in_its_body_as_well() -> None:
    right = Response(404, (), b'{"status_code": 404}')

    broken = _answered("getRole.404/status-changed", _get("/api/roles/7"), right)

    assert (broken.status, broken.json) == (400, {"status_code": 400})


def test_an_operation_without_security_answers_without_a_key() -> None:
    right = Response(200, (), b"{}")

    assert _answered("getRole.security/security-dropped", _get("/api/roles/7", "none"), right) == right
    assert _answered("getRole.security/security-dropped", _get("/api/roles", "none"), right).status == 401


def test_a_method_that_is_not_stated_is_answered() -> None:
    refused = Response(405, (), b"{}")
    added = "getRole.patch/method-added"

    assert _answered(added, _get("/api/roles/7", method="PATCH"), refused).status == 200
    assert _answered(added, _get("/api/roles", method="PATCH"), refused).status == 405
