"""The report for people: a line as each verdict falls, then what is wrong, then the sum."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from conformance.runner import Decided, Noted, PhaseBegun
from conformance.verdict import ExitCode, Status

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.results import Results
    from conformance.runner import Event, Plan
    from conformance.verdict import Finding, Verdict

_STYLES = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.WARN: "yellow",
    Status.SKIP: "dim",
    Status.NOT_REACHED: "magenta",
    Status.ERROR: "bold red reverse",
}
_WRONG = (Status.ERROR, Status.FAIL, Status.WARN, Status.NOT_REACHED)
_SHOWN_ANSWER = 500

_SENTENCES = {
    ExitCode.CONFORMS: "The server conforms.",
    ExitCode.DOES_NOT_CONFORM: "The server does not conform.",
    ExitCode.INCOMPLETE: "Not proved: at least one claimed clause was not reached.",
    ExitCode.SUITE_FAILED: "No verdict: the suite itself failed. Please report it.",
}


class TextReport:
    """Writes to a console what happens while it happens. On no terminal it writes plain lines."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, plan: Plan) -> None:
        """Says what is going to be checked."""
        contract = plan.contract
        self._line(f"{contract.title} {contract.version} at {plan.target.root}, seed {plan.seed}")
        operations = len(plan.fuzzed()) if plan.fuzz else 0
        self._line(f"Clauses: {len(plan.clauses())}, operations to fuzz: {operations}", "dim")

    def observe(self, event: Event) -> None:
        """Takes one event of the run."""
        if isinstance(event, PhaseBegun):
            if event.name == "fuzz" and self._console.is_terminal:
                self._line("Schemathesis is looking for answers that break the schemas …", "dim")
        elif isinstance(event, Noted):
            self._line(event.text, "yellow")
        elif isinstance(event, Decided):
            verdict = event.verdict
            line = Text(f"{verdict.status:<12}", style=_STYLES[verdict.status])
            line.append(f"{verdict.id:<12} {verdict.text}", style="default")
            if self._console.is_terminal:
                line.truncate(self._console.width, overflow="ellipsis")
            self._console.print(line, soft_wrap=True)

    def finish(self, results: Results) -> None:
        """Says what is wrong, how to see it again, and what the run amounts to."""
        if results.obstacle is not None:
            self._line(results.obstacle, "bold red")
            return
        for verdict in results.verdicts:
            if verdict.status in _WRONG:
                self._explain(verdict, results)
        self._skips(results)
        self._summary(results)

    def _explain(self, verdict: Verdict, results: Results) -> None:
        place = f"{results.plan.contract.path.name}:{verdict.line}"
        self._line()
        self._line(f"{verdict.status} {verdict.id}", _STYLES[verdict.status])
        self._line(f"  {verdict.text}")
        operation = verdict.operation_id or "every operation"
        self._line(f"  {verdict.level}, profile {verdict.profile}, {operation}, {place}", "dim")
        if verdict.reason:
            self._line(f"  because    {verdict.reason}")
        for finding in verdict.findings:
            self._finding(finding)
        self._line(f"  again      {results.rerun(verdict.id)}")

    def _finding(self, finding: Finding) -> None:
        code = f" ({finding.code}: schemathesis explain {finding.code})" if finding.code else ""
        self._line(f"  expected   {finding.expected}{code}")
        self._line(f"  came back  {finding.actual}")
        if finding.curl:
            self._line(f"  request    {finding.curl}")
        for exchange in finding.exchanges:
            self._line(f"  request    {exchange.curl()}")
            self._line(f"  answer     {exchange.answer()[:_SHOWN_ANSWER]}")

    def _skips(self, results: Results) -> None:
        skipped = [verdict for verdict in results.verdicts if verdict.status is Status.SKIP]
        reasons = {
            verdict.reason: [v.id for v in skipped if v.reason == verdict.reason] for verdict in skipped
        }
        if reasons:
            self._line()
        for reason, ids in reasons.items():
            self._line(f"Skipped, which is no pass: {', '.join(ids)} ({reason}).")

    def _summary(self, results: Results) -> None:
        code = results.exit_code
        sentence = _SENTENCES[code]
        if code is ExitCode.CONFORMS and not results.whole:
            sentence = "What was asked for passes. A verdict on the server takes a run without restrictions."
        totals = results.totals
        operations = [verdict for verdict in results.verdicts if verdict.derived]
        kept = sum(verdict.status is Status.PASS for verdict in operations)
        seconds = (results.ended - results.begun).total_seconds()
        requests = sum(verdict.requests for verdict in results.verdicts)
        self._line()
        self._line(sentence, "bold green" if code is ExitCode.CONFORMS else "bold red")
        self._line(
            f"  index {totals.index} clauses claimed, score {totals.score} passed, "
            f"schemas kept by {kept}/{len(operations)} operations"
        )
        self._line(f"  {requests:,} requests in {seconds:.1f} s, seed {results.plan.seed}")
        self._line(f"  {_residue(results)}")

    def _line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def _residue(results: Results) -> str:
    by_nature = "Audit rows and revoked API keys stay by nature."
    left = {
        kind.replace("_", " "): count for kind, count in asdict(results.left_behind).items() if count != 0
    }
    if not left:
        return f"Nothing of the run was left behind. {by_nature}"
    told = ", ".join(
        f"{kind} that cannot be counted" if count is None else f"{count} {kind}"
        for kind, count in left.items()
    )
    return f"Left behind: {told}. Their names begin with {results.prefix}. {by_nature}"
