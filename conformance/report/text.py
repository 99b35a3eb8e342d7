"""The report for people: a line as each verdict falls, then what is wrong, then the sum."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from conformance.plan import PHASES
from conformance.runner import PhaseBegun
from conformance.verdict import ExitCode, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import TaskID

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
    Status.XFAIL: "yellow",
    Status.XPASS: "bold yellow",
}
_WRONG = (Status.ERROR, Status.FAIL, Status.WARN, Status.NOT_REACHED, Status.XPASS)
_SHOWN_ANSWER = 500


class TextReport:
    """Writes to a console what happens while it happens.

    On a terminal a bar shows how far each phase is, and what is wrong stands above it; elsewhere there is a
    plain line for each verdict.
    """

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._brief = console.is_terminal and not verbose
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    @contextmanager
    def watching(self, plan: Plan) -> Iterator[None]:
        """Says what is going to be checked, and shows the run while it lasts."""
        contract = plan.contract
        self._line(f"{contract.title} {contract.version} at {plan.target.root}, seed {plan.seed}")
        self._line(f"Clauses: {len(plan.clauses())}, mode {plan.mode}", "dim")
        if not self._console.is_terminal:
            yield
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<9}"),
            TextColumn("{task.completed:>4.0f} decided", style="dim"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[hint]}", style="dim"),
        )
        with Progress(*columns, console=self._console, transient=True) as self._progress:
            yield
        self._progress = None

    def observe(self, event: Event) -> None:
        """Takes one event of the run."""
        if isinstance(event, PhaseBegun):
            self._begin(event)
        else:
            self._show(event.verdict)

    def _begin(self, event: PhaseBegun) -> None:
        hint = {str(phase): text for phase, text in PHASES.items()}.get(event.name, "")
        if self._progress is None:
            allowed = "" if event.budget is None else f", at most {event.budget:.0f} s"
            self._line(f"-- {event.name}{': ' if hint else ''}{hint}{allowed}", "dim")
            return
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1, visible=False)
        self._task = self._progress.add_task(event.name, total=None, hint=hint)

    def _show(self, verdict: Verdict) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
        if self._brief and verdict.status in (Status.PASS, Status.SKIP):
            return
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
        totals = results.totals
        operations = [verdict for verdict in results.verdicts if verdict.derived]
        kept = sum(verdict.status is Status.PASS for verdict in operations)
        seconds = (results.ended - results.begun).total_seconds()
        requests = sum(verdict.requests for verdict in results.verdicts)
        self._line()
        self._line(results.sentence, "bold green" if code is ExitCode.CONFORMS else "bold red")
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
