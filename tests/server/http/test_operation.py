"""The operation layer: what callers and the log get when something below it goes wrong."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from structlog.typing import EventDict

from domain.errors import Unavailable
from handlers.context import Context
from handlers.replies.reply import Reply
from server.contract.schemas import SchemaCompiler
from store.memory import MemoryStore
from tests.contract.document import CONTRACT
from tests.server.requests import PATH, new_key, request, requests, store_with_keys

KEY = new_key("planted")
SECRET_TEXT = "connection to db-7.internal refused"
ENVELOPE = SchemaCompiler(CONTRACT, request=False).compile({"$ref": "#/components/schemas/BifrostError"})

Handler = Callable[[Context, int], Reply[Any]]


@pytest.fixture
def replace_handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    """Put another function in the place of the handler of getAccessProfile."""

    def replace(handler: Handler) -> None:
        def get_access_profile(context: Context, profile_id: int, if_none_match: str | None) -> Reply[Any]:
            return handler(context, profile_id)

        monkeypatch.setattr("handlers.access_profiles.get_access_profile", get_access_profile)

    return replace


def get(path: str = f"{PATH}/1", **more: Any) -> httpx.Response:
    return request(store_with_keys(KEY), "GET", path, KEY.key, **more)


def assert_envelope(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert ENVELOPE.faults(body) == []
    assert (answer.status_code, body["status_code"], body["error"]["code"]) == (status, status, code)
    assert body["event_id"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"


PROFILE: dict[str, Any] = {
    "id": 1,
    "name": "a",
    "description": None,
    "is_active": False,
    "version": 1,
    "tags": [],
    "provider_configs": [],
    "budgets": [],
    "calendar_aligned": False,
    "mcp_tool_groups": [],
    "mcp_servers": [],
    "mcp_tool_overrides": [],
    "created_at": "2026-03-01T08:00:00Z",
    "updated_at": "2026-03-01T08:00:00Z",
}


def detail(**changes: Any) -> dict[str, Any]:
    return {"access_profile": PROFILE | changes, "roles": [], "user_count": 0}


def test_a_reply_that_keeps_the_contract_is_sent(
    replace_handler: Callable[[Handler], None], logs: list[EventDict]
) -> None:
    replace_handler(lambda _context, _id: Reply(200, detail(), {"X-Extra": "yes"}))

    answer = get()

    assert (answer.status_code, answer.json()) == (200, detail())
    assert answer.headers["x-extra"] == "yes"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert [entry["log_level"] for entry in logs] == ["info"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, detail(version="one")), id="wrong type"),
        pytest.param(Reply(200, detail(version=0)), id="out of range"),
        pytest.param(Reply(200, detail(created_at="yesterday")), id="wrong format"),
        pytest.param(Reply(200, {"access_profile": PROFILE, "roles": []}), id="field missing"),
        pytest.param(Reply(200, None), id="nothing"),
        pytest.param(Reply(202, detail()), id="status that is not stated"),
        pytest.param(Reply(201, detail()), id="status of another operation"),
    ],
)
def test_a_reply_that_breaks_the_contract_is_500_and_logged(
    replace_handler: Callable[[Handler], None], logs: list[EventDict], reply: Reply[Any]
) -> None:
    replace_handler(lambda _context, _id: reply)

    answer = get()

    assert_envelope(answer, 500, "internal_error")
    [failure] = [entry for entry in logs if entry["log_level"] == "error"]
    assert type(failure["exc_info"]).__name__ == "ResponseBreaksContract"
    assert "getAccessProfile" in str(failure["exc_info"])
    assert "yesterday" not in answer.text


def test_a_handler_that_crashes_is_500_without_a_word_of_why(
    replace_handler: Callable[[Handler], None], logs: list[EventDict]
) -> None:
    def crash(_context: Context, _id: int) -> Reply[Any]:
        raise RuntimeError(SECRET_TEXT)

    replace_handler(crash)

    answer = get()

    assert_envelope(answer, 500, "internal_error")
    assert answer.json()["error"]["message"] == (
        "The server failed. Its log has the reason under this event id."
    )
    for told in (SECRET_TEXT, "RuntimeError", "Traceback", "crash"):
        assert told not in answer.text
    [failure] = [entry for entry in logs if entry["log_level"] == "error"]
    assert str(failure["exc_info"]) == SECRET_TEXT


def test_a_crash_harms_no_request_that_follows(replace_handler: Callable[[Handler], None]) -> None:
    def sometimes(_context: Context, profile_id: int) -> Reply[Any]:
        if profile_id == 1:
            raise RuntimeError(SECRET_TEXT)
        return Reply(200, detail(id=profile_id))

    replace_handler(sometimes)

    answers = requests(
        store_with_keys(KEY), [("GET", f"{PATH}/1"), ("GET", f"{PATH}/2"), ("GET", f"{PATH}/1")], KEY.key
    )

    assert [answer.status_code for answer in answers] == [500, 200, 500]


class Breaking(MemoryStore):
    """A store that can be told to fail."""

    fails: frozenset[str] = frozenset()

    def read(self) -> Any:
        if "read" in self.fails:
            raise Unavailable(SECRET_TEXT)
        return super().read()

    def write(self) -> Any:
        if "write" in self.fails:
            raise Unavailable(SECRET_TEXT)
        return super().write()


@pytest.mark.parametrize(("method", "fails"), [("GET", "read"), ("POST", "read"), ("POST", "write")])
def test_a_store_that_cannot_be_used_is_503_with_when_to_come_back(
    logs: list[EventDict], method: str, fails: str
) -> None:
    store = Breaking()
    with store.write() as tx:
        tx.api_keys.add(KEY.record)
    store.fails = frozenset({fails})

    answer = request(store, method, PATH, KEY.key, **({"json": {"name": "a"}} if method == "POST" else {}))

    assert_envelope(answer, 503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert SECRET_TEXT not in answer.text
    [failure] = [entry for entry in logs if entry["log_level"] == "error"]
    assert (failure["event"], failure["reason"]) == ("store_unavailable", SECRET_TEXT)


def test_no_log_and_no_answer_repeats_the_key(
    replace_handler: Callable[[Handler], None],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    logs: list[EventDict],
) -> None:
    caplog.set_level(logging.DEBUG)

    def crash(_context: Context, profile_id: int) -> Reply[Any]:
        if profile_id == 1:
            raise RuntimeError(SECRET_TEXT)
        return Reply(299, detail())

    replace_handler(crash)
    unknown = new_key("unknown")
    lines = [
        ("GET", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/1"),
        ("GET", f"{PATH}/2"),
        ("GET", f"{PATH}/x"),
        ("GET", "/nothing"),
    ]

    answers = requests(store_with_keys(KEY), lines, KEY.key)
    answers += requests(store_with_keys(KEY), lines, unknown.key)
    answers += requests(store_with_keys(KEY), lines, f"{KEY.key} more")

    told = "".join(answer.text + str(answer.headers) for answer in answers)
    logged = caplog.text + "".join(capfd.readouterr()) + json.dumps(logs, default=repr)
    assert SECRET_TEXT in logged
    assert "planted" in logged
    for key in (KEY, unknown):
        assert key.key not in told
        assert key.key not in logged
        assert key.key[len("bfst-") :] not in told + logged
        assert key.record.secret_hash.hex() not in told + logged
