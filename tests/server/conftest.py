"""Fixtures for tests of the server."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from structlog.testing import capture_logs
from structlog.typing import EventDict

from server.cli import main
from server.process.settings import PREFIX, Settings
from tests.server.running import Run


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'profiles.db'}"


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a store that is not migrated."""
    for name in Settings.__struct_fields__:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)

    def invoke(*arguments: str, store: str = url) -> Result:
        result = CliRunner().invoke(main, ["--store", store, *arguments], prog_name="access-profiles")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


@pytest.fixture
def migrated(run: Run) -> Run:
    """Run a command on a migrated store."""
    assert run("migrate").exit_code == 0
    return run


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """Give what our own code logs."""
    # A logger that was used before may be cached, with the processors that it had then.
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


@pytest.fixture
def no_access_log() -> Iterator[None]:
    """Log warnings and what is worse, only."""
    structlog.reset_defaults()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()
