"""Compiled schemas: what is valid, and what is said about what is not."""

from collections.abc import Mapping
from typing import Any

import pytest

from server.contract.document import load_contract
from server.contract.schemas import MAX_NAME, SchemaCompiler, Validator, json_pointer
from tests.server.contracts import contract

CANARY = "s3cr3t-canary-93517"


def compiled(schema: Mapping[str, Any], *, request: bool = True, **schemas: Any) -> Validator:
    return SchemaCompiler(contract({}, schemas=schemas), request=request).compile(schema)


def found(validator: Validator, instance: object) -> list[tuple[str, str]]:
    faults = validator.faults(instance)
    assert validator.is_valid(instance) is (not faults)
    return [(json_pointer(fault.path), fault.code) for fault in faults]


PERSON = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "nick": {"type": "string", "nullable": True, "maxLength": 3},
        "size": {"type": "string", "nullable": True, "enum": ["s", "m"]},
        "pets": {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/Pet"}},
        "id": {"type": "integer", "readOnly": True},
    },
}
PET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["age"],
    "properties": {"age": {"type": "integer", "minimum": 0}, "id": {"type": "string", "readOnly": True}},
}


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ({"name": "Ada"}, []),
        ({"name": "Ada", "nick": None, "size": None, "pets": []}, []),
        ({"name": "Ada", "nick": "abc", "size": "m", "pets": [{"age": 0}, {"age": 3}]}, []),
        ({}, [("/name", "required")]),
        ({"name": None}, [("/name", "type")]),
        ({"name": 1}, [("/name", "type")]),
        ({"name": "A"}, [("/name", "minLength")]),
        ({"name": "Ada", "nick": "abcd"}, [("/nick", "maxLength")]),
        ({"name": "Ada", "size": "xl"}, [("/size", "enum")]),
        ({"name": "Ada", "pets": None}, [("/pets", "type")]),
        ({"name": "Ada", "pets": [{"age": 1}, {"age": -1}]}, [("/pets/1/age", "minimum")]),
        ({"name": "Ada", "pets": [{"age": 1}, {}]}, [("/pets/1/age", "required")]),
        ({"name": "Ada", "pets": [{"age": 1, "colour": "red"}]}, [("/pets/0/colour", "unknown_field")]),
        ({"name": "Ada", "pets": [{"age": 1}] * 3}, [("/pets", "maxItems")]),
        ({"name": "Ada", "b": 1, "a": 2}, [("/b", "unknown_field"), ("/a", "unknown_field")]),
        ({"a/b~c": 1, "name": "Ada"}, [("/a~1b~0c", "unknown_field")]),
        ([], [("", "type")]),
        (None, [("", "type")]),
    ],
)
def test_a_fault_has_its_place_and_its_rule(instance: object, expected: list[tuple[str, str]]) -> None:
    validator = compiled({"$ref": "#/components/schemas/Person"}, Person=PERSON, Pet=PET)

    assert sorted(found(validator, instance)) == sorted(expected)


def test_every_fault_is_found_at_once() -> None:
    validator = compiled(PERSON, Pet=PET)

    assert set(found(validator, {"nick": "abcd", "pets": [{"age": "x"}, 3], "x": 1})) == {
        ("/name", "required"),
        ("/nick", "maxLength"),
        ("/pets/0/age", "type"),
        ("/pets/1", "type"),
        ("/x", "unknown_field"),
    }


@pytest.mark.parametrize("value", [None, "x", -1, {"any": ["thing"]}, 1e400])
def test_what_the_server_sets_may_hold_anything_in_a_request(value: object) -> None:
    validator = compiled(PERSON, Pet=PET)

    assert found(validator, {"name": "Ada", "id": value, "pets": [{"age": 1, "id": value}]}) == []


def test_what_the_server_sets_is_checked_in_an_answer() -> None:
    validator = compiled(PERSON, request=False, Pet=PET)

    assert found(validator, {"name": "Ada", "id": 1, "pets": [{"age": 1, "id": "p"}]}) == []
    assert set(found(validator, {"name": "Ada", "id": "x", "pets": [{"age": 1, "id": 5}]})) == {
        ("/id", "type"),
        ("/pets/0/id", "type"),
    }


@pytest.mark.parametrize(
    ("value", "valid"), [(1, True), (0, True), (-5, True), (2**63, True), (1.0, False), (1.5, False)]
)
def test_an_integer_is_a_number_without_a_fraction(value: float, valid: bool) -> None:
    assert compiled({"type": "integer"}).is_valid(value) is valid


@pytest.mark.parametrize("value", [True, False, "1", None, [1]])
def test_a_number_is_no_boolean_and_no_text(value: object) -> None:
    assert not compiled({"type": "integer"}).is_valid(value)
    assert not compiled({"type": "number"}).is_valid(value)


