"""The commands on contracts of others: what they say, what they write, and their exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import cli
from conformance.cli.init import TEMPLATE
from conformance.report import document as results
from conformance.run.registry import CHECKS
from conformance.run.residue import counted
from conformance.run.verdict import ExitCode
from tests.conformance.command import Command
from tests.conformance.contracts import stated, written
from tests.foreign.troubles.messages import Reply, Request
from tests.foreign.troubles.serving import Served, served

REPORTS = "html,junit,sarif,markdown,badge,badge-svg,text"
STRAY = '''
from conformance.run.registry import check


@check("STRAY-001")
def stray(session):
    """It checks nothing that is there."""
'''

FAILING = '''
from conformance.run.registry import check


@check("MY-1")
def first(session):
    """It has a bug."""
    session.call("listNotes")
    {}["oh"]


@check("MY-2")
def second(session):
    """It names no operation."""
    session.call("listNotez")
'''


def checking(server: Served, output: Path) -> list[str]:
    """Return the command that checks a server and writes every report."""
    command = ["check", server.url, "--contract", str(server.contract), "--seed", "1"]
    return [*command, "--output", str(output), "--report", REPORTS]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """Give a server whose errors are strings, and the results of a run against it."""
    folder = tmp_path_factory.mktemp("results")
    with served("errors-string") as server:
        assert cli.run([*checking(server, folder), "--without", "fuzz"]) == ExitCode.DOES_NOT_CONFORM
        yield server, folder


def test_a_correct_server_of_others_conforms(tmp_path: Path, command: Command) -> None:
    with served("notes") as server:
        told = command(*checking(server, tmp_path), "--without", "fuzz")
    document = results.load(tmp_path)

    count = len(document["derived"])
    assert count > 50
    assert (document["clauses"], document["profiles"]["claimed"]) == ([], [])
    assert "What was asked for passes." in told.out
    assert f"index {count}/{count} checks claimed, score {count}/{count} passed\n" in told.out
    assert told.out.splitlines()[-1] == f"The reports are in {tmp_path}."
    assert told.err == ""
    for file, part in (
        ("badge.json", f'"message": "{count}/{count} checks"'),
        ("summary.md", f"**{count}/{count}** checks claimed, **{count}/{count}** of these passed"),
        ("report.html", f'<dd>{count}/{count}</dd><dd class="of">checks claimed</dd>'),
    ):
        assert part in (tmp_path / file).read_text(), file


def test_every_report_tells_what_was_found(broken: tuple[Served, Path]) -> None:
    _, folder = broken
    for name in ("report.html", "junit.xml", "results.sarif", "summary.md", "summary.txt"):
        assert "S.getNote.answers" in (folder / name).read_text(), name
    assert '"message": "5 failed"' in (folder / "badge.json").read_text()


def test_what_repeats_a_check_names_the_contract(broken: tuple[Served, Path], command: Command) -> None:
    server, folder = broken
    found = next(each for each in results.load(folder)["derived"] if each["id"] == "S.getNote.answers")
    assert found["rerun"].endswith(f"--only S.getNote.answers --seed 1 --contract {server.contract}")
    again = [*found["replay"].split()[1:], "--results", folder]

    assert "It still fails." in command(*again, code=ExitCode.DOES_NOT_CONFORM).out
    command(*again, "--as-sent", code=ExitCode.DOES_NOT_CONFORM)
    told = command("replay", "S.getNote.answers", "--results", folder, code=ExitCode.USAGE)
    assert "That run was held to Notes: give its contract with --contract" in told.err


def test_every_id_is_explained(broken: tuple[Served, Path], command: Command) -> None:
    server, folder = broken
    of_contract = ("--contract", server.contract)
    for verdict in results.load(folder)["derived"]:
        told = command("explain", verdict["id"], *of_contract).out
        assert verdict["text"] in told
        assert "selftest" not in told
        assert f"--only '{verdict['id']}' --contract {server.contract}" in told

    unknown = command("explain", "s.getnote.answer", *of_contract, code=ExitCode.USAGE)
    assert "Did you mean one of S.getNote.answers, " in unknown.err
    assert "states no clauses (x-clauses): its 5 operations" in command("list", *of_contract).out


def test_what_the_schemas_state_is_listed_and_named_where_an_id_is_wrong(
    broken: tuple[Served, Path], command: Command
) -> None:
    server, folder = broken
    of_contract = ("--contract", server.contract)
    texts = {each["id"]: each["text"] for each in results.load(folder)["derived"]}

    listed = command("list", "--derived", *of_contract).out.splitlines()
    assert {f"{verdict_id}  {text}" for verdict_id, text in texts.items()} <= set(listed)
    rows = json.loads(command("list", "--derived", "--format", "json", *of_contract).out)
    assert texts.items() <= {row["id"]: row["text"] for row in rows}.items()

    hint = f"See: conformance list --derived --contract {server.contract}"
    assert hint in command("list", *of_contract).out
    assert hint in command("explain", "XX", *of_contract, code=ExitCode.USAGE).err
    asked = ("check", server.url, *of_contract, "--only", "XX")
    assert hint in command(*asked, code=ExitCode.USAGE).err


def test_a_long_id_of_a_clause_stands_apart_from_its_level(tmp_path: Path, command: Command) -> None:
    clauses = [{"id": each, "level": "MUST", "text": "All."} for each in ("A-1", "NOTE-DELETION-001")]
    lines = command("list", "--contract", stated(tmp_path, **{"x-clauses": clauses})).out.splitlines()

    assert [line.split()[:2] for line in lines] == [["A-1", "MUST"], ["NOTE-DELETION-001", "MUST"]]
    assert len({line.index("MUST") for line in lines}) == 1


def test_two_servers_are_compared_and_two_contracts(broken: tuple[Served, Path], command: Command) -> None:
    server, folder = broken
    count = len(results.load(folder)["derived"])

    assert f"index {count}/{count}, score {count - 5}/{count}" in command("matrix", folder, folder).out
    command("diff", server.contract, server.contract)


def test_nothing_is_left_to_clean(broken: tuple[Served, Path], command: Command) -> None:
    server, _ = broken

    told = command("clean", server.url, "--contract", server.contract).out
    assert "Nothing of earlier runs is left" in told


@pytest.mark.parametrize("name", ["swagger-2", "no-operations"])
def test_a_contract_that_cannot_be_used_is_told_in_a_sentence(name: str, command: Command) -> None:
    with served(name) as server:
        told = command("check", server.url, "--contract", server.contract, code=ExitCode.USAGE)

    assert told.err.strip().splitlines()[-1].startswith(f"Error: The contract {server.contract} ")


def test_what_was_never_to_be_called_is_not_called_again(tmp_path: Path, command: Command) -> None:
    with served("errors-string") as server:
        asked = (*checking(server, tmp_path), "--mode", "quick", "--exclude", "deleteNote")
        command(*asked, code=ExitCode.DOES_NOT_CONFORM)
        found = next(each for each in results.load(tmp_path)["derived"] if each["id"] == "S.getNote.answers")
        called: list[str] = []
        answer = server.server.answer

        def counting(request: Request) -> Reply:
            called.append(request.method)
            return answer(request)

        server.server.answer = counting
        again = (*found["replay"].split()[1:], "--results", tmp_path)
        assert "It still fails." in command(*again, code=ExitCode.DOES_NOT_CONFORM).out

    assert " --exclude deleteNote " in found["rerun"]
    assert "POST" in called
    assert "DELETE" not in called


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


def test_a_quick_run_tries_each_operation_and_no_constraint(tmp_path: Path, command: Command) -> None:
    with served("notes") as server:
        command(*checking(server, tmp_path), "--mode", "quick")
        alone = ("--mode", "quick", "--only", "S.createNote.body.title.maxLength")
        command(*checking(server, tmp_path / "one"), *alone)

    document = results.load(tmp_path)
    found = {verdict["id"]: verdict["status"] for verdict in document["derived"]}
    assert set(found.values()) == {"PASS"}
    assert found.keys() >= {"S.createNote.status.201", "S.getNote.status.404", "S.listNotes.answers"}
    assert not any(".body." in each or ".query." in each for each in found)
    assert document["totals"]["requests"] < 40
    assert [each["status"] for each in results.load(tmp_path / "one")["derived"]] == ["PASS"]


def test_a_check_of_a_clause_that_is_not_there_is_refused(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stray_checks.py").write_text(STRAY)
    monkeypatch.chdir(tmp_path)
    # What registers itself stays in the registry of this process.
    monkeypatch.setattr("conformance.run.registry.CHECKS._checks", dict(CHECKS._checks))
    stray = ("--checks", "stray_checks")
    with served("notes") as server:
        asked = ("check", server.url, "--contract", server.contract)
        of_others = command(*asked, *stray, code=ExitCode.USAGE).err

    assert f"--checks stray_checks: {server.contract} has no clause STRAY-001 that could" in of_others
    assert "has no clause STRAY-001" in command("list", *stray, code=ExitCode.USAGE).err


def test_a_check_of_ones_own_that_fails_by_itself_is_told_with_its_line(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "failing_checks.py").write_text(FAILING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("conformance.run.registry.CHECKS._checks", dict(CHECKS._checks))
    with served("notes") as server:
        document = json.loads(server.contract.read_text())
        clauses = [{"id": f"MY-{n}", "level": "MUST", "text": "All is well."} for n in (1, 2)]
        contract = written(tmp_path, document | {"x-clauses": clauses})
        asked = ("check", server.url, "--contract", contract, "--checks", "failing_checks")
        told = command(*asked, "--only", "MY-*", "--output", tmp_path / "out", code=ExitCode.SUITE_FAILED)

    reasons = [(each["status"], each["reason"]) for each in results.load(tmp_path / "out")["clauses"]]
    failed = "your check itself failed at failing_checks.py"
    assert reasons == [
        ("ERROR", f"{failed}:9: KeyError: 'oh'"),
        ("ERROR", f"{failed}:15: NoOperation: the contract has no operation listNotez"),
    ]
    named = ("--contract", contract, "--checks", "failing_checks")
    run_it = f"conformance check URL --only MY-1 {' '.join(map(str, named))}\n"
    assert command("explain", "MY-1", *named).out.endswith(run_it)
    assert "a check of yours failed by itself" in " ".join(told.out.split())
    assert "report it" not in told.out


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("unread_checks", "import math\ndef check(:\n", "unread_checks.py:2 is no Python: invalid syntax."),
        (
            "unfound_checks",
            "import math\nmath.tau / check\n",
            "unfound_checks.py:2 cannot be imported: NameError",
        ),
    ],
)
def test_checks_that_cannot_be_imported_are_told_with_their_line(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, name: str, text: str, told: str
) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)

    assert told in command("list", "--checks", name, code=ExitCode.USAGE).err


def test_reports_without_a_folder_are_refused(command: Command) -> None:
    told = command("check", "http://127.0.0.1:9", "--report", "html", code=ExitCode.USAGE)
    assert "--report needs a folder to write to: give --output" in told.err


@pytest.mark.parametrize("option", ["--profile", "--report"])
def test_a_list_that_is_given_again_is_refused(option: str, command: Command) -> None:
    asked = ("check", "http://127.0.0.1:9", option, "core", option, "html")
    told = command(*asked, code=ExitCode.USAGE)
    assert f"{option} is given more than once: give one list" in told.err


def test_a_template_of_settings_names_credentials() -> None:
    assert "[credentials.admin]" in TEMPLATE


def test_evidence_of_a_run_holds_no_credential(tmp_path: Path, command: Command) -> None:
    with served("locks") as server:
        held = server.credentials["somebody"]
        given = [word for name, text in held.items() for word in ("--credential", f"{name}={text}")]
        command(*checking(server, tmp_path), *given)
        wrong = ("--credential", "token=another-token-of-nobody")
        command(*checking(server, tmp_path / "b"), *wrong, code=ExitCode.INCOMPLETE)

    secrets = (*held.values(), "her password", "c29tZWJvZHk6aGVyIHBhc3N3b3Jk", "another-token-of-nobody")
    for file in [*tmp_path.glob("*.*"), *(tmp_path / "b").glob("*.*")]:
        text = file.read_text()
        assert [secret for secret in secrets if len(secret) >= 8 and secret in text] == [], file
