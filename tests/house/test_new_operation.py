"""An operation is added to a copy of the project as README says: in five files, with what is printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.import_graph import packages
from tests.serving import ROOT

OPERATION = """\
  /roles/{role_id}/access-profiles:
    get:
      operationId: listRoleAccessProfiles
      tags: [Roles]
      summary: List the access profiles of a role
      description: Returns the attachments of a role.
      x-permission: Roles:View
      x-extension: true
      x-clauses:
        - id: ROL-PRO-001
          level: MUST
          profile: extensions
          text: The attachments are those that `getRole` has.
        - id: ROL-PRO-002
          level: MUST
          profile: extensions
          text: They are answered to every key that may see roles.
      parameters:
        - {$ref: '#/components/parameters/RoleId'}
      responses:
        '200':
          description: The attachments of the role.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/RoleProfilesResponse'}
              examples:
                none:
                  summary: A role without profiles
                  value: {access_profiles: []}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '500': {$ref: '#/components/responses/InternalError'}
        '503': {$ref: '#/components/responses/ServiceUnavailable'}

"""
SCHEMA = """\
    RoleProfilesResponse:
      type: object
      required: [access_profiles]
      properties:
        access_profiles:
          type: array
          description: The profiles that are attached to the role.
          items: {$ref: '#/components/schemas/AccessProfileRoleAttachment'}
"""
HANDLER_BODY = """\
    with context.store.read() as tx:
        tx.roles.get(role_id)
        attachments = tx.roles.attachments(role_id)
    return ok({"access_profiles": [role_attachment(attachment) for attachment in attachments]})
"""
CHECKS, FAULTS = "conformance/checks/roles.py", "conformance/selftest/faults/roles.py"
HANDLER, TYPES = "handlers/roles.py", "handlers/contract_types.py"
PYTEST = ("pytest", "-q", "-pno:cacheprovider")
OF_PIECES, OF_TYPES = "tests/conformance/selftest/test_missing.py", "tests/contract/test_types.py"
EDITED = {"openapi.yaml", HANDLER, TYPES, CHECKS, FAULTS}


class Copy:
    """A copy of the project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy, which ends with that exit code."""
        with self.start(*arguments) as running:
            output, errors = running.communicate()
        assert running.returncode == code, output + errors
        return subprocess.CompletedProcess(arguments, code, output, errors)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a module of the copy: its packages stand before those of this project."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def refusal(self) -> str:
        """Return what a server says that cannot start."""
        return self.run("server.cli", "--store", "memory:", "serve", "--port", "0", code=1).stderr

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text(encoding="utf-8")
        assert old in text
        (self.root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def paste(self, file: str, code: str) -> None:
        """Put code at the end of a file, or lines at the beginning of its FAULTS."""
        if file.startswith("FAULTS of "):
            begin = "FAULTS: dict[str, Fault] = {\n"
            self.edit(file.removeprefix("FAULTS of "), begin, begin + code)
            return
        with (self.root / file).open("a", encoding="utf-8") as source:
            source.write(f"\n\n{code}")

    def edited(self) -> set[str]:
        """Return the files that are not as they are here; links lead to one of them."""
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink() and path.suffix != ".pyc"
            if not self._is_as_it_was(path.relative_to(self.root))
        }

    def _is_as_it_was(self, path: Path) -> bool:
        before = ROOT / path
        return before.is_file() and before.read_bytes() == (self.root / path).read_bytes()


@pytest.fixture
def project(tmp_path: Path) -> Copy:
    root = tmp_path / "project"
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for package in (*packages(), "tests"):
        shutil.copytree(ROOT / package, root / package, symlinks=True, ignore=ignored)
    for file in ("openapi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    return Copy(root)


def _printed(text: str) -> Iterator[tuple[str, str]]:
    """Yield each file that the stubs are for, and the code that belongs into it."""
    for part in re.split(r"^# Into ", text, flags=re.MULTILINE)[1:]:
        file, _, code = part.partition(":\n")
        yield file, code


@pytest.mark.timeout(300)
def test_an_operation_is_five_files(project: Copy) -> None:
    project.edit("openapi.yaml", "  /roles/{role_id}:\n", f"{OPERATION}  /roles/{{role_id}}:\n")
    project.edit("openapi.yaml", "    RoleListResponse:\n", f"{SCHEMA}    RoleListResponse:\n")
    assert project.refusal() == (
        "Error: handlers/roles.py has no function list_role_access_profiles, as openapi.yaml states "
        "listRoleAccessProfiles: `access-profiles new-operation listRoleAccessProfiles` prints it.\n"
    )
    _assert_told(project, OF_PIECES, "The clause ROL-PRO-001 has no check", CHECKS)

    printed = project.run("server.cli", "new-operation", "listRoleAccessProfiles")
    stubs = list(_printed(printed.stdout))
    assert printed.stderr == ""
    assert [file for file, _ in stubs] == [HANDLER, CHECKS, f"FAULTS of {FAULTS}"]
    for file, code in stubs:
        project.paste(file, code.replace('"role_id": ...', '"role_id": fixtures.role(session)["id"]'))
        if file == HANDLER:
            project.paste(file, HANDLER_BODY)
            assert project.refusal() == (
                "Error: handlers/contract_types.py lacks RoleProfilesResponse, which handlers/roles.py "
                "needs: run `make types`.\n"
            )
    _assert_told(project, OF_TYPES, "is not what openapi.yaml makes: run `make types`", TYPES)
    project.run("tests.contract.generate_types")

    assert project.edited() == EDITED
    _assert_all_is_well(project)


def _assert_told(project: Copy, tests: str, sentence: str, file: str) -> None:
    """Fail unless tests fail with that sentence, in a line that names the file."""
    ran = project.run(*PYTEST, tests, code=1)
    assert any(sentence in line and file in line for line in ran.stdout.splitlines()), ran.stdout


def _assert_all_is_well(project: Copy) -> None:
    """Hold that the checks pass on the right server and fail on the broken one, and that the tests pass."""
    with project.start("server.faulty", "--middleware", "conformance.selftest.served:create") as server:
        assert server.stdin is not None
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        only = ("--only", "ROL-PRO-*,S.listRoleAccessProfiles.*", "--key", told["keys"]["admin"])
        checked = project.run("conformance", "check", told["url"], *only)
        # It ends with its input.
        server.stdin.close()
    assert "score 2/2 passed" in checked.stdout
    project.run("conformance", "selftest", "--part", "faults", "--only", "ROL-PRO-*", "--jobs", "1")
    project.run(*PYTEST, "tests/contract", OF_PIECES)
