"""Credentials and permissions, against a running server."""

import base64
import json
from pathlib import Path

import httpx
import pytest

from tests.http.commands import command_in_this_process
from tests.serving import LONG_SECONDS, Server, running_server

ORIGIN = "/api/access-profiles"


def status(server: Server, headers: dict[str, str]) -> int:
    return httpx.get(server.url + ORIGIN, headers=headers, timeout=LONG_SECONDS).status_code


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_case_insensitive(server: Server, scheme: str) -> None:
    assert status(server, {"Authorization": f"{scheme} {server.keys.admin}"}) == 200


def refused(server: Server) -> dict[str, dict[str, str]]:
    key = server.keys.admin
    basic = base64.b64encode(f"admin:{key}".encode()).decode()
    return {
        "no header": {},
        "empty": {"Authorization": ""},
        "scheme alone": {"Authorization": "Bearer"},
        "key without scheme": {"Authorization": key},
        "unknown key": {"Authorization": "Bearer bfst-" + "A" * 44},
        "key cut short": {"Authorization": f"Bearer {key[:-1]}"},
        "key with more behind": {"Authorization": f"Bearer {key} x"},
        "other case": {"Authorization": f"Bearer {key.swapcase()}"},
        "expired": {"Authorization": f"Bearer {server.keys.expired}"},
        "revoked": {"Authorization": f"Bearer {server.keys.revoked}"},
        "virtual key": {"Authorization": "Bearer sk-bf-0123456789abcdef"},
        "session token": {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"},
        "cookie": {"Cookie": f"token={key}; session={key}"},
        "x-api-key": {"x-api-key": key},
        "x-api-key beside a wrong bearer": {"x-api-key": key, "Authorization": "Bearer bfst-wrong"},
        "virtual key in its own header": {"x-bf-vk": "sk-bf-0123456789abcdef"},
        "Basic": {"Authorization": f"Basic {basic}"},
        "Digest": {"Authorization": f"Digest {key}"},
    }


def test_every_other_credential_is_401_with_a_challenge(server: Server) -> None:
    for what, headers in refused(server).items():
        answer = httpx.get(server.url + ORIGIN, headers=headers, timeout=LONG_SECONDS)

        assert answer.status_code == 401, what
        assert answer.headers["www-authenticate"].startswith("Bearer "), what
        assert answer.json()["error"]["type"] == "authentication", what
        assert server.keys.admin not in answer.text, what


def test_two_authorization_headers_are_401(server: Server) -> None:
    value = f"Bearer {server.keys.admin}"

    answer = httpx.get(
        server.url + ORIGIN,
        headers=[("Authorization", value), ("Authorization", value)],
        timeout=LONG_SECONDS,
    )

    assert answer.status_code == 401


def test_a_refused_credential_creates_nothing(server: Server, admin: httpx.Client) -> None:
    for what, headers in refused(server).items():
        name = f"refused {what}"

        answer = httpx.post(server.url + ORIGIN, headers=headers, json={"name": name}, timeout=LONG_SECONDS)

        assert answer.status_code == 401, what
        assert admin.get(ORIGIN, params={"search": name}).json()["total_count"] == 0, what


def test_a_key_without_the_permission_is_403_and_creates_nothing(server: Server, admin: httpx.Client) -> None:
    viewer = {"Authorization": f"Bearer {server.keys.viewer}"}

    answer = httpx.post(
        server.url + ORIGIN, headers=viewer, json={"name": "by a viewer"}, timeout=LONG_SECONDS
    )

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_missing"
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert admin.get(ORIGIN, params={"search": "by a viewer"}).json()["total_count"] == 0


def test_the_permission_is_checked_before_the_body(server: Server) -> None:
    viewer = {"Authorization": f"Bearer {server.keys.viewer}"}

    assert (
        httpx.post(server.url + ORIGIN, headers=viewer, content=b"{", timeout=LONG_SECONDS).status_code == 403
    )


def test_a_revoked_key_is_refused_at_once_by_every_process(durable_store: str) -> None:
    with running_server(durable_store) as first, running_server(durable_store, first.keys) as second:
        headers = {"Authorization": f"Bearer {first.keys.viewer}"}
        assert [status(server, headers) for server in (first, second)] == [200, 200]

        assert command_in_this_process(durable_store, "keys", "revoke", "viewer").returncode == 0

        assert [status(server, headers) for server in (first, second)] == [401, 401]


def test_no_key_is_ever_logged(tmp_path: Path) -> None:
    store_url = f"sqlite:///{tmp_path / 'logged.db'}"
    log = tmp_path / "log"
    with running_server(store_url, log=log) as server:
        keys = server.keys
        for key in (keys.admin, keys.viewer, keys.expired, keys.revoked, "bfst-unknown-secret"):
            httpx.get(server.url + ORIGIN, headers={"Authorization": f"Bearer {key}"}, timeout=LONG_SECONDS)
            httpx.get(f"{server.url}{ORIGIN}/x", headers={"x-api-key": key}, timeout=LONG_SECONDS)

    logged = log.read_text()
    events = [json.loads(line)["event"] for line in logged.splitlines()]
    assert events.count("request") == 10
    assert "bfst-" not in logged
