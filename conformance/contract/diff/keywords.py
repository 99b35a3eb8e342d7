"""The keywords of one schema, compared: which values came to be allowed, and which are not any more."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import jsonschema_rs

from conformance.contract.diff.json_schema import is_known_format

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a schema's keyword.

    Attributes:
        suffix: the end of the rule's id, like `max-length-decreased`.
        path: the way from the schema to what changed, like `("enum", "2")`.
    """

    suffix: str
    message: str
    path: tuple[str, ...]


def compare_keywords(old: Schema, new: Schema, *, enumerations: bool = True) -> Iterator[Difference]:
    """Yield every difference that the schema's own keywords make, without those of the schemas inside."""
    types = list(_types(old, new))
    yield from types
    yield from _nullable(old, new)
    if any(difference.suffix == "type-changed" for difference in types):
        return
    if enumerations:
        yield from _enum(old, new)
    for names in _BOUNDS:
        yield from _bound(old, new, names)
    yield from _const(old, new)
    yield from _multiple_of(old, new)
    yield from _pattern(old, new)
    yield from _format(old, new)
    yield from _default(old, new)
    yield from _flag(old, new, "uniqueItems", ("unique-items-set", "unique-items-unset"))
    yield from _flag(old, new, "deprecated", ("deprecated", "reactivated"))


HANDLED = frozenset(
    {
        *("type", "nullable", "enum", "const", "multipleOf", "pattern", "format", "default", "uniqueItems"),
        *(
            "deprecated",
            "maximum",
            "minimum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
        ),
        *("maxItems", "minItems", "maxProperties", "minProperties"),
    }
)
"""The keywords that `compare_keywords` looks at."""


