"""One block of Markdown for a review. It fits into a comment, and no text of a contract leaves its place."""

import re
from collections.abc import Iterable, Iterator

from conformance.contract.diff.change import Change, Comparison, Severity
from conformance.contract.diff.document import Place
from conformance.contract.diff.reports.sentences import (
    by_rule,
    concerned,
    headline,
    is_addition,
    is_removal,
    uses,
    who_breaks,
)

MAX_OCTETS = 60_000
"""GitHub takes comments of 65,536 characters."""

MARK = "<!-- access-profiles contract diff -->"
"""The first line, by which a program finds the comment that it wrote before."""

_SHOWN_OF_A_RULE = 20
_SHOWN_WORDS = 600
_ROOM_FOR_THE_END = 4_000
_OPENING = "<details><summary>"
_CLOSING = "\n</details>\n"
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~@#!]")


def markdown(comparison: Comparison, links: str | None = None) -> str:
    """Return the comparison as Markdown of at most `MAX_OCTETS`.

    Args:
        comparison: what to show.
        links: a URL that the new file's lines are linked under, like `https://host/owner/name/blob/main`.
    """
    view = _Markdown(comparison, links)
    kept: list[str] = []
    size, dropped = 0, 0
    for block in view.blocks():
        size += len(block.encode()) + 1
        # Blocks are whole lines. The end of the report is always shown, and what was opened is closed.
        if size <= MAX_OCTETS - _ROOM_FOR_THE_END or (block == _CLOSING and _OPENING in kept):
            kept.append(block)
        elif block.strip() and block not in (_OPENING, _CLOSING):
            dropped += 1
    end = list(view.end())
    if dropped:
        end.insert(0, f"_{dropped} more lines do not fit here: `conformance diff` shows them all._\n")
    return "\n".join([*kept, *end]).rstrip("\n") + "\n"


class _Markdown:
    def __init__(self, comparison: Comparison, links: str | None) -> None:
        self._comparison = comparison
        self._links = links.rstrip("/") if links else None

    def blocks(self) -> Iterator[str]:
        comparison = self._comparison
        yield f"{MARK}\n## Contract: {headline(comparison)}\n"
        yield f"{code(comparison.old.origin)} → {code(comparison.new.origin)}. **{who_breaks(comparison)}**"
        for note in comparison.notes:
            yield text(note)
        yield ""
        for severity in (Severity.BREAKING, Severity.UNCLEAR):
            yield from self._table(severity)
        yield from self._clauses()
        yield from self._safe()

    def end(self) -> Iterator[str]:
        comparison = self._comparison
        if comparison.stale:
            yield "### Approvals that approve nothing\n"
            yield from (f"- {text(each)}" for each in comparison.stale[:40])
            yield ""
        if comparison.unchecked or comparison.stray_checks:
            yield "### Checks missing\n"
            for told, ids in (
                ("Added clauses that no check of the suite proves", comparison.unchecked),
                ("Checks of the suite whose clause is not in the contract", comparison.stray_checks),
            ):
                if ids:
                    more = f" and {len(ids) - 40} more" if len(ids) > 40 else ""
                    yield f"- {told}: {', '.join(code(each[:60]) for each in ids[:40])}{more}"
            yield ""

    def _table(self, severity: Severity) -> Iterator[str]:
        rows = [change for change in self._comparison.of(severity) if not change.words]
        if not rows:
            return
        yield f"### {severity.capitalize()}\n"
        yield "| what | change | for whom | where | used by | rule |\n|---|---|---|---|---|---|"
        for change in rows:
            also = (
                f"<br>also found by {text(', '.join(change.also_found_by))}" if change.also_found_by else ""
            )
            cells = (
                code(change.subject),
                text(change.message) + (f"<br>{text(change.proof)}" if change.proof else ""),
                text(concerned(change)),
                self._places(change),
                text(uses(change)),
                code(change.rule.id) + also,
            )
            yield f"| {' | '.join(cells)} |"
        yield ""

    def _clauses(self) -> Iterator[str]:
        changes = [
            c for s in (Severity.BREAKING, Severity.UNCLEAR) for c in self._comparison.of(s) if c.words
        ]
        if not changes:
            return
        yield "### Clauses and profiles\n"
        for change in changes:
            yield (
                f"- **{text(change.subject)}**, {text(uses(change))}: {text(change.message)} "
                f"({concerned(change)}, {self._places(change)}, {code(change.rule.id)})\n"
                f"  <br>{_words(change)}"
            )
        yield ""

    def _safe(self) -> Iterator[str]:
        changes = self._comparison.of(Severity.SAFE)
        if not changes:
            return
        yield _OPENING
        yield f"{len(changes)} safe</summary>\n"
        for rule, group in by_rule(changes).items():
            shown = "; ".join(self._short(change) for change in group[:_SHOWN_OF_A_RULE])
            more = f"; {len(group) - _SHOWN_OF_A_RULE} more" if len(group) > _SHOWN_OF_A_RULE else ""
            yield f"- {code(rule)} ({len(group)}): {shown}{more}"
        yield _CLOSING

    def _short(self, change: Change) -> str:
        told = (
            ""
            if change.message in ("added", "removed", "reworded", "changed")
            else f" {text(change.message)}"
        )
        return f"{text(change.subject)}{told} ({self._place(change.new)})"

    def _places(self, change: Change) -> str:
        if is_removal(change):
            return f"was {code(f'{change.old.file}:{change.old.line}')}"
        was = "" if is_addition(change) or change.old.line == change.new.line else f" (was {change.old.line})"
        return f"{self._place(change.new)}{was}"

    def _place(self, place: Place) -> str:
        named = code(f"{place.file}:{place.line}")
        return f"[{named}]({self._links}/{place.file}#L{place.line})" if self._links else named


def _words(change: Change) -> str:
    told: list[str] = []
    for edit in change.words:
        if edit.stayed:
            told.append(text(_cut(edit.old)))
        else:
            told += [
                f"<{tag}>{text(_cut(part))}</{tag}>" for tag, part in _tagged(edit.old, edit.new) if part
            ]
    return " ".join(told)


def _tagged(old: str, new: str) -> Iterable[tuple[str, str]]:
    return ("del", old), ("ins", new)


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN_WORDS else f"{words[:_SHOWN_WORDS]} …"


def text(plain: str) -> str:
    """Return text in which nothing is markup, on one line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(plain.split()))


def code(plain: str) -> str:
    """Return text as code, on one line and safe within a table."""
    line = " ".join(plain.split())
    return f"<code>{text(line)}</code>" if re.search(r"[`|\\]", line) or not line else f"`{line}`"
