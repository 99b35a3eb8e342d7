"""The views of a comparison: complete, linked to lines, and safe whatever a contract says."""

import io
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from conformance.contract.diff.change import Comparison, Severity
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import read
from conformance.contract.diff.reports import github, markdown, plain, terminal
from tests.conformance.contract.diff.documents import contract, document
from tests.serving import ROOT

NASTY = (
    "a|b `c` <script>alert(1)</script> </details> @everyone [x](http://evil) *d* _e_\n\n"
    "# f ::error:: ~~g~~ \\| \x1b[31m"
)


def _stated(text: str, code: str, *, extra: bool = False) -> dict[str, Any]:
    clause = {"id": "T-1", "level": "MUST", "profile": "core", "text": f"A thing is so. {text}"}
    operation = {
        "x-clauses": [clause],
        "x-permission": code,
        "parameters": [{"name": code, "in": "query", "schema": {"enum": [code]}}],
        "description": text,
    }
    stated = contract(operation)
    if extra:
        stated["paths"]["/more"] = {"get": {"operationId": code, "responses": {"200": {"description": ""}}}}
    return stated


@pytest.fixture
def nasty() -> Comparison:
    """Give a comparison of contracts whose texts try to be markup, where texts can stand."""
    old = document(_stated("One.", "one"), "main")
    return compare(old, document(_stated(NASTY, NASTY, extra=True)), frozenset({"T-1", NASTY}))


def test_markdown_shows_each_change_with_its_line_rule_and_use(nasty: Comparison) -> None:
    told = markdown.markdown(nasty)

    for severity in (Severity.BREAKING, Severity.UNCLEAR):
        assert nasty.of(severity)
        for change in nasty.of(severity):
            assert f"`{change.rule.id}`" in told
            assert f"`openapi.yaml:{change.new.line}`" in told or f"`openapi.yaml:{change.old.line}`" in told
    assert told.startswith(f"{markdown.MARK}\n## Contract: ")
    assert "**Breaks consumers and servers.**" in told


def test_no_text_of_a_contract_becomes_markup(nasty: Comparison) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown.markdown(nasty))
    tags = set(re.findall(r"<(/?[a-z0-9]+)", html))

    assert tags <= {
        *("h2", "/h2", "h3", "/h3", "p", "/p", "strong", "/strong", "code", "/code", "br", "details"),
        *("/details", "summary", "/summary", "ul", "/ul", "li", "/li", "table", "/table", "thead", "/thead"),
        *("tbody", "/tbody", "tr", "/tr", "th", "/th", "td", "/td", "del", "/del", "ins", "/ins"),
    }
    assert html.count("<details>") == html.count("</details>") == 1
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", markdown.markdown(nasty))


def test_a_table_has_six_cells_in_each_row(nasty: Comparison) -> None:
    rows = [line for line in markdown.markdown(nasty).splitlines() if line.startswith("| ")]

    assert len(rows) > 2
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


def test_lines_are_linked_when_it_is_said_where(nasty: Comparison) -> None:
    told = markdown.markdown(nasty, "https://example.com/blob/abc/")
    change = nasty.of(Severity.BREAKING)[0]

    assert f"(https://example.com/blob/abc/openapi.yaml#L{change.new.line})" in told


def test_words_are_shown_as_they_came_and_went() -> None:
    old, new = (_stated(text, "one") for text in ("It answers 404 then.", "It answers 410 then."))
    told = markdown.markdown(compare(document(old), document(new)))

    assert "A thing is so. It answers <del>404</del> <ins>410</ins> then." in told


def test_a_huge_change_fits_into_a_comment_and_says_what_it_leaves_out() -> None:
    old, new = contract(), contract()
    for number in range(2000):
        new["paths"]["/things"]["post"].setdefault("parameters", []).append(
            {"name": f"p{number}", "in": "query", "required": True, "schema": {}}
        )
    comparison = compare(document(old), document(new), frozenset({"T-1"}))
    told = markdown.markdown(comparison)

    assert len(comparison.of(Severity.BREAKING)) == 2000
    assert len(told.encode()) <= markdown.MAX_OCTETS
    assert "## Contract: 2000 breaking, 0 unclear, 0 safe changes" in told
    assert re.search(r"_\d+ more lines do not fit here", told)


def test_a_shortened_report_closes_what_it_opened() -> None:
    new = contract()
    new["paths"]["/things"]["post"]["parameters"] = [
        {"name": f"{number}{'long' * 1000}", "in": "query", "schema": {}} for number in range(20)
    ]
    told = markdown.markdown(compare(document(contract()), document(new)))

    assert told.count("<details>") == told.count("</details>")
    assert len(told.encode()) <= markdown.MAX_OCTETS


def test_annotations_are_one_line_each_and_nothing_breaks_out(nasty: Comparison) -> None:
    told = github.workflow_commands(nasty).splitlines()

    assert len(told) == 1 + sum(len(nasty.of(severity)) for severity in (Severity.BREAKING, Severity.UNCLEAR))
    for line in told:
        assert re.match(r"::(error|warning|notice) file=openapi\.yaml,line=\d+,title=[^:,]+::", line)
    assert told[-1].startswith("::notice ")


def test_the_terminal_has_colours_and_other_places_have_none(
    nasty: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    shown = {}
    for is_terminal in (True, False):
        stream = io.StringIO()
        console = Console(file=stream, force_terminal=is_terminal, width=200)
        terminal.show(nasty, console)
        shown[is_terminal] = stream.getvalue()

    assert "\x1b[1;31m" in shown[True]
    # Not even those that stand in the contract.
    assert "\x1b" not in shown[False]
    assert "breaking  " in shown[False]
    # Words are readable without colours.
    assert "{+" in shown[False]


def test_the_plain_document_says_everything(nasty: Comparison) -> None:
    told = plain.plain(nasty)

    assert told["totals"] == {severity.value: len(nasty.of(severity)) for severity in Severity}
    assert len(told["changes"]) == len(nasty.changes)
    assert told["breaks"] == ["consumers", "servers"]
    assert told["stray_checks"] == [NASTY]
    for each in told["changes"]:
        assert each["old"]["line"] >= 1
        assert each["new"]["pointer"].startswith("/")


def test_the_first_contract_and_the_present_one_are_compared() -> None:
    """A real history: three operations became the contract as it is."""
    files = [ROOT / "tests" / "conformance" / "contracts" / "first.yaml", ROOT / "openapi.yaml"]
    first, present = (read(file.read_bytes(), "openapi.yaml", file.name) for file in files)
    last_lines = {file.name: file.read_bytes().count(b"\n") for file in files}
    grown, shrunk = compare(first, present), compare(present, first)

    assert "endpoint-added" in {change.rule.id for change in grown.changes}
    assert sum(change.rule.id == "api-path-removed-without-deprecation" for change in shrunk.changes) > 20
    assert {(change.rule.aspect, change.old, change.new) for change in grown.changes} == {
        (change.rule.aspect, change.new, change.old) for change in shrunk.changes
    }
    for comparison in (grown, shrunk):
        assert len(markdown.markdown(comparison).encode()) <= markdown.MAX_OCTETS
        for document_, side in ((comparison.old, "old"), (comparison.new, "new")):
            last = last_lines[document_.origin]
            assert all(1 <= getattr(change, side).line <= last for change in comparison.changes)
