"""What openapi-typescript makes of the contract: types by which openapi-fetch lives a profile's life."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.clients.conftest import credentials, run
from tests.serving import ROOT, Server

SOURCE = Path(__file__).parent / "typescript"
PACKAGES = SOURCE / "node_modules"
GENERATE = ("openapi-typescript", "openapi.yaml", "--default-non-nullable", "false")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder with our program, and the packages that it needs: installed once for each lock file."""
    if not (shutil.which("node") and shutil.which("npm")):
        unavailable("There is no node with npm here. On Debian: apt-get install --no-install-recommends npm")
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")
    stamp = PACKAGES / ".installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        done = subprocess.run(["npm", "ci"], cwd=SOURCE, check=False, capture_output=True, text=True)
        if done.returncode:
            unavailable(f"npm could not install what the test needs:\n{done.stderr}")
        stamp.write_text(lock, encoding="utf-8")

    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("life_cycle.ts", "package.json", "tsconfig.json"):
        shutil.copy(SOURCE / name, folder)
    (folder / "node_modules").symlink_to(PACKAGES)
    return folder


# The first run installs.
def test_a_generated_typescript_client_type_checks_and_lives_a_profiles_life(
    project: Path, server: Server
) -> None:
    programs = PACKAGES / ".bin"
    environment = {**os.environ, **credentials(server)}

    generate = (programs / GENERATE[0], *GENERATE[1:], "--output", project / "contract.ts")
    run(*generate, cwd=ROOT, env=environment)
    run(programs / "tsc", cwd=project, env=environment)
    run("node", "life_cycle.js", cwd=project, env=environment)


def test_the_lock_of_the_typescript_client_names_no_registry() -> None:
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")

    assert '"integrity"' in lock
    assert '"resolved"' not in lock


def test_the_readme_shows_how_to_generate_a_typescript_client() -> None:
    assert f"$ npx {' '.join(GENERATE)} --output contract.ts\n" in README


def unavailable(reason: str) -> NoReturn:
    """Skip the test; with `REQUIRE_NODE=1`, fail it."""
    if os.environ.get("REQUIRE_NODE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
