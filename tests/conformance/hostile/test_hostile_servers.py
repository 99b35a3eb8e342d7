"""Servers that cannot be checked: each run ends with a clear sentence and its code, in time and memory."""

import json
import shutil
import signal
import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.run.clean_up import leftovers
from conformance.run.session import Workspace
from conformance.run.verdict import ExitCode
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable
from tests.conformance.hostile import servers
from tests.conformance.hostile.commands import ADMIN, conformance
from tests.conformance.hostile.servers import Behaviour, listening
from tests.limited import limit_files

MOST_MEGABYTES = 250
# Seconds for a whole request: short where it is to be waited out.
LONG, SHORT = "20", "1"


@pytest.mark.parametrize(
    ("behave", "sentence"),
    [
        (servers.endless_body, "larger than 16 MiB"),
        (servers.endless_chunks, "larger than 16 MiB"),
        (servers.endless_headers, "does not answer with HTTP"),
    ],
    ids=["2 GB", "2 GB in chunks", "endless headers"],
)
def test_a_server_without_end_is_3_and_does_not_fill_the_memory(behave: Behaviour, sentence: str) -> None:
    with listening(behave) as url:
        ended = conformance("check", url, "--timeout", LONG)

    assert ended.code == ExitCode.INCOMPLETE, ended.text
    assert sentence in ended.text
    assert 0 < ended.megabytes < MOST_MEGABYTES


UNCHECKABLE: dict[str, tuple[Behaviour, str, str]] = {
    "silence": (servers.silence, SHORT, "does not answer in time"),
    "hangs up": (servers.hang_up, LONG, "does not answer with HTTP"),
    "half-closed": (servers.half_closed, LONG, "does not answer with HTTP"),
    "garbage": (servers.garbage, LONG, "does not answer with HTTP"),
    "half a status line": (servers.too_short_for_http, LONG, "does not answer with HTTP"),
    "wrong Content-Length": (servers.too_long, LONG, "does not answer with HTTP"),
    "dripping headers": (servers.dripping_headers, SHORT, "does not answer in time"),
    "dripping body": (servers.dripping_body, SHORT, "does not answer in time"),
    "redirect loop": (servers.redirect_loop, LONG, "redirects to /api/access-profiles"),
    "429 for ever": (servers.busy_for_ever, "2", "with 429 and Retry-After: 1"),
    "429 for a day": (servers.busy_for_a_day, LONG, "with 429 and Retry-After: 86400"),
    "503 for ever": (servers.unavailable, SHORT, "the server is not ready"),
    "login page": (servers.login_page, LONG, "a page for people, not with JSON"),
    "TLS unasked": (servers.speaking_tls(servers.silence), LONG, "Does it speak https:// on this port?"),
}
WITHOUT_TLS: dict[str, tuple[Behaviour, str, str]] = {
    "plain": (servers.login_page, LONG, "Does the server speak http:// on this port?"),
    "silence": (servers.silence, SHORT, "does not answer in time"),
    "unknown": (servers.speaking_tls(servers.login_page), LONG, "Name its authority's file with --ca-file"),
}


@pytest.mark.parametrize("name", UNCHECKABLE)
def test_a_server_that_cannot_be_checked_is_3_with_a_sentence(name: str, command: Command) -> None:
    behave, timeout, sentence = UNCHECKABLE[name]
    with listening(behave) as url:
        asked = ("check", url, "--timeout", timeout, "--key", ADMIN)
        text = command(*asked, code=ExitCode.INCOMPLETE).text

    assert sentence in text
    assert "Traceback" not in text
    assert ADMIN not in text


@pytest.mark.parametrize("name", WITHOUT_TLS)
def test_tls_that_cannot_be_had_is_3_with_a_sentence(name: str, command: Command) -> None:
    behave, timeout, sentence = WITHOUT_TLS[name]
    with listening(behave) as url:
        asked = ("check", url.replace("http://", "https://"), "--timeout", timeout, "--key", ADMIN)
        assert sentence in command(*asked, code=ExitCode.INCOMPLETE).text


def test_a_server_that_dies_is_3_and_what_was_not_checked_is_not_a_pass(
    breakable: Breakable, command: Command, workspace: Workspace, keyed: None
) -> None:
    address = urlsplit(breakable.target.root)
    behave = servers.dying_after(60, (str(address.hostname), int(address.port or 0)))
    with listening(behave) as url:
        text = command("check", url, "--verbose", "--timeout", LONG, code=ExitCode.INCOMPLETE).text

    assert "\nPASS " in text
    assert "NOT_REACHED" in text
    assert "the server no longer answers" in text
    assert "that cannot be counted" in text
    assert "Removed " in command("clean", breakable.target.root, "--all", "--yes").text
    assert leftovers(workspace.session("left"), ACCESS_PROFILES).total == 0


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_is_130_and_leaves_nothing(
    breakable: Breakable, workspace: Workspace, folder: Path, by: signal.Signals
) -> None:
    asked = ("check", breakable.target.root, "--without", "fuzz", "--verbose", "--output", str(folder))
    ended = conformance(*asked, keys=_keys(breakable), interrupt=("AP-LST-001", by))

    assert ended.code == ExitCode.INTERRUPTED, ended.text
    assert "Interrupted" in ended.text
    told = json.loads((folder / "results.json").read_text())
    assert told["exit_code"] == ExitCode.INTERRUPTED
    assert {"PASS", "NOT_REACHED"} <= told["totals"]["statuses"].keys()
    assert "Traceback" not in ended.text
    assert leftovers(workspace.session("left"), ACCESS_PROFILES).total == 0


def test_a_report_folder_that_vanishes_is_4(folder: Path, command: Command) -> None:
    vanished = servers.answering("HTTP/1.1 503 Service Unavailable\nContent-Length: 0")

    def remove_and_answer(connection: socket.socket) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        vanished(connection)

    with listening(remove_and_answer) as url:
        asked = ("check", url, "--key", ADMIN, "--output", folder)
        assert "The reports cannot be written" in command(*asked, code=ExitCode.SUITE_FAILED).text


def test_a_disk_that_is_full_in_the_end_is_4(folder: Path) -> None:
    with listening(servers.unavailable) as url:
        command = ("check", url, "--timeout", SHORT, "--output", str(folder))
        ended = conformance(*command, limit=partial(limit_files, 100))

    assert ended.code == ExitCode.SUITE_FAILED, ended.text
    assert "The reports cannot be written" in ended.text


def test_a_schemathesis_that_crashes_is_4(breakable: Breakable, tmp_path: Path) -> None:
    cli = tmp_path / "schemathesis" / "cli"
    cli.mkdir(parents=True)
    for file, text in (("../__init__", ""), ("__init__", ""), ("__main__", "import os; os.abort()")):
        (cli / f"{file}.py").write_text(text)
    command = ("check", breakable.target.root, "--only", "S.getAccessProfile.fuzz")
    ended = conformance(*command, keys=_keys(breakable), PYTHONPATH=str(tmp_path))

    assert ended.code == ExitCode.SUITE_FAILED, ended.text
    assert "Schemathesis could not do its work" in ended.text


def _keys(breakable: Breakable) -> tuple[str, str]:
    return breakable.target.key, breakable.target.viewer_key or ""
