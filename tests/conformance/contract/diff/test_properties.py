"""What holds of every pair of contracts, tried on random ones and on the project's own."""

import copy
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conformance.contract.diff.change import Severity
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import Document, read
from conformance.contract.diff.reports.markdown import MAX_OCTETS, markdown
from conformance.contract.document import ContractError
from tests.conformance.contract.diff.documents import changes, contract, document, rules, with_schema
from tests.serving import ROOT

quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.sampled_from(["a", "b", "c"])
SMALL = st.integers(0, 3)
CONSTRAINTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "array", "object"]),
        "nullable": st.booleans(),
        "enum": st.lists(SMALL, min_size=1, max_size=3, unique=True),
        "maxLength": SMALL,
        "minLength": SMALL,
        "maximum": SMALL,
        "exclusiveMaximum": st.booleans(),
        "minimum": SMALL,
        "maxItems": SMALL,
        "multipleOf": st.integers(1, 4),
        "pattern": st.sampled_from(["^a", "^b"]),
        "format": st.sampled_from(["int32", "int64", "date"]),
        "default": SMALL,
        "uniqueItems": st.booleans(),
        "readOnly": st.booleans(),
        "writeOnly": st.booleans(),
        "description": NAMES,
        "x-thing": SMALL,
    },
)


def _grown(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    structure = st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(NAMES, inner, max_size=3),
            "required": st.lists(NAMES, max_size=3, unique=True),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
        },
    )
    return st.builds(lambda left, right: left | right, CONSTRAINTS, structure)


SCHEMAS = st.recursive(CONSTRAINTS, _grown, max_leaves=5)
PARAMETERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "in": st.sampled_from(["query", "header"]), "schema": SCHEMAS},
        optional={"required": st.booleans()},
    ),
    max_size=2,
    unique_by=lambda stated: (stated["in"], stated["name"]),
)
CLAUSES = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["T-1", "T-2"]),
            "level": st.sampled_from(["MUST", "SHOULD", "MAY"]),
            "profile": st.sampled_from(["core", "strict"]),
            "text": st.sampled_from(
                ["One thing is so.", "One thing is not so.", "Of another there is none."]
            ),
        }
    ),
    max_size=2,
    unique_by=lambda stated: stated["id"],
)


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    """Return a contract of one to two operations, on paths that either version may have."""
    stated = contract()
    stated["paths"] = {
        f"/{name}": {
            method: {
                "operationId": f"{method}{name}",
                "parameters": draw(PARAMETERS),
                "requestBody": {"content": {"application/json": {"schema": draw(SCHEMAS)}}},
                "responses": {
                    status: {"description": "", "content": {"application/json": {"schema": draw(SCHEMAS)}}}
                    for status in draw(
                        st.sets(st.sampled_from(["200", "201", "404"]), min_size=1, max_size=2)
                    )
                },
                "x-clauses": draw(CLAUSES) if name == "a" else [],
                "x-permission": draw(NAMES),
            }
        }
        for name, method in draw(st.sets(st.tuples(NAMES, st.sampled_from(["put", "get"])), max_size=2))
    }
    return stated


@quick
@given(contracts())
def test_a_contract_and_itself_differ_in_nothing(stated: dict[str, Any]) -> None:
    assert changes(stated, copy.deepcopy(stated)) == ()


@settings(quick, max_examples=50)
@given(contracts(), contracts())
def test_every_change_has_its_counterpart_on_the_way_back(old: dict[str, Any], new: dict[str, Any]) -> None:
    there = {(change.rule.aspect, change.old.pointer, change.new.pointer) for change in changes(old, new)}
    back = {(change.rule.aspect, change.new.pointer, change.old.pointer) for change in changes(new, old)}

    assert there == back


@quick
@given(contracts(), contracts())
def test_a_report_fits_into_a_comment_and_tells_the_sum(old: dict[str, Any], new: dict[str, Any]) -> None:
    comparison = compare(document(old), document(new))
    told = markdown(comparison)

    assert len(told.encode()) <= MAX_OCTETS
    for severity in Severity:
        if comparison.changes:
            assert f"{len(comparison.of(severity))} {severity}" in told.splitlines()[1]


UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "minLength", "minItems", "minProperties")
DROPPED = (*UPPER, *LOWER, "pattern", "format", "uniqueItems", "enum", "required")


