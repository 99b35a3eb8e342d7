"""SARIF 2.1.0, for code review: each failure stands beside the line of the contract that is broken."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from conformance.report.document import FAILED, Document, shown, verdicts, wrong
from conformance.report.evidence import curl_lines, headline

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
_SEVERITIES = {"MUST": "error", "SHOULD": "warning", "MAY": "recommendation"}


def render(document: Document) -> str:
    """Return the results as a SARIF log with one run."""
    document = shown(document)
    rules = [_rule(document, verdict) for verdict in verdicts(document)]
    indices = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "conformance",
                "version": document["suite"]["version"],
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"conformance/{document['label'] or document['target']}/"},
        "invocations": [_invocation(document)],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that holds the contract."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            {"ruleIndex": indices[verdict["id"]], **result}
            for verdict in verdicts(document)
            for result in _results(document, verdict)
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _rule(document: Document, verdict: dict[str, Any]) -> dict[str, Any]:
    text, stated = verdict["text"], f"{_uri(document)}#L{max(1, verdict['line'])}"
    return {
        "id": verdict["id"],
        "shortDescription": {"text": f"{verdict['id']} ({verdict['level']})"},
        "fullDescription": {"text": text or verdict["id"]},
        # A helpUri has to be absolute, and where the contract is published only its readers know.
        "help": {"text": f"{text}\n\nStated at {stated}. See: conformance explain {verdict['id']}"},
        "defaultConfiguration": {"level": _LEVELS[verdict["level"]]},
        "properties": {
            "tags": list(dict.fromkeys([verdict["level"], verdict["profile"], verdict["phase"]])),
            "problem.severity": _SEVERITIES[verdict["level"]],
            "contract": stated,
        },
    }


def _results(document: Document, verdict: dict[str, Any]) -> Iterator[dict[str, Any]]:
    status = verdict["status"]
    if status == "NOT_REACHED":
        text = f"Not proved: {verdict['reason']}"
        yield {**_result(document, verdict, text, ""), "kind": "open", "level": "none"}
    if status not in FAILED:
        return
    seen: dict[str, int] = {}
    for finding in verdict["findings"]:
        # Not what came back: it may have an id or an instant in it, and the place must be known again.
        kind = f"{finding['code']} {finding['pointer']}"
        seen[kind] = seen.get(kind, 0) + 1
        text = "\n".join([f"{verdict['text']}", headline(finding), *finding["steps"], *curl_lines(finding)])
        result = _result(document, verdict, text, f"{kind} {seen[kind]}")
        result["level"] = "warning" if status == "WARN" else _LEVELS[verdict["level"]]
        if status == "XFAIL":
            entry = verdict["expected_failure"]
            why = f"{entry['reason']} (owner: {entry['owner']}, expires {entry['expires']})"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
        yield result


def _result(document: Document, verdict: dict[str, Any], text: str, kind: str) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _uri(document), "uriBaseId": "SRCROOT"},
        "region": {"startLine": max(1, verdict["line"])},
    }
    print_of = hashlib.sha256(f"{verdict['id']} {kind}".encode()).hexdigest()[:32]
    return {
        "ruleId": verdict["id"],
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"clause/v1": print_of},
        "properties": {
            "status": verdict["status"],
            "operation": verdict["operation"],
            "rerun": verdict["rerun"],
            "replay": verdict["replay"],
        },
    }


def _invocation(document: Document) -> dict[str, Any]:
    """Return what is wrong with the run, and not with the server."""
    notes = [
        _notification("error", f"{verdict['id']}: {verdict['reason']}")
        for verdict in wrong(document)
        if verdict["status"] == "ERROR"
    ]
    if document["obstacle"] is not None:
        notes.append(_notification("error", document["obstacle"]))
    stale = [
        _notification("warning", f"{verdict['id']}: {verdict['reason']}")
        for verdict in wrong(document)
        if verdict["status"] == "XPASS"
    ]
    return {
        "executionSuccessful": document["exit_code"] in (0, 1, 5),
        "exitCode": document["exit_code"],
        "exitCodeDescription": document["sentence"],
        "startTimeUtc": document["started_at"],
        "endTimeUtc": document["finished_at"],
        "toolExecutionNotifications": notes,
        "toolConfigurationNotifications": stale,
    }


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text}}


def _uri(document: Document) -> str:
    file = PurePath(document["contract"]["file"])
    return quote(file.name if file.is_absolute() else file.as_posix())
