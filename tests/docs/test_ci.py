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


def _scripts() -> list[tuple[str, str, str]]:
    return [
        (name, str(step.get("name")), step["run"]) for name in FILES for step in _steps(name) if "run" in step
    ]


SCRIPTS = [pytest.param(script, id=f"{name}: {step}") for name, step, script in _scripts()]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_sound(script: str) -> None:
    # What is typed into a workflow by others must come by the environment, never into the script.
    assert "${{" not in script
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", "--shell=bash", "-"], input=script, text=True, check=True)


@pytest.mark.parametrize("name", FILES)
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
    texts = [script for _, _, script in _scripts() if "conformance diff" in script]
    texts.append((CI / "README.md").read_text(encoding="utf-8"))
    calls = [call for text in texts for call in re.findall(r"conformance diff((?:[^\n]|\\\n)*)", text)]
    used = {option for call in calls for option in re.findall(r"(?<![\w-])--[a-z-]+", call)}
    used |= set(re.findall(r"`(--[a-z-]+)", texts[-1]))

    assert len(calls) > 4
    assert used - known == set()


def test_options_that_the_action_gives_to_the_suite_exist() -> None:
    [script] = [script for _, _, script in _scripts() if "conformance check" in script]
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
            program = self._commands / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
            program.chmod(0o755)

    def command(self, name: str, text: str) -> None:
        """Put a stand-in for a program into the path."""
        program = self._commands / name
        program.write_text(text)
        program.chmod(0o755)

    def __call__(self, file: str, step: str, **environment: str) -> subprocess.CompletedProcess[str]:
        [script] = [script for name, title, script in _scripts() if (name, title) == (file, step)]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.work,
            env={
                **os.environ,
                "PATH": f"{self._commands}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "GITHUB_OUTPUT": str(self.output),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "RUNNER_TEMP": str(self.work),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, *arguments: str) -> None:
        """Run git in the work folder."""
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=self.work, check=True, capture_output=True)


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
    made.command("npx", "#!/bin/sh\nexit 1\n")
    return made


def test_the_comparison_runs_and_leaves_a_comment_a_summary_and_a_verdict(runner: Runner) -> None:
    ran = runner("contract-diff.yml", "Compare", BASE="origin/main", LINKS="https://host/blob/abc")
    comment = (runner.work / "contract-diff.md").read_text(encoding="utf-8")

    assert ran.returncode == 0, ran.stderr
    assert runner.output.read_text() == "exit-code=1\n"
    assert comment.startswith(MARK)
    assert "`request-parameter-max-length-decreased`" in comment
    assert "](https://host/blob/abc/openapi.yaml#L" in comment
    assert "redocly gave no answer" in comment
    assert runner.summary.read_text(encoding="utf-8") == comment
    assert ran.stdout.startswith("::error file=openapi.yaml,line=")
    assert runner("contract-diff.yml", "Verdict", CODE="1").returncode == 1
    assert runner("contract-diff.yml", "Verdict", CODE="0").returncode == 0


def test_a_comparison_that_cannot_be_made_fails_its_step(runner: Runner) -> None:
    ran = runner("contract-diff.yml", "Compare", BASE="origin/none", LINKS="https://host")

    assert ran.returncode == 2
    assert "no commit that git knows" in ran.stderr
    assert not runner.summary.exists()


@pytest.mark.parametrize(("found", "call"), [("", "POST /comments"), ("7\n8\n", "PATCH /comment/7")])
def test_the_comment_is_made_once_and_then_kept_up_to_date(runner: Runner, found: str, call: str) -> None:
    (runner.work / "found").write_text(found)
    runner.command("gh", '#!/bin/sh\ncase "$*" in *--jq*) cat found;; *) echo "$@" > asked;; esac\n')
    ran = runner("contract-diff.yml", "Comment", COMMENTS="/comments", COMMENT="/comment")

    assert ran.returncode == 0, ran.stderr
    assert (runner.work / "asked").read_text() == f"api --silent --method {call} -F body=@contract-diff.md\n"
    assert f"mark='{MARK}'" in {title: script for _, title, script in _scripts()}["Comment"]


@pytest.mark.parametrize("code", ["0", "1", "3", "4"])
def test_the_action_ends_with_the_suites_exit_code(runner: Runner, code: str) -> None:
    # A stand-in for the suite: it notes its arguments and leaves a summary.
    runner.command(
        "conformance",
        f'#!/bin/sh\necho "$@" > asked\nmkdir -p out\necho Verdict > out/summary.md\nexit {code}\n',
    )
    given = {"URL": "http://h", "MODE": "quick", "REPORTS": "html", "OUTPUT": "out", "PROFILES": "core,http"}
    ran = runner("action/action.yml", "Check the server", **given)

    assert ran.returncode == 0, ran.stderr
    assert (runner.work / "asked").read_text() == (
        "check http://h --mode quick --output out --report html --profile core,http\n"
    )
    assert runner.output.read_text() == f"exit-code={code}\n"
    assert runner.summary.read_text() == "Verdict\n"
    assert runner("action/action.yml", "Verdict", CODE=code).returncode == int(code)


def test_an_action_whose_check_never_ran_does_not_pass(runner: Runner) -> None:
    assert runner("action/action.yml", "Verdict", CODE="").returncode == 4
