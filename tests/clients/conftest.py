"""A server for clients to talk to, and the programs that make and check them."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.serving import Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Give a real server on an empty store."""
    with running_server(f"sqlite:///{tmp_path / 'profiles.db'}") as server:
        yield server


def credentials(server: Server) -> dict[str, str]:
    """Return the variables by which a life-cycle program finds the server."""
    return {"BASE_URL": f"{server.url}/api", "API_KEY": server.keys.admin}


def run(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> None:
    """Run a program to its end, and fail with all that it said when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}"
        pytest.fail(f"{Path(command[0]).name} ended with {done.returncode}:\n{said}", pytrace=False)
