"""`conformance selftest`: its exit codes, its JSON, and that it leaves no process behind."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.run.verdict import ExitCode
from tests.serving import ROOT

_COMMAND = (sys.executable, "-W", "error", "-m", "conformance", "selftest")


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_COMMAND, *options], cwd=ROOT, capture_output=True, text=True, check=False)


def _run_changed(change: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process in which something of the suite is another."""
    script = f"import sys\nfrom conformance import cli, runner\n{change}\nsys.exit(cli.run(sys.argv[1:]))\n"
    command = [sys.executable, "-c", script, "selftest", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_sample_of_all_that_the_promise_is_about_is_0() -> None:
    ended = _run(
        "--only", "AP-GET-00*,getRole.200.user_count/*,whole_seconds", "--sample", "3", "--jobs", "1"
    )

    assert ended.returncode == ExitCode.CONFORMS, ended.stdout + ended.stderr
    assert "5 of 5 tried: variants, 0 to look at" in ended.stdout
    assert "The suite is as strong and as quiet as it promises." in ended.stdout
    assert "Legal variants: 1 run" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_survivors_are_1_and_named_and_the_json_is_the_whole_matrix_and_nothing_else() -> None:
    change = "runner.checks = runner.Registry  # no clause has a check"
    ended = _run_changed(change, "--part", "faults", "--only", "AP-GET-006", "--format", "json")

    assert ended.returncode == ExitCode.DOES_NOT_CONFORM
    found = json.loads(ended.stdout)
    assert found["holds"] is False
    assert (found["faults"]["tried"], found["faults"]["killed"]) == (1, 0)
    (survivor,) = found["survivors"]
    assert (survivor["name"], survivor["reason"]) == (
        "AP-GET-006/version_counts_reads",
        "the clause has no check",
    )
    assert found["trials"] == [survivor]
    assert ended.stderr == "1 of 1 tried: faults, 1 to look at\n"
    assert "bfst-" not in ended.stdout


def test_a_check_that_fails_without_any_fault_is_1_and_no_kill() -> None:
    """As one is that was printed by `conformance new-check`, and not filled in."""
    change = """
from conformance.run import expect
from conformance.run.registry import Registry
checks = Registry()
@checks.check("AP-GET-006")
def unfilled(session):
    "Says what it sends, and what the answers are to be."
    expect.status(session.call("getAccessProfile", parameters={"profile_id": 1}), 418)
runner.checks = lambda: checks
"""
    ended = _run_changed(change, "--part", "faults", "--only", "AP-GET-006")

    assert ended.returncode == ExitCode.DOES_NOT_CONFORM
    assert "1 of 1 tried: faults, 1 to look at" in ended.stdout
    assert (
        "Fails without any fault: fault AP-GET-006/version_counts_reads "
        "(the check of AP-GET-006 fails on the right server too: expected 418"
    ) in ended.stdout
    assert "No proof: a check fails on the right server too." in ended.stdout


def test_a_pattern_that_names_nothing_is_2() -> None:
    ended = _run("--only", "AP-NONE-*")

    assert ended.returncode == ExitCode.USAGE
    assert "--only AP-NONE-* matches no fault, mutant or variant" in ended.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/no/such/server", "/no/such/server cannot be started: No such file or directory."),
        (shlex.join([sys.executable, "-c", "raise SystemExit('The server is not there.')"]), "is not there."),
        (shlex.join([sys.executable, "-c", "print('Hello')"]), "it said nothing of where it serves"),
    ],
)
def test_a_server_that_does_not_start_is_4_and_says_why(command: str, said: str) -> None:
    ended = _run("--only", "AP-GET-006", "--server", command)

    assert ended.returncode == ExitCode.SUITE_FAILED
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_what_is_no_command_is_2() -> None:
    ended = _run("--only", "AP-GET-006", "--server", "python 'server")

    assert ended.returncode == ExitCode.USAGE
    assert "is no command: No closing quotation." in ended.stderr


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_leaves_no_process_behind() -> None:
    with subprocess.Popen(
        [*_COMMAND, "--only", "AP-*", "--jobs", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        assert "of" in first, first
        children = _children(running.pid)
        running.send_signal(signal.SIGINT)
        code = running.wait(60)

    assert len(children) == 1
    assert code == ExitCode.INTERRUPTED
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.is_dir():
        pytest.skip("only Linux lists the children of a process")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
