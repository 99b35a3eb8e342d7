"""Which members of answers were seen. That a run sees all of ours, `tests/http/test_conformance.py` shows."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.http.answer import Answer, Sent
from conformance.http.evidence import record
from conformance.http.redaction import Redactor
from conformance.run.coverage import Ledger, unreached

THING = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "secret": {"type": "string", "writeOnly": True},
        "note": {"type": "string", "nullable": True},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        "limits": {
            "type": "object",
            "additionalProperties": {"allOf": [{"$ref": "#/components/schemas/Limit"}]},
        },
    },
}
LIMIT = {
    "oneOf": [{"properties": {"most": {"type": "integer"}}}, {"properties": {"all": {"type": "boolean"}}}]
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Give the ledger of a contract with one operation."""
    response = {
        "description": "",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
    }
    path = tmp_path / "things.json"
    stated = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "getThings", "responses": {"200": response}}}},
        "components": {"schemas": {"Thing": THING, "Limit": LIMIT}},
    }
    path.write_text(json.dumps(stated), encoding="utf-8")
    return Ledger(document.load(path))


def _seen(ledger: Ledger, body: Any, status: int = 200) -> list[str]:
    """Return what of the answers was not seen, after one more of them."""
    content = json.dumps(body).encode()
    exchange = record(Redactor({}), "GET", "http://here/things", ((), None), (status, (), content), 0.0)
    ledger.observe(Answer(status, httpx.Headers(), content, exchange, Sent("GET", "/things"), len(content)))
    [operation] = ledger.contract.operations
    return ledger.unseen(operation).get(200, [])


def test_members_are_seen_when_something_stands_in_them(ledger: Ledger) -> None:
    assert _seen(ledger, {"id": 1, "note": "x"}, status=404) == []
    assert _seen(ledger, {}) == ["/"]
    assert _seen(ledger, {"id": 0, "note": None, "parts": [], "limits": {}}) == ["/note", "/parts", "/limits"]
    assert _seen(ledger, {"parts": [{"id": 2}], "limits": {"eu": {"most": 0}}}) == ["/note", "/limits/*/all"]
    assert _seen(ledger, {"note": "", "limits": {"us": {"all": False}}}) == ["/note"]
    assert _seen(ledger, {"note": "x"}) == []


def test_what_was_not_seen_is_a_gap_of_the_operations_answers(ledger: Ledger) -> None:
    _seen(ledger, {"id": 1})

    gaps = [(gap.id, gap.reason) for gap in unreached(ledger, ACCESS_PROFILES)]

    told = "no answer 200 of getThings was seen with anything in /note, /parts, /limits"
    assert gaps == [("S.getThings.answers", told)]
    assert ledger.as_dict()["operations"][0]["unseen"] == {"200": ["/note", "/parts", "/limits"]}
