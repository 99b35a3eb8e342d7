"""The schemas of the contract: strict in requests, honest in answers, as the API's first page shows them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.document import DOCUMENT, OPERATIONS, Node, resolved, responses_with_body
from tests.rules import for_each

SCHEMAS: Node = DOCUMENT["components"]["schemas"]

# The fields of the example on the page that this API was first documented on. What it shows as a number is an
# integer or an amount here; the type says which.


def typed(**names: str) -> dict[str, Any]:
    """Return fields by their types."""
    return {name: kind for kind, fields in names.items() for name in fields.split()}


BUDGET = typed(string="id scope", number="max_limit current_usage", instant="last_reset")
LIMITS = "token_max_limit request_max_limit token_current_usage request_current_usage"
RATE_LIMIT = typed(string="id", integer=LIMITS)
PROVIDER = typed(string="provider_name", integer="id", boolean="all_models_allowed") | {
    "allowed_models": ["string"],
    "budgets": [BUDGET],
    "rate_limit": RATE_LIMIT,
}
PROFILE = {
    **typed(integer="id version", string="name description", boolean="is_active calendar_aligned"),
    **typed(instant="created_at updated_at"),
    "tags": ["string"],
    "provider_configs": [PROVIDER],
    "budgets": [BUDGET],
    "rate_limit": RATE_LIMIT,
    "mcp_tool_groups": [typed(integer="tool_group_id")],
    "mcp_servers": [typed(string="mcp_server_id")],
    "mcp_tool_overrides": [typed(string="mcp_client_id tool_name")],
}
ROLE = typed(integer="id access_profile_id role_id", string="role_name", boolean="is_default")
FIRST_PAGE: dict[str, Any] = {"access_profile": PROFILE, "roles": [ROLE], "user_count": "integer"}


def differences(expected: Any, schema: Node, path: str = "") -> Iterator[str]:
    """Yield the places where a schema lacks a field or types it otherwise."""
    schema = resolved(schema)
    match expected:
        case dict():
            for name, member in expected.items():
                if name in schema.get("properties", {}):
                    yield from differences(member, schema["properties"][name], f"{path}/{name}")
                else:
                    yield f"{path}/{name} is missing"
        case list():
            if schema.get("type") == "array":
                yield from differences(expected[0], schema["items"], f"{path}/0")
            else:
                yield f"{path} is no array"
        case "instant":
            if (schema.get("type"), schema.get("format")) != ("string", "date-time"):
                yield f"{path} is no instant"
        case _:
            if schema.get("type") != expected:
                yield f"{path} is no {expected}"


def objects(schema: Node, path: str, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Node]]:
    """Yield every schema of an object with named fields that a schema reaches, with its place."""
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen |= {schema["$ref"]}
        path = schema["$ref"].rpartition("/")[2]
    schema = resolved(schema)
    if schema.get("type") == "object" and "properties" in schema:
        yield path, schema
    for name, member in schema.get("properties", {}).items():
        yield from objects(member, f"{path}/{name}", seen)
    if "items" in schema:
        yield from objects(schema["items"], f"{path}/items", seen)


def request_bodies() -> Iterator[tuple[str, Node]]:
    for operation_id, operation in OPERATIONS.items():
        if "requestBody" in operation:
            body = resolved(operation["requestBody"])
            assert list(body["content"]) == ["application/json"], operation_id
            yield from objects(body["content"]["application/json"]["schema"], operation_id)


def answers() -> Iterator[tuple[str, Node]]:
    for operation_id, _, response in responses_with_body():
        yield from objects(response["content"]["application/json"]["schema"], operation_id)


REQUEST_OBJECTS = dict(request_bodies())
ANSWER_OBJECTS = dict(answers())


def test_the_schemas_have_every_field_of_the_first_page() -> None:
    assert list(differences(FIRST_PAGE, SCHEMAS["AccessProfileDetailResponse"])) == []


def test_what_the_first_page_shows_is_always_there_but_rate_limits() -> None:
    schema = SCHEMAS["AccessProfile"]

    assert set(FIRST_PAGE["access_profile"]) - set(schema["required"]) == {"rate_limit"}
    assert set(SCHEMAS["AccessProfileDetailResponse"]["required"]) == set(FIRST_PAGE)
    assert set(RATE_LIMIT) - set(SCHEMAS["RateLimit"]["required"]) == {"token_max_limit", "request_max_limit"}


@for_each(REQUEST_OBJECTS)
def test_a_request_refuses_unknown_fields(schema: Node) -> None:
    assert schema["additionalProperties"] is False


@for_each((path, (path, schema)) for path, schema in ANSWER_OBJECTS.items())
def test_an_answer_may_gain_fields_and_requires_only_what_it_has(path: str, schema: Node) -> None:
    assert set(schema.get("required", ())) <= set(schema["properties"])
    # What requests and answers share is strict in both.
    assert "additionalProperties" not in schema or path in REQUEST_OBJECTS


@for_each(REQUEST_OBJECTS)
def test_no_field_that_the_server_sets_is_required_of_a_client(schema: Node) -> None:
    read_only = {name for name, member in schema["properties"].items() if resolved(member).get("readOnly")}

    assert read_only.isdisjoint(schema.get("required", ()))


@pytest.mark.parametrize(
    ("request_name", "answer_name"),
    [
        ("BudgetInput", "Budget"),
        ("RateLimitInput", "RateLimit"),
        ("ProviderConfigInput", "ProviderConfig"),
        ("CreateAccessProfileRequest", "AccessProfile"),
    ],
)
def test_what_was_read_can_be_sent_back(request_name: str, answer_name: str) -> None:
    assert set(SCHEMAS[request_name]["properties"]) == set(SCHEMAS[answer_name]["properties"])


def test_every_text_of_a_request_is_bounded_and_every_list_typed() -> None:
    for path, schema in REQUEST_OBJECTS.items():
        for name, member in schema["properties"].items():
            found = resolved(member)
            if found.get("readOnly") or "enum" in found:
                continue
            if found["type"] == "array":
                found = resolved(found["items"])
            if found["type"] == "string" and "enum" not in found and name != "description":
                assert "maxLength" in found, f"{path}/{name}"
                assert "pattern" in found, f"{path}/{name}"


def test_every_field_is_described() -> None:
    for name, schema in SCHEMAS.items():
        for path, each in objects(schema, name):
            for field, member in each["properties"].items():
                described = resolved(member).get("description") or resolved(member).get("type") == "object"
                assert described, f"{path}/{field}"
