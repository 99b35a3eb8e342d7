"""What every operation of the contract states."""

import re

from openapi_spec_validator import validate

from tests.contract.document import (
    CONTRACT,
    DOCUMENT,
    OPERATIONS,
    Node,
    inputs,
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
def test_an_operation_has_one_tag_that_is_described_and_asks_for_an_api_key(operation: Node) -> None:
    described = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}

    [tag] = operation["tags"]
    assert described[tag].strip()
    assert operation.get("security", DOCUMENT["security"]) == [{"ManagementBearerAuth": []}]


def test_an_api_key_is_a_bearers() -> None:
    assert DOCUMENT["components"]["securitySchemes"]["ManagementBearerAuth"]["scheme"] == "bearer"


@each_operation
def test_an_operation_states_every_failure_that_it_can_answer(operation: Node) -> None:
    taken = inputs(operation)
    expected = {"401", "403", "500", "503"}
    if taken or "requestBody" in operation:
        expected.add("400")
    if "requestBody" in operation:
        expected |= {"413", "415"}
    if any(each["in"] == "path" for each in taken) and operation["operationId"] not in EMPTY_FOR_UNKNOWN_IDS:
        expected.add("404")

    stated = set(operation["responses"])

    assert expected <= stated
    assert len([status for status in stated if status < "300"]) == 1


@for_each((f"{operation} {status}", (status, answer)) for operation, status, answer in responses())
def test_an_answer_is_described_and_has_the_headers_and_the_body_of_its_status(
    status: int, response: Node
) -> None:
    assert response["description"].strip().endswith(".")
    assert resolved(response["headers"]["X-Request-Id"])["required"] is True
    assert "WWW-Authenticate" in response["headers"] or status != 401
    assert "Retry-After" in response["headers"] or status != 503
    if status == 304:
        assert "content" not in response
        return
    [(media_type, media)] = response["content"].items()
    assert media_type == "application/json"
    assert media["examples"]
    assert media["schema"] == {"$ref": "#/components/schemas/BifrostError"} or status < 400


@for_each((f"{place} {parameter['name']}", parameter) for place, parameter in parameters())
def test_a_parameter_is_described_and_typed_and_a_text_is_bounded(parameter: Node) -> None:
    assert parameter["description"].strip().endswith(".")
    assert "example" in parameter
    schema = parameter["schema"]
    assert schema["type"] != "string" or "enum" in schema or "maxLength" in schema


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    references = {node["$ref"]: path for path, node in nodes() if isinstance(node, dict) and "$ref" in node}
    for reference, path in references.items():
        assert pointed_at(reference), path
    components = {
        f"#/components/{kind}/{name}"
        for kind, members in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in members
    }

    assert components - references.keys() == set()


def test_every_link_leads_to_an_operation_and_fills_its_parameters() -> None:
    followed = 0
    for operation_id, _, response in responses():
        for link in map(resolved, response.get("links", {}).values()):
            target = OPERATIONS[link["operationId"]]
            known = {parameter["name"]: parameter for parameter in inputs(target)}
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
