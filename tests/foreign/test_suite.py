"""The suite on servers that it knows nothing of: small ones, good and bad, and those of others."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.foreign.running import available
from tests.foreign.troubles.serving import served
from tests.processes import run

IS_ALL = os.environ.get("REQUIRE_FOREIGN") == "all"

Document = dict[str, Any]


def check(
    url: str, contract: Path, credentials: Mapping[str, str] | None = None, *options: str
) -> tuple[int, Document]:
    """Return the exit code and the results of a run without the fuzzer."""
    command = ["check", url, "--contract", str(contract), "--seed", "1"]
    for scheme, value in (credentials or {}).items():
        command += ["--credential", f"{scheme}={value}"]
    command += ["--without", "fuzz", "--format", "json", *options]
    ran = run("conformance", *command)
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def of_trouble(name: str, *options: str) -> tuple[int, Document]:
    """Return the exit code and the results of a run against one of the small servers, in its first role."""
    with served(name) as server:
        credentials = next(iter(server.credentials.values()), None)
        return check(server.url, server.contract, credentials, *options)


def with_status(document: Document, status: str) -> dict[str, Document]:
    """Return the verdicts of one status by their ids."""
    return {each["id"]: each for each in document["derived"] if each["status"] == status}


def causes(document: Document) -> Counter[str]:
    """Return how many verdicts have each cause, of those that failed."""
    return Counter(
        cause
        for verdict in with_status(document, "FAIL").values()
        for cause in {finding["cause"] for finding in verdict["findings"] if finding["cause"]}
    )


@pytest.mark.parametrize(
    "name",
    [
        "notes",
        "servers-root",
        "servers-base",
        "servers-elsewhere",
        "servers-template",
        "invalid-examples",
        "remote-ref",
        "never-missing",
        "styles",
        "cursor",
        "anchor",
    ],
)
def test_a_server_that_keeps_its_contract_conforms_and_nothing_is_left(name: str) -> None:
    code, document = of_trouble(name)

    assert {v["status"] for v in document["derived"]} == {"PASS"}
    assert code == 0
    assert set(document["left_behind"].values()) <= {0, document["left_behind"]["name_prefix"]}


def test_a_pass_says_which_side_of_a_constraint_was_not_tried() -> None:
    _, document = of_trouble("styles")

    reasons = {each["id"]: each["reason"] for each in document["derived"]}
    place = "S.findByQuery.query.each"
    assert reasons[f"{place}.maxItems"] == ""
    assert (
        reasons[f"{place}.minItems"]
        == "tried on its valid side alone: no request that breaks it can be written"
    )
    with served("notes") as server:
        _, document = check(
            server.url, server.contract, None, "--only", "*.nullable,*.path.*.minimum,*.title.minLength"
        )
    reasons = {each["id"]: each["reason"] for each in document["derived"]}
    assert (
        reasons["S.createNote.body.remind_at.nullable"]
        == "tried on its valid side alone: it permits, and nothing breaks it"
    )
    assert reasons["S.deleteNote.path.note_id.minimum"].startswith(
        "tried on its invalid side alone: what has the least"
    )


def test_forms_and_texts_are_tried_and_what_is_not_written_is_said() -> None:
    _, document = of_trouble("media")

    assert with_status(document, "FAIL") == with_status(document, "ERROR") == {}
    assert with_status(document, "PASS").keys() >= {
        "S.sendText.body.maxLength",
        "S.sendText.body.content",
        "S.sendForm.body.name.maxLength",
        "S.sendForm.body.colour.enum",
        "S.sendForm.body.additionalProperties",
        "S.sendForm.body.name.required",
    }
    assert {each: v["reason"] for each, v in with_status(document, "NOT_REACHED").items()} == {
        "S.sendPicture.status.200": "its body is multipart/form-data, which only the phase fuzz writes",
        "S.sendOctets.status.200": "its body is application/octet-stream, which only the phase fuzz writes",
        "S.sendDocument.status.200": "its body is application/xml, which only the phase fuzz writes",
    }


@pytest.mark.parametrize("name", ["tasks", "locks"])
def test_whoever_shows_who_he_is_meets_a_server_that_conforms(name: str) -> None:
    code, document = of_trouble(name)

    assert with_status(document, "FAIL") == with_status(document, "ERROR") == {}
    assert code == 0, with_status(document, "NOT_REACHED")


def test_a_key_that_is_stated_and_not_asked_for_is_one_finding_with_many_places() -> None:
    code, document = of_trouble("unenforced")

    failed = with_status(document, "FAIL")
    assert code == 1
    assert failed
    assert all(each.endswith(".security") for each in failed)
    assert list(causes(document)) == ["it is answered without a credential that is accepted"]


@pytest.mark.parametrize(
    ("name", "culprit", "told"),
    [
        ("ends-itself", "shutDown", "has ended"),
        ("ends-later", "shutDown", "has ended"),
        ("maintenance", "switchOff", "writes are answered 503"),
    ],
)
def test_an_operation_that_ends_or_switches_the_target_is_named_once(
    name: str, culprit: str, told: str
) -> None:
    code, document = of_trouble(name)
    left_out, spared = of_trouble(name, "--exclude", culprit)

    reasons = {v["reason"] for v in with_status(document, "NOT_REACHED").values()}
    assert code == 3
    assert with_status(document, "FAIL") == {}
    assert [reason for reason in reasons if told in reason and f"--exclude {culprit}" in reason]
    assert left_out == 0, with_status(spared, "NOT_REACHED")


def test_a_crash_that_closes_the_connection_is_the_targets_fault() -> None:
    code, document = of_trouble("crashes")

    failed = with_status(document, "FAIL")
    assert code == 1
    assert failed
    assert {each.split(".")[1] for each in failed} == {"replaceNote"}
    assert with_status(document, "ERROR") == {}


def test_a_request_without_an_end_is_bounded() -> None:
    asked = "S.replaceNote.status.200,S.replaceNote.body.title.*,S.listNotes.status.200"
    code, document = of_trouble("hangs", "--timeout", "2", "--only", asked)

    reasons = {v["reason"] for v in with_status(document, "NOT_REACHED").values()}
    assert code == 3
    assert any("no answer in time" in reason for reason in reasons)


@pytest.mark.parametrize("name", ["errors-html", "errors-string"])
def test_an_error_in_another_form_than_is_stated_is_found_where_it_is_met(name: str) -> None:
    code, document = of_trouble(name)

    assert code == 1
    assert {each.rpartition(".")[2] for each in with_status(document, "FAIL")} == {"answers"}


def test_a_rule_beside_the_schema_hides_no_constraint_that_is_not_checked() -> None:
    code, document = of_trouble("ruled")

    failed, unreached = with_status(document, "FAIL"), with_status(document, "NOT_REACHED")
    assert code == 1
    assert "S.createNote.body.tags.type" in failed
    assert {each for each in failed if not each.startswith("S.createNote.body.tags")} == set()
    assert {v["reason"] for v in unreached.values()} == {
        "other good values are refused there as well: there is a rule beside the schema"
    }


def test_what_a_list_shows_is_somebodys_and_is_neither_changed_nor_removed() -> None:
    with served("without-makers") as server:
        _, document = check(server.url, server.contract)
        notes = httpx.get(f"{server.url}/notes").json()

    passed = with_status(document, "PASS")
    assert [note["title"] for note in notes["items"]] == ["Somebody's"]
    assert "S.getNote.status.200" in passed
    assert not [each for each in passed if each.startswith(("S.deleteNote.s", "S.replaceNote.s"))]


def test_a_mock_without_a_memory_is_found_by_what_it_answers_of_nothing() -> None:
    code, document = of_trouble("stateless")

    assert code == 1
    assert {each.rpartition(".")[2] for each in with_status(document, "FAIL")} == {"404"}


def test_success_without_a_number_and_values_that_a_path_lists_are_tried() -> None:
    _, document = of_trouble("without-numbers")

    unreached = with_status(document, "NOT_REACHED")
    passed = with_status(document, "PASS")
    assert with_status(document, "FAIL") == with_status(document, "ERROR") == {}
    assert set(unreached) == {f"S.get_{name}.status.404" for name in ("mode", "only", "is_on", "day")}
    assert passed.keys() >= {"S.getRange.status.2XX", "S.getDefault.status.default", "S.getRange.answers"}
    assert passed.keys() >= {
        "S.get_mode.path.mode.enum",
        "S.get_day.path.day.format",
        "S.get_only.status.200",
    }


def test_what_could_not_be_removed_is_left_behind_though_no_list_tells_whose_it_is() -> None:
    _, document = of_trouble("undeletable")

    assert with_status(document, "FAIL") == with_status(document, "ERROR") == {}
    assert document["left_behind"]["notes"] > 10


def test_what_pages_with_a_cursor_show_is_cleaned_as_well() -> None:
    with served("cursor") as server:
        for number in range(12):
            httpx.post(f"{server.url}/notes", json={"title": f"cf-0a1b2c3d-{number}-1"})
        httpx.post(f"{server.url}/notes", json={"title": "Somebody's"})
        ran = run("conformance", "clean", server.url, "--all", "--yes", "--contract", str(server.contract))
        left = httpx.get(f"{server.url}/notes").json()

    assert ran.stdout == "Removed 12 notes.\n", ran.stderr
    assert [note["title"] for note in left["items"]] == ["Somebody's"]


def test_servers_of_a_path_are_said_not_to_be_used() -> None:
    with served("anchor") as server:
        ran = run("conformance", "check", server.url, "--mode", "quick", "--contract", str(server.contract))

    assert "getNote, replaceNote, deleteNote have servers of their own" in ran.stderr
    assert ran.returncode == 0


def test_keywords_that_hold_schemas_or_names_have_verdicts_of_their_own() -> None:
    code, document = of_trouble("compound", "--only", "S.check.*")

    _, broken = of_trouble("compound-not-kept", "--only", "S.check.*")
    words = "shops.contains pair.prefixItems names.propertyNames codes.patternProperties "
    words += "card.dependentRequired person.if word.not"
    assert with_status(document, "PASS").keys() >= {f"S.check.body.{each}" for each in words.split()}
    assert with_status(broken, "FAIL").keys() >= {f"S.check.body.{each}" for each in words.split()}
    assert code == 3
    assert {each: v["reason"] for each, v in with_status(document, "NOT_REACHED").items()} == {
        "S.check.body.nothing.not": "no value was found that breaks not alone",
        **dict.fromkeys(
            ("S.check.body.card.number.type", "S.check.body.card.number.minLength"),
            "no request was found that keeps the whole schema",
        ),
    }


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("endless-body", "larger than 16 MiB"),
        ("endless-header", "none, twice, while the server answers other requests: "),
        ("deep", "a body that can be judged"),
        ("gigantic", "a value at /id that keeps `type`"),
        ("closes", "none, twice, while the server answers other requests: Server disconnected"),
        ("extreme", "no text was found that keeps"),
    ],
)
def test_whatever_is_made_to_hold_up_the_suite_is_bounded_and_told(name: str, told: str) -> None:
    code, document = of_trouble(name, "--budget", "60", "--timeout", "5")

    assert with_status(document, "ERROR") == {}
    assert code in (1, 3)
    assert told in json.dumps(document["derived"])
    assert document["totals"]["seconds"] < 120


@pytest.mark.skipif(IS_ALL, reason="the larger one is tried")
def test_a_rather_large_contract_is_read_and_bounded_in_time() -> None:
    bounded_by_two_seconds("rather-large", 250)


@pytest.mark.skipif(not IS_ALL, reason="1,100 operations: make foreign")
def test_a_large_contract_is_read_and_bounded_in_time() -> None:
    bounded_by_two_seconds("large", 1100)


def bounded_by_two_seconds(name: str, operations: int) -> None:
    code, document = of_trouble(name, "--budget", "2")

    assert code in (0, 3)
    assert with_status(document, "FAIL") == with_status(document, "ERROR") == {}
    assert len(document["derived"]) > 9 * operations


@pytest.mark.parametrize(
    ("name", "said"), [("swagger-2", "Swagger 2.0"), ("no-operations", "no operation that can be called")]
)
def test_what_is_no_contract_to_work_from_is_refused_in_a_sentence(name: str, said: str) -> None:
    with served(name) as server:
        ran = run("conformance", "check", server.url, "--contract", str(server.contract))

    assert ran.returncode == 2
    assert said in ran.stderr.splitlines()[-1]


# What fails on servers of others was looked at by hand, and each is a difference between contract and server.


def test_chroma() -> None:
    with available("chroma") as target:
        code, document = check(target.url, target.contract, target.credentials)

    found = causes(document)
    assert code == 1
    assert with_status(document, "ERROR") == {}
    assert found["it is answered without a credential that is accepted"] > 20
    assert found["400 is answered, and not stated"] > 5
    assert "S.healthcheck.answers" in with_status(document, "FAIL"), "an object where a text is stated"
    alone = [v for v in with_status(document, "FAIL").values() if not any(f["cause"] for f in v["findings"])]
    assert len(alone) < 20


def test_wiremock() -> None:
    with available("wiremock") as target:
        left_out = ",".join(target.target.left_out)
        code, document = check(target.url, target.contract, target.credentials, "--exclude", left_out)

    assert code == 1
    assert with_status(document, "ERROR") == {}
    assert causes(document)["422 is answered, and not stated"] > 5


def test_prism() -> None:
    with available("prism") as target:
        left_out = ",".join(target.target.left_out)
        code, document = check(target.url, target.contract, target.credentials, "--exclude", left_out)

    assert code == 1
    assert with_status(document, "ERROR") == {}
    assert {v["operation"] for v in with_status(document, "SKIP").values()} == {"uploadImage"}
