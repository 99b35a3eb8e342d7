"""Schemas, keyword by keyword: in each place where a schema can stand, and in both directions."""

from typing import Any

import pytest

from conformance.contract.diff.change import Party, Severity
from conformance.contract.diff.rules import IGNORED, IN_ANSWERS, IN_REQUESTS
from tests.conformance.contract.diff.documents import Schema, changes, contract, rules, with_schema
from tests.rules import for_each

PLACES = (*IN_REQUESTS, *IN_ANSWERS, *IGNORED)

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
LIST: Schema = {"type": "array", "items": {}}
OBJECT: Schema = {"type": "object"}
BRANCH: Schema = {"type": "string", "maxLength": 3}

# what it is called on the way there and back, the two schemas
EXAMPLES: list[tuple[str, str, Schema, Schema]] = [
    ("type-changed", "type-changed", TEXT, NUMBER),
    ("type-generalized", "type-specialized", {"type": "integer"}, NUMBER),
    ("type-generalized", "type-specialized", TEXT, {}),
    ("became-nullable", "became-not-nullable", TEXT, TEXT | {"nullable": True}),
    ("enum-value-added", "enum-value-removed", {"enum": ["a"]}, {"enum": ["b", "a"]}),
    ("became-enum", "became-not-enum", TEXT, TEXT | {"enum": ["a"]}),
    ("const-set", "const-unset", TEXT, TEXT | {"const": "a"}),
    ("const-changed", "const-changed", {"const": 1}, {"const": True}),
    ("max-decreased", "max-increased", {"maximum": 9}, {"maximum": 8}),
    ("max-decreased", "max-increased", {"maximum": 9}, {"maximum": 9, "exclusiveMaximum": True}),
    ("max-set", "max-unset", NUMBER, {"type": "number", "maximum": 9.5}),
    ("min-increased", "min-decreased", {"minimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
    ("min-set", "min-unset", NUMBER, {"type": "number", "minimum": -1}),
    ("max-length-decreased", "max-length-increased", {"maxLength": 9}, {"maxLength": 8}),
    ("max-length-set", "max-length-unset", TEXT, TEXT | {"maxLength": 9}),
    ("min-length-increased", "min-length-decreased", {"minLength": 1}, {"minLength": 2}),
    ("min-length-set", "min-length-unset", {"minLength": 0}, {"minLength": 1}),
    ("max-items-decreased", "max-items-increased", {"maxItems": 9}, {"maxItems": 8}),
    ("max-items-set", "max-items-unset", LIST, LIST | {"maxItems": 9}),
    ("min-items-increased", "min-items-decreased", {"minItems": 1}, {"minItems": 2}),
    ("min-items-set", "min-items-unset", LIST, LIST | {"minItems": 1}),
    ("max-properties-decreased", "max-properties-increased", {"maxProperties": 9}, {"maxProperties": 8}),
    ("max-properties-set", "max-properties-unset", OBJECT, OBJECT | {"maxProperties": 9}),
    ("min-properties-increased", "min-properties-decreased", {"minProperties": 1}, {"minProperties": 2}),
    ("min-properties-set", "min-properties-unset", OBJECT, OBJECT | {"minProperties": 1}),
    ("multiple-of-set", "multiple-of-unset", NUMBER, NUMBER | {"multipleOf": 5}),
    ("multiple-of-specialized", "multiple-of-generalized", {"multipleOf": 0.1}, {"multipleOf": 0.3}),
    ("multiple-of-changed", "multiple-of-changed", {"multipleOf": 2}, {"multipleOf": 3}),
    ("unique-items-set", "unique-items-unset", LIST, LIST | {"uniqueItems": True}),
    ("pattern-added", "pattern-removed", TEXT, TEXT | {"pattern": "^a"}),
    ("pattern-changed", "pattern-changed", {"pattern": "^a"}, {"pattern": "^b"}),
    ("format-added", "format-removed", TEXT, TEXT | {"format": "date"}),
    ("format-changed", "format-changed", {"format": "date"}, {"format": "date-time"}),
    ("format-generalized", "format-specialized", {"format": "int32"}, {"format": "int64"}),
    ("unknown-format-changed", "unknown-format-changed", TEXT, TEXT | {"format": "money"}),
    ("default-value-added", "default-value-removed", TEXT, TEXT | {"default": None}),
    ("default-value-changed", "default-value-changed", {"default": 1}, {"default": 2}),
    (
        "additional-properties-forbidden",
        "additional-properties-allowed",
        OBJECT,
        OBJECT | {"additionalProperties": False},
    ),
    (
        "additional-properties-restricted",
        "additional-properties-unrestricted",
        OBJECT | {"additionalProperties": True},
        OBJECT | {"additionalProperties": TEXT},
    ),
    ("max-length-set", "max-length-unset", {"allOf": [TEXT]}, {"allOf": [BRANCH, TEXT]}),
    ("one-of-added", "one-of-removed", {"oneOf": [TEXT]}, {"oneOf": [TEXT, NUMBER]}),
    ("any-of-added", "any-of-removed", {"anyOf": [TEXT]}, {"anyOf": [NUMBER, TEXT]}),
    ("composition-changed", "composition-changed", TEXT, {"oneOf": [TEXT, NUMBER]}),
    (
        "composition-changed",
        "composition-changed",
        {"anyOf": [TEXT, NUMBER]},
        {"anyOf": [LIST, OBJECT]},
    ),
    ("items-set", "items-unset", {"type": "array"}, {"type": "array", "items": TEXT}),
    ("deprecated", "reactivated", TEXT, TEXT | {"deprecated": True}),
    ("keyword-changed", "keyword-changed", {"not": TEXT}, {"not": NUMBER}),
    ("annotation-changed", "annotation-changed", TEXT, TEXT | {"xml": {"name": "thing"}}),
]


@for_each((f"{place}: {example[0]}", (place, *example)) for place in PLACES for example in EXAMPLES)
def test_a_change_is_found_both_ways_and_nothing_beside_it(
    place: str, there: str, back: str, old: Schema, new: Schema
) -> None:
    before, after = with_schema(place, old), with_schema(place, new)

    assert rules(before, after) == [f"{place}-{there}"]
    assert rules(after, before) == [f"{place}-{back}"]


WHOLE = [place for place in PLACES if not place.endswith("property")]


@pytest.mark.parametrize("place", WHOLE)
def test_what_no_keyword_explains_is_found_by_values(place: str) -> None:
    """Of two branches that hold one value, oneOf takes neither."""
    one, two = (with_schema(place, {"oneOf": branches}) for branches in ([TEXT], [TEXT, BRANCH]))

    found = {change.rule.id: change for change in changes(one, two)}
    assert found.keys() == {f"{place}-values-lost", f"{place}-one-of-added"}
    assert found[f"{place}-one-of-added"].severity is Severity.SAFE
    assert found[f"{place}-values-lost"].proof == '"" was allowed, and is not any more.'
    back = {change.rule.id: change for change in changes(two, one)}
    assert back.keys() == {f"{place}-values-gained", f"{place}-one-of-removed"}
    assert back[f"{place}-values-gained"].proof == '"" is allowed, and was not before.'


@pytest.mark.parametrize("place", [*IN_REQUESTS, *IN_ANSWERS])
def test_tightening_breaks_senders_and_widening_breaks_readers(place: str) -> None:
    wide, tight = with_schema(place, {"maxLength": 9}), with_schema(place, {"maxLength": 8})
    in_request = place.startswith("request")

    [tightened], [widened] = changes(wide, tight), changes(tight, wide)
    assert tightened.concerns(Severity.BREAKING) == (tuple(Party) if in_request else (Party.SERVERS,))
    # A server has to take, and to refuse, what the contract says.
    assert widened.concerns(Severity.BREAKING) == ((Party.SERVERS,) if in_request else (Party.CONSUMERS,))


@pytest.mark.parametrize("place", IGNORED)
def test_what_does_not_count_in_its_direction_is_safe(place: str) -> None:
    wide, tight = with_schema(place, {"maxLength": 9}), with_schema(place, {"maxLength": 8})

    assert [change.severity for change in (*changes(wide, tight), *changes(tight, wide))] == [
        Severity.SAFE
    ] * 2


def test_a_changed_default_breaks_those_who_leave_the_field_out() -> None:
    [change] = changes(
        with_schema("request-parameter", {"default": 25}), with_schema("request-parameter", {"default": 10})
    )

    assert (change.severity, change.subject) == (Severity.BREAKING, "parameter p")
    assert change.message == "default: 25 → 10"


def test_of_a_changed_type_only_the_type_is_told() -> None:
    old = with_schema("request-property", {"type": "string", "maxLength": 3, "pattern": "^a"})
    new = with_schema("request-property", {"type": "integer", "maximum": 3})

    assert rules(old, new) == ["request-property-type-changed"]


def test_the_types_of_openapi_3_1_are_understood() -> None:
    old = with_schema("request-property", {"type": "string", "nullable": True})
    new = with_schema("request-property", {"type": ["string", "null"]})
    wider = with_schema("request-property", {"type": ["string", "integer", "null"]})
    exclusive = with_schema("request-property", {"exclusiveMaximum": 5})

    assert rules(old, new) == []
    assert rules(new, wider) == ["request-property-type-generalized"]
    assert rules(exclusive, with_schema("request-property", {"exclusiveMaximum": 4})) == [
        "request-property-max-decreased"
    ]


def test_one_schema_in_an_allof_is_that_schema() -> None:
    wrapped = {"allOf": [{"type": "string", "maxLength": 3}], "description": "Said of the reference."}

    assert rules(
        with_schema("request-property", {"type": "string", "maxLength": 3}),
        with_schema("request-property", wrapped),
    ) in ([], ["description-changed"])
    assert "request-property-max-length-decreased" in rules(
        with_schema("request-property", {"type": "string", "maxLength": 4}),
        with_schema("request-property", wrapped),
    )


def test_the_order_of_names_and_values_says_nothing() -> None:
    old = {"type": "object", "required": ["a", "b"], "properties": {"a": {"enum": [1, 2]}, "b": {}}}
    new = {"type": "object", "required": ["b", "a"], "properties": {"b": {}, "a": {"enum": [2, 1]}}}

    assert rules(with_schema("request-body", old), with_schema("request-body", new)) == []


def _shared(schema: Schema, *, operations: int = 2) -> dict[str, Any]:
    """Return operations that take and give one schema."""
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}
    stated = contract()
    for number in range(operations):
        stated["paths"][f"/things/{number}"] = {
            "put": {
                "operationId": f"put{number}",
                "requestBody": content,
                "responses": {"200": {"description": "Done.", **content}},
            }
        }
    stated["components"] = {"schemas": {"Node": schema}}
    return stated


def test_what_a_shared_schema_does_is_told_once_for_each_direction_with_its_uses() -> None:
    found = changes(_shared({"maxLength": 9}, operations=4), _shared({"maxLength": 8}, operations=4))

    assert [(change.rule.id, change.subject) for change in found] == [
        ("request-body-max-length-decreased", "Node"),
        ("response-body-max-length-decreased", "Node"),
    ]
    assert [change.uses for change in found] == [("put0", "put1", "put2", "put3")] * 2
    assert found[0].new.pointer == "/components/schemas/Node/maxLength"


def test_a_schema_that_holds_itself_ends() -> None:
    def tree(limit: int) -> Schema:
        children = {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
        return {"type": "object", "properties": {"name": {"maxLength": limit}, "children": children}}

    assert rules(_shared(tree(9)), _shared(tree(8))) == [
        "request-property-max-length-decreased",
        "response-property-max-length-decreased",
    ]


def test_a_schema_that_moved_into_the_components_is_the_same() -> None:
    inline = with_schema("request-body", {"type": "object", "properties": {"a": {"maxLength": 3}}})
    moved = with_schema("request-body", {"$ref": "#/components/schemas/Thing"})
    moved["components"] = {"schemas": {"Thing": {"type": "object", "properties": {"a": {"maxLength": 3}}}}}

    assert rules(inline, moved) == []
    assert rules(moved, inline) == []


def _body(**parts: Any) -> dict[str, Any]:
    return with_schema("request-body", {"type": "object", **parts})


def _answer(**parts: Any) -> dict[str, Any]:
    return with_schema("response-body", {"type": "object", **parts})


A: Schema = {"properties": {"a": {}}}
B: Schema = {"properties": {"a": {}, "b": {}}}
CLOSED: Schema = {"additionalProperties": False}


# the two contracts, what it is called on the way there and back
PROPERTIES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (_body(**A), _body(**B), "new-optional-request-property", "request-optional-property-removed"),
    (
        _body(**A, **CLOSED),
        _body(**B, **CLOSED),
        "new-optional-request-property",
        "request-property-removed-from-closed-object",
    ),
    (
        _body(**A, **CLOSED),
        _body(**B, **CLOSED, required=["b"]),
        "new-required-request-property",
        "request-property-removed-from-closed-object",
    ),
    (
        _body(**A),
        _body(**A, required=["a"]),
        "request-property-became-required",
        "request-property-became-optional",
    ),
    (
        _body(),
        _body(required=["unstated"]),
        "request-property-became-required",
        "request-property-became-optional",
    ),
    (
        _body(properties={"a": {"readOnly": True}}),
        _body(properties={"a": {"readOnly": True}}, required=["a"]),
        "request-read-only-property-became-required",
        "request-read-only-property-became-optional",
    ),
    (
        _body(**A),
        _body(properties={"a": {"readOnly": True}}),
        "request-property-became-read-only",
        "request-property-became-not-read-only",
    ),
    (
        _body(**A),
        _body(properties={"a": {}, "b": {"readOnly": True}}, required=["b"]),
        "new-optional-request-property",
        "request-required-property-removed",
    ),
    (
        _answer(**A),
        _answer(**B),
        "response-optional-property-added",
        "response-optional-property-removed",
    ),
    (
        _answer(**A),
        _answer(**B, required=["b"]),
        "response-required-property-added",
        "response-required-property-removed",
    ),
    (
        _answer(**A, **CLOSED),
        _answer(**B, **CLOSED),
        "response-optional-property-added-to-closed-object",
        "response-property-removed-from-closed-object",
    ),
    (
        _answer(**A, **CLOSED),
        _answer(**B, **CLOSED, required=["b"]),
        "response-required-property-added-to-closed-object",
        "response-property-removed-from-closed-object",
    ),
    (
        _body(**A),
        _body(**B, required=["b"]),
        "new-required-request-property",
        "request-required-property-removed",
    ),
    (
        _answer(**A),
        _answer(**A, required=["a"]),
        "response-property-became-required",
        "response-property-became-optional",
    ),
    (
        _answer(properties={"a": {"writeOnly": True}}),
        _answer(properties={"a": {"writeOnly": True}}, required=["a"]),
        "response-write-only-property-became-required",
        "response-write-only-property-became-optional",
    ),
    (
        _answer(**A),
        _answer(properties={"a": {"writeOnly": True}}),
        "response-property-became-write-only",
        "response-property-became-not-write-only",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "there", "back"), PROPERTIES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_properties_come_and_go(old: dict[str, Any], new: dict[str, Any], there: str, back: str) -> None:
    assert rules(old, new) == [there]
    assert rules(new, old) == [back]
