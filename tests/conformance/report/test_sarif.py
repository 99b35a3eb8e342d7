"""The SARIF log: valid by the standard's own schema, and with what code review needs to show it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from conformance.report import sarif
from conformance.report.document import Document
from tests.conformance.report import samples
from tests.rules import for_each

# The schema of SARIF 2.1.0, from the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT).
SCHEMA = Path(__file__).parents[1] / "data" / "sarif-2.1.0.schema.json"


@cache
def validator() -> Any:
    # One pattern of the published schema is no regular expression.
    text = SCHEMA.read_text().replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$")
    return jsonschema_rs.validator_for(json.loads(text))


def run(made: Document) -> dict[str, Any]:
    only: dict[str, Any] = json.loads(sarif.render(made))["runs"][0]
    return only


def results(made: Document, status: str) -> list[dict[str, Any]]:
    return [each for each in run(made)["results"] if each["properties"]["status"] == status]


@for_each(samples.ALL)
def test_every_log_fits_the_schema_of_the_standard(make: Callable[[], Document]) -> None:
    log = json.loads(sarif.render(make()))

    assert [error.message for error in validator().iter_errors(log)] == []


def test_a_result_stands_at_the_line_of_its_clause_and_names_its_rule() -> None:
    made = samples.failed()
    found = run(made)
    lines = {verdict["id"]: verdict["line"] for verdict in made["clauses"] + made["derived"]}
    rules = found["tool"]["driver"]["rules"]

    assert len(found["results"]) == 10
    for result in found["results"]:
        [place] = [each["physicalLocation"] for each in result["locations"]]
        assert place["artifactLocation"] == {"uri": "openapi.yaml", "uriBaseId": "SRCROOT"}
        assert place["region"]["startLine"] == lines[result["ruleId"]]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["properties"]["contract"].endswith(f"#L{lines[result['ruleId']]}")


def test_levels_follow_the_clause() -> None:
    made = samples.failed()

    assert {result["level"] for result in results(made, "FAIL")} == {"error"}
    assert {result["level"] for result in results(made, "WARN")} == {"warning"}
    assert {(each["kind"], each["level"]) for each in results(made, "NOT_REACHED")} == {("open", "none")}


def test_an_expected_failure_is_suppressed_with_reason_owner_and_expiry() -> None:
    [result] = results(samples.failed(), "XFAIL")
    [suppression] = result["suppressions"]

    assert suppression["status"] == "accepted"
    for part in ("GW-212", "gateway team", "2027-03-31"):
        assert part in suppression["justification"]


def test_fingerprints_are_unlike_within_a_run_and_alike_from_run_to_run() -> None:
    made, again = samples.failed(), samples.failed()
    for verdict in again["clauses"] + again["derived"]:
        for finding in verdict["findings"]:
            finding["actual"] += " with another id"
    prints = [each["partialFingerprints"]["clause/v1"] for each in run(made)["results"]]

    assert len(set(prints)) == len(prints)
    assert [each["partialFingerprints"]["clause/v1"] for each in run(again)["results"]] == prints


def test_what_is_wrong_with_the_run_is_a_notification_and_no_result() -> None:
    [broken] = run(samples.broken())["invocations"]
    [blocked] = run(samples.blocked())["invocations"]
    [stale] = run(samples.stale())["invocations"]

    assert not broken["executionSuccessful"]
    assert "KeyError" in broken["toolExecutionNotifications"][0]["message"]["text"]
    assert "Nothing listens" in blocked["toolExecutionNotifications"][0]["message"]["text"]
    assert stale["executionSuccessful"]
    assert "take it out of the file" in stale["toolConfigurationNotifications"][0]["message"]["text"]
    assert run(samples.broken())["results"] == []


def test_the_contract_is_named_by_a_relative_uri() -> None:
    made = samples.failed()
    made["contract"]["file"] = "/home/somebody/my contract.yaml"

    assert "/home/somebody" not in sarif.render(made)
    place = run(made)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20contract.yaml"
