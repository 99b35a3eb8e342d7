"""Forked processes are as good as those that are started anew."""

import os
import signal
import subprocess
import sys
from functools import partial
from typing import Any

import pytest

from tests.limited import limit_open_files
from tests.processes import ROOT, run, start

SHOWN = (
    "import os, sys; print(os.environ.get('SHOWN'), os.getcwd(), os.getpid(), sys.argv[0], sys.stdin.read())"
)
LEFT = "import os, builtins; os.environ['SHOWN'] = 'left'; os.chdir('/'); builtins.left = 1"
ENDING = "import atexit, os; atexit.register(os.write, 1, b'at the end'); raise SystemExit({})"


def executed(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return run("tests.executed", code, start=partial(start, **options))


def test_a_process_has_its_own_environment_and_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executed(LEFT).returncode == 0
    monkeypatch.setenv("SHOWN", "mine")
    monkeypatch.chdir("/")
    shown, folder, pid, program, *_ = executed(SHOWN).stdout.split()

    assert (shown, folder) == ("mine", str(ROOT))
    assert program.endswith("executed.py")
    assert int(pid) != os.getpid()
    assert executed("left").returncode == 1
    assert executed(SHOWN, SHOWN="given").stdout.startswith("given ")


@pytest.mark.parametrize(("code", "expected"), [("0", 0), ("7", 7), ("'a sentence'", 1)])
def test_a_process_ends_with_its_code_after_what_is_to_do_at_the_end(code: str, expected: int) -> None:
    ended = executed(ENDING.format(code))

    assert (ended.returncode, ended.stdout) == (expected, "at the end")
    assert ended.stderr == ("a sentence\n" if expected == 1 else "")


def test_what_is_said_on_standard_error_stands_apart_however_much_it_is() -> None:
    said = executed("import sys; sys.stderr.write('e' * 200_000); sys.stdout.write('o' * 200_000)")

    assert said.stderr == "e" * 200_000
    assert said.stdout.startswith("o" * 200_000)


def test_a_limit_is_of_one_process() -> None:
    many = "import os; [os.dup(0) for _ in range(60)]"

    assert executed(many).returncode == 0
    assert executed(many, limit=partial(limit_open_files, 40)).returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_a_process_and_its_output(number: signal.Signals) -> None:
    with start("tests.executed", "import time; print('up', flush=True); time.sleep(300)") as process:
        assert process.stdout.readline() == "up\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0)
        process.send_signal(number)
        assert process.wait() == -number
        assert process.stdout.read() == ""
    process.kill()


def test_a_forked_process_imports_nothing_of_the_tests() -> None:
    assert "'_pytest'" not in executed("import sys; print([*sys.modules])").stdout
    assert "_pytest" in sys.modules
