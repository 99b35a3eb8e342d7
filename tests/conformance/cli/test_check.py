"""The command: its exit codes, its sentences, its reports; never a secret in any of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree as ET

import pytest

from conformance import cli, runner
from conformance.contract import document
from conformance.run.plan import Plan
from conformance.run.verdict import ExitCode
from conformance.selftest.combinators import on
from conformance.selftest.faults import fault_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from tests.conformance.conftest import Breakable


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFORMANCE_KEY", "CONFORMANCE_VIEWER_KEY"):
        monkeypatch.delenv(name, raising=False)


PATIENCE = ("--budget", "900", "--timeout", "300")
"""For a machine that is busy with other tests: what a run says is not to hang on it."""


class Command:
    """`conformance check` on the breakable server."""

    def __init__(
        self, server: Breakable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._server = server
        self._capsys = capsys
        monkeypatch.setenv("CONFORMANCE_KEY", server.target.key)
        monkeypatch.setenv("CONFORMANCE_VIEWER_KEY", server.target.viewer_key or "")

    def __call__(self, *options: str, fault: Fault | None = None, url: str | None = None) -> tuple[int, str]:
        with self._server.broken_by(fault):
            code = cli.run(["check", url or self._server.target.root, *PATIENCE, *options])
        out = self._capsys.readouterr()
        return code, out.out + out.err


@pytest.fixture
def check(
    breakable: Breakable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    return Command(breakable, monkeypatch, capsys)


def test_a_server_that_conforms_is_0(check: Command) -> None:
    code, text = check("--only", "AP-GET-*,HTTP-00*")

    assert code == ExitCode.CONFORMS
    asked = [clause.id for clause in document.load().clauses if clause.id.startswith(("AP-GET-", "HTTP-00"))]
    assert text.count("\nPASS ") == len(asked)
    assert f"score {len(asked)}/{len(asked)} passed" in text
    assert "What was asked for passes." in text


def test_a_server_that_breaks_a_clause_is_1_and_the_report_says_how_to_see_it(check: Command) -> None:
    code, text = check("--only", "AUTH-008", "--seed", "7", fault=fault_of("AUTH-008/no_challenge"))

    assert code == ExitCode.DOES_NOT_CONFORM
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


def test_nobody_listening_is_3_with_a_sentence_that_helps(check: Command, no_listener: str) -> None:
    code, text = check(url=no_listener)

    assert code == ExitCode.INCOMPLETE
    assert f"Nothing listens at {no_listener}" in text
    assert "Start the server" in text


def test_a_wrong_key_is_3_with_a_sentence_that_helps(check: Command) -> None:
    code, text = check("--key", "bfst-" + "w" * 44)

    assert code == ExitCode.INCOMPLETE
    assert "refuses the key (401)" in text
    assert "--key or CONFORMANCE_KEY" in text
    assert "w" * 44 not in text


def test_a_viewer_key_that_may_not_view_is_3(check: Command) -> None:
    code, text = check("--viewer-key", "bfst-" + "w" * 44)

    assert code == ExitCode.INCOMPLETE
    assert "viewer's key is answered 401" in text


def test_a_port_that_speaks_no_tls_is_3(check: Command, breakable: Breakable) -> None:
    code, text = check(url=breakable.target.root.replace("http://", "https://"))

    assert code == ExitCode.INCOMPLETE
    assert "Does the server speak http:// on this port?" in text


def test_a_path_that_is_no_root_is_3(check: Command, breakable: Breakable) -> None:
    code, text = check(url=f"{breakable.target.root}/elsewhere")

    assert code == ExitCode.INCOMPLETE
    assert "Give the server's root" in text


def test_a_url_with_the_contracts_own_path_is_understood(check: Command, breakable: Breakable) -> None:
    code, text = check("--only", "AP-GET-001", url=f"{breakable.target.root}/api/")

    assert code == ExitCode.CONFORMS
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
def test_wrong_usage_is_2(check: Command, options: list[str], sentence: str) -> None:
    code, text = check(*options)

    assert code == ExitCode.USAGE
    assert sentence in text


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://h", "http://u:p@h", "http://h:x", "http://[::1"])
def test_a_malformed_url_is_2(check: Command, url: str) -> None:
    code, text = check(url=url)

    assert code == ExitCode.USAGE
    assert "u:p" not in text


async def no_api_keys(request: Request, inner: Inner, state: State) -> Response:
    """Have no API keys as a resource."""
    return refusal(404) if "/api-keys" in request.path else await inner(request)


def test_without_a_viewer_key_the_suite_makes_one(check: Command) -> None:
    code, text = check("--viewer-key", "", "--only", "AUTH-009")

    assert code == ExitCode.CONFORMS
    assert "index 1/1 clauses claimed, score 1/1 passed" in text


def test_without_a_viewer_key_where_none_can_be_made_its_clause_is_skipped_with_what_to_do(
    check: Command,
) -> None:
    code, text = check("--viewer-key", "", "--only", "AUTH-00*", fault=no_api_keys)

    assert code == ExitCode.CONFORMS
    assert "Skipped, which is no pass: AUTH-009 (it takes a second key" in text
    assert "index 8/9 clauses claimed, score 8/8 passed" in text


def test_a_profile_that_is_claimed_without_its_key_is_3(check: Command) -> None:
    code, text = check("--viewer-key", "", "--profile", "scopes", "--only", "AUTH-009", fault=no_api_keys)

    assert code == ExitCode.INCOMPLETE
    assert "give it with --viewer-key" in text


def test_reports_are_written_and_tell_the_same(check: Command, folder: Path) -> None:
    code, _ = check(
        "--only", "AUTH-*,ERR-002", "--output", str(folder), fault=fault_of("ERR-002/first_fault_alone")
    )
    results = json.loads((folder / "results.json").read_text())
    suite = ET.parse(folder / "junit.xml").getroot()[0]

    assert results["exit_code"] == code == ExitCode.DOES_NOT_CONFORM
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
    check: Command, tmp_path: Path
) -> None:
    known = tmp_path / "expect.toml"
    known.write_text(
        '[[expect]]\nid = "AUTH-008"\nreason = "no header yet"\nowner = "us"\nexpires = 9999-12-31\n'
    )
    options = ("--only", "AUTH-008,AP-GET-001", "--expect", str(known))

    broken, told = check(*options, fault=fault_of("AUTH-008/no_challenge"))
    mended, stale = check(*options)
    allowed, _ = check(*options, "--allow-stale")

    assert (broken, mended, allowed) == (ExitCode.CONFORMS, ExitCode.STALE, ExitCode.CONFORMS)
    assert "XFAIL" in told
    assert "take it out of the file of expected failures" in stale


def test_a_failure_that_is_expected_is_a_yes_when_it_alone_was_asked_for(
    check: Command, tmp_path: Path
) -> None:
    known = tmp_path / "expect.toml"
    known.write_text(
        '[[expect]]\nid = "AUTH-008"\nreason = "no header yet"\nowner = "us"\nexpires = 9999-12-31\n'
    )

    code, text = check("--only", "AUTH-008", "--expect", str(known), fault=fault_of("AUTH-008/no_challenge"))

    assert code == ExitCode.CONFORMS
    assert "What was asked for fails as expected. A verdict on the server takes a run" in text


def test_a_constant_entity_tag_fails_a_quick_run(check: Command) -> None:
    same = on(status=200, where=lambda body: "access_profile" in body).header("etag", '"same"')

    code, text = check("--mode", "quick", fault=same)

    assert code == ExitCode.DOES_NOT_CONFORM
    assert "FAIL AP-GET-007" in text


def test_a_file_of_expected_failures_that_is_wrong_is_2(check: Command, tmp_path: Path) -> None:
    known = tmp_path / "expect.toml"
    known.write_text('[[expect]]\nid = "AUTH-008"\n')

    code, text = check("--expect", str(known))

    assert code == ExitCode.USAGE
    assert "entry 1: an entry has just id, reason, owner, expires" in text


def test_a_run_without_enough_time_is_3_and_says_so(check: Command) -> None:
    code, text = check("--budget", "1", "--jobs", "1", "--without", "fuzz", "--profile", "core,lifecycle")

    assert code == ExitCode.INCOMPLETE
    assert "give it more with --budget" in text


def test_json_goes_to_standard_output_alone(check: Command) -> None:
    code, text = check("--only", "AP-GET-001", "--format", "json")

    assert code == json.loads(text)["exit_code"] == ExitCode.CONFORMS


@pytest.mark.parametrize("fault_id", ["ERR-004/key_in_a_header", "ERR-004/token_repeated"])
def test_no_secret_is_in_any_report(
    check: Command, breakable: Breakable, folder: Path, fault_id: str
) -> None:
    code, text = check("--only", "AUTH-*,ERR-*", "--output", str(folder), fault=fault_of(fault_id))
    written = [text, *(path.read_text() for path in folder.iterdir())]

    assert code == ExitCode.DOES_NOT_CONFORM
    for secret in (breakable.target.key, breakable.target.viewer_key):
        assert secret
        assert not [report for report in written if secret in report]


def test_reports_of_an_earlier_run_do_not_stay(check: Command, folder: Path, no_listener: str) -> None:
    folder.mkdir()
    (folder / "results.json").write_text("old")
    code, _ = check("--output", str(folder), url=no_listener)
    results = json.loads((folder / "results.json").read_text())

    assert results["exit_code"] == code == ExitCode.INCOMPLETE
    assert "Nothing listens" in results["obstacle"]
    assert "Nothing listens" in (folder / "junit.xml").read_text()


def test_a_bug_in_the_suite_is_4(check: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "run", lambda *_: 1 / 0)
    code, text = check()

    assert code == ExitCode.SUITE_FAILED
    assert "The suite itself failed: ZeroDivisionError" in text


def test_a_report_that_cannot_be_written_in_the_end_is_4(
    check: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("conformance.report.files.write", full)
    code, text = check("--only", "AP-GET-001", "--output", str(folder))

    assert code == ExitCode.SUITE_FAILED
    assert "No space left on device" in text


def test_lists_that_are_given_again_add_to_the_first(check: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    def keep(plan: Plan, *_: object) -> NoReturn:
        plans.append(plan)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run", keep)
    options = ["--exclude", "getRole,getUser", "--exclude", "DELETE /users/{user_id}"]
    options += [
        "--only",
        "AP-CRE-005",
        "--only",
        "AUTH-008,AP-CRE-006",
        "--without",
        "raw",
        "--without",
        "fuzz,race",
    ]
    check(*options)

    [plan] = plans
    assert plan.excluded == {"getRole", "getUser", "deleteUser"}
    assert plan.only is not None
    assert set(plan.only) == {"AP-CRE-005", "AUTH-008", "AP-CRE-006"}
    assert plan.omitted.keys() == {"raw", "fuzz", "race"}


def test_an_interrupt_is_130(check: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run", interrupted)
    code, text = check()

    assert code == ExitCode.INTERRUPTED
    assert "Interrupted" in text


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


def test_list_shows_every_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(document.load().clauses)
    assert cli.run(["list", "--profile", "http", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["profile"] for row in rows} == {"http"}
    assert all(row["checked"] for row in rows)


def test_explain_says_what_where_and_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "ap-cre-006"]) == 0
    text = capsys.readouterr().out
    for part in (
        "AP-CRE-006  MUST, profile core",
        "exactly one is answered 201",
        "createAccessProfile",
        "Twenty",
    ):
        assert part in text


def test_explain_knows_what_the_schemas_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "S.createRole.body.name.maxLength"]) == 0
    text = capsys.readouterr().out
    assert "keeps `maxLength` is accepted, and one that breaks it alone is refused" in text
    assert "openapi.yaml:" in text


def test_explaining_an_unknown_clause_names_those_that_are_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "SRV-9"]) == ExitCode.USAGE
    assert "Did you mean one of SRV-001?" in capsys.readouterr().err


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
