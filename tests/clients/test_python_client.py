"""What openapi-python-client makes of the contract: a typed package that lives a profile's life."""

import os
import sys
from pathlib import Path

from tests.clients.conftest import credentials, run
from tests.serving import ROOT, Server

LIFE_CYCLE = Path(__file__).parent / "python" / "life_cycle.py"
GENERATE = ("openapi-python-client", "generate", "--path", "openapi.yaml")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_generated_python_client_type_checks_and_lives_a_profiles_life(
    server: Server, tmp_path: Path
) -> None:
    programs = Path(sys.executable).parent
    client = tmp_path / "client"
    environment = {
        **os.environ,
        # The generator formats with the ruff that it finds there.
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "MYPYPATH": str(client),
        "PYTHONPATH": str(client),
        **credentials(server),
    }

    # A warning means that an operation or a schema was left out.
    generate = (programs / GENERATE[0], *GENERATE[1:], "--fail-on-warning", "--output-path", client)
    run(*generate, cwd=ROOT, env=environment)
    check = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path / "mypy")
    run(*check, client / "access_profiles_client", LIFE_CYCLE, cwd=tmp_path, env=environment)
    run(sys.executable, LIFE_CYCLE, cwd=tmp_path, env=environment)


def test_the_readme_shows_how_to_generate_a_python_client() -> None:
    assert f"$ {' '.join(GENERATE)}\n" in README
