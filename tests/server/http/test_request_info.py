"""The id of each request, and its line in the log."""

import pytest
from structlog.typing import EventDict

from tests.server.requests import PATH, new_key, request, requests, store_with_keys

KEY = new_key("planted")


def test_every_request_is_one_line_of_the_log(logs: list[EventDict]) -> None:
    requests(
        store_with_keys(KEY),
        [("GET", f"{PATH}?search=private"), ("GET", f"{PATH}/9"), ("GET", "/api/nothing"), ("PATCH", PATH)],
        KEY.key,
    )

    lines = [
        (entry["method"], entry["path"], entry["status"], entry["operation"], entry["api_key"])
        for entry in logs
    ]
    assert lines == [
        ("GET", PATH, 200, "listAccessProfiles", "planted"),
        ("GET", f"{PATH}/9", 404, "getAccessProfile", "planted"),
        ("GET", "/api/nothing", 404, None, None),
        ("PATCH", PATH, 405, None, None),
    ]
    assert all(entry["event"] == "request" and entry["ms"] >= 0 for entry in logs)
    assert "private" not in repr(logs)


@pytest.mark.parametrize("request_id", ["abc-123._X", "x" * 128])
def test_a_plain_request_id_of_the_client_is_kept(request_id: str) -> None:
    answer = request(store_with_keys(KEY), "GET", f"{PATH}/9", KEY.key, headers={"X-Request-Id": request_id})

    assert answer.headers["x-request-id"] == answer.json()["event_id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "a;b", "é".encode(), "<script>"])
def test_any_other_request_id_is_replaced(request_id: str | bytes) -> None:
    answer = request(
        store_with_keys(KEY), "GET", f"{PATH}/9", KEY.key, headers=[(b"X-Request-Id", request_id)]
    )

    assert len(answer.headers["x-request-id"]) == 32
    assert answer.json()["event_id"] == answer.headers["x-request-id"]
