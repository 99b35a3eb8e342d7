"""Requests of many kinds, each unlike the ones before it: what a server must not remember for good."""

import json
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from bench.calls import POLICY, PROFILES


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and the status that it must be answered with.

    Attributes:
        kind: how reports name requests like it.
        key: the API key; the traffic's own when it is left out.
    """

    kind: str
    status: int
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None


Send: TypeAlias = Callable[[Request], Awaitable[bytes]]
"""Sends a request, checks its answer's status, and returns its body."""

Make: TypeAlias = Callable[["Traffic"], Request]


class Traffic:
    """Makes requests to a server that has profiles 1 to `profiles`; the same number, the same requests."""

    def __init__(self, profiles: int, number: int = 1) -> None:
        self.profiles = profiles
        self.random = random.Random(number)
        self._number = number
        self._fresh = count()

    def word(self) -> str:
        """Return a word that was never used before, of any length up to a hundred letters."""
        return f"w{self._number}x{next(self._fresh)}" + "y" * self.random.randrange(80)

    def reads(self, number: int) -> Iterator[Request]:
        """Yield requests that change nothing: reads, and what is refused."""
        weights, makes = zip(*_READS, strict=True)
        for make in self.random.choices(makes, weights, k=number):
            yield make(self)

    async def life(self, send: Send) -> int:
        """Create a profile, change it, be refused a change, and delete it; return the number of requests."""
        body = json.dumps({"name": self.word(), **POLICY}).encode()
        made = json.loads(await send(Request("POST", 201, "POST", PROFILES, body)))
        path = f"{PROFILES}/{made['access_profile']['id']}"
        change = json.dumps({"description": self.word(), "tags": [self.word()]}).encode()
        await send(Request("PUT", 200, "PUT", path, change))
        stale = {"If-Match": f'"{self.word()}"'}
        await send(Request("PUT, 412", 412, "PUT", path, change, stale))
        await send(Request("GET", 200, "GET", path))
        await send(Request("DELETE", 200, "DELETE", path))
        return 5


def _any(traffic: Traffic) -> str:
    return f"{PROFILES}/{traffic.random.randint(1, traffic.profiles)}"


def _modified(traffic: Traffic) -> Request:
    """Know many other versions: the header is part of what an answer from memory rests on."""
    tags = ", ".join(f'"{traffic.word()}"' for _ in range(traffic.random.randint(1, 30)))
    return Request("GET, other tags", 200, "GET", _any(traffic), headers={"If-None-Match": tags})


def _list(traffic: Traffic) -> Request:
    chosen = traffic.random
    query = f"limit={chosen.randint(1, 25)}&offset={chosen.randrange(traffic.profiles)}"
    if chosen.random() < 0.5:
        query += f"&is_active={chosen.choice(('true', 'false'))}"
    if chosen.random() < 0.5:
        query += f"&tags={','.join(f'tag{chosen.randrange(10**6)}' for _ in range(chosen.randint(1, 40)))}"
    if chosen.random() < 0.5:
        query += f"&search=profile%20{chosen.randrange(traffic.profiles)}"
    return Request("list", 200, "GET", f"{PROFILES}?{query}")


def _list_of_many_tags(traffic: Traffic) -> Request:
    tags = ",".join("t" for _ in range(traffic.random.randint(1, 2000)))
    return Request("list, many tags", 200, "GET", f"{PROFILES}?limit=1&tags={tags}")


def _bad_body(traffic: Traffic) -> Request:
    body = {traffic.word(): traffic.word(), "name": [traffic.word()], "budgets": [{traffic.word(): 1}]}
    return Request("400, body", 400, "POST", PROFILES, json.dumps(body).encode())


def _no_json(traffic: Traffic) -> Request:
    return Request(
        "400, no JSON", 400, "POST", PROFILES, f'{{"{traffic.word()}": {traffic.word()}}}'.encode()
    )


_READS: Sequence[tuple[int, Make]] = (
    (30, lambda it: Request("GET", 200, "GET", _any(it))),
    (5, lambda it: Request("GET", 200, "GET", _any(it), headers={"X-Request-Id": it.word()[:128]})),
    (10, lambda it: Request("304", 304, "GET", _any(it), headers={"If-None-Match": "*"})),
    (5, _modified),
    (9, _list),
    (1, _list_of_many_tags),
    (5, lambda it: Request("404", 404, "GET", f"{PROFILES}/{10**9 + it.random.randrange(10**9)}")),
    (5, lambda it: Request("404, no path", 404, "GET", f"/api/{it.word()}/{it.word()}")),
    (2, lambda it: Request("405", 405, "PATCH", f"{PROFILES}/{it.word()}")),
    (8, lambda it: Request("401", 401, "GET", _any(it), key=f"bfst-{it.word()}")),
    (5, lambda it: Request("400, path", 400, "GET", f"{PROFILES}/{it.word()}")),
    (5, lambda it: Request("400, query", 400, "GET", f"{PROFILES}?{it.word()}={it.word()}")),
    (5, _bad_body),
    (4, _no_json),
    (1, lambda it: Request("page", 200, "GET", f"/healthz?{it.word()}")),
)
"""Kinds of requests that change nothing, and how many of a hundred they are."""
