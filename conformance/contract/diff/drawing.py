"""Draws values that one schema allows and another refuses."""

import json
from functools import lru_cache
from typing import Any, NamedTuple

import jsonschema_rs

from conformance.contract.drawing import simplest, without_trace

DRAFT = jsonschema_rs.Draft202012
MOST_DRAWN = 150
"""How many values of a schema are tried."""

_FIRST_DRAWN = 25
"""How many are tried of what only one of two schemas allows. Where there are some, one is found soon."""

_SEED = 13


class Drawn(NamedTuple):
    """What came of drawing: a value, if there is one, and how many were tried."""

    found: bool
    value: Any
    tried: int


@lru_cache(maxsize=1024)
def refused(allowing: str, refusing: str) -> Drawn:
    """Return a value that one schema allows and another refuses: the simplest that is found.

    The same schemas give the same value. How many are tried is bounded; time is not looked at.

    Args:
        allowing: a JSON Schema, as text.
        refusing: another one.
    """
    # It takes long to import, and few comparisons need it.
    from hypothesis.errors import HypothesisException
    from schemathesis.core.errors import SchemathesisError

    # Not public, but what draws by a schema in schemathesis, whose version is pinned.
    from schemathesis.generation.jsonschema.builder import build
    from schemathesis.specs.openapi.formats import get_default_format_strategies

    old, new = json.loads(allowing), json.loads(refusing)
    try:
        keeps, breaks = validator(old), validator(new)
    except (ValueError, jsonschema_rs.ReferencingError):
        return Drawn(False, None, 0)
    tried = 0

    def is_found(value: Any) -> bool:
        nonlocal tried
        tried += 1
        return bool(keeps(value)) and not breaks(value)

    for drawn_from, most in ((_difference(old, new), _FIRST_DRAWN), (old, MOST_DRAWN)):
        if drawn_from is None:
            continue
        try:
            with without_trace():
                values = build(drawn_from, draft=DRAFT, formats=get_default_format_strategies())
                return Drawn(True, simplest(values, is_found, most=most, seed=_SEED), tried)
        except (HypothesisException, SchemathesisError, ValueError, RecursionError):
            # None was found, or values of this kind cannot be drawn.
            continue
    return Drawn(False, None, tried)


def validator(schema: dict[str, Any]) -> Any:
    """Return what tells whether a value keeps a schema, its formats as well.

    Raises:
        ValueError: it is no schema.
    """
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, retriever=_never_fetched
    ).is_valid


def _difference(old: dict[str, Any], new: dict[str, Any]) -> Any:
    """Return the schema of what one allows and the other refuses; None if it cannot be said."""
    try:
        kept, left = (
            jsonschema_rs.canonicalize(each, draft=DRAFT, validate_formats=True) for each in (old, new)
        )
        return kept.subtract(left).to_json_schema()
    except (ValueError, jsonschema_rs.ReferencingError, jsonschema_rs.canonical.CanonicalizationError):
        return None


def _never_fetched(_: str) -> dict[str, Any]:
    return {}