@st.composite
def loosened(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a schema, and one that allows more."""
    schema: dict[str, Any] = {
        "type": "integer",
        "maximum": 9,
        "minimum": 1,
        "maxLength": 9,
        "minLength": 1,
        "maxItems": 9,
        "minItems": 1,
        "maxProperties": 9,
        "minProperties": 1,
        "multipleOf": 4,
        "uniqueItems": True,
        "pattern": "^a",
        "format": "int32",
        "enum": [1, 2],
        "required": ["a", "b"],
        "properties": {"a": {"maxLength": 3}, "b": {}},
        "additionalProperties": False,
    }
    wider = copy.deepcopy(schema)
    for keyword in draw(st.sets(st.sampled_from(UPPER))):
        wider[keyword] += draw(st.integers(1, 5))
    for keyword in draw(st.sets(st.sampled_from(LOWER))):
        wider[keyword] -= draw(st.integers(0, 1))
    options: list[Any] = [
        {"type": "number"},
        {"nullable": True},
        {"enum": [2, 1, 3]},
        {"required": ["b"]},
        {"multipleOf": 2},
        {"format": "int64"},
        {"additionalProperties": True},
        {"additionalProperties": {"type": "string"}},
        {"properties": {"a": {"maxLength": 4}, "b": {}}},
    ]
    for option in draw(st.lists(st.sampled_from(options), max_size=4)):
        wider |= option
    for keyword in draw(st.sets(st.sampled_from(DROPPED), max_size=4)):
        del wider[keyword]
    return schema, wider


@quick
@given(loosened(), st.sampled_from(["request-parameter", "request-body", "request-property"]))
def test_what_loosens_a_request_is_safe_and_what_tightens_it_breaks(
    pair: tuple[dict[str, Any], dict[str, Any]], place: str
) -> None:
    tight, wide = (with_schema(place, schema) for schema in pair)

    loosened_, tightened = changes(tight, wide), changes(wide, tight)
    assert {change.consumers for change in loosened_} <= {Severity.SAFE}
    assert Severity.UNCLEAR not in {change.severity for change in (*loosened_, *tightened)}
    # A server has to take and to refuse what the contract says, whichever way that goes.
    assert any(each.servers is Severity.BREAKING for each in loosened_) == any(
        each.consumers is Severity.BREAKING for each in tightened
    )


@quick
@given(loosened())
def test_in_answers_it_is_the_other_way_round(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    tight, wide = (with_schema("response-body", schema) for schema in pair)

    assert {change.servers for change in changes(tight, wide)} <= {Severity.SAFE}
    assert {change.consumers for change in changes(wide, tight)} <= {Severity.SAFE}


@cache
def _own() -> Document:
    return read((ROOT / "openapi.yaml").read_bytes(), "openapi.yaml")


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for key, inner in enumerate(value) for leaf in _leaves(inner, (*path, key))]
    return [] if path[-1] == "$ref" else [path]


@cache
def _own_leaves() -> list[tuple[str | int, ...]]:
    return _leaves(_own().root)


def _set(root: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of what is on the path, with the value at its end; everything beside it is shared."""
    if not path:
        return value
    changed = copy.copy(root)
    changed[path[0]] = _set(root[path[0]], path[1:], value)
    return changed


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value} else"


@settings(quick, max_examples=25)
@given(st.integers(0, 100_000))
def test_no_value_of_the_contract_can_change_without_being_seen(number: int) -> None:
    path = _own_leaves()[number % len(_own_leaves())]
    value: Any = _own().root
    for key in path:
        value = value[key]
    changed = replace(_own(), root=_set(_own().root, path, _another(value)))

    assert compare(_own(), changed).changes, path


RICH = contract(
    {
        "parameters": [
            {"name": "p", "in": "query", "schema": {"enum": ["a"]}, "examples": {"a": {"value": 1}}}
        ],
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {
                        "required": ["a"],
                        "properties": {"a": {"oneOf": [{"type": "string"}]}, "b": {"items": {}}},
                        "additionalProperties": {"maximum": 3},
                    }
                }
            }
        },
        "responses": {"200": {"description": "", "headers": {"X": {"schema": {}}}, "links": {"l": {}}}},
        "tags": ["t"],
        "x-clauses": [{"id": "T-1", "level": "MUST", "profile": "core", "text": "So."}],
    },
    servers=[{"url": "/"}],
    security=[{"One": ["read"]}],
    components={"securitySchemes": {"One": {}}, "schemas": {"ErrorCode": {"enum": ["a"]}}},
    tags=[{"name": "t"}],
) | {"x-profiles": {"core": "All."}, "x-clauses": []}


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for key, inner in value.items() for place in _places(inner, (*path, key))]
    elif isinstance(value, list):
        found += [place for key, inner in enumerate(value) for place in _places(inner, (*path, key))]
    return found


@settings(quick, max_examples=150)
@given(
    st.sampled_from(_places(RICH)),
    st.sampled_from(
        [None, 0, -1.5, "", "text", True, [], {}, [1], [[]], [{}], {"a": 1}, {"$ref": 5}, ["a", "a"]]
    ),
)
@example(("paths",), [])
@example(("openapi",), 4)
def test_a_contract_of_any_form_is_compared_or_refused(path: tuple[str | int, ...], value: Any) -> None:
    """Whatever stands where: what is no contract is refused, and nothing else is raised."""
    odd = _set(RICH, path, value)
    for old, new in ((RICH, odd), (odd, RICH)):
        with suppress(ContractError):
            rules(old, new)
