"""The Markdown block, read as GitHub would: a table that nothing breaks, and evidence that folds away."""

from collections.abc import Callable
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from conformance.report import markdown
from conformance.report.document import Document
from tests.conformance.report import samples
from tests.conformance.report.samples import clause_line
from tests.rules import for_each

LINE = clause_line("AP-CRE-006")
OURS = {"<code>", "</code>", "<br>", "<sub>", "</sub>"}


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def faults(text: str) -> list[str]:
    """Return what of a block is not what its author meant."""
    found = []
    depth = 0
    for token in tokens(text):
        if token.type == "html_block":
            depth += token.content.count("<details>") - token.content.count("</details>")
            rest = token.content.strip()
            if not (rest == "</details>" or rest.startswith("<details><summary>")):
                found.append(f"markup: {rest}")
        for child in token.children or []:
            if child.type == "html_inline" and child.content not in OURS:
                found.append(f"markup: {child.content}")
            if child.type in ("link_open", "image", "em_open", "s_open"):
                found.append(f"{child.type} in {token.content}")
    if depth:
        found.append(f"{depth} details are open")
    return found


def rows(text: str) -> list[list[str]]:
    """Return the text of each cell of the first table."""
    found: list[list[str]] = []
    for token in tokens(text):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found and token.level > 2:
            found[-1].append("".join(child.content for child in token.children or []))
        elif token.type == "table_close":
            break
    return found


def test_the_block_begins_with_the_verdict_index_and_score() -> None:
    made = samples.failed()
    text = markdown.render(made)

    assert text.startswith("### ❌ The server does not conform.\n")
    index, score = made["totals"]["index"], made["totals"]["score"]
    assert f"**{index}** clauses claimed, **{score}** of these passed" in text
    assert "4 failed, 1 warned" in text
    assert "Staging gateway" in text


def test_the_table_has_a_row_for_each_check_that_needs_a_look() -> None:
    made = samples.failed()
    found = rows(markdown.render(made))

    assert len(found) == 1 + 6
    assert {len(row) for row in found} == {4}
    status, clause, sentence, came = found[2]
    assert (status, clause) == ("failed", f"<code>AP-CRE-006</code><br>openapi.yaml:{LINE}")
    assert sentence.startswith("When several clients create one name at once")
    assert "got 409 with another name" in came


def test_the_evidence_folds_away_and_can_be_pasted() -> None:
    text = markdown.render(samples.failed())
    fences = [token.content for token in tokens(text) if token.type == "fence"]

    assert any(line.startswith("curl -i -X POST") for line in fences)
    assert "conformance check http://127.0.0.1:8080 --only AP-CRE-006 --seed 7\n" in "".join(fences)
    assert text.count("<details>") == text.count("</details>") == 8


def test_a_run_that_conforms_is_short() -> None:
    text = markdown.render(samples.passed())

    assert text.startswith("### ✅ The server conforms.\n")
    assert len(text) < 500
    assert "|" not in text


def test_an_obstacle_is_told() -> None:
    assert "Nothing listens at http&#58;//127.0.0.1&#58;9" in markdown.render(samples.blocked())


@for_each(samples.ALL)
def test_no_block_is_too_long_or_broken(make: Callable[[], Document]) -> None:
    text = markdown.render(make())

    assert len(text.encode()) <= markdown.MOST_OCTETS
    assert faults(text) == []


def test_a_block_of_nothing_but_markup_keeps_its_bound() -> None:
    made = samples.hostile("|" * 5000)
    for index, verdict in enumerate(made["clauses"]):
        verdict.update(status="SKIP" if index % 2 else "NOT_REACHED", reason=f"{index} {'|' * 500}")

    assert len(markdown.render(made).encode()) <= markdown.MOST_OCTETS


def test_a_reason_that_many_checks_share_is_told_once() -> None:
    text = markdown.render(samples.short_of_time())

    assert text.count("no time was left") == 1
    assert "Not reached, so that nothing is proved: 50 checks" in text


def test_what_is_left_out_is_told() -> None:
    made = samples.long_bodies()
    failed = made["totals"]["statuses"]["FAIL"]
    text = markdown.render(made)

    assert f"{failed} checks need a look" in text
    assert "All of them are in `results.json`" in text


@pytest.mark.parametrize("text", ["``` x", "`````", "a\n```\nb", ""])
def test_no_text_ends_a_fence(text: str) -> None:
    found: list[Any] = [token for token in tokens(markdown.fenced(text)) if token.type == "fence"]

    assert [token.content for token in found] == [f"{text}\n"]
