"""What a run came to, for a terminal: what is wrong and how to see it again, the skips, and the sum."""

import io
from typing import Any

from rich.console import Console
from rich.text import Text

from conformance.report.document import Document, by_cause, by_reason, in_part, place, shown, wrong
from conformance.report.evidence import GONE, answer
from conformance.report.figures import figures
from conformance.run.residue import counted

STYLES = {
    "PASS": "green",
    "FAIL": "bold red",
    "WARN": "yellow",
    "SKIP": "dim",
    "NOT_REACHED": "magenta",
    "ERROR": "bold red reverse",
    "XFAIL": "yellow",
    "XPASS": "bold yellow",
}
_SHOWN_ANSWER = 500
_SHOWN_IDS = 10


def render(document: Document) -> str:
    """Return the summary as plain text."""
    text = io.StringIO()
    show(Console(file=text, color_system=None, highlight=False, width=100), document)
    return text.getvalue()


def show(console: Console, document: Document) -> None:
    """Print the summary. Nothing that a server sent reaches the terminal as a control character."""
    _Summary(console, shown(document)).print()


class _Summary:
    def __init__(self, console: Console, document: Document) -> None:
        self._console = console
        self._document = document

    def print(self) -> None:
        if self._document["obstacle"] is not None:
            self._line(self._document["obstacle"], "bold red")
            return
        if self._console.is_terminal:
            # What is looked at first is at the end.
            self._skips()
            self._in_part()
            self._expected()
            self._unproved()
            for group in reversed(by_cause(wrong(self._document))):
                self._explain_group(group)
            self._sum()
            return
        self._sum()
        for group in by_cause(wrong(self._document)):
            self._explain_group(group)
        self._unproved()
        self._expected()
        self._in_part()
        self._skips()

    def _unproved(self) -> None:
        for reason, unproved in by_reason(self._document, "NOT_REACHED").items():
            if len(unproved) == 1:
                self._explain(unproved[0])
                continue
            self._line()
            self._line(f"NOT_REACHED {len(unproved)} checks", STYLES["NOT_REACHED"])
            self._line(f"  {_ids(unproved)}")
            self._line(f"  because    {reason}")

    def _explain_group(self, group: list[dict[str, Any]]) -> None:
        """Print one verdict whole; of several with one cause, the first, and the ids of all."""
        if len(group) > 1:
            causes = sorted({finding["cause"] for verdict in group for finding in verdict["findings"]})
            self._line()
            status = group[0]["status"]
            self._line(f"{status} {len(group)} checks, of one cause: {'; '.join(causes)}", STYLES[status])
            self._line(f"  {_ids(group)}")
            self._line("  The first of them:")
        self._explain(group[0])

    def _explain(self, verdict: dict[str, Any]) -> None:
        operation = verdict["operation"] or "every operation"
        where = place(self._document, verdict["line"])
        self._line()
        self._line(f"{verdict['status']} {verdict['id']}", STYLES[verdict["status"]])
        self._line(f"  {verdict['text']}")
        self._line(f"  {verdict['level']}, profile {verdict['profile']}, {operation}, {where}", "dim")
        if verdict["reason"]:
            self._line(f"  because    {verdict['reason']}")
        for finding in verdict["findings"]:
            self._finding(finding)
        if verdict["rerun"]:
            self._line(f"  again      {verdict['rerun']}")

    def _finding(self, finding: dict[str, Any]) -> None:
        code = f" ({finding['code']}: schemathesis explain {finding['code']})" if finding["code"] else ""
        self._line(f"  expected   {finding['expected']}{code}")
        self._line(f"  came back  {finding['actual']}")
        for step in finding["steps"]:
            self._line(f"  step       {step}")
        if finding["curl"]:
            self._line(f"  request    {finding['curl']}")
        setup = finding.get("setup", [])
        for call in setup:
            self._line(f"  first      {call}")
        for exchange in finding["exchanges"]:
            self._line(f"  request    {exchange['curl']}")
            if role := exchange.get("role"):
                self._line(f"  as         the role {role}")
            self._line(f"  answer     {answer(exchange)[:_SHOWN_ANSWER]}")
        if setup:
            self._line(f"  note       {GONE}")

    def _expected(self) -> None:
        document = self._document
        expected = [v for v in document["clauses"] + document["derived"] if v["status"] == "XFAIL"]
        if expected:
            self._line()
        for verdict in expected:
            entry = verdict["expected_failure"]
            told = f"{entry['reason']}; {entry['owner']}, until {entry['expires']}"
            self._line(f"Fails as expected, which is no pass: {verdict['id']} ({told}).")

    def _skips(self) -> None:
        reasons = by_reason(self._document, "SKIP")
        if reasons:
            self._line()
        for reason, skipped in reasons.items():
            self._line(f"Skipped, which is no pass: {_ids(skipped)} ({reason}).")

    def _in_part(self) -> None:
        reasons = in_part(self._document)
        if reasons:
            self._line()
        for reason, passed in reasons.items():
            self._line(f"Passed, but for what never came about: {_ids(passed)} ({reason}).")

    def _sum(self) -> None:
        document, totals = self._document, self._document["totals"]
        kept = sum(verdict["status"] == "PASS" for verdict in document["derived"])
        self._line()
        self._line(document["sentence"], "bold green" if document["exit_code"] == 0 else "bold red")
        found = figures(document)
        more = f", derived checks {kept}/{len(document['derived'])}" if found.what == "clauses" else ""
        self._line(f"  index {found.index} {found.what} claimed, score {found.score} passed{more}")
        if one_sided := sum(v["status"] == "PASS" and bool(v["reason"]) for v in document["derived"]):
            self._line(
                f"  {one_sided} of those that passed were tried on one side alone: results.json says why"
            )
        self._line(f"  {totals['requests']:,} requests in {totals['seconds']:.1f} s, seed {document['seed']}")
        self._line(f"  {residue(document)}")

    def _line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def _ids(found: list[dict[str, Any]]) -> str:
    """Return the first ids, and how many there are beside them."""
    told = ", ".join(verdict["id"] for verdict in found[:_SHOWN_IDS])
    more = len(found) - _SHOWN_IDS
    return f"{told}, and {more:,} more: results.json has all" if more > 0 else told


def residue(document: Document) -> str:
    """Return what the run left on the server."""
    kinds = {kind: count for kind, count in document["left_behind"].items() if kind != "name_prefix"}
    by_nature = " Audit rows and revoked API keys stay by nature." if "api_keys" in kinds else ""
    left = {kind: count for kind, count in kinds.items() if count != 0}
    if not left:
        return f"Nothing of the run was left behind.{by_nature}"
    told = ", ".join(
        f"{kind.replace('_', ' ')} that cannot be counted" if count is None else counted(kind, count)
        for kind, count in left.items()
    )
    prefix = document["left_behind"]["name_prefix"]
    return f"Left behind: {told}. Where they have names, these begin with {prefix}.{by_nature}"
