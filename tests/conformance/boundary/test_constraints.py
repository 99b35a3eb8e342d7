"""The constraints of requests: found at every depth, with their place in the file, and with both sides."""

import json
import random
from typing import Any

import jsonschema_rs
import pytest

from conformance.boundary import boundaries
from conformance.contract import document
from conformance.contract.constraints import Constraint, Reader
from conformance.contract.document import Contract
from conformance.contract.schemas import as_json_schema
from conformance.contract.texts import NoText, Texts
from conformance.contract.values import ABSENT, Values
from tests.conformance.contracts import written

SMALL = """\
openapi: 3.0.3
info: {title: Small, version: '1'}
servers: [{url: /api}]
paths:
  /things/{thing_id}:
    parameters:
      - {name: thing_id, in: path, required: true, schema: {type: integer, minimum: 1}}
    put:
      operationId: putThing
      parameters:
        - {$ref: '#/components/parameters/Page'}
        - {name: X-Reason, in: header, required: true, schema: {type: string, maxLength: 9}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses: {'200': {description: Put.}}
components:
  parameters:
    Page: {name: page, in: query, required: true, schema: {type: integer, maximum: 50}}
  schemas:
    Thing:
      type: object
      additionalProperties: false
      minProperties: 2
      maxProperties: 6
      required: [name, parts]
      properties:
        name: {type: string, minLength: 2, maxLength: 30, pattern: '^[a-z0-9-]+$'}
        id: {type: integer, minimum: 1, readOnly: true}
        parts:
          type: array
          minItems: 1
          maxItems: 3
          uniqueItems: true
          items: {type: string, enum: [bolt, nut, screw, washer]}
        size:
          type: object
          required: [width]
          properties:
            width: {type: number, minimum: 0.5, exclusiveMinimum: true, maximum: 20, multipleOf: 0.25}
            depth: {type: integer, minimum: 0, maximum: 10, exclusiveMaximum: true, nullable: true}
        made_at: {type: string, format: date-time}
        is_new: {type: boolean}
        inner: {$ref: '#/components/schemas/Thing'}
        extra:
          allOf:
            - {$ref: '#/components/schemas/Note'}
            - {properties: {by: {type: string}}}
    Note:
      type: object
      required: [text]
      properties: {text: {type: string, maxLength: 3}}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return document.load(written(tmp_path_factory.mktemp("contract"), SMALL))


@pytest.fixture(scope="module")
def found(small: Contract) -> dict[str, Constraint]:
    return {each.id: each for each in Reader(small, small.operations[0]).constraints()}


class _AlwaysQ(random.Random):
    def randint(self, a: int, b: int) -> int:  # noqa: ARG002  the one that is drawn here
        return ord("q")


@pytest.fixture(scope="module")
def values(small: Contract) -> Values:
    return Values(small, Texts("cf-name", _AlwaysQ()), {})


EVERY = """
path.thing_id.type path.thing_id.minimum query.page.required query.page.type query.page.maximum
header.X-Reason.required header.X-Reason.maxLength body.required body.content body.type
body.minProperties body.maxProperties body.additionalProperties body.name.required body.parts.required
body.name.type body.name.minLength body.name.maxLength body.name.pattern body.parts.type
body.parts.minItems body.parts.maxItems body.parts.uniqueItems body.parts[].type body.parts[].enum
body.size.type body.size.width.required body.size.width.type body.size.width.minimum
body.size.width.maximum body.size.width.exclusiveMinimum body.size.width.multipleOf body.size.depth.type
body.size.depth.nullable body.size.depth.minimum body.size.depth.maximum
body.size.depth.exclusiveMaximum body.made_at.type body.made_at.format body.is_new.type body.extra.type
body.extra.text.required body.extra.text.type body.extra.text.maxLength body.extra.by.type
"""


def test_every_constraint_is_found_once_at_every_depth(found: dict[str, Constraint]) -> None:
    assert [constraint_id.removeprefix("S.putThing.") for constraint_id in found] == EVERY.split()


def test_a_pointer_leads_to_what_states_the_constraint(small: Contract, found: dict[str, Constraint]) -> None:
    lines = SMALL.splitlines()
    for constraint in found.values():
        node: Any = small.document
        for step in constraint.pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
        word = constraint.pointer.rpartition("/")[2].replace("~1", "/")
        assert word in lines[constraint.line - 1], constraint
        if constraint.keyword not in ("required", "content"):
            assert node == constraint.value


BOTH_SIDES: dict[str, tuple[list[Any], list[Any]]] = {
    "path.thing_id.type": ([1], ["x", "1.5"]),
    "path.thing_id.minimum": ([1], [0]),
    "query.page.required": ([1], [ABSENT]),
    "query.page.maximum": ([50], [51]),
    "header.X-Reason.maxLength": (["cf-namexx"], ["cf-namexxx"]),
    "body.type": ([{"name": "cf-name", "parts": ["bolt"]}], [[], None]),
    "body.minProperties": ([{"name": "cf-name", "parts": ["bolt"]}], [{"name": "cf-name"}]),
    "body.additionalProperties": (
        [
            {
                "name": "cf-name",
                "parts": ["bolt"],
                "size": {"width": 1},
                "made_at": "2400-01-01T00:00:00.0Z",
                "is_new": False,
                "inner": {"name": "cf-name", "parts": ["bolt"]},
                "extra": {"text": "x"},
            }
        ],
        [{"name": "cf-name", "parts": ["bolt"], "conformance_unknown": 1}],
    ),
    "body.name.required": (["cf-name"], [ABSENT]),
    "body.name.type": (["cf-name"], [7, {}, None]),
    "body.name.minLength": (["qx"], ["q"]),
    "body.name.maxLength": (["cf-name" + "x" * 23], ["cf-name" + "x" * 24]),
    "body.name.pattern": (["cf-name"], ["CF-NAME"]),
    "body.parts.type": ([["bolt"]], [{}, None]),
    "body.parts.minItems": ([["bolt"]], [[]]),
    "body.parts.maxItems": ([["bolt", "nut", "screw"]], [["bolt", "nut", "screw", "washer"]]),
    "body.parts.uniqueItems": ([["bolt", "nut"]], [["bolt", "bolt"]]),
    "body.parts[].enum": ([*["bolt", "nut", "screw", "washer"]], ["BOLT"]),
    "body.size.width.type": ([1], ["1", True, None]),
    "body.size.width.minimum": ([0.75], [0.25]),
    "body.size.width.exclusiveMinimum": ([0.75], [0.5]),
    "body.size.width.maximum": ([20], [20.25]),
    "body.size.width.multipleOf": ([1], [1.125]),
    "body.size.depth.type": ([1], ["1", 1.5, True]),
    "body.size.depth.nullable": ([None], []),
    "body.size.depth.maximum": ([9], [11]),
    "body.size.depth.exclusiveMaximum": ([9], [10]),
    "body.made_at.format": (
        ["2400-01-01T00:00:00.0Z", "2400-02-29T23:59:59+14:00"],
        ["2400-02-30T00:00:00Z"],
    ),
    "body.is_new.type": ([True, False], ["true", 1, None]),
    "body.extra.type": ([{"text": "x"}], [[], None]),
}


@pytest.mark.parametrize("place", BOTH_SIDES)
def test_both_sides_of_a_constraint(place: str, found: dict[str, Constraint], values: Values) -> None:
    constraint = found[f"S.putThing.{place}"]

    assert (boundaries.valid(values, constraint), boundaries.invalid(values, constraint)) == BOTH_SIDES[place]


def test_a_value_stands_in_the_smallest_good_body(small: Contract, values: Values) -> None:
    thing = {"$ref": "#/components/schemas/Thing"}

    assert values.around(thing, ("size", "depth"), 3) == {
        "name": "cf-name",
        "parts": ["bolt"],
        "size": {"width": 1, "depth": 3},
    }
    assert values.around(thing, ("parts", "[]"), 7) == {"name": "cf-name", "parts": [7]}
    assert values.around(thing, ("name",), ABSENT) == {"parts": ["bolt"]}


def _is_good(schema: dict[str, Any], value: Any) -> bool:
    return bool(jsonschema_rs.Draft4Validator(as_json_schema(schema), validate_formats=True).is_valid(value))


def test_every_text_of_our_contract_keeps_or_breaks_what_it_should() -> None:
    stated = document.load()
    values = Values(stated, Texts("cf-0123456789-1-000001", random.Random(1)), {})
    seen = set()
    for operation in stated.operations:
        for constraint in Reader(stated, operation).constraints():
            if constraint.schema.get("type") != "string":
                continue
            for value in boundaries.valid(values, constraint):
                assert _is_good(constraint.schema, value), (constraint.id, value)
            for value in boundaries.invalid(values, constraint):
                assert value is ABSENT or not _is_good(constraint.schema, value), (constraint.id, value)
            seen.add(json.dumps(constraint.schema, sort_keys=True))
    assert len(seen) > 15


def test_a_text_that_cannot_be_found_is_said_so() -> None:
    with pytest.raises(NoText, match="no text was found that breaks pattern alone"):
        Texts("cf-name", random.Random(1)).breaking({"type": "string", "pattern": "^(.|\\n)*$"}, "pattern")


def test_every_word_of_our_request_schemas_is_known() -> None:
    stated = document.load()
    known = {"type", "nullable", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength"}
    known |= {"maxLength", "pattern", "format", "enum", "multipleOf", "minItems", "maxItems", "uniqueItems"}
    known |= {"minProperties", "maxProperties", "additionalProperties", "required", "properties", "items"}
    known |= {"allOf", "$ref", "description", "title", "example", "default", "readOnly"}
    unknown = {
        (constraint.id, word)
        for operation in stated.operations
        for constraint in Reader(stated, operation).constraints()
        for word in constraint.schema
        if word not in known and not word.startswith("x-")
    }

    assert unknown == set()
