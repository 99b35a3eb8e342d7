"""The files for CI: they load, their scripts are sound, what they call exists, and their steps run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from conformance.cli import cli
from conformance.contract.diff.reports.markdown import MARK
from tests.docs.running import Ran, ran
from tests.rules import for_each
from tests.serving import ROOT

CI = ROOT / "docs" / "ci"
FILES = ("action/action.yml", "conformance.yml", "contract-diff.yml")


def _load(name: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((CI / name).read_text(encoding="utf-8"))
    return loaded


def _steps(name: str) -> Iterator[dict[str, Any]]:
    loaded = _load(name)
    if "runs" in loaded:
        yield from loaded["runs"]["steps"]
    for job in loaded.get("jobs", {}).values():
        yield from job["steps"]


SCRIPTS = {
    f"{name}: {step.get('name')}": step["run"] for name in FILES for step in _steps(name) if "run" in step
}


@for_each(SCRIPTS)
def test_scripts_are_sound(script: str) -> None:
    # What is typed into a workflow by others must come by the environment, never into the script.
    assert "${{" not in script
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", "--shell=bash", "-"], input=script, text=True, check=True)


@for_each(dict(zip(FILES, FILES, strict=True)))
def test_steps_use_actions_of_a_version_and_have_what_they_need(name: str) -> None:
    for step in _steps(name):
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@(v\d+(?:\.\d+)*|main|[0-9a-f]{40})", step["uses"])
        elif name.startswith("action/"):
            assert step["shell"] == "bash"


def test_inputs_that_the_action_reads_are_those_that_it_declares_and_the_workflow_gives() -> None:
    text = (CI / "action" / "action.yml").read_text(encoding="utf-8")
    declared = set(_load("action/action.yml")["inputs"])
    [given] = [step["with"] for step in _steps("conformance.yml")]

    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == declared
    assert set(given) <= declared


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def test_options_of_the_comparison_exist() -> None:
    known = _options(cli.commands["diff"])
    texts = [script for script in SCRIPTS.values() if "conformance diff" in script]
    texts.append((CI / "README.md").read_text(encoding="utf-8"))
    calls = [call for text in texts for call in re.findall(r"conformance diff((?:[^\n]|\\\n)*)", text)]
    used = {option for call in calls for option in re.findall(r"(?<![\w-])--[a-z-]+", call)}
    used |= set(re.findall(r"`(--[a-z-]+)", texts[-1]))

    assert len(calls) > 4
    assert used - known == set()


def test_options_that_the_action_gives_to_the_suite_exist() -> None:
    [script] = [script for script in SCRIPTS.values() if "conformance check" in script]
    used = set(re.findall(r"(?<![\w-])--[a-z-]+", script))

    assert used
    assert used - _options(cli.commands["check"]) == set()


def test_what_the_readme_links_to_is_there() -> None:
    text = (CI / "README.md").read_text(encoding="utf-8")

    assert {target for target in re.findall(r"\]\(([^)]+)\)", text) if not (CI / target).exists()} == set()


class Runner:
    """Runs a step's script as GitHub's runner does, with our commands in the path."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.output, self.summary = folder / "output", folder / "summary"
        self._commands = folder / "bin"
        for made in (self.work, self._commands):
            made.mkdir()
        for name, module in (("access-profiles", "server.cli"), ("conformance", "conformance")):
            self.command(name, f'exec "{sys.executable}" -m {module} "$@"')

    def command(self, name: str, script: str) -> None:
        """Put a stand-in for a program into the path."""
        program = self._commands / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def __call__(self, file: str, step: str, *, code: int = 0, **environment: str) -> Ran:
        """Run a step, which ends with that exit code."""
        variables = {
            **os.environ,
            "PATH": f"{self._commands}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.work),
            **environment,
        }
        shell = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c")
        return ran(*shell, SCRIPTS[f"{file}: {step}"], folder=self.work, env=variables, code=code)

    def git(self, *arguments: str) -> None:
        """Run git in the work folder."""
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        ran("git", *who, *arguments, folder=self.work)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Give a checkout of a pull request that removes an operation of our contract."""
    made = Runner(tmp_path)
    made.git("init", "--quiet")
    contract = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    (made.work / "openapi.yaml").write_text(contract)
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "Base")
    made.git("update-ref", "refs/remotes/origin/main", "HEAD")
    (made.work / "openapi.yaml").write_text(contract.replace("maxLength: 255", "maxLength: 200", 1))
    made.git("commit", "--quiet", "--all", "--message", "Change")
    # redocly is not asked over the network in a test.
    made.command("npx", "exit 1")
    return made


def test_the_comparison_runs_and_leaves_a_comment_a_summary_and_a_verdict(runner: Runner) -> None:
    compared = runner("contract-diff.yml", "Compare", BASE="origin/main", LINKS="https://host/blob/abc")
    comment = (runner.work / "contract-diff.md").read_text(encoding="utf-8")

    assert runner.output.read_text() == "exit-code=1\n"
    assert comment.startswith(MARK)
    assert "`request-parameter-max-length-decreased`" in comment
    assert "](https://host/blob/abc/openapi.yaml#L" in comment
    assert "redocly gave no answer" in comment
    assert runner.summary.read_text(encoding="utf-8") == comment
    assert compared.stdout.startswith("::error file=openapi.yaml,line=")
    for code in (0, 1):
        runner("contract-diff.yml", "Verdict", CODE=str(code), code=code)


def test_a_comparison_that_cannot_be_made_fails_its_step(runner: Runner) -> None:
    compared = runner("contract-diff.yml", "Compare", BASE="origin/none", LINKS="https://host", code=2)

    assert "no commit that git knows" in compared.stderr
    assert not runner.summary.exists()


@pytest.mark.parametrize(("found", "call"), [("", "POST /comments"), ("7\n8\n", "PATCH /comment/7")])
def test_the_comment_is_made_once_and_then_kept_up_to_date(runner: Runner, found: str, call: str) -> None:
    (runner.work / "found").write_text(found)
    runner.command("gh", 'case "$*" in *--jq*) cat found;; *) echo "$@" > asked;; esac')
    runner("contract-diff.yml", "Comment", COMMENTS="/comments", COMMENT="/comment")

    assert (runner.work / "asked").read_text() == f"api --silent --method {call} -F body=@contract-diff.md\n"
    assert f"mark='{MARK}'" in SCRIPTS["contract-diff.yml: Comment"]


def test_the_action_ends_with_the_suites_exit_code(runner: Runner) -> None:
    given: dict[str, Any] = {
        "URL": "http://h",
        "MODE": "quick",
        "REPORTS": "html",
        "OUTPUT": "out",
        "PROFILES": "core,http",
    }
    for code in (0, 1, 3, 4):
        # A stand-in for the suite: it notes its arguments and leaves a summary.
        leave = 'echo "$@" > asked; mkdir -p out; echo Verdict > out/summary.md'
        runner.command("conformance", f"{leave}; exit {code}")
        runner("action/action.yml", "Check the server", **given)

        asked = "check http://h --mode quick --output out --report html --profile core,http\n"
        assert (runner.work / "asked").read_text() == asked
        assert runner.output.read_text().splitlines()[-1] == f"exit-code={code}"
        assert runner.summary.read_text().splitlines()[-1] == "Verdict"
        runner("action/action.yml", "Verdict", CODE=str(code), code=code)


def test_an_action_whose_check_never_ran_does_not_pass(runner: Runner) -> None:
    runner("action/action.yml", "Verdict", CODE="", code=4)