def test_no_number_is_infinite_where_there_is_a_maximum() -> None:
    validator = compiled({"type": "number", "maximum": 10})

    assert not validator.is_valid(float("inf"))
    assert not validator.is_valid(float("nan"))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("2026-03-01T00:00:00Z", True),
        ("2026-03-01T00:00:00.123456+02:00", True),
        ("2026-03-01", False),
        ("2026-02-30T00:00:00Z", False),
        ("yesterday", False),
    ],
)
def test_formats_are_checked(text: str, valid: bool) -> None:
    assert compiled({"type": "string", "format": "date-time"}).is_valid(text) is valid


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_combined_schemas_are_translated_too(word: str) -> None:
    validator = compiled({word: [{"type": "string", "nullable": True}]})

    assert validator.is_valid(None)
    assert validator.is_valid("x")
    assert not validator.is_valid(1)


def test_members_of_free_objects_are_translated_too() -> None:
    validator = compiled({"type": "object", "additionalProperties": {"type": "string", "nullable": True}})

    assert validator.is_valid({"any": None, "other": "x"})
    assert not validator.is_valid({"any": 1})


def test_a_minimum_can_be_exclusive() -> None:
    validator = compiled({"type": "number", "minimum": 0, "exclusiveMinimum": True})

    assert [validator.is_valid(value) for value in (0, 0.000001)] == [False, True]


@pytest.mark.parametrize(
    ("schema", "instance", "message"),
    [
        ({"type": "integer"}, CANARY, "Must be an integer, not a string."),
        ({"type": "string", "nullable": True}, 7, "Must be null or a string, not an integer."),
        ({"enum": ["1h", "1d", "1w"]}, CANARY, "Must be 1h, 1d or 1w."),
        ({"type": "string", "nullable": True, "enum": ["a"]}, CANARY, "Must be a or null."),
        ({"minLength": 50}, CANARY, "Must have 50 or more characters."),
        ({"maxLength": 3}, CANARY, "Must have 3 or fewer characters."),
        ({"minimum": 1}, -93517, "Must be 1 or more."),
        ({"maximum": 9007199254740991}, 1e300, "Must be 9007199254740991 or less."),
        ({"type": "array", "maxItems": 0}, [CANARY], "Must have 0 or fewer items."),
        ({"type": "array", "minItems": 2}, [CANARY], "Must have 2 or more items."),
        ({"format": "date-time"}, CANARY, "Must be a date-time."),
        (
            {"pattern": "^[a-z]*$"},
            CANARY,
            "Has characters that are not allowed here, or is blank: see the pattern in the contract.",
        ),
        ({"multipleOf": 2}, 93517, 'Breaks the rule "multipleOf" of the contract.'),
        ({"uniqueItems": True}, [CANARY, CANARY], 'Breaks the rule "uniqueItems" of the contract.'),
        ({"not": {"type": "string"}}, CANARY, 'Breaks the rule "not" of the contract.'),
        ({"anyOf": [{"type": "integer"}]}, CANARY, 'Breaks the rule "anyOf" of the contract.'),
        ({"required": ["name"]}, {}, '"name" is required.'),
    ],
)
def test_a_message_says_what_to_do_and_never_repeats_the_value(
    schema: dict[str, Any], instance: object, message: str
) -> None:
    [fault] = compiled(schema).faults(instance)

    assert fault.message == message
    assert CANARY not in fault.message


@pytest.mark.parametrize("value", [CANARY, [CANARY], {CANARY: CANARY}])
def test_an_unknown_field_is_told_by_its_name_but_never_by_its_value(value: object) -> None:
    [fault] = compiled(PERSON, Pet=PET).faults({"name": "Ada", "budget": value})

    assert fault.message == 'There is no field "budget" here: remove it, or check its spelling.'


def test_an_unknown_field_of_an_empty_object_is_told_too() -> None:
    validator = compiled({"type": "object", "additionalProperties": False})

    assert found(validator, {}) == []
    assert found(validator, {"budget": CANARY}) == [("/budget", "unknown_field")]


def test_a_very_long_name_is_cut() -> None:
    [fault] = compiled(PERSON, Pet=PET).faults({"name": "Ada", "n" * 1_000_000: 1})

    assert len(fault.message) < MAX_NAME + 80
    assert json_pointer(fault.path) == "/" + "n" * MAX_NAME + "…"


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ((), ""),
        (("a",), "/a"),
        (("a", 0, "b"), "/a/0/b"),
        (("",), "/"),
        (("a/b",), "/a~1b"),
        (("a~b",), "/a~0b"),
        (("~1",), "/~01"),
        (("m~n/o",), "/m~0n~1o"),
        (('é "', "%"), '/é "/%'),
    ],
)
def test_a_path_is_told_as_a_json_pointer(path: tuple[str | int, ...], pointer: str) -> None:
    assert json_pointer(path) == pointer


@pytest.mark.parametrize("request_side", [True, False])
def test_every_schema_of_the_contract_compiles(request_side: bool) -> None:
    own = load_contract()
    compiler = SchemaCompiler(own, request=request_side)

    for name in own.schemas:
        validator = compiler.compile({"$ref": f"#/components/schemas/{name}"})
        assert not validator.is_valid(object.__name__ * 100), name
