"""The report for people: a line as each verdict falls, then what is wrong, then the sum."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from conformance.report import summary
from conformance.report.document import Document
from conformance.run.events import Event, Noted, PhaseBegun
from conformance.run.plan import Plan
from conformance.run.verdict import Status, Verdict


class _PatientConsole(Console):
    """One whose reader may leave: a run goes on without it, to its verdict and its reports."""

    def on_broken_pipe(self) -> None:
        """Say nothing more, and see that Python does not complain when it ends."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def patient_console() -> Console:
    """Return a console on the standard output for a run that lasts."""
    return _PatientConsole(highlight=False)


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
        """Say what is going to be checked, and show the run while it lasts."""
        contract = plan.contract
        self._line(f"{contract.title} {contract.version} at {plan.target.root}, seed {plan.seed}")
        stated = (
            f"Clauses: {len(plan.clauses())}"
            if contract.clauses
            else f"Operations: {len(contract.operations)}"
        )
        self._line(f"{stated}, mode {plan.mode}", "dim")
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
        """Take one event of the run."""
        if isinstance(event, PhaseBegun):
            self._begin(event)
        elif isinstance(event, Noted):
            self._line(event.text, "yellow")
        else:
            self._show(event.verdict)

    def _begin(self, event: PhaseBegun) -> None:
        hint = event.summary
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
        line = Text(f"{verdict.status:<12}", style=summary.STYLES[verdict.status])
        line.append(f"{verdict.id:<12} {verdict.text}", style="default")
        if self._console.is_terminal:
            line.truncate(self._console.width, overflow="ellipsis")
        self._console.print(line, soft_wrap=True)

    def finish(self, document: Document) -> None:
        """Say what is wrong, how to see it again, and what the run amounts to."""
        summary.show(self._console, document)

    def _line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
