"""Schemas whose words say what they cannot say: they are refused before a run, with place and line."""

from pathlib import Path
from typing import Any

import pytest

from conformance.contract import document
from conformance.contract.document import ContractError
from tests.conformance.contracts import loaded, written

BROKEN = """\
openapi: 3.0.3
info: {title: Broken, version: "1"}
paths:
  /:
    get:
      parameters:
        - name: size
          in: query
          schema:
            type: integer
            minimum: zero
      responses: {"200": {description: OK}}
"""
WRONG: dict[str, tuple[str, Any]] = {
    "no type": ("type", "integr"),
    "no type in a list": ("type", ["string", "nil"]),
    "no types": ("type", []),
    "a text for a number": ("minimum", "zero"),
    "a boolean for a number": ("maximum", True),
    "a text for a bound": ("exclusiveMaximum", "5"),
    "a text for a count": ("maxLength", "255"),
    "a negative count": ("minItems", -1),
    "a half": ("maxProperties", 1.5),
    "nothing to be a multiple of": ("multipleOf", 0),
    "one value for many": ("enum", "red"),
    "a number for a pattern": ("pattern", 7),
}
RIGHT: dict[str, tuple[str, Any]] = {
    "types": ("type", ["string", "null"]),
    "a bound of 3.0": ("exclusiveMinimum", True),
    "a bound of 3.1": ("exclusiveMinimum", 0.5),
    "a count with a point": ("maxLength", 3.0),
    "null": ("maximum", None),
}


@pytest.mark.parametrize(("word", "value"), WRONG.values(), ids=WRONG)
def test_a_word_that_says_what_it_cannot_say_is_refused(tmp_path: Path, word: str, value: Any) -> None:
    with pytest.raises(ContractError, match=f"/components/schemas/A/{word} has to be .*, not "):
        loaded(tmp_path, components={"schemas": {"A": {word: value}}})


@pytest.mark.parametrize(("word", "value"), RIGHT.values(), ids=RIGHT)
def test_what_either_version_of_openapi_takes_is_read(tmp_path: Path, word: str, value: Any) -> None:
    stated = loaded(tmp_path, components={"schemas": {"A": {word: value}}})
    assert stated.original["components"]["schemas"]["A"] == {word: value}


def test_members_and_examples_may_be_called_like_the_words(tmp_path: Path) -> None:
    schema = {"properties": {"type": {"type": "string"}}, "example": {"type": "integr"}}
    stated = loaded(tmp_path, components={"schemas": {"A": schema}})

    assert stated.document["components"]["schemas"]["A"] == schema


def test_the_line_is_that_of_the_word(tmp_path: Path) -> None:
    file = written(tmp_path, BROKEN, "broken.yaml")
    with pytest.raises(ContractError, match=r"broken\.yaml:11: .* has to be a number, not \"zero\"\."):
        document.load(file)
    written(tmp_path, BROKEN.replace("zero", "0"), "broken.yaml")
    assert [operation.id for operation in document.load(file).operations] == ["getRoot"]


def test_a_count_that_is_too_large_to_be_read_is_none(tmp_path: Path) -> None:
    file = written(tmp_path, BROKEN.replace("minimum: zero", "maxLength: 1e999"), "broken.yaml")
    with pytest.raises(ContractError, match=r"broken\.yaml:11: .*/maxLength has to be a whole number"):
        document.load(file)
