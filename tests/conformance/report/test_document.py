"""`results.json` and its schema: what a run writes fits, and what does not fit is refused in a sentence."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from conformance.http.target import Target
from conformance.report import document
from conformance.report.document import Document, DocumentError
from conformance.run.plan import Plan
from conformance.runner import run
from conformance.selftest.faults import fault_of
from conformance.selftest.middleware import Fault
from tests.conformance.conftest import Breakable
from tests.conformance.report import samples
from tests.rules import for_each

SCHEMA: dict[str, Any] = json.loads(document.SCHEMA_FILE.read_text())


def closed(schema: Any) -> Any:
    """Return the schema, with members that it does not describe forbidden."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        made.setdefault("additionalProperties", False)
    return made


def undescribed(made: Document) -> list[str]:
    """Return what is in a document that its schema does not describe, or not so."""
    validator = jsonschema_rs.validator_for(closed(SCHEMA))
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(made)]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_is_a_schema_and_describes_every_member() -> None:
    jsonschema_rs.meta.validate(SCHEMA)

    stated = [node["properties"] for node in objects(SCHEMA) if isinstance(node.get("properties"), dict)]
    members = [member for properties in stated for member in properties.items()]
    assert len(members) > 80
    for name, member in members:
        target = SCHEMA["$defs"][member["$ref"].rpartition("/")[2]] if "$ref" in member else {}
        assert {**target, **member}.get("description"), name


@for_each(samples.ALL)
def test_every_kind_of_run_fits_the_schema(make: Callable[[], Document]) -> None:
    made = make()
    if make is samples.hostile:
        made = document.shown(made)  # a validator takes no halves of surrogate pairs

    assert undescribed(made) == []


@pytest.mark.parametrize("fault", [None, fault_of("ERR-002/first_fault_alone")])
def test_what_a_run_writes_fits_the_schema(breakable: Breakable, plan: Plan, fault: Fault | None) -> None:
    with breakable.broken(fault):
        made = run(replace(plan, only=frozenset({"ERR-002", "AUTH-001"}))).as_dict()

    assert undescribed(made) == []
    assert document.validate(made) == made
    assert [verdict["id"] for verdict in document.wrong(made)] == (["ERR-002"] if fault else [])


def test_what_a_run_writes_that_finds_no_server_fits_the_schema(plan: Plan, no_listener: str) -> None:
    made = run(replace(plan, target=Target(no_listener, {"admin": "bfst-x"}))).as_dict()

    assert undescribed(made) == []
    assert "Nothing listens" in made["obstacle"]


def test_a_member_that_is_not_described_is_noticed_and_does_not_hinder_a_reader() -> None:
    made = {**samples.passed(), "new": 1}

    assert undescribed(made)
    assert document.validate(made)["new"] == 1


def test_a_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = samples.failed()
    (tmp_path / "results.json").write_text(document.to_json(made))

    assert document.load(tmp_path) == document.load(tmp_path / "results.json") == made


def test_a_half_of_a_surrogate_pair_is_read_as_an_escape(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps({**samples.blocked(), "obstacle": "\ud800"}))

    assert document.load(file)["obstacle"] == "\\ud800"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is not JSON"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"schema_version": NaN}', "NaN is no JSON number"),
        (b"\xff", "it is not UTF-8"),
        (b"[]", "it has no schema_version. `conformance check URL --output FOLDER` writes one."),
        (b"{}", "it has no schema_version"),
        (b'{"schema_version": 1}', "has the schema version 1; this suite reads version 2. Render it with"),
        (b'{"schema_version": true}', "has the schema version true"),
        (b'{"schema_version": "' + b"2" * 999 + b'"}', 'has the schema version "2222'),
        (b'{"schema_version": 2}', 'is no whole results file: at /, "suite" is a required property'),
    ],
)
def test_what_is_no_results_file_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "some.json"
    file.write_bytes(content)

    with pytest.raises(DocumentError, match=re.escape(sentence)) as refusal:
        document.load(file)
    assert str(file) in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.json cannot be read: No such file"):
        document.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("pointer", "value", "sentence"),
    [
        (("clauses", 0, "status"), "MAYBE", "at /clauses/0/status"),
        (("totals", "index"), "all", "at /totals/index"),
        (("exit_code",), 7, "at /exit_code"),
        (("contract", "sha256"), "x", "at /contract/sha256"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    pointer: tuple[str | int, ...], value: Any, sentence: str
) -> None:
    made = samples.passed()
    node: Any = made
    for step in pointer[:-1]:
        node = node[step]
    node[pointer[-1]] = value

    with pytest.raises(DocumentError, match=sentence):
        document.validate(made)


def test_characters_that_deceive_are_shown_and_others_stay() -> None:
    assert document.visible("Zoë\n\tשלום") == "Zoë\n\tשלום"
    assert document.visible("\x1b[2J\r\u202e\x00\ud800\u2028") == "\\x1b[2J\\r\\u202e\\x00\\ud800\\u2028"
    assert document.shown({"a\x1b": ["\x07", 1, None, True]}) == {"a\\x1b": ["\\x07", 1, None, True]}
