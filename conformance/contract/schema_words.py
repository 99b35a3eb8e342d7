"""The words of a schema that hold no schemas, and what each may say."""

import json
from collections.abc import Callable
from typing import Any

from conformance.contract.grammar import WrongKind

TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
_SHOWN = 60


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    # JSON knows no difference between 3 and 3.0; of 1e999, which is read as infinite, there is no rest.
    return _is_number(value) and value >= 0 and value % 1 == 0


def _is_type(value: Any) -> bool:
    return all(each in TYPES for each in (value if isinstance(value, list) and value else [value]))


_NUMBER = (_is_number, "a number")
_COUNT = (_is_count, "a whole number that is not negative")
# Which of the two it is depends on the version of OpenAPI; documents mix them, and both can be read.
_BOUND = (lambda value: isinstance(value, bool) or _is_number(value), "a number, or true or false")
_WORDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "type": (_is_type, f"one of {', '.join(TYPES)}"),
    "enum": (lambda value: isinstance(value, list), "a list"),
    "pattern": (lambda value: isinstance(value, str), "a text"),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _BOUND),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties"), _COUNT),
    **dict.fromkeys(("maxProperties", "minContains", "maxContains"), _COUNT),
}


def refuse_wrong(schema: dict[str, Any]) -> None:
    """Refuse a schema in which a word says what it cannot say. Those inside it are not looked at.

    A word that holds null says nothing, as elsewhere.

    Raises:
        WrongKind: there is such a word; the first is named.
    """
    for word, value in schema.items():
        if word in _WORDS and value is not None:
            is_right, wanted = _WORDS[word]
            if not is_right(value):
                raise WrongKind((word,), f"{wanted}, not {json.dumps(value, ensure_ascii=False)[:_SHOWN]}")
