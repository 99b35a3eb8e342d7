"""The commands on contracts of others: what they say, what they write, and their exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import cli
from conformance.cli.init import TEMPLATE
from conformance.report import document as results
from conformance.run.residue import counted
from conformance.run.verdict import ExitCode
from tests.foreign.troubles.messages import Reply, Request
from tests.foreign.troubles.serving import Served, served

REPORTS = "html,junit,sarif,markdown,badge,badge-svg,text"
STRAY = '''
from conformance.run.registry import check


@check("STRAY-001")
def stray(session):
    """It checks nothing that is there."""
'''
OUT = ["--without", "fuzz", "--seed", "1"]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """Give a server whose errors are strings, and the results of a run against it."""
    folder = tmp_path_factory.mktemp("results")
    with served("errors-string") as server:
        command = ["check", server.url, "--contract", str(server.contract), "--output", str(folder)]
        assert cli.run([*command, "--report", REPORTS, *OUT]) == ExitCode.DOES_NOT_CONFORM
        yield server, folder


def test_a_correct_server_of_others_conforms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served("notes") as server:
        command = ["check", server.url, "--contract", str(server.contract), *OUT]
        assert cli.run([*command, "--output", str(tmp_path), "--report", REPORTS]) == ExitCode.CONFORMS
    told = capsys.readouterr()
    document = results.load(tmp_path)

    count = len(document["derived"])
    assert count > 50
    assert (document["clauses"], document["profiles"]["claimed"]) == ([], [])
    assert "What was asked for passes." in told.out
    assert f"index {count}/{count} checks claimed, score {count}/{count} passed\n" in told.out
    assert told.err == ""
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == f"{count}/{count} checks"
    markdown = (tmp_path / "summary.md").read_text()
    assert f"**{count}/{count}** checks claimed, **{count}/{count}** of these passed" in markdown
    page = (tmp_path / "report.html").read_text()
    assert f'<dd>{count}/{count}</dd><dd class="of">checks claimed</dd>' in page


def test_every_report_tells_what_was_found(broken: tuple[Served, Path]) -> None:
    _, folder = broken
    for name in ("report.html", "junit.xml", "results.sarif", "summary.md", "summary.txt"):
        assert "S.getNote.answers" in (folder / name).read_text(), name
    assert '"message": "5 failed"' in (folder / "badge.json").read_text()


def test_what_repeats_a_check_names_the_contract(
    broken: tuple[Served, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    server, folder = broken
    found = next(each for each in results.load(folder)["derived"] if each["id"] == "S.getNote.answers")
    assert found["rerun"].endswith(f"--only S.getNote.answers --seed 1 --contract {server.contract}")
    _, *again = found["replay"].split()

    assert cli.run([*again, "--results", str(folder)]) == ExitCode.DOES_NOT_CONFORM
    assert "It still fails." in capsys.readouterr().out
    assert cli.run([*again, "--results", str(folder), "--as-sent"]) == ExitCode.DOES_NOT_CONFORM
    assert cli.run(["replay", "S.getNote.answers", "--results", str(folder)]) == ExitCode.USAGE
    assert "That run was held to Notes: give its contract with --contract" in capsys.readouterr().err


def test_every_id_is_explained(broken: tuple[Served, Path], capsys: pytest.CaptureFixture[str]) -> None:
    server, folder = broken
    of_contract = ["--contract", str(server.contract)]
    for verdict in results.load(folder)["derived"]:
        assert cli.run(["explain", verdict["id"], *of_contract]) == ExitCode.CONFORMS, verdict["id"]
        told = capsys.readouterr().out
        assert verdict["text"] in told
        assert "selftest" not in told
        assert f"--only '{verdict['id']}' --contract {server.contract}" in told

    assert cli.run(["explain", "s.getnote.answer", *of_contract]) == ExitCode.USAGE
    assert "Did you mean one of S.getNote.answers, " in capsys.readouterr().err
    assert cli.run(["list", *of_contract]) == ExitCode.CONFORMS
    assert "states no clauses (x-clauses): its 5 operations" in capsys.readouterr().out


def test_two_servers_are_compared_and_two_contracts(
    broken: tuple[Served, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    server, folder = broken
    assert cli.run(["matrix", str(folder), str(folder)]) == ExitCode.CONFORMS
    count = len(results.load(folder)["derived"])
    assert f"index {count}/{count}, score {count - 5}/{count}" in capsys.readouterr().out
    assert cli.run(["diff", str(server.contract), str(server.contract)]) == ExitCode.CONFORMS


def test_nothing_is_left_to_clean(broken: tuple[Served, Path], capsys: pytest.CaptureFixture[str]) -> None:
    server, _ = broken

    assert cli.run(["clean", server.url, "--contract", str(server.contract)]) == ExitCode.CONFORMS
    assert "Nothing of earlier runs is left" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["swagger-2", "no-operations"])
def test_a_contract_that_cannot_be_used_is_told_in_a_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(name) as server:
        code = cli.run(["check", server.url, "--contract", str(server.contract)])

    assert code == ExitCode.USAGE
    *_, sentence = capsys.readouterr().err.strip().splitlines()
    assert sentence.startswith(f"Error: The contract {server.contract} ")


def test_what_was_never_to_be_called_is_not_called_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served("errors-string") as server:
        command = ["check", server.url, "--contract", str(server.contract), "--mode", "quick"]
        command += ["--exclude", "deleteNote", "--output", str(tmp_path)]
        assert cli.run(command) == ExitCode.DOES_NOT_CONFORM
        found = next(each for each in results.load(tmp_path)["derived"] if each["id"] == "S.getNote.answers")
        called: list[str] = []
        answer = server.server.answer

        def counting(request: Request) -> Reply:
            called.append(request.method)
            return answer(request)

        server.server.answer = counting
        _, *again = found["replay"].split()
        assert cli.run([*again, "--results", str(tmp_path)]) == ExitCode.DOES_NOT_CONFORM

    assert " --exclude deleteNote " in found["rerun"]
    assert "POST" in called
    assert "DELETE" not in called
    assert "It still fails." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("api_keys", "api key"),
        ("shelves", "shelf"),
        ("boxes", "box"),
        ("policies", "policy"),
        ("status", "status"),
    ],
)
def test_one_of_a_kind_is_called_as_one(kind: str, one: str) -> None:
    assert counted(kind, 1) == f"1 {one}"
    assert counted(kind, 2) == f"2 {kind.replace('_', ' ')}"


def test_a_quick_run_tries_each_operation_and_no_constraint(tmp_path: Path) -> None:
    with served("notes") as server:
        command = ["check", server.url, "--contract", str(server.contract), "--mode", "quick", "--seed", "1"]
        assert cli.run([*command, "--output", str(tmp_path)]) == ExitCode.CONFORMS
        alone = [*command, "--only", "S.createNote.body.title.maxLength", "--output", str(tmp_path / "one")]
        assert cli.run(alone) == ExitCode.CONFORMS

    document = results.load(tmp_path)
    found = {verdict["id"]: verdict["status"] for verdict in document["derived"]}
    assert set(found.values()) == {"PASS"}
    assert found.keys() >= {"S.createNote.status.201", "S.getNote.status.404", "S.listNotes.answers"}
    assert not any(".body." in each or ".query." in each for each in found)
    assert document["totals"]["requests"] < 40
    assert [each["status"] for each in results.load(tmp_path / "one")["derived"]] == ["PASS"]


def test_a_check_of_a_clause_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stray_checks.py").write_text(STRAY)
    monkeypatch.chdir(tmp_path)
    with served("notes") as server:
        command = ["check", server.url, "--contract", str(server.contract), "--checks", "stray_checks"]
        assert cli.run(command) == ExitCode.USAGE
        of_others = capsys.readouterr().err
    assert cli.run(["list", "--checks", "stray_checks"]) == ExitCode.USAGE

    assert f"--checks stray_checks: {server.contract} has no clause STRAY-001 that could" in of_others
    assert "has no clause STRAY-001" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--profile", "--report"])
def test_a_list_that_is_given_again_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "http://127.0.0.1:9", option, "core", option, "html"]) == ExitCode.USAGE
    assert f"{option} is given more than once: give one list" in capsys.readouterr().err


def test_a_template_of_settings_names_credentials() -> None:
    assert "[credentials.admin]" in TEMPLATE


def test_evidence_of_a_run_holds_no_credential(tmp_path: Path) -> None:
    with served("locks") as server:
        held = server.credentials["somebody"]
        given = [word for name, text in held.items() for word in ("--credential", f"{name}={text}")]
        command = [
            "check",
            server.url,
            "--contract",
            str(server.contract),
            "--mode",
            "standard",
            "--seed",
            "1",
        ]
        code = cli.run([*command, *given, "--output", str(tmp_path), "--report", REPORTS])
        wrong = cli.run(
            [*command, "--credential", "token=another-token-of-nobody", "--output", str(tmp_path / "b")]
        )

    assert code == ExitCode.CONFORMS
    assert wrong == ExitCode.INCOMPLETE
    for file in [*tmp_path.glob("*.*"), *(tmp_path / "b").glob("*.*")]:
        text = file.read_text()
        for secret in (
            *held.values(),
            "her password",
            "c29tZWJvZHk6aGVyIHBhc3N3b3Jk",
            "another-token-of-nobody",
        ):
            if len(secret) >= 8:
                assert secret not in text, (file, secret)
