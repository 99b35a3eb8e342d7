"""`conformance diff`: versions from files and from git, reports, exit codes."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from conformance.cli import cli, contract_versions
from conformance.contract.diff.rules import RULES

Run: TypeAlias = Callable[..., Result]
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
WIDER = CONTRACT.replace("type: integer", "type: number")
SAFE = CONTRACT.replace("description: Things.", "description: All things.")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(cli, list(arguments))


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


def test_what_did_not_change_breaks_nothing(run: Run, repository: Path) -> None:
    result = run("diff", "main")

    assert (result.exit_code, result.output) == (0, "No changes. Nothing breaks.\n")


def test_a_break_is_told_with_its_line_its_rule_and_whom_it_breaks(run: Run, repository: Path) -> None:
    change(repository, BROKEN)
    result = run("diff", "main")

    rule = "request-parameter-default-value-changed"
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "breaking  parameter limit: default: 25 → 10",
        f"          openapi.yaml:9, listThings, {rule}, breaks consumers and servers",
    ]
    assert "1 breaking, 0 unclear, 0 safe change. Breaks consumers and servers." in result.stdout
    assert "after a breaking change it would be 2.0.0" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (BROKEN, [], 1),
        (BROKEN, ["--fail-on", "unclear"], 1),
        (BROKEN, ["--fail-on", "none"], 0),
        (BROKEN, ["--for", "consumers"], 1),
        (BROKEN, ["--for", "servers"], 1),
        (WIDER, ["--for", "consumers"], 0),
        (WIDER, ["--for", "servers"], 1),
        (UNCLEAR, [], 0),
        (UNCLEAR, ["--fail-on", "unclear"], 1),
        (SAFE, ["--fail-on", "unclear"], 0),
    ],
)
def test_what_fails_is_chosen(run: Run, repository: Path, text: str, options: list[str], code: int) -> None:
    change(repository, text)

    assert run("diff", "HEAD", *options).exit_code == code


@pytest.mark.parametrize("ref", ["HEAD~1", "v1", "main~1"])
def test_a_commit_is_named_as_git_names_it(run: Run, repository: Path, ref: str) -> None:
    change(repository, BROKEN, commit=True)

    assert run("diff", ref).exit_code == 1
    assert run("diff", ref, "HEAD").exit_code == 1
    assert run("diff", "HEAD", ref).exit_code == 1
    assert run("diff", "HEAD").exit_code == 0


def test_files_are_compared_without_git(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.json"
    old.write_text(CONTRACT)
    new.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "T", "version": "2"}, "paths": {}}))
    monkeypatch.setenv("PATH", "")

    result = run("diff", str(old), str(new))
    assert result.exit_code == 1
    assert "api-path-removed-without-deprecation" in result.stdout
    assert f"{old}:5" in result.stdout


def test_what_main_did_meanwhile_is_not_this_branchs_change(run: Run, repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "work")
    change(repository, SAFE, commit=True)
    git(repository, "checkout", "--quiet", "main")
    change(repository, BROKEN, commit=True)
    git(repository, "checkout", "--quiet", "work")

    assert run("diff", "main").exit_code == 1
    result = run("diff", "main", "--merge-base", "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert [each["rule"] for each in told["changes"]] == ["description-changed"]
    assert told["old"]["origin"].startswith("main at ")


def test_a_contract_may_stand_in_a_folder(run: Run, repository: Path) -> None:
    (repository / "api").mkdir()
    git(repository, "mv", "openapi.yaml", "api/things.yaml")
    git(repository, "commit", "--quiet", "--all", "--message", "Move")
    (repository / "api" / "things.yaml").write_text(BROKEN)

    result = run("diff", "HEAD", "--file", "api/things.yaml", "--format", "github")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "::error file=api/things.yaml,line=9,title=request-parameter-default-value"
    )


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
        (["list.yaml"], "is no OpenAPI document"),
        (["dangling.yaml"], "the $ref #/components/schemas/None leads nowhere"),
        (["circle.yaml"], "leads in a circle back to itself"),
        (["outside.yaml"], "The contract other.yaml cannot be read: there is no such file"),
        (["alias.yaml"], "the alias in line 2 holds itself"),
        (["invalid.yaml"], "invalid.yaml:3: /paths/~1a/get/responses has to be an object"),
        (["main", "--format", "xml"], "Invalid value for '--format'"),
        ([], "Missing argument 'REF'"),
    ],
)
def test_what_cannot_be_compared_is_2(run: Run, repository: Path, arguments: list[str], told: str) -> None:
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

    result = run("diff", *arguments)
    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())


APPROVAL = """\
[[approve]]
rule = "request-parameter-default-value-changed"
subject = "parameter limit"
message = "default: 25 → 10"
reason = "Nobody relies on it."
owner = "things team"
expires = 2999-12-31
"""


def test_what_a_reviewer_has_approved_does_not_count(run: Run, repository: Path) -> None:
    change(repository, BROKEN)
    file = repository / "approved.toml"
    file.write_text(APPROVAL)

    result = run("diff", "main", "--approved", "approved.toml")
    assert result.exit_code == 0
    assert "approved until 2999-12-31 by things team: Nobody relies on it." in result.stdout
    assert "Nothing breaks but what is approved." in result.stdout
    told = json.loads(run("diff", "main", "--approved", "approved.toml", "--format", "json").stdout)
    assert (told["breaks"], told["changes"][0]["approval"]["owner"]) == ([], "things team")
    assert run("diff", "main", "--approved", "approved.toml", "--fail-on", "unclear").exit_code == 0

    change(repository, BROKEN.replace("listThings", "allThings"))
    assert run("diff", "main", "--approved", "approved.toml").exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2999-12-31", "2001-01-31", "its last day was 2001-01-31"),
        ("25 → 10", "25 → 5", "there is no such change"),
    ],
)
def test_an_approval_that_approves_nothing_is_told(
    run: Run, repository: Path, old: str, new: str, told: str
) -> None:
    (repository / "approved.toml").write_text(APPROVAL.replace(old, new))

    change(repository, BROKEN)
    assert run("diff", "main", "--approved", "approved.toml").exit_code == 1
    change(repository, SAFE)
    result = run("diff", "main", "--approved", "approved.toml")
    assert result.exit_code == 5
    assert told in result.stdout
    assert run("diff", "main", "--approved", "approved.toml", "--allow-stale").exit_code == 0
    for form in ("markdown", "github", "json"):
        assert (
            "parameter limit" in run("diff", "main", "--approved", "approved.toml", "--format", form).stdout
        )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("approve = 1", "may hold tables [[approve]] alone"),
        ("[", "cannot be read"),
        (APPROVAL + "more = 1", "an entry has just rule, subject, message, reason, owner, expires"),
        (APPROVAL.replace("2999-12-31", '"2999-12-31"'), "`expires` is to be a day"),
        (APPROVAL.replace("things team", " "), "`owner` is to be text that is not empty"),
        (APPROVAL.replace("request-", "any-"), "there is no rule 'any-parameter-default-value-changed'"),
    ],
)
def test_a_file_that_approves_in_no_known_way_is_2(run: Run, repository: Path, text: str, told: str) -> None:
    (repository / "approved.toml").write_text(text)

    result = run("diff", "main", "--approved", "approved.toml")
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


SPLIT = """\
openapi: 3.0.3
info: {title: Things, version: 0.1.0}
paths:
  /things:
    $ref: parts/paths.yaml#/things
