"""Nothing outlives the tests: no server and no database, when somebody presses Ctrl-C or a test is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serving import ROOT

MARK = "INTERRUPTED_TESTS"
PATIENCE_SECONDS = 60

WAITING_TESTS = """
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Server, add_keys, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'profiles.db'}"
    with running_server(store, add_keys(store)) as running:
        yield running


@pytest.mark.parametrize("number", [1, 2])
def test_something_long(server: Server, number: int) -> None:
    Path(__file__).with_name(f"waits-{number}").write_text(str(server.process.pid))
    time.sleep(300)
"""

WAITING_DATABASE = """
import time
from tests.postgres import own_cluster

with own_cluster() as cluster:
    print(cluster.folder, (cluster.folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(300)
"""


def marked(mark: str) -> dict[int, str]:
    """Return the commands of the processes that were started, by others or not, with this mark."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(process.name)] = command.decode()
        except OSError:
            continue  # it has just ended, or is somebody else's
    return found


def runs(process: int) -> bool:
    """Return whether there is a process with this id."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(happened: Callable[[], bool], told: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    (tmp_path / "test_waiting.py").write_text(WAITING_TESTS)
    mark = str(tmp_path)
    options = ("-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-n", "2", "--timeout", "0")
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, MARK: mark},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as tests:
        try:
            wait_until(lambda: len(list(tmp_path.glob("waits-*"))) == 2, lambda: f"ended: {tests.poll()}")
            before = marked(mark)
            # As a terminal does: to all processes of the group.
            os.killpg(tests.pid, signal.SIGINT)
            ended = tests.wait(PATIENCE_SECONDS)
            wait_until(lambda: not marked(mark), lambda: marked(mark))
        finally:
            if tests.poll() is None:
                os.killpg(tests.pid, signal.SIGKILL)

    assert ended == pytest.ExitCode.INTERRUPTED
    servers = {int(file.read_text()) for file in tmp_path.glob("waits-*")}
    assert len(servers & before.keys()) == 2, before


def test_a_database_ends_with_the_tests_that_are_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING_DATABASE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout is not None
        started = tests.stdout.readline().split()
        tests.kill()
        _, errors = tests.communicate()
    if not started and "NoPostgres" in errors and os.environ.get("REQUIRE_POSTGRES") != "1":
        pytest.skip(errors.splitlines()[-1])

    folder, process = Path(started[0]), int(started[1])
    try:
        wait_until(
            lambda: not runs(process) and not (folder / "data").exists(), lambda: list(folder.iterdir())
        )
    finally:
        shutil.rmtree(folder)
