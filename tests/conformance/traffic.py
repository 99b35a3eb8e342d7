"""A client that works at a server while that is checked: it makes and removes, again and again.

To be started by people as well: `python -m tests.conformance.traffic URL --key KEY`.
"""

import argparse
import contextlib
import random
import sys
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx

Undo: TypeAlias = tuple[str, ...]
"""The paths to delete, one after the other, so that nothing is left of what was made."""

PROFILES, ROLES, USERS, API_KEYS = "/api/access-profiles", "/api/roles", "/api/users", "/api/api-keys"
_MOST_KEPT = 12
"""So many objects of each kind are there at most: totals rise and fall."""
_PATIENCE = 300


class Traffic:
    """Makes profiles, roles, attachments, users, copies and API keys and removes them, in a thread.

    Used in a `with`. `answers` counts how requests were answered, by method and status.
    """

    def __init__(self, url: str, key: str, *, per_second: float = 10) -> None:
        self.answers: Counter[str] = Counter()
        self._pause = 1 / per_second
        self._random = random.Random(0)
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=_PATIENCE, verify=False)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self.work)
        self._kinds: tuple[Callable[[], Undo], ...] = (
            self._profile,
            self._role,
            self._user,
            self._api_key,
            self._attachment,
            self._copy,
        )

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(_PATIENCE)
        self._client.close()

    def work(self) -> None:
        """Make one object after the other, and remove what is old, until it is to end; then what is left."""
        kept: deque[Undo] = deque()
        due = time.monotonic()
        try:
            while not self._ended.wait(max(0.0, due - time.monotonic())):
                due += self._pause
                for make in self._kinds:
                    kept.append(make())
                most = self._random.randrange(1, _MOST_KEPT) * len(self._kinds)
                while len(kept) > most:
                    self._remove(kept.popleft())
        finally:
            for undo in kept:
                self._remove(undo)

    def _name(self) -> str:
        """Return a new name. They begin with any letter, so as to come between others in whatever order."""
        return f"{self._random.choice('09AZaemz~é')}{uuid.uuid4().hex[:16]}"

    def _profile(self) -> Undo:
        made = self._post(PROFILES, {"name": self._name(), "tags": ["traffic"]})["access_profile"]
        path = f"{PROFILES}/{made['id']}"
        self._send("PUT", f"{path}/activate")
        return (path,)

    def _role(self) -> Undo:
        return (f"{ROLES}/{self._post(ROLES, {'name': self._name()})['role']['id']}",)

    def _user(self) -> Undo:
        name = self._name()
        self._post(USERS, {"id": name, "name": name, "email": "somebody@example.com"})
        return (f"{USERS}/{name}",)

    def _api_key(self) -> Undo:
        made = self._post(API_KEYS, {"name": self._name(), "scopes": ["AccessProfiles:View"]})["api_key"]
        return (f"{API_KEYS}/{made['id']}",)

    def _attachment(self) -> Undo:
        [role], [profile] = self._role(), self._profile()
        role_id = int(role.rpartition("/")[2])
        self._post(f"{profile}/roles", {"role_ids": [role_id]})
        return f"{profile}/roles/{role_id}", role, profile

    def _copy(self) -> Undo:
        [user], [profile] = self._user(), self._profile()
        profile_id = int(profile.rpartition("/")[2])
        self._post(f"{user}/access-profiles", {"profile_id": profile_id})
        return f"{user}/access-profiles/{profile_id}", user, profile

    def _remove(self, undo: Undo) -> None:
        for path in undo:
            self._send("DELETE", path)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self._send("POST", path, body).json()
        return made

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = self._client.request(method, path, json=body)
        self.answers[f"{method} {answer.status_code}"] += 1
        return answer.raise_for_status()


def main() -> None:
    """Work at a server until it is interrupted, and tell how it answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--key", required=True, help="an API key that may do everything")
    parser.add_argument(
        "--per-second", type=float, default=10, help="how often each kind is made and removed"
    )
    asked = parser.parse_args()
    traffic = Traffic(asked.url, asked.key, per_second=asked.per_second)
    with contextlib.suppress(KeyboardInterrupt), traffic:
        while True:
            time.sleep(1)
    sys.stdout.write(f"{dict(traffic.answers)}\n")


if __name__ == "__main__":
    main()
