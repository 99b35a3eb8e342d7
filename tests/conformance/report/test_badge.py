"""The badge: for shields.io, and as a picture."""

import json
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from conformance.report import badge
from conformance.report.document import Document
from tests.conformance.report import samples

CLAUSES = len(samples.passed()["clauses"])


def skipping() -> Document:
    made = samples.passed()
    made["totals"].update(claimed=200, index=f"200/{CLAUSES}", score="200/200")
    return made


@pytest.mark.parametrize(
    ("make", "message", "colour"),
    [
        (samples.passed, f"{CLAUSES}/{CLAUSES} clauses", "brightgreen"),
        (skipping, f"200/200 of {CLAUSES} clauses", "green"),
        (samples.failed, "4 failed", "red"),
        (samples.blocked, "0/0 clauses, incomplete", "yellow"),
        (samples.stale, f"{CLAUSES - 1}/{CLAUSES} clauses, stale list", "yellow"),
        (samples.broken, "no verdict", "lightgrey"),
    ],
)
def test_a_badge_says_what_the_run_came_to(make: Callable[[], Document], message: str, colour: str) -> None:
    endpoint = json.loads(badge.render(make()))
    picture = ET.fromstring(badge.render_svg(make()))

    assert endpoint["schemaVersion"] == 1
    assert (endpoint["label"], endpoint["message"], endpoint["color"]) == ("conformance", message, colour)
    assert picture.get("aria-label") == f"conformance: {message}"
    assert picture.get("role") == "img"


def test_where_should_counts_as_must_the_warnings_count() -> None:
    made = {**samples.failed(), "strict": True}

    assert json.loads(badge.render(made))["message"] == "5 failed"
