"""Paths, queries and methods, as they are on the wire."""

import httpx
import pytest

from tests.http.raw import get
from tests.serving import Server


@pytest.mark.parametrize(
    ("identifier", "status"),
    [
        ("999999999", 404),
        ("9223372036854775807", 404),
        ("9223372036854775808", 400),
        ("99999999999999999999", 400),
        ("0", 400),
        ("-1", 400),
        ("abc", 400),
        ("1.0", 400),
        ("1e3", 400),
        ("+1", 400),
        ("01", 400),
        ("1_0", 400),
        ("%201", 400),
        ("1%20", 400),
        ("%D9%A3", 400),  # an Arabic-Indic three, which Python's int() would take
        ("%FF", 400),
        ("%00", 400),
        ("1%0A", 400),
        ("%0A", 400),
        ("1%2F2", 404),
        ("1/", 404),
        ("", 404),
    ],
)
def test_an_id_that_names_nothing(server: Server, identifier: str, status: int) -> None:
    for base_path in ("/api", "/api/governance"):
        answer = get(server, f"{base_path}/access-profiles/{identifier}")

        assert answer.status == status
        assert answer.json()["status_code"] == status


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/nothing",
        "/api//access-profiles",
        "//api/access-profiles",
        "/api/access-profiles//1",
        "/api/governance",
        "/api/governance/governance/access-profiles",
        "/API/access-profiles",
        "/nothing",
        "/api/../api/access-profiles",
        "/api/%0Aaccess-profiles",
    ],
)
def test_a_path_that_the_contract_does_not_state_is_404(server: Server, path: str) -> None:
    answer = get(server, path)

    assert answer.status == 404
    assert answer.json()["error"] is not None


@pytest.mark.parametrize(
    "query",
    [
        "limit=1_0",
        "limit=%201",
        "limit=",
        "limit=1.0",
        "limit=2147483648",
        "limit=1&limit=1",
        "offset=abc",
        "is_active=True",
        "is_active=1",
        "is_active=",
        "unknown=1",
        "search=%FF",
        "search=%00",
        "search=" + "x" * 256,
        "&".join(f"a{n}=1" for n in range(101)),
    ],
)
def test_a_query_that_breaks_the_contract_is_400(server: Server, query: str) -> None:
    assert get(server, f"/api/access-profiles?{query}").status == 400


def test_a_fault_of_the_query_is_named(admin: httpx.Client) -> None:
    answer = admin.get("/api/access-profiles", params={"limit": "x", "colour": "red"}).json()

    assert answer["error"]["param"] == "/limit"
    assert [(fault["in"], fault["pointer"]) for fault in answer["extra_fields"]["errors"]] == [
        ("query", "/limit"),
        ("query", "/colour"),
    ]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("base_path", ["/api", "/api/governance"])
def test_another_method_is_405_with_all_that_are_allowed(server: Server, base_path: str, method: str) -> None:
    answer = get(server, f"{base_path}/access-profiles", method=method)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_allow_is_exact_for_each_path(server: Server) -> None:
    def allowed(path: str, method: str) -> str:
        return get(server, f"/api/access-profiles{path}", method=method).headers["allow"]

    assert allowed("/1", "POST") == "DELETE, GET, HEAD, OPTIONS, PUT"
    assert allowed("/1/versions", "POST") == "GET, HEAD, OPTIONS"
    # A literal path is itself, and no profile's.
    assert allowed("/audit-logs", "PUT") == "GET, HEAD, OPTIONS"


def test_options_tells_the_methods_without_a_key(server: Server) -> None:
    answer = httpx.options(f"{server.url}/api/access-profiles")

    assert answer.status_code == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.content == b""


def test_head_is_get_without_the_body(admin: httpx.Client) -> None:
    path = admin.post("/api/access-profiles", json={"name": "head"}).headers["Location"]
    got, headed = admin.get(path), admin.head(path)

    assert headed.status_code == 200
    assert headed.content == b""
    differs = {"date", "x-request-id"}
    assert {k: v for k, v in headed.headers.items() if k not in differs} == {
        k: v for k, v in got.headers.items() if k not in differs
    }


def test_head_of_an_error_has_no_body(server: Server) -> None:
    answer = get(server, "/api/access-profiles/999999999", method="HEAD")

    assert answer.status == 404
    assert answer.body == b""


def test_the_request_id_is_the_clients_own_when_it_is_plain(admin: httpx.Client) -> None:
    given = admin.get("/api/access-profiles/0", headers={"X-Request-Id": "my-id.7"})
    odd = admin.get("/api/access-profiles/0", headers={"X-Request-Id": "my id"})

    assert given.headers["x-request-id"] == given.json()["event_id"] == "my-id.7"
    assert odd.headers["x-request-id"] == odd.json()["event_id"] != "my id"
