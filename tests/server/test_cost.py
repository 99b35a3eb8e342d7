"""What requests cost, in calls of Python functions: a guard that is the same on every machine.

A bound is a little above what was counted. Whoever exceeds one has made every request of that kind slower;
`python -m bench.cost` says by how much.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bench.calls import PROFILES, Caller
from server.connexion_app import create_app
from store.registry import open_store
from tests.server.requests import NOW, new_key

KEY = new_key("cost")

Act = Callable[[Caller], Awaitable[Any]]

REQUESTS: dict[str, tuple[int, Act]] = {
    "GET, not read before": (200, lambda caller: caller(200, "GET", f"{PROFILES}/2")),
    "GET, read before": (45, lambda caller: caller(200, "GET", f"{PROFILES}/1")),
    "304, read before": (45, lambda caller: caller(304, "GET", f"{PROFILES}/1", if_none_match="*")),
    "list of 25, not read before": (775, lambda caller: caller(200, "GET", f"{PROFILES}?limit=25&offset=1")),
    "list with text and tag": (
        242,
        lambda caller: caller(200, "GET", f"{PROFILES}?search=profile%203&tags=eu"),
    ),
    "POST, refused": (105, lambda caller: caller(400, "POST", PROFILES, {"nam": "x"})),
    "POST": (580, lambda caller: caller.create()),
    "PUT": (535, lambda caller: caller(200, "PUT", f"{PROFILES}/4", {"description": "changed"})),
    "DELETE": (305, lambda caller: caller(200, "DELETE", f"{PROFILES}/5")),
}
"""Requests, with the most calls that one may take."""


pytestmark = pytest.mark.usefixtures("no_access_log")


def calls(url: str, act: Act) -> int:
    """Return how many Python functions are called for a request."""

    async def count() -> int:
        counted = 0

        def note(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event == "call"

        with closing(open_store(url)) as store:
            # In one thread, so that all of it is counted.
            store.writes_block = False
            caller = Caller(create_app(store, clock=lambda: NOW), KEY.key)
            for _ in range(30):
                await caller.create()
            # Once for what is prepared when it is first used; a write forgets what was read.
            for path in ("1", "2", "4"):
                await caller(200, "GET", f"{PROFILES}/{path}")
            await caller(200, "GET", f"{PROFILES}?limit=25&offset=2")
            await caller(200, "GET", f"{PROFILES}?search=profile%201&tags=eu")
            await caller(200, "PUT", f"{PROFILES}/6", {"description": "changed"})
            await caller(200, "DELETE", f"{PROFILES}/7")
            await caller(200, "GET", f"{PROFILES}/1")
            await caller(304, "GET", f"{PROFILES}/1", if_none_match="*")
            gc.disable()
            sys.setprofile(note)
            try:
                await act(caller)
            finally:
                sys.setprofile(None)
                gc.enable()
        return counted

    return asyncio.run(count())


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_takes_no_more_calls_than_it_may(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / 'profiles.db'}"
    with closing(open_store(url)) as store:
        store.migrate()
        with store.write() as tx:
            tx.api_keys.add(KEY.record)
    most, act = REQUESTS[name]

    counted = calls(url, act)

    assert most * 0.7 < counted <= most, "far below its bound, the bound should be lowered"
