"""What Schemathesis found, as an outcome for each operation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.contract.document import Contract, Operation
from conformance.http.redaction import Redactor
from conformance.run.response_schemas import unstated
from conformance.run.verdict import Finding, Status

SHOWN = 1500
"""How many characters of a message are shown."""

_MOST_FINDINGS = 5
# Schemathesis' codes for what a server makes of good and bad requests.
_OF_THE_REQUEST = ("ST201", "ST202")
# What is found at many places for one cause, by the code of Schemathesis.
_CAUSES = {"ST101": lambda status: f"{status} is answered", "ST103": unstated}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What fuzzing one operation came to."""

    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run of Schemathesis left.

    Attributes:
        lines: what our hooks wrote down: a line for each call, and for each failure.
        report: Schemathesis' own report; empty when it did not come to write one.
        problem: why nothing can be said, if that is so.
        cut: why it did not come to its end; empty when it did.
        seconds: how long it took, for each operation.
    """

    lines: list[dict[str, Any]]
    report: dict[str, Any]
    problem: Outcome | None
    cut: str
    seconds: float


def outcome(contract: Contract, operation_id: str, evidence: Evidence, redactor: Redactor) -> Outcome:
    """Return what came of fuzzing one operation."""
    seconds = evidence.seconds
    calls = [line["status"] for line in evidence.lines if line.get("call") == operation_id]
    operation = contract.operation(operation_id)
    failures = [line for line in evidence.lines if line.get("operation") == operation_id]
    findings = [*_findings(failures, operation, redactor)]
    findings = findings or [*_untold(contract, operation_id, evidence.report)]
    if findings:
        return Outcome(Status.FAIL, "", tuple(findings[:_MOST_FINDINGS]), len(calls), seconds)
    if evidence.problem is not None:
        return evidence.problem
    if any(status is not None and 200 <= status < 300 for status in calls):
        return Outcome(Status.PASS, evidence.cut, (), len(calls), seconds)
    reason = evidence.cut or "no request was accepted, so that no good answer was seen"
    return Outcome(Status.NOT_REACHED, reason, (), len(calls), seconds)


def _findings(
    lines: Iterable[dict[str, Any]], operation: Operation | None, redactor: Redactor
) -> Iterable[Finding]:
    """Yield one finding for each code and status. The last written is the smallest: Schemathesis shrinks."""
    for line in {(line["code"], line["status"]): line for line in lines}.values():
        message = " ".join(redactor.text(line["message"]).split())[:SHOWN]
        curl = redactor.text(line["curl"])
        pointer = _pointer(operation, line) if operation else None
        actual = f"{line['status']}: {message}"
        cause = _CAUSES[line["code"]](line["status"]) if line["code"] in _CAUSES else ""
        yield Finding(
            f"no {line['title']}", actual, code=line["code"], curl=curl, pointer=pointer, cause=cause
        )


def _pointer(operation: Operation, line: dict[str, Any]) -> str:
    """Return what of the contract is broken, as near as Schemathesis tells."""
    if line["schema_path"]:
        content = "content/application~1json/schema"
        return "/".join((operation.pointer, "responses", str(line["status"]), content, *line["schema_path"]))
    if line["code"] in _OF_THE_REQUEST and line["part"]:
        part = line["part"]["in"]
        return f"{operation.pointer}/{'requestBody' if part == 'body' else 'parameters'}"
    return f"{operation.pointer}/responses"


def _untold(contract: Contract, operation_id: str, report: dict[str, Any]) -> Iterable[Finding]:
    """Yield a finding for each failure that Schemathesis counted and our hook was not told of."""
    operation = contract.operation(operation_id)
    label = f"{operation.method} {operation.path}" if operation else operation_id
    for failure in report.get("failures", []):
        if label in failure.get("operations", []):
            yield Finding(f"no {failure['title']}", f"{failure['count']} of them", code=failure["code"])
