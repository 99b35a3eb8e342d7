"""What a run came to. Every report is a view of it."""

import json
import platform
import re
import shlex
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import conformance
from conformance.run.coverage import Ledger
from conformance.run.plan import Plan
from conformance.run.residue import Residue
from conformance.run.verdict import ExitCode, Finding, Status, Totals, Verdict, exit_code, totals

SCHEMA_VERSION = 2
_SENTENCES = {
    ExitCode.CONFORMS: "The server conforms.",
    ExitCode.DOES_NOT_CONFORM: "The server does not conform.",
    ExitCode.INCOMPLETE: "Not proved: something that was claimed was not reached.",
    ExitCode.SUITE_FAILED: "No verdict: the suite itself failed. Please report it.",
    ExitCode.STALE: "The file of expected failures is out of date: correct it.",
    ExitCode.INTERRUPTED: "Interrupted: not proved. What the run had made was removed, if the server let it.",
}
_PLAIN_ID = re.compile(r"[\w.\[\]-]+", re.ASCII)
_PARTIAL = "A verdict on the server takes a run without restrictions."


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """How a phase went: `done`, `skipped` or `cut short`."""

    name: str
    status: str
    reason: str = ""
    budget: float | None = None
    seconds: float = 0.0
    requests: int = 0

    def after(self, earlier: "PhaseRecord | None") -> "PhaseRecord":
        """Return the record of this round and of an earlier one together."""
        if earlier is None:
            return self
        return replace(
            self,
            status=max(self.status, earlier.status, key=("done", "skipped", "cut short").index),
            budget=None if self.budget is None else self.budget + (earlier.budget or 0.0),
            seconds=self.seconds + earlier.seconds,
            requests=self.requests + earlier.requests,
        )


