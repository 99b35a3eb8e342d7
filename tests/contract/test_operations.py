"""What every operation of the contract states."""

import re
from collections import Counter

from openapi_spec_validator import validate

from tests.contract.document import (
    CONTRACT,
    DOCUMENT,
    OPERATIONS,
    Node,
    nodes,
    parameters,
    pointed_at,
    resolved,
    responses,
)
from tests.rules import for_each

EMPTY_FOR_UNKNOWN_IDS = {"listAccessProfileAuditLogsById"}
"""Operations that answer an empty list for an id that is not there, as the log outlives its profile."""

each_operation = for_each(OPERATIONS)


def test_the_document_is_openapi_3_0() -> None:
    assert DOCUMENT["openapi"] == "3.0.3"

    validate(DOCUMENT)


def test_both_path_families_are_served() -> None:
    assert list(CONTRACT.base_paths) == ["/api", "/api/governance"]


def test_no_operation_id_stands_twice() -> None:
    assert len(OPERATIONS) == len(CONTRACT.operations)


@each_operation
def test_an_operation_says_what_it_does_and_who_may(operation: Node) -> None:
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation["operationId"])
    assert operation["summary"].strip()
    assert not operation["summary"].endswith(".")
    assert operation["description"].strip().endswith(".")
    assert re.fullmatch(r"[A-Z][A-Za-z]+:(View|Create|Update|Delete)", operation["x-permission"])
    assert operation["x-clauses"], "an operation promises something"


@each_operation
def test_an_operation_has_one_tag_that_is_described(operation: Node) -> None:
    described = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}

    [tag] = operation["tags"]
    assert described[tag].strip()


@each_operation
def test_an_operation_asks_for_an_api_key(operation: Node) -> None:
    security = operation.get("security", DOCUMENT["security"])

    assert security == [{"ManagementBearerAuth": []}]
    assert DOCUMENT["components"]["securitySchemes"]["ManagementBearerAuth"]["scheme"] == "bearer"


@each_operation
def test_an_operation_states_every_failure_that_it_can_answer(operation: Node) -> None:
    item = next(item for item in DOCUMENT["paths"].values() if operation in item.values())
    inputs = [*item.get("parameters", ()), *operation.get("parameters", ())]
    expected = {"401", "403", "500", "503"}
    if inputs or "requestBody" in operation:
        expected.add("400")
    if "requestBody" in operation:
        expected |= {"413", "415"}
    if any(resolved(parameter)["in"] == "path" for parameter in inputs):
        expected.add("404")
    if operation["operationId"] in EMPTY_FOR_UNKNOWN_IDS:
        expected.remove("404")

    stated = set(operation["responses"])

    assert expected <= stated
    assert len([status for status in stated if status < "300"]) == 1


def test_every_failure_is_the_error_envelope() -> None:
    for operation_id, status, response in responses():
        if status >= 400:
            schema = response["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/BifrostError"}, (operation_id, status)


def test_every_answer_is_described_and_has_a_request_id() -> None:
    for operation_id, status, response in responses():
        place = (operation_id, status)
        assert response["description"].strip().endswith("."), place
        assert resolved(response["headers"]["X-Request-Id"])["required"] is True, place


def test_every_answer_but_304_is_json_with_an_example() -> None:
    for operation_id, status, response in responses():
        place = (operation_id, status)
        if status == 304:
            assert "content" not in response, place
        else:
            assert list(response["content"]) == ["application/json"], place
            assert response["content"]["application/json"]["examples"], place


def test_401_carries_a_challenge_and_503_says_when_to_come_back() -> None:
    for operation_id, status, response in responses():
        if status == 401:
            assert "WWW-Authenticate" in response["headers"], operation_id
        if status == 503:
            assert "Retry-After" in response["headers"], operation_id


def test_every_parameter_is_described_and_typed() -> None:
    for place, parameter in parameters():
        assert parameter["description"].strip().endswith("."), (place, parameter["name"])
        assert "type" in parameter["schema"], (place, parameter["name"])
        assert "example" in parameter, (place, parameter["name"])


def test_every_text_parameter_has_a_longest_value() -> None:
    for place, parameter in parameters():
        schema = parameter["schema"]
        if schema["type"] == "string" and "enum" not in schema:
            assert "maxLength" in schema, (place, parameter["name"])


def test_every_reference_leads_somewhere() -> None:
    for path, node in nodes():
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            assert pointed_at(node["$ref"]), path


def test_every_component_is_used() -> None:
    used = Counter(
        node["$ref"] for _, node in nodes() if isinstance(node, dict) and isinstance(node.get("$ref"), str)
    )
    components = {
        f"#/components/{kind}/{name}"
        for kind, members in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in members
    }

    assert components - set(used) == set()


def test_every_link_leads_to_an_operation_and_fills_its_parameters() -> None:
    followed = 0
    for operation_id, _, response in responses():
        for link in map(resolved, response.get("links", {}).values()):
            target = OPERATIONS[link["operationId"]]
            item = next(item for item in DOCUMENT["paths"].values() if target in item.values())
            known = {
                resolved(parameter)["name"]: resolved(parameter)
                for parameter in [*item.get("parameters", ()), *target.get("parameters", ())]
            }
            assert set(link["parameters"]) <= set(known), operation_id
            required = {name for name, parameter in known.items() if parameter.get("required")}
            assert required <= set(link["parameters"]), operation_id
            assert link["description"].strip().endswith("."), operation_id
            schema = response["content"]["application/json"]["schema"]
            for name, expression in link["parameters"].items():
                leaf = followed_expression(expression, schema)
                assert leaf["type"] == known[name]["schema"]["type"], (operation_id, expression)
            followed += 1
    assert followed >= 1


def followed_expression(expression: str, schema: Node) -> Node:
    """Return the schema of the value that a runtime expression takes from a body."""
    assert expression.startswith("$response.body#/"), expression
    for token in expression.removeprefix("$response.body#/").split("/"):
        schema = resolved(schema)
        assert token in schema["required"], f"{expression}: {token} may be missing"
        schema = schema["properties"][token]
    return resolved(schema)
