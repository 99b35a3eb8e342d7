"""Every answer of a run, whoever asked for it, against what the contract states for its operation."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.contract.document import Contract, pointer_to
from conformance.http.answer import Answer
from conformance.run import skips
from conformance.run.disclosures import disclosed
from conformance.run.plan import Plan
from conformance.run.response_schemas import ResponseSchemas
from conformance.run.schema_verdicts import answers_id, decided
from conformance.run.verdict import Finding, Status, Verdict

_MOST_FINDINGS = 10
_SHOWN = 600


def demand(operation_id: str) -> str:
    """Return what is asked of the answers of an operation."""
    return f"Every answer of {operation_id} keeps its statuses, media type, headers and schema."


@dataclass
class _Seen:
    """What was seen of one operation."""

    answers: int = 0
    seconds: float = 0.0
    statuses: set[int] = field(default_factory=set)
    findings: dict[tuple[str, int], Finding] = field(default_factory=dict)
    disclosures: dict[int, Finding] = field(default_factory=dict)


class ResponseAudit:
    """Judges the shape of answers as they come: status, media type, headers and body.

    It may be told of answers in several threads.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = ResponseSchemas(contract)
        self._seen = {operation.id: _Seen() for operation in contract.operations}
        self._lock = threading.Lock()

    def observe(self, answer: Answer) -> None:
        """Judge one answer. One to a request that no operation states is not judged."""
        operation = self._schemas.routes.find(answer.sent.method, answer.sent.path)
        if operation is None:
            return
        begun = time.perf_counter()
        faults, told = self._schemas.faults(operation, answer), disclosed(answer)
        seen = self._seen[operation.id]
        with self._lock:
            seen.answers += 1
            seen.statuses.add(answer.status)
            seen.seconds += time.perf_counter() - begun
            for fault in faults:
                # The first of each kind is shown.
                key = fault.pointer, answer.status
                if key not in seen.findings and len(seen.findings) < _MOST_FINDINGS:
                    seen.findings[key] = Finding(
                        fault.expected,
                        fault.actual[:_SHOWN],
                        (answer.exchange,),
                        pointer=fault.pointer,
                        cause=fault.cause,
                    )

            if told is not None:
                expected = "an error that tells nothing of the server's inside, like SQL or a stack trace"
                seen.disclosures.setdefault(answer.status, Finding(expected, told, (answer.exchange,)))

    def verdicts(self, plan: Plan) -> Iterator[Verdict]:
        """Yield one verdict for each operation that is asked for, in the order of the contract."""
        for operation in self._contract.operations:
            verdict_id = answers_id(operation.id)
            if plan.only is not None and verdict_id not in plan.only:
                continue
            seen = self._seen[operation.id]
            status, reason = Status.PASS, ""
            findings = tuple(seen.findings.values())
            if skipped := skips.operation(plan, operation.id):
                status, reason, findings = Status.SKIP, skipped, ()
            elif findings:
                status, findings = Status.FAIL, (*findings, *seen.disclosures.values())
            elif unusable := self._schemas.unusable_of(operation):
                status, reason = Status.NOT_REACHED, unusable
            elif seen.disclosures:
                # No contract says so, and yet everybody wants to know it.
                status, findings = Status.WARN, tuple(seen.disclosures.values())
            elif not seen.answers:
                status, reason = Status.NOT_REACHED, "no answer of it was seen"
                if writes := skips.writing(plan, operation):
                    status, reason = Status.SKIP, writes
            elif min(seen.statuses) >= 400 and min(plan.contract.statuses(operation), default=400) < 400:
                told = ", ".join(map(str, sorted(seen.statuses)))
                reason = f"it never gave a good answer, so that its refusals alone were looked at ({told})"
            yield decided(
                plan,
                verdict_id,
                operation,
                status,
                text=demand(operation.id),
                pointer=pointer_to("paths", operation.path, operation.method.lower(), "responses"),
                reason=reason,
                findings=findings,
                # The requests were made for others, and are counted with them.
                requests=0,
                seconds=seen.seconds,
            )