@dataclass(frozen=True, slots=True)
class Results:
    """A plan, and the verdicts that came of it.

    Attributes:
        ledger: what was reached of the contract.
        obstacle: why nothing could be checked; None when something could.
        sent: how many requests left, those included that no verdict took.
        is_interrupted: whether somebody broke the run off.
    """

    plan: Plan
    verdicts: tuple[Verdict, ...]
    phases: tuple[PhaseRecord, ...]
    ledger: Ledger
    obstacle: str | None
    begun: datetime
    ended: datetime
    left_behind: Residue
    prefix: str
    sent: int = 0
    is_interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """What the command says to the shell. What fails does so however the run ends."""
        if self.obstacle is not None:
            return ExitCode.INCOMPLETE
        stale = bool(self.plan.expected.expired(self.begun.date()))
        by_name = self.plan.only is not None
        code = exit_code(self.verdicts, strict=self.plan.strict, stale=stale, by_name=by_name)
        if self.is_interrupted and code is not ExitCode.DOES_NOT_CONFORM:
            return ExitCode.INTERRUPTED
        return ExitCode.CONFORMS if code is ExitCode.STALE and self.plan.allow_stale else code

    @property
    def totals(self) -> Totals:
        """The figures over all clauses that were asked for."""
        return totals(self.verdicts)

    @property
    def whole(self) -> bool:
        """Whether the run asked for everything, so that it is a verdict on the server."""
        return self._asked_for_all and set(self.plan.contract.profiles) <= self.plan.profiles

    @property
    def _asked_for_all(self) -> bool:
        """Whether nothing was left out of what the server claims."""
        return self.plan.only is None and all(phase.status != "skipped" for phase in self.phases)

    @property
    def sentence(self) -> str:
        """The verdict on the server, in one sentence."""
        if self.obstacle is not None:
            return self.obstacle
        code = self.exit_code
        if code is ExitCode.INCOMPLETE and all(each.status is Status.SKIP for each in self.verdicts):
            return "Not proved: everything was skipped, and nothing was checked."
        if code is ExitCode.SUITE_FAILED and self._brought_checks_alone_failed:
            return "No verdict: a check of yours failed by itself. Correct it, and run again."
        if code is not ExitCode.CONFORMS or self.whole:
            is_partial = self.is_interrupted and code is ExitCode.DOES_NOT_CONFORM
            return _SENTENCES[code] + (" It was interrupted: not all was checked." if is_partial else "")
        if self._asked_for_all:
            claimed = ", ".join(sorted(self.plan.profiles))
            return f"The server conforms to the profiles that it claims: {claimed}."
        return f"What was asked for {self._as_it_went}. {_PARTIAL}"

    @property
    def _brought_checks_alone_failed(self) -> bool:
        """Whether what failed by itself are checks of the contract's owner, and nothing of the suite."""
        checks = self.plan.checks
        failed = [verdict.id for verdict in self.verdicts if verdict.status is Status.ERROR]
        return bool(failed) and all(each in checks and not checks[each].is_own for each in failed)

    @property
    def _as_it_went(self) -> str:
        """What is said of a part in which nothing is wrong that is not known."""
        statuses = {verdict.status for verdict in self.verdicts}
        if Status.XFAIL not in statuses:
            return "passes"
        return "passes, or fails as expected" if Status.PASS in statuses else "fails as expected"

    def rerun(self, verdict_id: str) -> str:
        """Return the command that repeats one check."""
        plan = self.plan
        mode = f" --mode {plan.mode}" if plan.mode != "standard" else ""
        excluded = f" --exclude {_word(','.join(sorted(plan.excluded)))}" if plan.excluded else ""
        only = f"--only {_word(verdict_id)}{mode}{excluded} --seed {plan.seed}"
        return f"conformance check {plan.target.root} {only}{self._named}"

    @property
    def _named(self) -> str:
        """The options that name the contract, where it is not the suite's own."""
        contract = self.plan.contract
        if contract.is_own:
            return ""
        base = contract.servers[0]
        more = f" --base {shlex.quote(base or '/')}" if base != contract.stated_servers[0] else ""
        more += "".join(f" --checks {shlex.quote(package)}" for package in self.plan.packages)
        return f" --contract {shlex.quote(str(contract.path))}{more}"

    def _replay(self, verdict_id: str, folder: Path | None) -> str:
        file = shlex.quote(str(folder or "results.json"))
        return f"conformance replay {_word(verdict_id)} --results {file}{self._named}"

    def as_dict(self, folder: Path | None = None) -> dict[str, Any]:
        """Return the shape of `results.json`, for the folder in which it will stand.

        It is public: a change that breaks it takes a new `schema_version`.
        """
        plan, contract = self.plan, self.plan.contract
        document = {
            "schema_version": SCHEMA_VERSION,
            "suite": {
                "version": conformance.__version__,
                "schemathesis": version("schemathesis"),
                "hypothesis": version("hypothesis"),
                "python": platform.python_version(),
            },
            "contract": {
                "title": contract.title,
                "version": contract.version,
                "sha256": contract.sha256,
                "file": contract.path.name,
            },
            "target": plan.target.root,
            "label": plan.label,
            "mode": plan.mode,
            "read_only": plan.target.read_only,
            "strict": plan.strict,
            "seed": plan.seed,
            "excluded": sorted(plan.excluded),
            "started_at": _instant(self.begun),
            "finished_at": _instant(self.ended),
            "profiles": {"claimed": sorted(plan.profiles), "skipped": dict(sorted(plan.skips.items()))},
            "exit_code": int(self.exit_code),
            "sentence": self.sentence,
            "obstacle": self.obstacle,
            "totals": self._totals(),
            "phases": [asdict(phase) | {"seconds": round(phase.seconds, 3)} for phase in self.phases],
            "coverage": None if self.obstacle else self.ledger.as_dict(),
            "left_behind": {**self.left_behind.counts, "name_prefix": self.prefix},
            "clauses": [self._verdict(verdict, folder) for verdict in self.verdicts if not verdict.derived],
            "derived": [self._verdict(verdict, folder) for verdict in self.verdicts if verdict.derived],
        }
        # Whatever a server put into its answers, no key leaves the suite.
        clean = plan.target.redactor.text(json.dumps(document, ensure_ascii=False))
        return dict(json.loads(clean))

    def _totals(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            counts[verdict.status] = counts.get(verdict.status, 0) + 1
        figures = self.totals
        return {
            "clauses": figures.clauses,
            "claimed": figures.claimed,
            "passed": figures.passed,
            "index": figures.index,
            "score": figures.score,
            "statuses": counts,
            "requests": self.sent,
            "seconds": round((self.ended - self.begun).total_seconds(), 3),
        }

    def _verdict(self, verdict: Verdict, folder: Path | None) -> dict[str, Any]:
        expectation = verdict.expectation
        return {
            "id": verdict.id,
            "level": verdict.level,
            "profile": verdict.profile,
            "text": verdict.text,
            "operation": verdict.operation_id,
            "line": verdict.line,
            "pointer": verdict.pointer,
            "phase": verdict.phase,
            "status": verdict.status,
            "reason": verdict.reason,
            "requests": verdict.requests,
            "seconds": round(verdict.seconds, 4),
            "findings": [_finding(finding) for finding in verdict.findings],
            "rerun": self.rerun(verdict.id) if verdict.findings else None,
            "replay": self._replay(verdict.id, folder) if verdict.findings else None,
            "expected_failure": expectation
            and {
                "reason": expectation.reason,
                "owner": expectation.owner,
                "expires": expectation.expires.isoformat(),
            },
        }


def _word(verdict_id: str) -> str:
    """Return an id as a word of the shell."""
    return verdict_id if _PLAIN_ID.fullmatch(verdict_id) else shlex.quote(verdict_id)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "expected": finding.expected,
        "actual": finding.actual,
        "code": finding.code,
        "pointer": finding.pointer,
        "steps": list(finding.steps),
        "cause": finding.cause or None,
        "curl": finding.curl,
        "setup": [exchange.curl() for exchange in finding.setup],
        "exchanges": [exchange.as_dict() for exchange in finding.exchanges],
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
