"""The lines of the guide for any contract are run as a reader would paste them, on a server of notes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.foreign.troubles.serving import served
from tests.serving import ROOT

GUIDE = (ROOT / "docs" / "any-contract.md").read_text("utf-8")
COMMAND = f'conformance() {{ "{sys.executable}" -m conformance "$@"; }}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the check of the page in it."""
    [(name, module)] = re.findall(r"```python\n# (\S+\.py)\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(module)
    return tmp_path


def with_clauses(contract: Path, folder: Path) -> Path:
    """Return a contract that states the clause of the page beside the operation that deletes a note."""
    [stated] = re.findall(r"```yaml\n(x-clauses:.*?)```", GUIDE, re.DOTALL)
    document = json.loads(contract.read_text())
    [operation] = [
        each
        for item in document["paths"].values()
        for each in item.values()
        if isinstance(each, dict) and each.get("operationId") == "deleteNote"
    ]
    operation |= yaml.safe_load(stated)
    made = folder / "openapi.json"
    made.write_text(json.dumps(document))
    return made


def test_every_line_of_the_guide_can_be_pasted(folder: Path) -> None:
    *lines, last = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    with served("notes") as server:
        # The clause is stated before the lines that check it.
        state = f"CONTRACT={with_clauses(server.contract, folder)}"
        run = subprocess.run(
            ["bash", "-eu", "-c", COMMAND + "\n".join([*lines, state, last])],
            cwd=folder,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "URL": server.url,
                "CONTRACT": str(server.contract),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    assert run.returncode == 0, run.stdout + run.stderr
    assert lines
    assert "PASS        NOTE-DEL-001" in run.stdout
    assert (folder / "reports" / "report.html").is_file()


def test_a_skeleton_of_the_pages_check_is_printed(folder: Path) -> None:
    with served("notes") as server:
        contract = with_clauses(server.contract, folder)
        command = [sys.executable, "-m", "conformance", "new-check", "NOTE-DEL-001"]
        command += ["--contract", str(contract)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert '@check("NOTE-DEL-001")' in run.stdout
    assert 'session.call("deleteNote", parameters={"note_id": ...})' in run.stdout
    compile(run.stdout, "printed", "exec")


def test_the_line_that_repeats_a_check_of_ones_own_names_its_package(folder: Path) -> None:
    module = folder / "note_checks" / "deletion.py"
    module.write_text(module.read_text().replace("parameters=place), 404)", "parameters=place), 410)"))
    with served("notes") as server:
        contract = with_clauses(server.contract, folder)
        command = [sys.executable, "-m", "conformance", "check", server.url, "--contract", str(contract)]
        command += ["--checks", "note_checks", "--only", "NOTE-DEL-001"]
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(r"again +conformance check .* --checks note_checks", run.stdout)
