"""`access-profiles contract`: the suite's commands by other names."""

import json
import subprocess
from pathlib import Path

import pytest

from conformance.contract.diff.rules import RULES
from tests.processes import run

CONTRACT = """\
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths: {/things: {get: {responses: {'200': {description: Things.}}}}}
"""
WITHOUT = CONTRACT.partition("paths:")[0] + "paths: {}\n"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("server.cli", "contract", *arguments)


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        (CONTRACT, CONTRACT, (), 0),
        (CONTRACT, WITHOUT, (), 1),
        (CONTRACT, WITHOUT, ("--fail-on", "none"), 0),
        (CONTRACT, "- 1", (), 2),
        (CONTRACT, CONTRACT, ("--format", "xml"), 2),
    ],
)
def test_the_comparison_is_that_of_the_suite_with_its_exit_code(
    tmp_path: Path, old: str, new: str, options: tuple[str, ...], code: int
) -> None:
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, text in zip(files, (old, new), strict=True):
        file.write_text(text)
    arguments = ["diff", *map(str, files), *options]
    meant = run("conformance", *arguments)
    ended = _run(*arguments)

    assert ended.returncode == code
    assert (ended.stdout, ended.stderr) == (meant.stdout, meant.stderr)


def test_the_rules_are_listed() -> None:
    listed = json.loads(_run("rules", "--format", "json").stdout)

    assert [each["rule"] for each in listed] == list(RULES)


def test_help_is_that_of_the_suite() -> None:
    assert "Usage: conformance diff [OPTIONS] REF [NEW]" in _run("diff", "--help").stdout
