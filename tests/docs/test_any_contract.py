"""The lines of the guide for any contract are run as a reader would paste them, on a server of notes."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.docs.running import CONFORMANCE, blocks, pasted, python
from tests.foreign.troubles.serving import prepared, served
from tests.serving import ROOT

GUIDE = (ROOT / "docs" / "any-contract.md").read_text("utf-8")


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
    *lines, last = blocks(GUIDE, "sh")
    with served("notes") as server:
        # The clause is stated before the lines that check it.
        state = f"CONTRACT={with_clauses(server.contract, folder)}"
        script = CONFORMANCE + "\n".join([*lines, state, last])
        run = pasted(script, folder, URL=server.url, CONTRACT=str(server.contract))

    assert lines
    assert "PASS        NOTE-DEL-001" in run.stdout
    assert (folder / "reports" / "report.html").is_file()


def test_the_server_and_the_contract_to_try_it_with_are_those_of_the_checkout(tmp_path: Path) -> None:
    [name] = re.findall(
        r"^\$ venv/bin/python -m tests\.foreign\.troubles (\S+) --port 8080", GUIDE, re.MULTILINE
    )
    [copy] = re.findall(r"^\$ (mkdir trial .*)$", GUIDE, re.MULTILINE)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    [first, *_] = blocks(GUIDE, "sh")
    with served(name) as server:
        pasted(f"{CONFORMANCE}{copy}\n{first}", tmp_path, URL=server.url)

        trial = tmp_path / "trial"
        stated = yaml.safe_load((trial / "openapi.yaml").read_text("utf-8"))
        assert stated["paths"].keys() == json.loads(server.contract.read_text())["paths"].keys()
    assert json.loads((trial / "reports" / "results.json").read_text())["exit_code"] == 0


def test_a_skeleton_of_the_pages_check_is_printed(folder: Path) -> None:
    with prepared("notes") as server:
        contract = str(with_clauses(server.contract, folder))
        printed = python("-m", "conformance", "new-check", "NOTE-DEL-001", "--contract", contract).stdout

    assert '@check("NOTE-DEL-001")' in printed
    assert 'session.call("deleteNote", parameters={"note_id": ...})' in printed
    compile(printed, "printed", "exec")


def test_the_line_that_repeats_a_check_of_ones_own_names_its_package(folder: Path) -> None:
    module = folder / "note_checks" / "deletion.py"
    module.write_text(module.read_text().replace("parameters=place), 404)", "parameters=place), 410)"))
    with served("notes") as server:
        command = ["-m", "conformance", "check", server.url, "--only", "NOTE-DEL-001"]
        command += ["--contract", str(with_clauses(server.contract, folder)), "--checks", "note_checks"]
        run = python(*command, folder=folder, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}, code=1)

    assert re.search(r"again +conformance check .* --checks note_checks", run.stdout)
