"""The JUnit report: one test case for each verdict, and the words that a CI server counts."""

from xml.etree import ElementTree as ET

from conformance.report import junit
from conformance.report.document import Document
from tests.conformance.report import samples


def suite(made: Document) -> ET.Element:
    return ET.fromstring(junit.render(made))[0]


def case(made: Document, verdict_id: str) -> ET.Element:
    [found] = [each for each in suite(made) if str(each.get("name")).split()[0] == verdict_id]
    return found


def test_every_verdict_is_a_case_and_the_counters_are_those_of_the_cases() -> None:
    made = samples.failed()
    found = suite(made)
    statuses = made["totals"]["statuses"]

    assert len(found) == int(found.get("tests", 0)) == len(made["clauses"]) + len(made["derived"])
    assert int(found.get("failures", 0)) == statuses["FAIL"] + statuses["XPASS"]
    assert int(found.get("errors", 0)) == statuses["NOT_REACHED"]
    assert int(found.get("skipped", 0)) == statuses["SKIP"] + statuses["XFAIL"]
    assert found.get("hostname") == "Staging gateway"
    assert found.get("time") == "41.200"


def test_a_failure_shows_what_was_expected_what_came_and_the_line_that_shows_it() -> None:
    made = case(samples.failed(), "AP-CRE-006")
    failure = made.find("failure")

    assert made.get("classname") == "createAccessProfile"
    assert failure is not None
    assert failure.get("type") == "MUST"
    assert "expected 201 with an `access_profile`" in str(failure.get("message"))
    assert "POST /api/access-profiles, 20 times at once" in str(failure.text)
    assert "curl -i -X POST" in str(failure.text)
    assert "-> 409 {" in str(failure.text)


def test_a_warning_is_a_failure_only_where_should_counts_as_must() -> None:
    made = samples.failed()
    warned = next(verdict["id"] for verdict in made["clauses"] if verdict["status"] == "WARN")

    assert case(made, warned).find("failure") is None
    assert "expected" in str(getattr(case(made, warned).find("system-out"), "text", None))
    assert case({**made, "strict": True}, warned).find("failure") is not None


def test_expected_failures_are_skipped_with_their_entry_and_unexpected_passes_fail() -> None:
    made = samples.failed()
    by_status = {verdict["status"]: verdict["id"] for verdict in made["clauses"]}
    skipped = case(made, by_status["XFAIL"]).find("skipped")
    failure = case(made, by_status["XPASS"]).find("failure")

    assert skipped is not None
    assert "GW-212" in str(skipped.get("message"))
    assert "gateway team, until 2027-03-31" in str(skipped.get("message"))
    assert failure is not None
    assert "take it out of the file" in str(failure.get("message"))


def test_an_obstacle_is_an_error() -> None:
    found = suite(samples.blocked())

    assert (found.get("tests"), found.get("errors")) == ("1", "1")
    assert "Nothing listens" in ET.tostring(found, encoding="unicode")