"""
PATHS = """\
things:
  post:
    operationId: addThing
    requestBody:
      content:
        application/json: {schema: {$ref: '../shared/a thing.yaml'}}
    responses: {'200': {description: Done.}}
"""
THING = """\
type: object
properties:
  name: {type: string, maxLength: 9}
"""


def test_a_contract_of_several_files_is_compared_in_the_tree_and_in_commits(
    run: Run, repository: Path
) -> None:
    folder = repository / "api"
    for name, text in (
        ("openapi.yaml", SPLIT),
        ("parts/paths.yaml", PATHS.replace("a thing", "a%20thing")),
        ("shared/a thing.yaml", THING),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "Split")
    (folder / "shared" / "a thing.yaml").write_text(THING.replace("9", "8"))

    told = json.loads(run("diff", "HEAD", "--file", "api/openapi.yaml", "--format", "json").stdout)
    [change] = told["changes"]
    assert (change["rule"], change["operations"]) == ("request-property-max-length-decreased", ["addThing"])
    place = {"file": "api/shared/a thing.yaml", "line": 3}
    assert {key: change["old"][key] for key in place} == {key: change["new"][key] for key in place} == place
    assert "api/shared/a thing.yaml:3, addThing" in run("diff", "HEAD", "--file", "api/openapi.yaml").stdout

    git(repository, "rm", "--quiet", "--cached", "api/shared/a thing.yaml")
    git(repository, "commit", "--quiet", "--message", "Forget one")
    result = run("diff", "HEAD", "--file", "api/openapi.yaml")
    assert result.exit_code == 2
    assert "HEAD holds no api/parts/../shared/a thing.yaml" in " ".join(result.stderr.split())


ODD = """\
openapi: %s
info: {title: Things, version: 1.0.0, x-source: {$ref: 'https://example.com/nowhere'}}
x-parts: {$ref: '#/x-none'}
components:
  schemas:
    A B: {type: string}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        default:
          description: Anything.
          content:
            application/json: {schema: {$ref: '#/components/schemas/A%%20B'}}
