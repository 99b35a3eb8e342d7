"""What a run came to. Every report is a view of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import conformance
from conformance.fuzz.engine import SCHEMATHESIS_VERSION
from conformance.verdict import ExitCode, Totals, Verdict, exit_code, totals

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.clean_up import Residue
    from conformance.runner import Plan
    from conformance.verdict import Finding

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Results:
    """A plan, and the verdicts that came of it."""

    plan: Plan
    verdicts: tuple[Verdict, ...]
    obstacle: str | None
    """Why nothing could be checked; None when something could."""
    begun: datetime
    ended: datetime
    left_behind: Residue
    prefix: str

    @property
    def exit_code(self) -> ExitCode:
        """What the command says to the shell."""
        if self.obstacle is not None:
            return ExitCode.INCOMPLETE
        return exit_code(self.verdicts, strict=self.plan.strict)

    @property
    def totals(self) -> Totals:
        """The figures over all clauses that were asked for."""
        return totals(self.verdicts)

    @property
    def whole(self) -> bool:
        """Whether the run asked for everything, so that it is a verdict on the server."""
        plan = self.plan
        return plan.only is None and plan.fuzz and set(plan.contract.profiles) <= plan.profiles

    def rerun(self, verdict_id: str) -> str:
        """The command that repeats one check."""
        return f"conformance check {self.plan.target.root} --only {verdict_id} --seed {self.plan.seed}"

    def as_dict(self) -> dict[str, Any]:
        """The shape of `results.json`. It is public: a change that breaks it takes a new `schema_version`."""
        contract = self.plan.contract
        document = {
            "schema_version": SCHEMA_VERSION,
            "suite": {"version": conformance.__version__, "schemathesis": SCHEMATHESIS_VERSION},
            "contract": {"title": contract.title, "version": contract.version, "sha256": contract.sha256},
            "target": self.plan.target.root,
            "seed": self.plan.seed,
            "started_at": _instant(self.begun),
            "finished_at": _instant(self.ended),
            "profiles": sorted(self.plan.profiles),
            "strict": self.plan.strict,
            "exit_code": int(self.exit_code),
            "obstacle": self.obstacle,
            "totals": {"index": self.totals.index, "score": self.totals.score, "statuses": self._statuses()},
            "left_behind": {**asdict(self.left_behind), "name_prefix": self.prefix},
            "clauses": [self._verdict(verdict) for verdict in self.verdicts if not verdict.derived],
            "operations": [self._verdict(verdict) for verdict in self.verdicts if verdict.derived],
        }
        # Whatever a server put into its answers, no key leaves the suite.
        clean = self.plan.target.redactor.text(json.dumps(document, ensure_ascii=False))
        return dict(json.loads(clean))

    def _statuses(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            counts[verdict.status] = counts.get(verdict.status, 0) + 1
        return counts

    def _verdict(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "id": verdict.id,
            "level": verdict.level,
            "profile": verdict.profile,
            "text": verdict.text,
            "operation": verdict.operation_id,
            "line": verdict.line,
            "status": verdict.status,
            "reason": verdict.reason,
            "requests": verdict.requests,
            "seconds": round(verdict.seconds, 4),
            "findings": [_finding(finding) for finding in verdict.findings],
            "rerun": self.rerun(verdict.id) if verdict.findings else None,
        }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "expected": finding.expected,
        "actual": finding.actual,
        "code": finding.code,
        "curl": finding.curl,
        "exchanges": [exchange.as_dict() for exchange in finding.exchanges],
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
