"""The command: its exit codes, its sentences, its reports; never a secret in any of them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from unittest.mock import Mock
from xml.etree import ElementTree as ET

import pytest

from conformance import runner
from conformance.contract import document
from conformance.run.plan import Plan
from conformance.run.verdict import ExitCode
from conformance.selftest.combinators import on
from conformance.selftest.faults import fault_of
from conformance.selftest.middleware import Fault
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable, lacking

PATIENCE = ("--budget", "900", "--timeout", "300")
"""For a machine that is busy with other tests: what a run says is not to hang on it."""

STRANGERS_KEY = "bfst-" + "w" * 44


Check: TypeAlias = Callable[..., str]
"""`conformance check` on the breakable server, or on another URL: what it says on both streams."""


@pytest.fixture
def check(breakable: Breakable, command: Command, keyed: None) -> Check:
    def checked(
        *options: object,
        code: ExitCode = ExitCode.CONFORMS,
        fault: Fault | None = None,
        url: str | None = None,
    ) -> str:
        with breakable.broken(fault):
            return command("check", url or breakable.target.root, *PATIENCE, *options, code=code).text

    return checked


def test_a_server_that_conforms_is_0(check: Check) -> None:
    text = check("--only", "AP-GET-*,HTTP-00*")

    asked = [clause.id for clause in document.load().clauses if clause.id.startswith(("AP-GET-", "HTTP-00"))]
    assert text.count("\nPASS ") == len(asked)
    assert f"score {len(asked)}/{len(asked)} passed" in text
    assert "What was asked for passes." in text


def test_a_server_that_breaks_a_clause_is_1_and_the_report_says_how_to_see_it(check: Check) -> None:
    fault = fault_of("AUTH-008/no_challenge")
    text = check("--only", "AUTH-008", "--seed", "7", fault=fault, code=ExitCode.DOES_NOT_CONFORM)

    for part in (
        "FAIL AUTH-008",
        "Every 401 carries a `WWW-Authenticate` header",
        "expected   a WWW-Authenticate header that names Bearer",
        "came back  no such header",
        "curl -i -X GET http://",
        "--only AUTH-008 --seed 7",
        "The server does not conform.",
        "left behind",
    ):
        assert part in text


def test_a_wrong_key_is_3_with_a_sentence_that_helps_and_is_not_shown(check: Check) -> None:
    for option, *parts in (
        ("--key", "refuses the key (401)", "--key or CONFORMANCE_KEY"),
        ("--viewer-key", "viewer's key is answered 401"),
    ):
        text = check(option, STRANGERS_KEY, code=ExitCode.INCOMPLETE)
        assert [part for part in parts if part not in text] == []
        assert STRANGERS_KEY not in text


def test_a_url_where_nothing_of_the_contract_is_is_3_with_a_sentence_that_helps(
    check: Check, breakable: Breakable, no_listener: str
) -> None:
    root = breakable.target.root
    for url, sentence in (
        (no_listener, f"Nothing listens at {no_listener} "),
        (root.replace("http://", "https://"), "Does the server speak http:// on this port?"),
        (f"{root}/elsewhere", "Give the server's root"),
    ):
        assert sentence in check(url=url, code=ExitCode.INCOMPLETE)


def test_a_url_with_the_contracts_own_path_is_understood(check: Check, breakable: Breakable) -> None:
    text = check("--only", "AP-GET-001", url=f"{breakable.target.root}/api/")

    assert "the root is taken to be" in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "AP-GET-001,NONE-1"], "--only NONE-1 matches no clause"),
        (["--only", ""], "matches no clause"),
        (["--profile", "none"], "There is no profile 'none'. There are: core, http, strict, lifecycle"),
        (["--profile", ","], "There is no profile"),
        (["--key", "two words"], "--key is no API key"),
        (["--key", ""], "An API key is needed"),
        (["--viewer-key", "schlüssel"], "--viewer-key is no API key"),
        (["--contract", "pyproject.toml"], "cannot be read"),
        (["--contract", "none.yaml"], "does not exist"),
        (["--output", "pyproject.toml/reports"], "No reports can be written"),
        (["--max-examples", "0"], "--max-examples"),
        (["--none"], "No such option"),
        (["--without", "fizz"], "--without fizz names no phase. There are: raw, boundary"),
        (["--mode", "certify", "--without", "fuzz"], "--mode certify leaves nothing out"),
    ],
)
def test_wrong_usage_is_2(check: Check, options: list[str], sentence: str) -> None:
    assert sentence in check(*options, code=ExitCode.USAGE)


def test_a_malformed_url_is_2_and_its_password_is_not_shown(check: Check) -> None:
    assert "u:p" not in check(url="http://u:p@h", code=ExitCode.USAGE)


def test_without_a_viewer_key_the_suite_makes_one(check: Check) -> None:
    text = check("--viewer-key", "", "--only", "AUTH-009")

    assert "index 1/1 clauses claimed, score 1/1 passed" in text


def test_without_a_viewer_key_where_none_can_be_made_its_clause_is_skipped_with_what_to_do(
    check: Check,
) -> None:
    text = check("--viewer-key", "", "--only", "AUTH-00*", fault=lacking("/api-keys"))

    assert "Skipped, which is no pass: AUTH-009 (it takes a second key" in text
    assert "index 8/9 clauses claimed, score 8/8 passed" in text


def test_a_profile_that_is_claimed_without_its_key_is_3(check: Check) -> None:
    asked = ("--viewer-key", "", "--profile", "scopes", "--only", "AUTH-009")

    text = check(*asked, fault=lacking("/api-keys"), code=ExitCode.INCOMPLETE)
    assert "give it with --viewer-key" in text


def test_reports_are_written_and_tell_the_same(check: Check, folder: Path) -> None:
    fault = fault_of("ERR-002/first_fault_alone")
    check("--only", "AUTH-*,ERR-002", "--output", folder, fault=fault, code=ExitCode.DOES_NOT_CONFORM)
    results = json.loads((folder / "results.json").read_text())
    suite = ET.parse(folder / "junit.xml").getroot()[0]

    assert results["exit_code"] == ExitCode.DOES_NOT_CONFORM
    assert results["schema_version"] == 2
    assert results["suite"]["schemathesis"] == "4.32.5"
    figures = {name: results["totals"][name] for name in ("index", "score", "statuses")}
    assert figures == {"index": "10/10", "score": "9/10", "statuses": {"PASS": 9, "FAIL": 1}}
    wrong = next(clause for clause in results["clauses"] if clause["status"] == "FAIL")
    assert wrong["id"] == "ERR-002"
    assert wrong["findings"][0]["exchanges"][0]["curl"].startswith("curl ")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("10", "1", "0")
    failed = [str(case.get("name")) for case in suite if case.find("failure") is not None]
    assert 'id="ERR-002"' in (folder / "report.html").read_text(encoding="utf-8")
    assert [name.split()[0] for name in failed] == ["ERR-002"]


def test_a_failure_that_is_expected_does_not_fail_the_run_until_it_is_mended(
    check: Check, tmp_path: Path
) -> None:
    known = tmp_path / "expect.toml"
    known.write_text(
        '[[expect]]\nid = "AUTH-008"\nreason = "no header yet"\nowner = "us"\nexpires = 9999-12-31\n'
    )
    options = ("--only", "AUTH-008,AP-GET-001", "--expect", known)

    assert "XFAIL" in check(*options, fault=fault_of("AUTH-008/no_challenge"))
    assert "take it out of the file of expected failures" in check(*options, code=ExitCode.STALE)
    check(*options, "--allow-stale")


def test_a_failure_that_is_expected_is_a_yes_when_it_alone_was_asked_for(
    check: Check, tmp_path: Path
) -> None:
    known = tmp_path / "expect.toml"
    known.write_text(
        '[[expect]]\nid = "AUTH-008"\nreason = "no header yet"\nowner = "us"\nexpires = 9999-12-31\n'
    )

    text = check("--only", "AUTH-008", "--expect", known, fault=fault_of("AUTH-008/no_challenge"))

    assert "What was asked for fails as expected. A verdict on the server takes a run" in text


def test_a_constant_entity_tag_fails_a_quick_run(check: Check) -> None:
    same = on(status=200, where=lambda body: "access_profile" in body).header("etag", '"same"')

    assert "FAIL AP-GET-007" in check("--mode", "quick", fault=same, code=ExitCode.DOES_NOT_CONFORM)


def test_a_file_of_expected_failures_that_is_wrong_is_2(check: Check, tmp_path: Path) -> None:
    known = tmp_path / "expect.toml"
    known.write_text('[[expect]]\nid = "AUTH-008"\n')

    told = check("--expect", known, code=ExitCode.USAGE)
    assert "entry 1: an entry has just id, reason, owner, expires" in told


def test_a_run_without_enough_time_is_3_and_says_so(check: Check) -> None:
    options = ("--budget", "1", "--jobs", "1", "--without", "fuzz", "--profile", "core,lifecycle")

    assert "give it more with --budget" in check(*options, code=ExitCode.INCOMPLETE)


def test_json_goes_to_standard_output_alone(check: Check) -> None:
    assert json.loads(check("--only", "AP-GET-001", "--format", "json"))["exit_code"] == ExitCode.CONFORMS


@pytest.mark.parametrize("fault_id", ["ERR-004/key_in_a_header", "ERR-004/token_repeated"])
def test_no_secret_is_in_any_report(check: Check, breakable: Breakable, folder: Path, fault_id: str) -> None:
    asked = ("--only", "AUTH-*,ERR-*", "--output", folder)
    text = check(*asked, fault=fault_of(fault_id), code=ExitCode.DOES_NOT_CONFORM)
    written = [text, *(path.read_text() for path in folder.iterdir())]

    for secret in (breakable.target.key, breakable.target.viewer_key):
        assert secret
        assert not [report for report in written if secret in report]


def test_reports_of_an_earlier_run_do_not_stay(check: Check, folder: Path, no_listener: str) -> None:
    folder.mkdir()
    (folder / "results.json").write_text("old")
    check("--output", folder, url=no_listener, code=ExitCode.INCOMPLETE)
    results = json.loads((folder / "results.json").read_text())

    assert results["exit_code"] == ExitCode.INCOMPLETE
    assert "Nothing listens" in results["obstacle"]
    assert "Nothing listens" in (folder / "junit.xml").read_text()


def test_a_bug_in_the_suite_is_4(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "run", lambda *_: 1 / 0)

    assert "The suite itself failed: ZeroDivisionError" in check(code=ExitCode.SUITE_FAILED)


def test_lists_that_are_given_again_add_to_the_first(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Mock(side_effect=KeyboardInterrupt)
    monkeypatch.setattr(runner, "run", run)
    options = "--exclude getRole,getUser --only AP-CRE-005 --only AUTH-008,AP-CRE-006"
    options += " --without raw --without fuzz,race --exclude"
    told = check(*options.split(), "DELETE /users/{user_id}", code=ExitCode.INTERRUPTED)
    assert "Interrupted" in told

    plan: Plan = run.call_args.args[0]
    assert plan.excluded == {"getRole", "getUser", "deleteUser"}
    assert plan.only is not None
    assert set(plan.only) == {"AP-CRE-005", "AUTH-008", "AP-CRE-006"}
    assert plan.omitted.keys() == {"raw", "fuzz", "race"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_report_that_nobody_reads_changes_no_verdict(no_listener: str, folder: Path, form: str) -> None:
    command = [sys.executable, "-m", "conformance", "check", no_listener, "--key", "bfst-x", "--format", form]
    command += ["--output", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.wait() == ExitCode.INCOMPLETE
        assert b"Error" not in process.stderr.read()
    assert json.loads((folder / "results.json").read_text())["exit_code"] == ExitCode.INCOMPLETE


def test_list_shows_every_clause(command: Command) -> None:
    assert len(command("list").out.splitlines()) == len(document.load().clauses)
    rows = json.loads(command("list", "--profile", "http", "--format", "json").out)
    assert {row["profile"] for row in rows} == {"http"}
    assert all(row["checked"] for row in rows)


def test_explain_says_what_where_and_how(command: Command) -> None:
    for asked, *parts in (
        ("ap-cre-006", "AP-CRE-006  MUST, profile core", "exactly one is answered 201", "Twenty"),
        ("AP-CRE-006", "createAccessProfile"),
        ("S.createRole.body.name.maxLength", "keeps `maxLength` is accepted, and one that breaks it"),
        ("S.createRole.body.name.maxLength", "that breaks it alone is refused", "openapi.yaml:"),
    ):
        text = command("explain", asked).out
        assert [part for part in parts if part not in text] == [], asked


def test_explaining_an_unknown_clause_names_those_that_are_near(command: Command) -> None:
    assert "Did you mean one of SRV-001?" in command("explain", "SRV-9", code=ExitCode.USAGE).err
    told = command("explain", "AP-CRE-05", code=ExitCode.USAGE).err
    assert "AP-CRE-005" in told
    assert told.count("AP-CRE-0") == 1 + 3


def test_the_command_runs_as_a_program_without_the_servers_code(no_listener: str) -> None:
    script = (
        "import sys, conformance.cli as c, conformance.run.registry as r; r.load();"
        "code = c.run(sys.argv[1:]);"
        "print({m.split('.')[0] for m in sys.modules} & {'server', 'handlers', 'store', 'domain'}, code)"
    )
    command = [sys.executable, "-c", script, "check", no_listener, "--key", "bfst-x"]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=True
    )

    assert ran.stdout.splitlines()[-1] == "set() 3"