"""


def test_what_others_write_is_compared(run: Run, repository: Path) -> None:
    old, new = repository / "old.yaml", repository / "new.yaml"
    old.write_text(ODD % "3.0.3")
    new.write_text((ODD % "3.0.3").replace("type: string", "type: integer"))
    assert run("diff", "old.yaml", "old.yaml").output == "No changes. Nothing breaks.\n"
    assert run("diff", "old.yaml", "new.yaml").exit_code == 1

    old.write_text("openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\nwebhooks: {}\n")
    assert run("diff", "old.yaml", "old.yaml").exit_code == 0

    old.write_text(ODD % "3.1")
    result = run("diff", "old.yaml", "new.yaml")
    assert result.exit_code == 2
    assert 'write `openapi: "3.1.0"`' in " ".join(result.stderr.split())

    old.write_text((ODD % "3.0.3").replace("A%20B", "None"))
    result = run("diff", "old.yaml", "new.yaml")
    assert result.exit_code == 2
    assert "the $ref #/components/schemas/None leads nowhere" in " ".join(result.stderr.split())


def test_a_contract_that_is_no_text_is_2(run: Run, repository: Path) -> None:
    (repository / "octets.yaml").write_bytes(b"\xff\xfe\x00")

    result = run("diff", "octets.yaml")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_without_git_it_says_so(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("diff", "main")

    assert result.exit_code == 2
    assert "git is not installed. Without it, give two files." in result.stderr


def test_outside_of_a_repository_it_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = run("diff", "main")

    assert result.exit_code == 2
    assert "not a git repository" in result.stderr


def test_branches_that_share_nothing_have_no_base(run: Run, repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")
    git(repository, "commit", "--quiet", "--message", "Another first")
    result = run("diff", "main", "--merge-base")

    assert result.exit_code == 2
    assert "no commit in common" in result.stderr


def test_every_rule_is_listed(run: Run) -> None:
    listed = json.loads(run("diff-rules", "--format", "json").stdout)

    assert [each["rule"] for each in listed] == list(RULES)
    assert "request-parameter-default-value-changed" in run("diff-rules").stdout


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


def test_redoclys_findings_are_folded_in_once(run: Run, repository: Path, npx: Path) -> None:
    (npx / "answer").write_text(json.dumps(REDOCLY))
    result = run("diff", "main", "--with-node", "--format", "json")
    told = {each["rule"]: each for each in json.loads(result.stdout)["changes"]}

    assert told["request-parameter-default-value-changed"]["also_found_by"] == ["redocly schema-default"]
    assert told["redocly-only-theirs"]["severity"] == "unclear"
    assert told["redocly-only-theirs"]["old"] == {
        "pointer": "/paths/~1things/get/responses/200",
        "line": 11,
        "file": "openapi.yaml",
    }
    assert told["redocly-only-theirs"]["operations"] == ["listThings"]
    assert len(told) == 2
    asked = (npx / "asked").read_text()
    assert asked.startswith(f"--yes {contract_versions.REDOCLY} diff old.yaml new.yaml --format=json")
    assert asked.split()[-2:] == ["new.yaml", "old.yaml"]


@pytest.mark.parametrize(
    "answer", ["", "no JSON", "[]", '{"changes": 5}', '{"changes": [{"verdicts": [{}]}]}']
)
def test_a_redocly_that_fails_is_a_note_and_no_verdict(
    run: Run, repository: Path, npx: Path, answer: str
) -> None:
    (npx / "answer").write_text(answer)
    result = run("diff", "main", "--with-node")

    assert result.exit_code == 1
    assert "redocly gave no answer: " in result.stdout


def test_without_npx_with_node_is_2(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository.parent / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(folder))
    result = run("diff", "main", "--with-node")

    assert result.exit_code == 2
    assert "--with-node needs npx" in result.stderr


def test_a_version_of_redocly_is_the_one_that_lints(run: Run) -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text()

    assert contract_versions.REDOCLY in makefile
