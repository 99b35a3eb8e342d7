"""Validators of what is sent: every known format is judged, and nothing is required that the server sets."""

from typing import Any

import pytest

from conformance.contract.schemas import validator
from tests.rules import for_each


@for_each(
    {
        "uuid": ("uuid", "5f0c6a0e-3f4c-4a4e-8a37-0d7c6c1f2b11", "cf-name"),
        "duration": ("duration", "P1DT2H", "1 day"),
        "time": ("time", "10:00:00Z", "10 o'clock"),
        "byte": ("byte", "eA==", "x"),
        "uri-reference": ("uri-reference", "/things/1", "a b"),
        "json-pointer": ("json-pointer", "/a/0", "a"),
        "regex": ("regex", "^a$", "["),
    }
)
def test_a_format_is_judged_in_every_place(stated: str, good: str, bad: str) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}}
    judge = validator({"components": {"schemas": {"A": {"type": "string", "format": stated}}}}, schema)

    assert judge.is_valid({"a": good})
    assert not judge.is_valid({"a": bad})


THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"$ref": "#/components/schemas/Id"}, "name": {"type": "string"}},
}
ID = {"type": "integer", "readOnly": True}


@pytest.mark.parametrize(
    "schema",
    [
        THING,
        {"$ref": "#/components/schemas/Thing"},
        {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"required": ["id"]}]},
        {"allOf": [{"$ref": "#/components/schemas/Thing"}], "required": ["id"]},
    ],
)
def test_what_the_server_sets_is_required_of_no_request(schema: dict[str, Any]) -> None:
    judge = validator({"components": {"schemas": {"Thing": THING, "Id": ID}}}, schema)

    assert judge.is_valid({"name": "x"})
    assert not judge.is_valid({})
    assert not judge.is_valid({"name": "x", "id": "x"})


def test_a_member_may_be_called_like_a_word() -> None:
    properties = {"required": ID, "allOf": ID}
    schema = {"type": "object", "properties": properties, "required": [*properties]}

    assert validator({}, schema).is_valid({})


def test_a_schema_may_hold_itself() -> None:
    node = {
        "allOf": [{"properties": {"next": {"$ref": "#/components/schemas/Node"}, "id": ID}}],
        "required": ["id", "next"],
    }
    judge = validator({"components": {"schemas": {"Node": node}}}, node)

    assert not judge.is_valid({})
    assert not judge.is_valid({"next": {}})


def test_an_example_need_not_refer_to_anything() -> None:
    example = {"properties": {"a": {"$ref": "#/nowhere"}}, "allOf": [{"$ref": "x"}]}

    assert validator({}, {"type": "object", "example": example}).is_valid({})


@pytest.mark.parametrize(
    "schema", [{"type": "string"}, {"type": "string", "enum": ["x"]}, {"allOf": [{"type": "string"}]}]
)
@pytest.mark.parametrize("is_nullable", [True, False])
def test_null_is_a_value_of_what_is_nullable(schema: dict[str, Any], is_nullable: bool) -> None:
    judge = validator({}, {**schema, "nullable": is_nullable})

    assert judge.is_valid("x")
    assert judge.is_valid(None) is is_nullable
    assert not judge.is_valid(1)
