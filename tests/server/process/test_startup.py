"""What is imported to start: a guard that is the same on every machine. docs/performance.md has the times."""

import json
import subprocess
import sys

import pytest

from tests.serving import ROOT

HELP = "from server.cli import main; main(['--help'], standalone_mode=False)"
SERVE = """
from server.cli import serving
from server.connexion_app import create_app
from store.registry import open_store
store = open_store(sys.argv[1])
store.check_ready()
create_app(store).app.app.middleware._build_middleware_stack()
store.close()
"""
NEVER = {
    "_pytest",
    "alembic",
    "conformance",
    "hypothesis",
    "mako",
    "openapi_spec_validator",
    "psycopg",
    "pydantic",
    "schemathesis",
    "sqlalchemy.dialects.postgresql",
    "store.memory",
    "store.postgresql.store",
    "store.testsuite",
}
"""What neither a server on SQLite nor the list of commands needs."""

ONLY_TO_SERVE = {
    "asyncio",
    "connexion",
    "flask",
    "jsonschema_rs",
    "sqlalchemy",
    "structlog",
    "uvicorn",
    "yaml",
}


def imported(program: str, *arguments: str) -> set[str]:
    """Return the modules that a Python has imported when it has run a program."""
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys\n{program}\nimport json; print(json.dumps(list(sys.modules)))",
            *arguments,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_help_imports_little() -> None:
    modules = imported(HELP)

    assert modules & (NEVER | ONLY_TO_SERVE) == set()
    # Whether an environment has setuptools in it, which adds itself to each start, is no matter of ours.
    assert len({name for name in modules if not name.startswith("_distutils_hack")}) < 176


@pytest.mark.usefixtures("migrated")
def test_a_server_imports_what_it_needs(url: str) -> None:
    modules = imported(SERVE, url)

    assert modules & NEVER == set()
    assert modules >= ONLY_TO_SERVE
    assert len(modules) < 1_050
