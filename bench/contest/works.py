"""The work that is compared, and how much faster than whom the server is meant to be."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

from bench.calls import POLICY, PROFILES
from bench.contest.load import Request

OURS, FASTAPI, LITESTAR = "access-profiles", "FastAPI, SQLAlchemy", "Litestar, msgspec, sqlite3"
CONNEXION, BARE = "Connexion FlaskApp", "bare ASGI"
OURS_WRITING, FASTAPI_WRITING = "access-profiles, written", "FastAPI, SQLAlchemy, written"
OURS_ANEW = "access-profiles, nothing from memory"
OURS_POSTGRES = "access-profiles on PostgreSQL"
OURS_POSTGRES_ANEW = "access-profiles on PostgreSQL, nothing from memory"
FASTAPI_ASYNC, FASTAPI_PSYCOPG = "FastAPI, SQLAlchemy asyncio", "FastAPI, psycopg pool"
ONE_WORKER, TWO_WORKERS = "one worker", "two workers"

SAMPLE = 8_000
"""How many requests of a kind are drawn for a slice."""

CONNECTIONS = 16

Draw = Callable[[random.Random, Sequence[str], int], Iterable[Request]]
"""Draws the requests of a slice: from chance, API keys and the number of profiles."""

_numbers = count()


@dataclass(frozen=True)
class Work:
    """One kind of request.

    Attributes:
        first: whose rate is told as a multiple of the others'.
        targets: the least multiple, by rival.
        equal_load: everybody gets as many requests as are half of what the first rival can do, and what is
            compared is p99: the rival's as a multiple of ours.
        agreed: everybody answers the same JSON, which is checked before.
        creates: it makes something, whose ids and instants may differ.
        two_cores: servers and load share all cores.
        all_read: before it is measured, each profile is read once by the first contestant, so that what it
            remembers is there, as in a server that runs for a while. The others remember nothing.
    """

    name: str
    draw: Draw
    first: str
    others: Sequence[str]
    targets: dict[str, float] = field(default_factory=dict)
    equal_load: bool = False
    agreed: bool = True
    creates: bool = False
    two_cores: bool = False
    all_read: bool = False

    @property
    def contestants(self) -> Sequence[str]:
        """Everybody who does this work."""
        return [self.first, *self.others]


def any_profile(chance: random.Random, keys: Sequence[str], profiles: int) -> Iterable[Request]:
    """Draw reads of profiles by keys."""
    return (Request(f"{PROFILES}/{chance.randint(1, profiles)}", chance.choice(keys)) for _ in range(SAMPLE))


def one_profile(_chance: random.Random, keys: Sequence[str], _profiles: int) -> Iterable[Request]:
    """Read one profile again and again."""
    return [Request(f"{PROFILES}/1", keys[0])]


def unchanged_profile(_chance: random.Random, keys: Sequence[str], _profiles: int) -> Iterable[Request]:
    """Ask whether one profile has changed, again and again: 304."""
    return [Request(f"{PROFILES}/1", keys[0], if_none_match="*")]


def pages(chance: random.Random, keys: Sequence[str], profiles: int) -> Iterable[Request]:
    """Draw pages of 25 active profiles."""
    for _ in range(SAMPLE // 4):
        offset = chance.randrange(max(profiles // 2 - 25, 1))
        yield Request(f"{PROFILES}?limit=25&offset={offset}&is_active=true", chance.choice(keys))


def new_profiles(_chance: random.Random, keys: Sequence[str], _profiles: int) -> Iterable[Request]:
    """Create profiles, each with a name that is free."""
    for _ in range(SAMPLE):
        body = json.dumps({"name": f"New {next(_numbers)}", **POLICY}).encode()
        yield Request(PROFILES, keys[0], method="POST", body=body)


POSTGRES_TARGETS = {FASTAPI_ASYNC: 1.5, FASTAPI_PSYCOPG: 1.5}
READ_TARGETS = {FASTAPI: 2.5, LITESTAR: 1.6, CONNEXION: 10}

WORKS: Sequence[Work] = (
    Work("GET a profile", any_profile, OURS, [FASTAPI, LITESTAR, CONNEXION], READ_TARGETS, all_read=True),
    Work("GET, made anew", any_profile, OURS_ANEW, [FASTAPI, LITESTAR, CONNEXION], READ_TARGETS),
    Work("GET one profile again", one_profile, OURS, [BARE], {BARE: 0.6}),
    # The bare app sends its bytes all the same.
    Work("GET with If-None-Match", unchanged_profile, OURS, [BARE], {BARE: 0.7}, agreed=False),
    Work("list of 25, made anew", pages, OURS_ANEW, [FASTAPI, LITESTAR], {FASTAPI: 2}),
    Work(
        "POST a profile",
        new_profiles,
        OURS_WRITING,
        [FASTAPI_WRITING],
        {FASTAPI_WRITING: 2},
        creates=True,
    ),
    Work(
        "GET, PostgreSQL",
        any_profile,
        OURS_POSTGRES,
        [FASTAPI_ASYNC, FASTAPI_PSYCOPG],
        POSTGRES_TARGETS,
        all_read=True,
    ),
    Work(
        "GET, PostgreSQL, made anew",
        any_profile,
        OURS_POSTGRES_ANEW,
        [FASTAPI_ASYNC, FASTAPI_PSYCOPG],
        POSTGRES_TARGETS,
    ),
    Work("p99 at equal load", any_profile, OURS_ANEW, [FASTAPI], {FASTAPI: 1}, equal_load=True),
    Work("two cores", any_profile, TWO_WORKERS, [ONE_WORKER], {ONE_WORKER: 1.7}, two_cores=True),
)
