"""Markdown for the summary of a CI step or a comment: the verdict, what is wrong, and how to see it again."""

import re
from collections.abc import Iterable
from typing import Any

from conformance.report.document import Document, by_reason, place, shown, wrong
from conformance.report.evidence import answer, curl_lines, headline
from conformance.report.figures import figures
from conformance.report.words import STATUSES, counted

MOST_OCTETS = 60_000
"""How long the block may get. GitHub takes 65,536 characters in a comment."""

_SHOWN_TEXT, _SHOWN_EVIDENCE, _SHOWN_FINDINGS, _REASONS_OCTETS = 400, 1500, 5, 6_000
_TABLE = "| status | clause | what the contract says | what came back |\n|---|---|---|---|\n"
_SIGNS = {0: "✅", 1: "❌"}
_SPECIAL = re.compile(r"[\\`*_\[\]<>#!|~&@:$]")
_FENCES = re.compile("`{3,}")


def render(document: Document) -> str:
    """Return the results as one block of GitHub's Markdown, at most 60 kB long."""
    document = shown(document)
    unproved = _reasons(document, "NOT_REACHED", "Not reached, so that nothing is proved")
    skipped = _reasons(document, "SKIP", "Skipped, which is no pass")
    head, tail = _head(document), unproved + skipped + _foot(document)
    found = wrong(document)
    room = MOST_OCTETS - len((head + tail).encode()) - len(_cut_short(len(found), len(found), len(found)))
    rows = _as_many_as_fit((_row(document, verdict) for verdict in found), room // 2)
    table = _TABLE + "".join(rows) + "\n" if rows else ""
    room -= len(table.encode())
    details = _as_many_as_fit((_details(verdict) for verdict in found[: len(rows)]), room)
    cut = "" if len(details) == len(found) else _cut_short(len(found), len(rows), len(details))
    return "".join([head, table, *details, cut, tail])


def _as_many_as_fit(blocks: Iterable[str], octets: int) -> list[str]:
    taken = []
    for block in blocks:
        octets -= len(block.encode())
        if octets < 0:
            break
        taken.append(block)
    return taken


def _head(document: Document) -> str:
    sign = _SIGNS.get(document["exit_code"], "⚠️")
    totals, contract, found = document["totals"], document["contract"], figures(document)
    name = f"{document['label']} ({document['target']})" if document["label"] else document["target"]
    took = f"{totals['requests']:,} requests in {totals['seconds']:.1f} s"
    lines = [
        f"### {sign} {inline(document['sentence'])}",
        "",
        f"{inline(name)}, held to {inline(contract['title'])} {inline(contract['version'])}",
        "",
        f"- **{found.index}** {found.what} claimed, **{found.score}** of these passed",
        f"- checks: {counted(totals['statuses']) or 'none'}",
        f"- {took}, mode {document['mode']}, seed {document['seed']}",
    ]
    if document["obstacle"] not in (None, document["sentence"]):
        lines += ["", f"**{inline(document['obstacle'])}**"]
    return "\n".join(lines) + "\n\n"


def _row(document: Document, verdict: dict[str, Any]) -> str:
    finding = next(iter(verdict["findings"]), None)
    came = verdict["reason"] if finding is None else headline(finding)
    where = f"<code>{inline(verdict['id'])}</code><br>{inline(place(document, verdict['line']))}"
    return f"| {STATUSES[verdict['status']].name} | {where} | {inline(verdict['text'])} | {inline(came)} |\n"


def _details(verdict: dict[str, Any]) -> str:
    pieces = []
    for finding in verdict["findings"][:_SHOWN_FINDINGS]:
        code = f" ({inline(finding['code'])})" if finding["code"] else ""
        pieces.append(f"Expected {inline(finding['expected'])}{code}\n")
        pieces.append(f"Came back: {inline(finding['actual'])}\n")
        if finding["steps"]:
            pieces.append(fenced(_cut("\n".join(finding["steps"]))))
        lines = curl_lines(finding)
        if lines:
            pieces.append(fenced(_cut("\n".join(lines)), "sh"))
        if finding["exchanges"]:
            pieces.append(fenced(_cut(answer(finding["exchanges"][-1]))))
    if verdict["reason"]:
        pieces.append(f"Because {inline(verdict['reason'])}\n")
    commands = [command for command in (verdict["rerun"], verdict["replay"]) if command]
    if commands:
        pieces.append("Again:\n\n" + fenced("\n".join(commands), "sh"))
    if not pieces:
        return ""
    summary = f"{STATUSES[verdict['status']].name}: {inline(verdict['id'])}"
    body = "\n".join(pieces)
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n\n"


def _cut_short(found: int, listed: int, with_evidence: int) -> str:
    return (
        f"{found:,} checks need a look: {listed:,} are listed here, {with_evidence:,} with their requests."
        " All of them are in `results.json`.\n\n"
    )


def _reasons(document: Document, status: str, title: str) -> str:
    reasons = list(by_reason(document, status).items())
    if not reasons:
        return ""
    lines = _as_many_as_fit(
        (
            f"- {inline(reason)}: {len(found):,}, {inline(', '.join(verdict['id'] for verdict in found))}\n"
            for reason, found in reasons
        ),
        _REASONS_OCTETS,
    )
    count = sum(len(found) for _, found in reasons)
    return f"<details><summary>{title}: {count:,} checks</summary>\n\n{''.join(lines)}\n</details>\n\n"


def _foot(document: Document) -> str:
    suite = document["suite"]
    return (
        f"<sub>conformance {inline(suite['version'])}, schemathesis {inline(suite['schemathesis'])}</sub>\n"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_EVIDENCE else text[:_SHOWN_EVIDENCE] + " …"


def inline(text: str, most: int = _SHOWN_TEXT) -> str:
    """Return any text in one line of Markdown, in which nothing of it is markup."""
    line = " ".join(text.split())
    if len(line) > most:
        line = line[:most] + " …"
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", line)


def fenced(text: str, language: str = "") -> str:
    """Return any text as a block of code, whatever fences are in it."""
    longest = max((len(run) for run in _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"
