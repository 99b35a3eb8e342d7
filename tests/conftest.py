"""Fixtures for all tests."""

import gc
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.serving import Server, running_server

LONGEST = (
    "tests/http/test_conformance.py",
    "tests/store/testsuite/test_testsuite.py",
    "tests/conformance/report/test_browser.py",
    "tests/pages/test_browser.py",
    "tests/conformance/hostile/",
    "tests/http/",
    "tests/second/test_conformance.py",
    "tests/foreign/test_suite.py",
    "tests/house/test_new_operation.py",
)
"""What takes long. It comes first, so that in the end no process has much to do while others have nothing."""


def pytest_collection() -> None:
    """Collect no garbage while modules and tests are made, none of which goes."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was made out of every later collection of garbage."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""

    def place(item: pytest.Item) -> int:
        found = (number for number, path in enumerate(LONGEST) if item.nodeid.startswith(path))
        return next(found, len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server on an SQLite file, shared: tests must not care what others create."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(f"sqlite:///{folder / 'profiles.db'}", log=folder / "log") as running:
        yield running


@pytest.fixture
def admin(server: Server) -> Iterator[httpx.Client]:
    """Give a client whose key may do everything."""
    with server.client() as client:
        yield client


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have SIGINT interrupt Python and what it starts, also in a background job, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
