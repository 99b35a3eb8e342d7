"""Both sides of a constraint: values that keep it, at its boundary if it has one, and values that break it.

A value that breaks a constraint keeps all others of its place, unless they forbid all such values.
"""

from collections.abc import Callable
from typing import Any

from conformance.contract.constraints import ITEM, Constraint
from conformance.contract.values import ABSENT, Schema, Values, beside, highest, lowest

Side = Callable[[Values, Schema, Constraint], list[Any]]

UNKNOWN_FIELD = "conformance_unknown"
"""A member or a parameter that no contract states."""

# In a path, a query or a header: texts that do not read as the type.
_OTHER_TEXTS: dict[str, list[Any]] = {
    "integer": ["x", "1.5"],
    "number": ["x"],
    "boolean": ["yes"],
}


def valid(values: Values, constraint: Constraint) -> list[Any]:
    """Return values that keep a constraint.

    Raises:
        NoText: no such text was found.
    """
    return _VALID.get(constraint.keyword, _sample)(values, values.whole(constraint.schema), constraint)


def invalid(values: Values, constraint: Constraint) -> list[Any]:
    """Return values that break a constraint; none when it forbids nothing.

    Raises:
        NoText: no such text was found.
    """
    return _INVALID[constraint.keyword](values, values.whole(constraint.schema), constraint)


def name(constraint: Constraint) -> str:
    """Return the name of the member or parameter that a constraint is about; for items, that of the array."""
    return next((step for step in reversed(constraint.steps) if step != ITEM), "")


def _sample(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    make = values.told if constraint.is_text else values.sample
    return [make(schema, name(constraint))]


def _every_boolean(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    if schema["type"] == "boolean" and "enum" not in schema:
        return [True, False]
    return _sample(values, schema, constraint)


def _other_types(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    if constraint.is_text:
        return _OTHER_TEXTS.get(schema["type"], [])
    sample = values.sample(schema, name(constraint))
    # A number in a text, and `true` for 1, are what lenient parsers let pass. An object for a text is what
    # programs fail at that look it up.
    others: dict[str, list[Any]] = {
        "string": [7, {}],
        "integer": [str(sample), 1.5, True],
        "number": [str(sample), True],
        "boolean": ["true", 1],
        "array": [{}],
        "object": [[]],
    }
    # Null is of no type, unless the schema says so.
    return [*others.get(schema["type"], []), *([] if schema.get("nullable") else [None])]


def _outside(stated: list[Any]) -> list[Any]:
    """Return a value that an enumeration has not, in the form of one that it has."""
    first = next((value for value in stated if isinstance(value, str)), None)
    if first is None:
        return [max((value for value in stated if isinstance(value, int | float)), default=0) + 1]
    others = (first.swapcase(), f"{first}x", f"{first}xx")
    return [next(text for text in others if text not in stated)]


def _text(more: int) -> Side:
    def make(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
        # A header that is to be refused need not hold the tag of what is there.
        first = values.first(name(constraint)) if constraint.location != "header" or more == 0 else ()
        return [values.texts.of_length(schema, constraint.value + more, first)]

    return make


def _good_text(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    return [values.texts.sample(schema, values.first(name(constraint)))]


def _formatted(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    # Offsets and fractions are part of the format (RFC 3339).
    more = ["2400-02-29T23:59:59+14:00"] if schema["format"] == "date-time" else []
    return [*_good_text(values, schema, constraint), *more]


def _bad_text(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    first, is_header = values.first(name(constraint)), constraint.location == "header"
    return [values.texts.breaking(schema, constraint.keyword, first, header=is_header)]


def _items(more: int) -> Side:
    def make(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
        return [values.items(schema, name(constraint), constraint.value + more)]

    return make


def _members(more: int) -> Side:
    def make(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
        return [values.members(schema, constraint.value + more)]

    return make


def _no_multiple(values: Values, schema: Schema, constraint: Constraint) -> list[Any]:
    step = 1 if schema.get("type") == "integer" else constraint.value / 2
    return [values.sample(schema, name(constraint)) + step]


_VALID: dict[str, Side] = {
    "type": _every_boolean,
    "nullable": lambda *_: [None],
    "enum": lambda _values, _schema, constraint: [each for each in constraint.value if each is not None],
    "minimum": lambda _values, schema, _constraint: [lowest(schema)],
    "exclusiveMinimum": lambda _values, schema, _constraint: [lowest(schema)],
    "maximum": lambda _values, schema, _constraint: [highest(schema)],
    "exclusiveMaximum": lambda _values, schema, _constraint: [highest(schema)],
    "minLength": _text(0),
    "maxLength": _text(0),
    "pattern": _good_text,
    "format": _formatted,
    "minItems": _items(0),
    "maxItems": _items(0),
    "uniqueItems": lambda values, schema, constraint: [values.items(schema, name(constraint), 2)],
    "minProperties": _members(0),
    "maxProperties": _members(0),
    "additionalProperties": lambda values, schema, _: [
        values.members(schema, len(schema.get("properties", {})))
    ],
}
_INVALID: dict[str, Side] = {
    "required": lambda *_: [ABSENT],
    "type": _other_types,
    # It permits.
    "nullable": lambda *_: [],
    "enum": lambda _values, _schema, constraint: _outside(constraint.value),
    "minimum": lambda _values, schema, _constraint: [beside(schema, "minimum", -1)],
    "exclusiveMinimum": lambda _values, schema, _constraint: [schema["minimum"]],
    "maximum": lambda _values, schema, _constraint: [beside(schema, "maximum", 1)],
    "exclusiveMaximum": lambda _values, schema, _constraint: [schema["maximum"]],
    "multipleOf": _no_multiple,
    "minLength": _text(-1),
    "maxLength": _text(1),
    "pattern": _bad_text,
    "format": _bad_text,
    "minItems": _items(-1),
    "maxItems": _items(1),
    "uniqueItems": lambda values, schema, constraint: [values.items(schema, name(constraint), 1) * 2],
    "minProperties": _members(-1),
    "maxProperties": _members(1),
    "additionalProperties": lambda values, schema, _: [{**values.sample(schema), UNKNOWN_FIELD: 1}],
}
