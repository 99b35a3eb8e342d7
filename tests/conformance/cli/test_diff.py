"""`conformance diff`: versions from files and from git, reports, exit codes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conformance.cli import cli, contract_versions
from conformance.contract.diff.rules import RULES

CONTRACT = """\
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths:
  /things:
    get:
      operationId: listThings
      x-permission: Things:View
      parameters:
        - {name: limit, in: query, schema: {type: integer, default: 25}}
      responses:
        '200': {description: Things.}
"""
BROKEN = CONTRACT.replace("default: 25", "default: 10")
UNCLEAR = CONTRACT.replace("      responses:", "      x-thing: 1\n      responses:")
SAFE = CONTRACT.replace("description: Things.", "description: All things.")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def conformance(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result


def diff(*arguments: str, code: int = 0) -> Result:
    return conformance("diff", *arguments, code=code)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository with one committed contract, as the current folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "openapi.yaml").write_text(CONTRACT)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "First")
    git(folder, "tag", "v1")
    monkeypatch.chdir(folder)
    return folder


def change(folder: Path, text: str, *, commit: bool = False) -> None:
    (folder / "openapi.yaml").write_text(text)
    if commit:
        git(folder, "commit", "--quiet", "--all", "--message", "Change")


@pytest.mark.usefixtures("repository")
def test_what_did_not_change_breaks_nothing() -> None:
    assert diff("main").output == "No changes. Nothing breaks.\n"


def test_a_break_is_told_with_its_line_its_rule_and_whom_it_breaks(repository: Path) -> None:
    change(repository, BROKEN)
    told = diff("main", code=1).stdout

    assert told.splitlines()[:2] == [
        "breaking  parameter limit: default: 25 → 10",
        "          openapi.yaml:9, listThings, request-parameter-default-value-changed, breaks consumers",
    ]
    assert "1 breaking, 0 unclear, 0 safe change. Breaks consumers." in told
    assert "after a breaking change it would be 2.0.0" in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (BROKEN, [], 1),
        (BROKEN, ["--fail-on", "unclear"], 1),
        (BROKEN, ["--fail-on", "none"], 0),
        (BROKEN, ["--for", "consumers"], 1),
        (BROKEN, ["--for", "servers"], 0),
        (UNCLEAR, [], 0),
        (UNCLEAR, ["--fail-on", "unclear"], 1),
        (SAFE, ["--fail-on", "unclear"], 0),
    ],
)
def test_what_fails_is_chosen(repository: Path, text: str, options: list[str], code: int) -> None:
    change(repository, text)

    diff("HEAD", *options, code=code)


@pytest.mark.parametrize("ref", ["HEAD~1", "v1", "main~1"])
def test_a_commit_is_named_as_git_names_it(repository: Path, ref: str) -> None:
    change(repository, BROKEN, commit=True)

    for refs, code in (([ref], 1), ([ref, "HEAD"], 1), (["HEAD", ref], 1), (["HEAD"], 0)):
        diff(*refs, code=code)


def test_files_are_compared_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.json"
    old.write_text(CONTRACT)
    new.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "T", "version": "2"}, "paths": {}}))
    monkeypatch.setenv("PATH", "")

    told = diff(str(old), str(new), code=1).stdout
    assert "api-path-removed-without-deprecation" in told
    assert f"{old}:5" in told


def test_what_main_did_meanwhile_is_not_this_branchs_change(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "work")
    change(repository, SAFE, commit=True)
    git(repository, "checkout", "--quiet", "main")
    change(repository, BROKEN, commit=True)
    git(repository, "checkout", "--quiet", "work")

    diff("main", code=1)
    told = json.loads(diff("main", "--merge-base", "--format", "json").stdout)
    assert [each["rule"] for each in told["changes"]] == ["description-changed"]
    assert told["old"]["origin"].startswith("main at ")


def test_a_contract_may_stand_in_a_folder(repository: Path) -> None:
    (repository / "api").mkdir()
    git(repository, "mv", "openapi.yaml", "api/things.yaml")
    git(repository, "commit", "--quiet", "--all", "--message", "Move")
    (repository / "api" / "things.yaml").write_text(BROKEN)

    told = diff("HEAD", "--file", "api/things.yaml", "--format", "github", code=1).stdout
    assert told.startswith("::error file=api/things.yaml,line=9,title=request-parameter-default-value")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none"], "none is no file, and no commit that git knows"),
        (["none"], "fetch-depth: 0"),
        (["main", "none"], "none is no file, and no commit"),
        (["main", "--file", "none.yaml"], "main holds no none.yaml"),
        (["--", "--output=x"], "--output=x is no file, and no commit"),
        (["main..HEAD"], "no commit that git knows"),
        (["broken.yaml"], "broken.yaml cannot be read"),
        (["octets.yaml"], "octets.yaml cannot be read"),
        (["list.yaml"], "is no OpenAPI 3 document"),
        (["dangling.yaml"], "#/components/schemas/None leads nowhere"),
        (["circle.yaml"], "leads back to itself"),
        (["outside.yaml"], "Bundle it into one file first"),
        (["alias.yaml"], "an alias in it holds itself"),
        (["invalid.yaml"], "is not valid at /paths/~1a"),
        (["main", "--format", "xml"], "Invalid value for '--format'"),
        ([], "Missing argument 'REF'"),
    ],
)
def test_what_cannot_be_compared_is_2(repository: Path, arguments: list[str], told: str) -> None:
    start = "openapi: 3.0.3\ninfo: {title: T, version: 1}\npaths: {"
    texts = {
        "broken.yaml": "a: [",
        "list.yaml": "- 1",
        "dangling.yaml": start + "/a: {get: {$ref: '#/components/schemas/None'}}}",
        "circle.yaml": start + "/a: {$ref: '#/x'}}\nx: {$ref: '#/y'}\ny: {$ref: '#/x'}",
        "outside.yaml": start + "/a: {$ref: 'other.yaml#/a'}}",
        "alias.yaml": "openapi: 3.0.3\npaths: &a {b: *a}",
        "invalid.yaml": start.replace("version: 1", "version: '1'") + "/a: {get: {responses: 5}}}",
    }
    for name, text in texts.items():
        (repository / name).write_text(text)
    (repository / "octets.yaml").write_bytes(b"\xff\xfe\x00")

    refused = diff(*arguments, code=2).stderr
    assert told.replace("~1", "/").replace("//", "/") in refused.replace("//", "/")


@pytest.mark.usefixtures("repository")
def test_without_git_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert "git is not installed. Without it, give two files." in diff("main", code=2).stderr


def test_outside_of_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert "not a git repository" in diff("main", code=2).stderr


def test_branches_that_share_nothing_have_no_base(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")
    git(repository, "commit", "--quiet", "--message", "Another first")

    assert "no commit in common" in diff("main", "--merge-base", code=2).stderr


def test_every_rule_is_listed() -> None:
    listed = json.loads(conformance("diff-rules", "--format", "json").stdout)

    assert [each["rule"] for each in listed] == list(RULES)
    assert "request-parameter-default-value-changed" in conformance("diff-rules").stdout


REDOCLY = {
    "changes": [
        {
            "verdicts": [{"ruleId": "schema-default", "impact": "major", "message": "Another default."}],
            "base": {"pointer": "#/paths/~1things/get/parameters/0/schema/default", "line": 9},
            "revision": {"pointer": "#/paths/~1things/get/parameters/0/schema/default", "line": 9},
        },
        {
            "verdicts": [{"ruleId": "only-theirs", "impact": "major", "message": "Gone."}],
            "path": "#/paths/~1things/get/responses/200",
            "base": {"pointer": "#/paths/~1things/get/responses/200", "line": 11},
        },
        {"verdicts": [{"ruleId": "small", "impact": "minor", "message": "More."}]},
        {"verdicts": []},
    ]
}


@pytest.fixture
def npx(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a stand-in for npx that answers what the test writes, and notes what it was asked."""
    change(repository, BROKEN)
    folder = repository.parent / "bin"
    folder.mkdir()
    program = folder / "npx"
    program.write_text(f'#!/bin/sh\necho "$@" > {folder}/asked\nls >> {folder}/asked\ncat {folder}/answer\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_redoclys_findings_are_folded_in_once(npx: Path) -> None:
    (npx / "answer").write_text(json.dumps(REDOCLY))
    changes = json.loads(diff("main", "--with-node", "--format", "json", code=1).stdout)["changes"]
    told = {each["rule"]: each for each in changes}

    assert told["request-parameter-default-value-changed"]["also_found_by"] == ["redocly schema-default"]
    assert told["redocly-only-theirs"]["severity"] == "unclear"
    assert told["redocly-only-theirs"]["old"] == {"pointer": "/paths/~1things/get/responses/200", "line": 11}
    assert told["redocly-only-theirs"]["operations"] == ["listThings"]
    assert len(told) == 2
    asked = (npx / "asked").read_text()
    assert asked.startswith(f"--yes {contract_versions.REDOCLY} diff old.yaml new.yaml --format=json")
    assert asked.split()[-2:] == ["new.yaml", "old.yaml"]


@pytest.mark.parametrize(
    "answer", ["", "no JSON", "[]", '{"changes": 5}', '{"changes": [{"verdicts": [{}]}]}']
)
def test_a_redocly_that_fails_is_a_note_and_no_verdict(npx: Path, answer: str) -> None:
    (npx / "answer").write_text(answer)

    assert "redocly gave no answer: " in diff("main", "--with-node", code=1).stdout


def test_without_npx_with_node_is_2(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository.parent / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(folder))

    assert "--with-node needs npx" in diff("main", "--with-node", code=2).stderr


def test_a_version_of_redocly_is_the_one_that_lints() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text()

    assert contract_versions.REDOCLY in makefile
