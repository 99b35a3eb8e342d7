"""Requests within this process, without a socket: for what they cost."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from starlette.types import ASGIApp, Message, Scope

PROFILES = "/api/access-profiles"

_LINE = {"max_limit": 20, "reset_duration": "1M"}
_LIMIT = {"token_max_limit": 100_000, "token_reset_duration": "1h"}
POLICY: Mapping[str, Any] = {
    "tags": ["eu", "team"],
    "provider_configs": [
        {
            "provider_name": name,
            "allowed_models": ["gpt-4o", "gpt-4o-mini", "o4-mini"],
            "budgets": [_LINE, {"max_limit": 5, "reset_duration": "1d"}],
            "rate_limit": _LIMIT,
        }
        for name in ("openai", "anthropic")
    ],
    "budgets": [_LINE],
    "rate_limit": _LIMIT,
    "mcp_tool_groups": [{"tool_group_id": 1}, {"tool_group_id": 2}],
}
"""A policy of ordinary size."""


class Caller:
    """Sends requests into an app."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._authorization = (b"authorization", f"Bearer {key}".encode())
        self._names = count()

    async def __call__(
        self, status: int, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[Mapping[bytes, bytes], bytes]:
        """Send a request, check the answer's status, and return its headers and body.

        A body that is bytes is sent as it is, any other one as JSON.
        """
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": sent, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(self._scope(method, path, len(sent), headers), receive, send)
        assert messages[0]["status"] == status, messages
        return dict(messages[0]["headers"]), messages[1]["body"]

    async def create(self) -> int:
        """Create a profile and return its id."""
        _, body = await self(201, "POST", PROFILES, {"name": f"Profile {next(self._names)}", **POLICY})
        found: int = json.loads(body)["access_profile"]["id"]
        return found

    def _scope(self, method: str, path: str, length: int, headers: Mapping[str, str]) -> Scope:
        path, _, query = path.partition("?")
        sent = [
            (b"host", b"127.0.0.1:8080"),
            (b"user-agent", b"cost"),
            (b"accept", b"*/*"),
            self._authorization,
        ]
        if method in {"POST", "PUT"}:
            sent += [(b"content-type", b"application/json"), (b"content-length", str(length).encode())]
        sent += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8080),
            "client": ("127.0.0.1", 50_000),
            "scheme": "http",
            "root_path": "",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": sent,
            "state": {},
        }
