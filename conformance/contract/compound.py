"""Values for keywords that hold schemas or names. A validator says on which side of them each value is."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

Schema = dict[str, Any]
Sample = Callable[[Schema], Any]

KEYWORDS = (
    "contains",
    "prefixItems",
    "propertyNames",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "not",
)
OF_30 = ("not",)
_MOST = 300
_PLAIN: tuple[Any, ...] = ("x", 7, True, None, 1.5, "", -1, [], {})
_NAMES = ("x", "X", "x-1", "conformance unknown", "1", "", "é")


def without(schema: Schema, word: str) -> Schema:
    """Return a schema that one of these keywords does not bound, and that others read as they did."""
    rest = {key: each for key, each in schema.items() if key != word}
    if word == "patternProperties":
        # What it names is no additional property.
        rest[word] = {pattern: {} for pattern in schema[word]}
    elif word == "prefixItems":
        rest[word] = [{} for _ in schema[word]]
    return rest


def candidates(schema: Schema, sample: Sample, base: Any) -> Iterator[Any]:
    """Yield values that may keep or break what a schema says by these keywords, made of its parts first."""
    parts = [*_samples(_parts(schema), sample)]
    made = _of_object(schema, sample, base, parts) if isinstance(base, dict) else iter(())
    lists = _of_list(schema, sample, base) if isinstance(base, list) else iter(())
    yield from islice(_each(made, lists, iter(parts), iter((base, *_PLAIN))), _MOST)


def _each(*more: Iterator[Any]) -> Iterator[Any]:
    for each in more:
        yield from each


def _parts(schema: Schema) -> Iterator[Schema]:
    for word in ("if", "then", "else", "not", "contains", "propertyNames"):
        if isinstance(schema.get(word), dict):
            yield schema[word]
    for word in ("dependentSchemas", "patternProperties"):
        yield from (each for each in schema.get(word, {}).values() if isinstance(each, dict))


def _samples(parts: Iterator[Schema], sample: Sample) -> Iterator[Any]:
    for part in parts:
        try:
            yield sample(part)
        except LookupError:
            continue


def _of_object(
    schema: Schema, sample: Sample, base: dict[str, Any], parts: list[Any]
) -> Iterator[dict[str, Any]]:
    members = schema.get("properties", {})
    full = {name: each for name in members for each in _samples(iter((members[name],)), sample)}
    objects = [each for each in parts if isinstance(each, dict)]
    for one in objects:
        yield {**base, **one}
        yield {**full, **one}
        yield from ({**base, **one, **other} for other in objects)
    for name, needed in schema.get("dependentRequired", {}).items():
        yield {**base, **{each: full.get(each, "x") for each in (name, *needed)}}
        yield {**base, name: full.get(name, "x")}
    for pattern in schema.get("patternProperties", {}):
        for name in _samples(iter(({"type": "string", "pattern": pattern},)), sample):
            yield from ({**base, name: value} for value in (*parts, *_PLAIN))
    names = [each for each in parts if isinstance(each, str)]
    yield from ({**base, name: 1} for name in (*names, *_NAMES))
    yield from ({**base, name: each} for name, each in full.items())
    yield from ({**base, name: plain} for name in members for plain in _PLAIN)
    yield full


def _of_list(schema: Schema, sample: Sample, base: list[Any]) -> Iterator[list[Any]]:
    prefix = [*_samples(iter(schema.get("prefixItems", ())), sample)]
    if prefix:
        yield prefix
        yield from ([*prefix[:at], plain, *prefix[at + 1 :]] for at in range(len(prefix)) for plain in _PLAIN)
    held = [*_samples(iter((schema.get("contains", {}), schema.get("items", {}))), sample)]
    least = max(1, schema.get("minItems", 1), schema.get("minContains", 1))
    for one in (*held, *_PLAIN):
        yield [*base, one]
        yield [one] * least
