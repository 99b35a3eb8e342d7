"""What is installed is complete: the wheel carries every file that the packages read."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.serving import ROOT


def test_the_wheel_holds_the_contract_the_pages_the_scripts_and_the_company(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    contract = (ROOT / "openapi.yaml").read_bytes()

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("server/openapi.yaml") == contract
        assert archive.read("conformance/openapi.yaml") == contract

    packages = ("conformance", "domain", "handlers", "server", "store")
    needed = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert needed - names == set()
    assert not [name for name in names if name.startswith("tests/")]
