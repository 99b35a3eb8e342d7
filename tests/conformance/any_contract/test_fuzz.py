"""Fuzzing by a contract of which nothing else is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance import cli
from tests.conformance.any_contract.answering import JSON, answering
from tests.conformance.contracts import stated


def _answer(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {media_type: {"schema": schema}}}}}


def _fuzzed(folder: Path, url: str, paths: dict[str, Any], *more: str) -> dict[str, str]:
    """Return the statuses of the verdicts of fuzzing, by their ids."""
    file = str(stated(folder, paths=paths))
    command = ["check", url, "--contract", file, "--output", str(folder / "out"), "--only", "S.*.fuzz"]
    cli.run([*command, "--max-examples", "3", "--budget", "300", "--timeout", "60", *more])
    results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    return {verdict["id"]: verdict["status"] for verdict in results["derived"]}


@pytest.mark.parametrize(
    ("media_type", "status"), [("text/plain", "PASS"), ("text/event-stream", "PASS"), (JSON, "FAIL")]
)
def test_what_is_no_json_is_not_judged_as_such(tmp_path: Path, media_type: str, status: str) -> None:
    paths = {"/text": {"get": {"operationId": "getText"} | _answer(media_type, {"type": "string"})}}
    with answering(("/text", 200, media_type, {}), content=b"123") as url:
        assert _fuzzed(tmp_path, url, paths) == {"S.getText.fuzz": status}


def test_what_is_left_out_is_not_called_for_what_others_need(tmp_path: Path) -> None:
    asked: list[str] = []
    note = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    body = {"requestBody": {"content": {JSON: {"schema": {"type": "object"}}}}}
    paths = {"/notes": {"post": _answer(JSON, note) | body}, "/notes/{id}": {"get": _answer(JSON, note)}}
    with answering(("/notes", 200, JSON, {}), asked=asked, content=b'{"id": 7}') as url:
        verdicts = _fuzzed(tmp_path, url, paths, "--exclude", "POST /notes")

    assert verdicts == {"S.postNotes.fuzz": "SKIP", "S.getNotesById.fuzz": "PASS"}
    assert not [each for each in asked if each.startswith("POST")]
