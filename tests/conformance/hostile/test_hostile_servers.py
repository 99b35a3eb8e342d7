"""Servers that cannot be checked: each run ends with a clear sentence and its code, in time and memory."""

import json
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.run.clean_up import leftovers
from conformance.run.session import Workspace
from conformance.run.verdict import ExitCode
from tests.conformance.conftest import Breakable
from tests.conformance.hostile import servers
from tests.conformance.hostile.commands import ADMIN, conformance, interrupted
from tests.conformance.hostile.servers import Behaviour, listening

MOST_MEGABYTES = 250
# Seconds for a whole request: short where it is to be waited out.
LONG, SHORT = "20", "1"


@pytest.mark.parametrize(
    ("behave", "timeout", "sentence"),
    [
        pytest.param(servers.silence, SHORT, "does not answer in time", id="silence"),
        pytest.param(servers.hang_up, LONG, "does not answer with HTTP", id="hangs up"),
        pytest.param(servers.half_closed, LONG, "does not answer with HTTP", id="half-closed"),
        pytest.param(servers.garbage, LONG, "does not answer with HTTP", id="garbage"),
        pytest.param(servers.too_short_for_http, LONG, "does not answer with HTTP", id="half a status line"),
        pytest.param(servers.too_long, LONG, "does not answer with HTTP", id="wrong Content-Length"),
        pytest.param(servers.endless_headers, LONG, "does not answer with HTTP", id="endless headers"),
        pytest.param(servers.endless_body, LONG, "larger than 16 MiB", id="2 GB"),
        pytest.param(servers.endless_chunks, LONG, "larger than 16 MiB", id="2 GB in chunks"),
        pytest.param(servers.dripping_headers, SHORT, "does not answer in time", id="dripping headers"),
        pytest.param(servers.dripping_body, SHORT, "does not answer in time", id="dripping body"),
        pytest.param(servers.redirect_loop, LONG, "redirects to /api/access-profiles", id="redirect loop"),
        pytest.param(servers.busy_for_ever, "2", "with 429 and Retry-After: 1", id="429 for ever"),
        pytest.param(servers.busy_for_a_day, LONG, "with 429 and Retry-After: 86400", id="429 for a day"),
        pytest.param(servers.unavailable, LONG, "the server is not ready", id="503 for ever"),
        pytest.param(servers.login_page, LONG, "a page for people, not with JSON", id="login page"),
        pytest.param(
            servers.speaking_tls(servers.silence),
            LONG,
            "Does it speak https:// on this port?",
            id="TLS unasked",
        ),
    ],
)
def test_a_server_that_cannot_be_checked_is_3_with_a_sentence(
    behave: Behaviour, timeout: str, sentence: str
) -> None:
    with listening(behave) as url:
        ended = conformance("check", url, "--timeout", timeout)

    assert ended.code == ExitCode.INCOMPLETE, ended.text
    assert sentence in ended.text
    assert "Traceback" not in ended.text
    assert ADMIN not in ended.text
    assert 0 < ended.megabytes < MOST_MEGABYTES


@pytest.mark.parametrize(
    ("behave", "timeout", "sentence"),
    [
        pytest.param(servers.login_page, LONG, "Does the server speak http:// on this port?", id="plain"),
        pytest.param(servers.silence, SHORT, "does not answer in time", id="silence"),
        pytest.param(
            servers.speaking_tls(servers.login_page),
            LONG,
            "Name its authority's file with --ca-file",
            id="unknown",
        ),
    ],
)
def test_tls_that_cannot_be_had_is_3_with_a_sentence(behave: Behaviour, timeout: str, sentence: str) -> None:
    with listening(behave) as url:
        secured = url.replace("http://", "https://")
        ended = conformance("check", secured, "--timeout", timeout)

    assert ended.code == ExitCode.INCOMPLETE, ended.text
    assert sentence in ended.text


def test_a_server_that_dies_is_3_and_what_was_not_checked_is_not_a_pass(breakable: Breakable) -> None:
    address = urlsplit(breakable.target.root)
    behave = servers.dying_after(60, (str(address.hostname), int(address.port or 0)))
    with listening(behave) as url:
        ended = conformance("check", url, "--verbose", "--timeout", LONG, keys=_keys(breakable))

    assert ended.code == ExitCode.INCOMPLETE, ended.text[-2000:]
    assert "\nPASS " in ended.text
    assert "NOT_REACHED" in ended.text
    assert "the server no longer answers" in ended.text
    assert "that cannot be counted" in ended.text
    _remove_leftovers(breakable)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_is_130_and_leaves_nothing(
    breakable: Breakable, folder: Path, by: signal.Signals
) -> None:
    command = ("check", breakable.target.root, "--without", "fuzz", "--verbose", "--output", str(folder))
    ended = interrupted(*command, keys=_keys(breakable), sign="AP-LST-001", by=by)

    assert ended.code == ExitCode.INTERRUPTED, ended.text
    assert "Interrupted" in ended.text
    told = json.loads((folder / "results.json").read_text())
    assert told["exit_code"] == ExitCode.INTERRUPTED
    assert {"PASS", "NOT_REACHED"} <= told["totals"]["statuses"].keys()
    assert "Traceback" not in ended.text
    with Workspace(document.load(), breakable.target, 1) as workspace:
        assert leftovers(workspace.session("left"), ACCESS_PROFILES).total == 0


def test_a_report_folder_that_vanishes_is_4(breakable: Breakable, folder: Path) -> None:
    vanished = servers.answering("HTTP/1.1 503 Service Unavailable\nContent-Length: 0")

    def remove_and_answer(connection: socket.socket) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        vanished(connection)

    with listening(remove_and_answer) as url:
        ended = conformance("check", url, "--output", str(folder))

    assert ended.code == ExitCode.SUITE_FAILED, ended.text
    assert "The reports cannot be written" in ended.text


def test_a_disk_that_is_full_in_the_end_is_4(folder: Path) -> None:
    with listening(servers.unavailable) as url:
        ended = conformance("check", url, "--output", str(folder), largest_file=100)

    assert ended.code == ExitCode.SUITE_FAILED, ended.text
    assert "The reports cannot be written" in ended.text


def test_a_schemathesis_that_crashes_is_4(breakable: Breakable, tmp_path: Path) -> None:
    (tmp_path / "schemathesis" / "cli").mkdir(parents=True)
    (tmp_path / "schemathesis" / "__init__.py").touch()
    (tmp_path / "schemathesis" / "cli" / "__init__.py").touch()
    (tmp_path / "schemathesis" / "cli" / "__main__.py").write_text("import os; os.abort()")
    command = ("check", breakable.target.root, "--only", "S.getAccessProfile.fuzz")
    ended = conformance(*command, keys=_keys(breakable), environment={"PYTHONPATH": str(tmp_path)})

    assert ended.code == ExitCode.SUITE_FAILED, ended.text
    assert "Schemathesis could not do its work" in ended.text


def _keys(breakable: Breakable) -> tuple[str, str]:
    return breakable.target.key, breakable.target.viewer_key or ""


def _remove_leftovers(breakable: Breakable) -> None:
    ended = conformance("clean", breakable.target.root, "--all", "--yes", keys=_keys(breakable))
    assert ended.code == 0, ended.text
    assert "Removed " in ended.text
    with Workspace(document.load(), replace(breakable.target), 1) as workspace:
        assert leftovers(workspace.session("left"), ACCESS_PROFILES).total == 0
