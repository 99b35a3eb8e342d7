"""What checks demand of an answer. Each function raises `Violation` when it is not so."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conformance.http.answer import Answer
from conformance.run.verdict import Violation

_SHOWN = 600


def status(answer: Answer, *wanted: int, because: str = "") -> None:
    """Demand one of these statuses."""
    if answer.status not in wanted:
        expected = " or ".join(map(str, wanted)) + (f" ({because})" if because else "")
        raise Violation(expected, answer.exchange.answer()[:_SHOWN], [answer])


def rows(answer: Answer, name: str) -> list[Any]:
    """Demand a 200 with a list of objects under that name, and return the list."""
    status(answer, 200)
    found = member(answer, name)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Violation(f"a list `{name}` of objects", answer.exchange.answer()[:_SHOWN], [answer])
    return found


def member(answer: Answer, name: str) -> Any:
    """Demand a JSON object with a member of that name, and return the member."""
    body = answer.json
    if not isinstance(body, dict) or name not in body:
        raise Violation(f"a JSON object with `{name}`", answer.exchange.answer()[:_SHOWN], [answer])
    return body[name]


def equal(actual: Any, expected: Any, what: str, *answers: Answer) -> None:
    """Demand that two JSON values are the same. Numbers compare by value; true is not 1."""
    if not same(actual, expected):
        raise Violation(f"{what} = {show(expected)}", show(actual), answers)


def same_items(actual: Iterable[Any], expected: Iterable[Any], what: str, *answers: Answer) -> None:
    """Demand that two lists of JSON values hold the same, in whatever order."""
    equal(sorted(actual, key=str), sorted(expected, key=str), what, *answers)


def different(values: Iterable[Any], what: str, *answers: Answer) -> None:
    """Demand that all of these values are there, and that no two are the same."""
    found = list(values)
    twice = sorted({str(value) for value in found if value is None or found.count(value) > 1})
    equal(twice, [], f"{what} that are missing or shared", *answers)


def members(answer: Answer, **wanted: Any) -> None:
    """Demand a JSON object with these members, each of this value."""
    for name, value in wanted.items():
        equal(member(answer, name), value, name, answer)


def fields(shown: Mapping[str, Any], answer: Answer, **wanted: Any) -> None:
    """Demand that what an answer shows has these fields, each of this value; None for one that is absent."""
    for name, value in wanted.items():
        equal(shown.get(name), value, name, answer)


@contextmanager
def unchanged(what: str, read: Callable[..., Any], *arguments: Any) -> Iterator[None]:
    """Demand that what is read with these arguments after a block is what was read before it."""
    before = read(*arguments)
    yield
    equal(read(*arguments), before, what)


def holds(condition: bool, expected: str, actual: Any, *answers: Answer) -> None:
    """Demand that something is true of what came back."""
    if not condition:
        raise Violation(expected, actual if isinstance(actual, str) else show(actual), answers)


def refused_at(answer: Answer, pointers: Iterable[str], wanted: int = 400) -> None:
    """Demand a refusal of which one fault is at one of these pointers into the body."""
    status(answer, wanted)
    pointers = tuple(pointers)
    named = fault_pointers(answer)
    expected = "a fault at " + " or ".join(pointers)
    holds(any(pointer in named for pointer in pointers), expected, f"faults at {show(named)}", answer)


def fault_pointers(answer: Answer) -> list[str]:
    """Return the pointers in `extra_fields.errors`, in their order."""
    return _of_faults(answer, "pointer")


def fault_codes(answer: Answer) -> list[str]:
    """Return the codes in `extra_fields.errors`, in their order."""
    return _of_faults(answer, "code")


def _of_faults(answer: Answer, name: str) -> list[str]:
    body = answer.json if isinstance(answer.json, dict) else {}
    extra = body.get("extra_fields")
    faults = extra.get("errors") if isinstance(extra, dict) else None
    return [str(fault.get(name)) for fault in faults or [] if isinstance(fault, dict)]


def same(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal as JSON."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def without(value: Any, *names: str) -> Any:
    """Return a JSON value without the members of these names, at any depth."""
    if isinstance(value, dict):
        return {key: without(member, *names) for key, member in value.items() if key not in names}
    return [without(item, *names) for item in value] if isinstance(value, list) else value


def missing_parts(actual: Any, sent: Any, place: str = "") -> list[str]:
    """Return where `actual` differs from what was sent; members that were not sent do not count."""
    if isinstance(sent, dict) and isinstance(actual, dict):
        return [
            fault
            for key, value in sent.items()
            for fault in missing_parts(actual.get(key), value, f"{place}/{key}")
        ]
    if isinstance(sent, list) and isinstance(actual, list) and len(sent) == len(actual):
        pairs = enumerate(zip(actual, sent, strict=True))
        return [fault for index, (a, s) in pairs for fault in missing_parts(a, s, f"{place}/{index}")]
    return [] if same(actual, sent) else [f"{place or '/'} is {show(actual)}, sent was {show(sent)}"]


def show(value: Any) -> str:
    """Return a value as a reader sees it: JSON, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"
