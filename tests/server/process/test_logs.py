"""What a server process writes to its log. Each case is a process, as logging is of the whole process."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from select import PIPE_BUF
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.process.logs import JsonAccessLog, NamedLogger, log_context
from tests.serving import ROOT

KEY = "bfst-" + "Planted0" * 5 + "Key0"

# A server whose handler crashes while it holds the key in a variable; it gets one request.
PROGRAM = """
import asyncio, logging, sys
import httpx, structlog
from datetime import UTC, datetime
from domain.records import NewApiKey
from server.process.logs import configure_logs

configure_logs(sys.argv[1], sys.argv[2])

import handlers.access_profiles
from server.connexion_app import create_app
from domain.credentials import hash_key
from store.memory import MemoryStore

key = sys.argv[3]

def get_access_profile(context, profile_id, if_none_match):
    local = key
    raise RuntimeError("the kettle boiled over")

handlers.access_profiles.get_access_profile = get_access_profile
store = MemoryStore()
with store.write() as tx:
    tx.api_keys.add(NewApiKey("planted", hash_key(key), key[:13], ("*",), datetime.now(UTC)))

async def main():
    transport = httpx.ASGITransport(create_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        client.headers["Authorization"] = "Bearer " + key
        print((await client.get("/api/access-profiles/1?", headers={"X-Request-Id": "my-id"})).text)
        await client.get("/api/access-profiles")
        await client.post("/api/access-profiles", json={"name": "  "})

asyncio.run(main())
logging.getLogger("some.library").warning("a library says %s", "this")
logging.getLogger("uvicorn.access").warning("never shown")
structlog.get_logger("odd").warning("odd", half="\\ud800", large=2**70, kind=object)
"""


def run(level: str, log_format: str) -> tuple[str, str]:
    """Return what the program answered, and what it logged."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, level, log_format, KEY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def as_json() -> tuple[str, list[dict[str, Any]], str]:
    answer, log = run("debug", "json")
    return answer, [json.loads(line) for line in log.splitlines()], log


def test_every_line_is_one_json_object(as_json: tuple[str, list[dict[str, Any]], str]) -> None:
    _, lines, _ = as_json

    for line in lines:
        assert {"event", "level", "logger", "timestamp"} <= set(line)
        assert line["timestamp"].endswith("Z")


def test_a_crash_is_logged_with_its_traceback_under_the_event_id(
    as_json: tuple[str, list[dict[str, Any]], str],
) -> None:
    answer, lines, _ = as_json

    [failure] = [line for line in lines if line["event"] == "request_failed"]
    assert json.loads(answer)["event_id"] == failure["request_id"] == "my-id"
    assert failure["level"] == "error"
    assert "Traceback" in failure["exception"]
    assert "in get_access_profile" in failure["exception"]
    assert "RuntimeError: the kettle boiled over" in failure["exception"]
    assert "kettle" not in answer


def test_every_request_is_logged_with_who_and_what(as_json: tuple[str, list[dict[str, Any]], str]) -> None:
    _, lines, _ = as_json

    found = [
        (line["status"], line["operation"], line["api_key"]) for line in lines if line["event"] == "request"
    ]
    assert found == [
        (500, "getAccessProfile", "planted"),
        (200, "listAccessProfiles", "planted"),
        (400, "createAccessProfile", "planted"),
    ]


def test_the_access_log_tells_what_other_lines_tell(as_json: tuple[str, list[dict[str, Any]], str]) -> None:
    _, lines, _ = as_json

    [failure] = [line for line in lines if line["event"] == "request_failed"]
    [request] = [line for line in lines if line["event"] == "request" and line["status"] == 500]
    assert (request["level"], request["logger"]) == ("info", "access")
    assert request["request_id"] == failure["request_id"]


def writes(act: Callable[[JsonAccessLog], Awaitable[None]]) -> list[bytes]:
    """Return what is written, call by call, while answers are logged."""
    written: list[bytes] = []

    class NotingLogger(NamedLogger):
        def msg(self, message: bytes) -> None:
            written.append(message)

    async def acted() -> None:
        await act(JsonAccessLog(NotingLogger("access")))
        await asyncio.sleep(0)

    asyncio.run(acted())
    return written


def parsed(written: list[bytes]) -> list[list[dict[str, Any]]]:
    return [[json.loads(line) for line in text.split(b"\n")] for text in written]


def test_answers_of_one_turn_are_written_together_each_with_its_own_time() -> None:
    async def answer(log: JsonAccessLog) -> None:
        for turn in range(2):
            for number in range(3):
                log.add({"turn": turn, "number": number})
            await asyncio.sleep(0)

    found = parsed(writes(answer))

    assert [[(line["turn"], line["number"]) for line in turn] for turn in found] == [
        [(turn, number) for number in range(3)] for turn in range(2)
    ]
    times = [line["timestamp"] for turn in found for line in turn]
    assert times == sorted(times)
    assert {(line["event"], line["level"], line["logger"]) for turn in found for line in turn} == {
        ("request", "info", "access")
    }


def test_a_line_that_is_written_together_with_others_tells_of_its_own_request() -> None:
    async def answer(log: JsonAccessLog) -> None:
        for request_id in ("first", "second"):
            log_context.set({"worker": 7, "request_id": request_id})
            log.add({"path": f"/{request_id}"})

    [found] = parsed(writes(answer))

    assert [(line["worker"], line["request_id"], line["path"]) for line in found] == [
        (7, "first", "/first"),
        (7, "second", "/second"),
    ]


@given(st.lists(st.lists(st.integers(0, PIPE_BUF + 100), max_size=30), max_size=3))
def test_every_line_is_written_once_in_writes_that_a_pipe_keeps_whole(turns: list[list[int]]) -> None:
    async def answer(log: JsonAccessLog) -> None:
        for number, lengths in enumerate(turns):
            for length in lengths:
                log.add({"turn": number, "path": "x" * length})
            await asyncio.sleep(0)

    written = writes(answer)

    found = [(line["turn"], len(line["path"])) for text in parsed(written) for line in text]
    assert found == [(number, length) for number, lengths in enumerate(turns) for length in lengths]
    assert all(len(text) < PIPE_BUF or b"\n" not in text for text in written)


def test_libraries_speak_in_the_same_form(as_json: tuple[str, list[dict[str, Any]], str]) -> None:
    _, lines, log = as_json

    [line] = [line for line in lines if line["logger"] == "some.library"]
    assert (line["event"], line["level"]) == ("a library says this", "warning")
    assert "never shown" not in log


def test_no_line_holds_the_key(as_json: tuple[str, list[dict[str, Any]], str]) -> None:
    answer, _, log = as_json

    assert KEY[5:] not in log
    assert KEY[5:] not in answer


def test_people_get_lines_without_the_values_of_variables() -> None:
    _, log = run("info", "console")

    assert "RuntimeError: the kettle boiled over" in log
    assert "get_access_profile" in log
    assert KEY[5:] not in log
    assert not log.startswith("{")


def test_the_level_silences_what_is_less_serious() -> None:
    _, log = run("error", "auto")

    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["request_failed"]


# A server that hands keys out, four in answers and four whose answer is lost to a fault, at every log level.
HANDS_OUT = """
import asyncio, sys
import httpx
from datetime import UTC, datetime
from server.process.logs import configure_logs

configure_logs(sys.argv[1], sys.argv[2])

import handlers.api_keys, handlers.user_access_profiles, handlers.virtual_keys
import server.connexion_app
from domain.credentials import API_KEY_SECRET, hash_key
from domain.records import MCPGrants, NewAccessProfile, NewApiKey, Policy, User
from store.memory import MemoryStore

key = sys.argv[3]
numbers = iter(range(10, 99))
server.connexion_app.random_text = lambda length: f"Secret{next(numbers)}".ljust(length, "x")

store = MemoryStore()
now = datetime.now(UTC)
empty = Policy((), (), None, False, MCPGrants())
with store.write() as tx:
    tx.api_keys.add(NewApiKey("planted", hash_key(key), key[:13], ("*",), now))
    for user_id in ("ada", "bob"):
        tx.users.add(User(user_id, user_id, "a@example.com", None, now))
    tx.profiles.add(NewAccessProfile("Analyst", None, (), empty, now, is_active=True))

async def main():
    transport = httpx.ASGITransport(server.connexion_app.create_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        client.headers["Authorization"] = "Bearer " + key
        for user_id, number in (("ada", 1), ("bob", 2)):
            for path, body in (
                (f"/api/users/{user_id}/access-profiles", {"profile_id": 1}),
                (f"/api/users/{user_id}/access-profiles/1/virtual-keys", {"name": f"notebook {number}"}),
                (f"/api/users/{user_id}/virtual-keys", {"name": f"editor {number}"}),
                ("/api/api-keys", {"name": f"ci {number}", "scopes": ["*"]}),
            ):
                answer = await client.post(path, json=body)
                print(answer.status_code, answer.text)
            lose_answers()

def lose_answers():
    def broken(issued):
        # The value stands where the contract has no field, an object or a number.
        return {issued.value: issued.value, "id": [issued.value], "name": issued.value, "value": 1}

    def crash(*_):
        raise RuntimeError("the kettle boiled over")

    handlers.user_access_profiles.issued_virtual_key = broken
    handlers.virtual_keys.issued_virtual_key = broken
    handlers.api_keys.api_key_reply = crash

asyncio.run(main())
"""


@pytest.mark.parametrize(("level", "log_format"), [("debug", "json"), ("info", "console")])
def test_no_line_holds_a_key_that_is_handed_out(level: str, log_format: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HANDS_OUT, level, log_format, KEY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    answers = done.stdout.splitlines()
    assert [line[:3] for line in answers] == ["201", "200", "200", "201", "500", "500", "500", "500"]
    assert all("Secret" in line for line in answers[:4])
    assert not any("Secret" in line for line in answers[4:])
    assert done.stderr.count("request_failed") == 4
    assert "Secret" not in done.stderr


def test_what_is_no_utf8_or_no_json_is_logged_all_the_same(
    as_json: tuple[str, list[dict[str, Any]], str],
) -> None:
    _, lines, _ = as_json

    [odd] = [line for line in lines if line["event"] == "odd"]
    assert (odd["half"], odd["large"], odd["kind"]) == ("\ud800", 2**70, "<class 'object'>")
