"""Clients that write until their server is gone, and remember what was answered."""

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from tests.serving import LONG_SECONDS, Server

PATH = "/api/access-profiles"
TAGS = ["first", "second"]


class Writers:
    """Clients in threads, each of which creates one profile after the other."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.answered: list[str] = []
        self.refused: list[int] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(server,)) for server in servers]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(LONG_SECONDS)

    def wait_for(self, answers: int) -> None:
        """Return when so many creations were answered."""
        pause = threading.Event()
        while len(self.answered) < answers:
            assert any(thread.is_alive() for thread in self._threads), "all clients have given up"
            pause.wait(0.005)

    def _write(self, server: Server) -> None:
        with server.client() as client:
            while not self._stop.is_set():
                name = uuid.uuid4().hex
                try:
                    answer = client.post(PATH, json=body(name))
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.answered.append(name)
                else:
                    self.refused.append(answer.status_code)


def body(name: str) -> dict[str, object]:
    """Return a profile whose parts are kept in several tables."""
    return {
        "name": name,
        "tags": TAGS,
        "provider_configs": [
            {"provider_name": "openai", "budgets": [{"max_limit": 1, "reset_duration": "1d"}]}
        ],
    }


def profiles(server: Server) -> Iterator[dict[str, object]]:
    """Yield every profile that a server lists."""
    offset = 0
    with server.client() as client:
        while True:
            page = client.get(PATH, params={"limit": 100, "offset": offset}).json()
            yield from page["access_profiles"]
            offset += page["count"]
            if page["count"] == 0:
                assert page["total_count"] == offset
                return


def assert_nothing_is_lost_or_half(server: Server, answered: Sequence[str]) -> None:
    """Every answered creation is there, and whatever else is there is whole."""
    kept = {str(profile["name"]): profile for profile in profiles(server)}

    assert set(answered) - set(kept) == set()
    assert all(profile["tags"] == TAGS for profile in kept.values())
    assert all(len(_list(profile["provider_configs"])) == 1 for profile in kept.values())


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


@contextmanager
def patience() -> Iterator[threading.Event]:
    """Give an event that is set when time is up, for loops that wait for recovery."""
    up = threading.Event()
    timer = threading.Timer(LONG_SECONDS, up.set)
    timer.start()
    try:
        yield up
    finally:
        timer.cancel()
