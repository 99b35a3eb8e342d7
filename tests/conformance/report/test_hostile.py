"""Whatever a server answers and a fuzzer sends, every report stays what it is: XML, HTML, JSON, Markdown."""

import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from conformance.report import matrix, summary
from conformance.report.document import Document, to_json
from conformance.report.files import encoded, render
from tests.conformance.report.samples import HOSTILE, hostile
from tests.conformance.report.test_html import Page
from tests.conformance.report.test_markdown import faults, rows
from tests.conformance.report.test_sarif import validator

TEXTS = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20)), min_size=1, max_size=3).map(
    "".join
)


def small(text: str) -> Document:
    """Return the hostile document without what is the same in all of them."""
    made = hostile(text)
    made.update(clauses=made["clauses"][:8], derived=[])
    made["coverage"]["constraints"] = made["coverage"]["constraints"][:1]
    return made


def skeleton(source: str) -> list[str]:
    return [tag for tag, _ in Page(source).tags if tag != "code"]


SKELETON = skeleton(render(small("plain"), "html"))


@given(TEXTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_a_report(text: str) -> None:
    made = small(text)

    assert ET.fromstring(encoded(render(made, "junit"))).tag == "testsuites"
    log = json.loads(encoded(render(made, "sarif")))
    assert [error.message for error in validator().iter_errors(log)] == []
    assert json.loads(encoded(to_json(made))) == made
    block = render(made, "markdown")
    assert faults(block) == []
    assert {len(row) for row in rows(block)} == {4}
    assert Page(render(made, "html")).faults == []
    assert skeleton(render(small(f"x{text}"), "html")) == SKELETON
    ET.fromstring(render(made, "badge-svg"))


@given(TEXTS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_a_matrix(text: str) -> None:
    made = matrix.build([small(text), small("plain")])

    assert Page(matrix.html(made)).faults == []
    assert faults(matrix.markdown(made)) == []
    assert {len(row) for row in rows(matrix.markdown(made))} == {3}
    json.loads(encoded(matrix.to_json(made)))


@pytest.mark.parametrize("form", ["text", "html", "junit", "sarif", "markdown"])
def test_no_report_holds_a_character_that_deceives(form: str) -> None:
    text = render(small("".join(HOSTILE)), form)

    assert {character for character in text if not character.isprintable()} <= {"\n", "\t"}


def test_no_control_sequence_of_a_server_reaches_a_terminal() -> None:
    terminal = io.StringIO()
    summary.show(Console(file=terminal, force_terminal=True, color_system=None), small("\x1b]0;owned\x07"))

    assert "\x1b" not in terminal.getvalue()
    assert "\\x1b]0;owned\\x07" in terminal.getvalue()