def shown(value: Any) -> str:
    """Return a value as one reads it in the contract, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"


def same(left: Any, right: Any) -> bool:
    """Return whether two values are one value of JSON: 1 is not true, and members have no order."""
    if left is right or (isinstance(left, str) and isinstance(right, str)):
        return bool(left == right)
    return canonical(left) == canonical(right)


def canonical(value: Any) -> str:
    """Return one text for each value of JSON: 1.0 is 1."""
    return str(jsonschema_rs.canonical.json.to_string(value))


def _types(old: Schema, new: Schema) -> Iterator[Difference]:
    before, after = _type_set(old), _type_set(new)
    if before == after:
        return
    told = f"type: {_told(before)} → {_told(after)}"
    if _allows(after, before):
        yield Difference("type-generalized", told, ("type",))
    elif _allows(before, after):
        yield Difference("type-specialized", told, ("type",))
    else:
        yield Difference("type-changed", told, ("type",))


def _type_set(schema: Schema) -> frozenset[str]:
    """Return the types without null; none when every type is allowed."""
    stated = schema.get("type")
    types = stated if isinstance(stated, list) else [stated] if stated is not None else []
    return frozenset(str(name) for name in types) - {"null"}


def _allows(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    if not wide or not narrow:
        return not wide
    return all(name in wide or (name == "integer" and "number" in wide) for name in narrow)


def _told(types: frozenset[str]) -> str:
    return " or ".join(sorted(types)) or "any"


def _nullable(old: Schema, new: Schema) -> Iterator[Difference]:
    before, after = _allows_null(old), _allows_null(new)
    if before != after:
        suffix, told = (
            ("became-nullable", "may be null") if after else ("became-not-nullable", "may not be null")
        )
        path = ("nullable",) if "nullable" in {**old, **new} else ("type",)
        yield Difference(suffix, told, path)


def _allows_null(schema: Schema) -> bool:
    stated = schema.get("type")
    return (
        schema.get("nullable") is True or (isinstance(stated, list) and "null" in stated) or stated == "null"
    )


def _enum(old: Schema, new: Schema) -> Iterator[Difference]:
    before, after = old.get("enum"), new.get("enum")
    if not isinstance(before, list) or not isinstance(after, list):
        if isinstance(after, list):
            yield Difference("became-enum", f"enum: {', '.join(map(shown, after))}", ("enum",))
        elif isinstance(before, list):
            yield Difference("became-not-enum", "enum: no list of values any more", ("enum",))
        return
    kept, known = {canonical(value) for value in after}, {canonical(value) for value in before}
    for index, value in enumerate(before):
        if canonical(value) not in kept:
            yield Difference("enum-value-removed", f"enum: {shown(value)} removed", ("enum", str(index)))
    for index, value in enumerate(after):
        if canonical(value) not in known:
            yield Difference("enum-value-added", f"enum: {shown(value)} added", ("enum", str(index)))


@dataclass(frozen=True, slots=True)
class _Bound:
    rule: str
    keyword: str
    exclusive: str = ""
    upper: bool = True


_BOUNDS = (
    _Bound("max", "maximum", "exclusiveMaximum"),
    _Bound("min", "minimum", "exclusiveMinimum", upper=False),
    _Bound("max-length", "maxLength"),
    _Bound("min-length", "minLength", upper=False),
    _Bound("max-items", "maxItems"),
    _Bound("min-items", "minItems", upper=False),
    _Bound("max-properties", "maxProperties"),
    _Bound("min-properties", "minProperties", upper=False),
)


def _bound(old: Schema, new: Schema, bound: _Bound) -> Iterator[Difference]:
    (before, told_before), (after, told_after) = _limit(old, bound), _limit(new, bound)
    if before == after:
        return
    if before is None or after is None:
        suffix = "set" if before is None else "unset"
    else:
        suffix = "increased" if after > before else "decreased"
    keyword = bound.keyword if bound.keyword in {**old, **new} else bound.exclusive
    message = f"{bound.keyword}: {told_before} → {told_after}"
    yield Difference(f"{bound.rule}-{suffix}", message, (keyword,))


def _limit(schema: Schema, bound: _Bound) -> tuple[tuple[Fraction, int] | None, str]:
    """Return the limit as something to compare, and as text. An exclusive one lies just within its number."""
    inward = -1 if bound.upper else 1
    limits = []
    value, exclusive = schema.get(bound.keyword), schema.get(bound.exclusive)
    if _is_number(value):
        beside = exclusive is True
        limits.append(((Fraction(str(value)), inward if beside else 0), f"{value}{' (exclusive)' * beside}"))
    if _is_number(exclusive):
        limits.append(((Fraction(str(exclusive)), inward), f"{exclusive} (exclusive)"))
    if not limits:
        return None, "none"
    limit, told = (min if bound.upper else max)(limits)
    # A length or a number of elements is at least 0 anyhow.
    return (None, told) if not bound.upper and not bound.exclusive and limit[0] <= 0 else (limit, told)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _const(old: Schema, new: Schema) -> Iterator[Difference]:
    yield from _single(old, new, "const", ("const-set", "const-unset", "const-changed"))


def _multiple_of(old: Schema, new: Schema) -> Iterator[Difference]:
    before, after = old.get("multipleOf"), new.get("multipleOf")
    changed = "multiple-of-changed"
    if _is_number(before) and _is_number(after) and before and after:
        ratio = Fraction(str(after)) / Fraction(str(before))
        if ratio.denominator == 1:
            changed = "multiple-of-specialized"
        elif ratio.numerator == 1:
            changed = "multiple-of-generalized"
    yield from _single(old, new, "multipleOf", ("multiple-of-set", "multiple-of-unset", changed))


def _pattern(old: Schema, new: Schema) -> Iterator[Difference]:
    yield from _single(old, new, "pattern", ("pattern-added", "pattern-removed", "pattern-changed"))


_NARROWER = {("int32", "int64"), ("float", "double")}


def _format(old: Schema, new: Schema) -> Iterator[Difference]:
    pair = (old.get("format"), new.get("format"))
    if not all(each is None or is_known_format(each) for each in pair):
        yield from _single(old, new, "format", ("unknown-format-changed",) * 3)
        return
    changed = "format-changed"
    if pair in _NARROWER:
        changed = "format-generalized"
    elif pair[::-1] in _NARROWER:
        changed = "format-specialized"
    yield from _single(old, new, "format", ("format-added", "format-removed", changed))


def _default(old: Schema, new: Schema) -> Iterator[Difference]:
    suffixes = ("default-value-added", "default-value-removed", "default-value-changed")
    yield from _single(old, new, "default", suffixes)


def _single(old: Schema, new: Schema, keyword: str, suffixes: Sequence[str]) -> Iterator[Difference]:
    """Yield a keyword that is set, unset or changed."""
    if keyword not in old and keyword not in new:
        return
    added, removed, changed = suffixes
    if keyword not in old:
        yield Difference(added, f"{keyword}: none → {shown(new[keyword])}", (keyword,))
    elif keyword not in new:
        yield Difference(removed, f"{keyword}: {shown(old[keyword])} → none", (keyword,))
    elif not same(old[keyword], new[keyword]):
        yield Difference(changed, f"{keyword}: {shown(old[keyword])} → {shown(new[keyword])}", (keyword,))


def _flag(old: Schema, new: Schema, keyword: str, suffixes: tuple[str, str]) -> Iterator[Difference]:
    before, after = bool(old.get(keyword)), bool(new.get(keyword))
    if before != after:
        yield Difference(suffixes[before], f"{keyword}: {shown(before)} → {shown(after)}", (keyword,))
