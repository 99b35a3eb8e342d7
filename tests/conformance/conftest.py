"""A server that can be broken clause by clause, on a real port."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from conformance import runner
from conformance.contract import document
from conformance.http.target import Target
from conformance.run.plan import Plan
from conformance.run.session import Workspace
from conformance.runner import planned
from conformance.selftest import proof
from conformance.selftest.combinators import On, on
from conformance.selftest.middleware import Fault, FaultyApp
from conformance.selftest.trials import TrialServer
from server.connexion_app import create_app
from store.registry import open_store
from store.testsuite.samples import new_profile
from tests.conformance.command import Command
from tests.serving import LONG_SECONDS, add_keys, served_in_a_thread

CLAUSES_ALONE = dict.fromkeys(("boundary", "fuzz", "model"), "the clauses alone")


@dataclass(frozen=True)
class Breakable:
    """A running server, its keys, and what breaks it."""

    app: FaultyApp
    target: Target

    @contextmanager
    def broken(self, fault: Fault | None) -> Iterator[None]:
        """Break the server for as long as the block lasts. What the fault raises itself is none."""
        self.app.break_with(fault)
        try:
            yield
            assert self.app.crashes == []
        finally:
            self.app.break_with(None)


def lacking(*parts: str, status: int = 404) -> On:
    """Return a fault: the server has nothing at paths with these parts."""
    return on(when=lambda request: any(part in request.path for part in parts)).refuse(status)


@pytest.fixture(scope="session")
def _quiet() -> Iterator[None]:
    """Without the server's line for each of some thousand requests, a failure can be read."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def breakable(tmp_path_factory: pytest.TempPathFactory, _quiet: None) -> Iterator[Breakable]:
    """Give the project's own server in a thread, with no fault."""
    store_url = f"sqlite:///{tmp_path_factory.mktemp('breakable') / 'profiles.db'}"
    keys = add_keys(store_url)
    store = open_store(store_url)
    with store.write() as tx:
        # A server that is in use: its data is not the suite's.
        tx.profiles.add(new_profile("Here before"))
    app = FaultyApp(create_app(store), keys.admin, keys.viewer)
    with served_in_a_thread(app) as port:
        given = {"admin": keys.admin, "viewer": keys.viewer}
        yield Breakable(app, Target(f"http://127.0.0.1:{port}", given, timeout=LONG_SECONDS))


@pytest.fixture
def workspace(breakable: Breakable) -> Iterator[Workspace]:
    """Give a run against the breakable server; who makes something with it cleans up."""
    with Workspace(document.load(), breakable.target, 1) as opened:
        yield opened


@pytest.fixture
def keyed(breakable: Breakable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the breakable server's keys in the environment, where commands find them."""
    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)
    monkeypatch.setenv("CONFORMANCE_VIEWER_KEY", breakable.target.viewer_key or "")


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Give the command as it is called: `command("list", "--profile", "http")`."""
    return Command(capsys)


@pytest.fixture(scope="session")
def plan(breakable: Breakable) -> Plan:
    """Give a plan for everything but fuzzing."""
    return planned(document.load(), breakable.target, 1, omitted=CLAUSES_ALONE, budget=LONG_SECONDS)


@pytest.fixture(scope="session")
def trials() -> Iterator[TrialServer]:
    """Give the suite before a server of its own that can be broken, in a process of its own."""
    with proof.trial_server(document.load(), runner.checks(), proof.Scope()) as opened:
        yield opened


@pytest.fixture(scope="session")
def no_listener() -> str:
    """Give a URL at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder where reports may be written."""
    return tmp_path / "reports"
