"""Who competes with whom, on which data."""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.calls import PROFILES
from bench.contest.contestants import Contestant, ours, peer
from bench.contest.data import copy_store, fill_peer, fill_store, issue_keys
from bench.contest.works import (
    BARE,
    CONNEXION,
    FASTAPI,
    FASTAPI_ASYNC,
    FASTAPI_PSYCOPG,
    FASTAPI_WRITING,
    LITESTAR,
    ONE_WORKER,
    OURS,
    OURS_ANEW,
    OURS_POSTGRES,
    OURS_POSTGRES_ANEW,
    OURS_WRITING,
    TWO_WORKERS,
)
from tests.postgres import postgres_cluster

KEYS = 64


@dataclass(frozen=True)
class Entrant:
    """How a contestant is started.

    Attributes:
        data: the database that it gets. Who only reads shares a file with others who only read.
        module: the module in `bench.peers`; this project's own server has none.
        two_cores: it is not pinned.
        remembers: it gives answers again from memory, as it comes.
    """

    name: str
    data: str
    module: str | None = None
    arguments: tuple[str, ...] = ()
    two_cores: bool = False
    remembers: bool = True


ENTRANTS = (
    Entrant(OURS, "ours"),
    Entrant(OURS_ANEW, "ours", remembers=False),
    Entrant(OURS_WRITING, "ours-written"),
    Entrant(OURS_POSTGRES, "ours-postgresql"),
    Entrant(OURS_POSTGRES_ANEW, "ours-postgresql", remembers=False),
    # What a worker adds is another process that works, not another memory.
    Entrant(ONE_WORKER, "ours", two_cores=True, remembers=False),
    Entrant(TWO_WORKERS, "ours", arguments=("--workers", "2"), two_cores=True, remembers=False),
    Entrant(FASTAPI, "peers", "fastapi_sqlite"),
    Entrant(FASTAPI_WRITING, "peers-written", "fastapi_sqlite"),
    Entrant(FASTAPI_ASYNC, "peers-postgresql", "fastapi_postgres_sqlalchemy"),
    Entrant(FASTAPI_PSYCOPG, "peers-postgresql", "fastapi_postgres_psycopg"),
    Entrant(LITESTAR, "peers", "litestar_sqlite"),
    Entrant(CONNEXION, "peers", "connexion_flask"),
)


@contextmanager
def contestants(
    folder: Path, profiles: int, names: Collection[str], *, server_cpu: int
) -> Iterator[Mapping[str, Contestant]]:
    """Fill the databases and start whoever is named, as many at once as there are cores."""
    entrants = [entrant for entrant in ENTRANTS if entrant.name in names]
    with ExitStack() as stack:
        postgres = any("postgresql" in entrant.data for entrant in entrants)
        databases, keys = stack.enter_context(_databases(folder, profiles, postgres=postgres))

        def start(entrant: Entrant) -> Contestant:
            contestant = stack.enter_context(_start(entrant, databases[entrant.data], keys))
            if not entrant.two_cores:
                contestant.pin([server_cpu])
            return contestant

        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            started = {contestant.name: contestant for contestant in pool.map(start, entrants)}
        if BARE in names:
            constant = folder / "constant"
            constant.write_bytes(_first_answer(started[OURS]))
            started[BARE] = stack.enter_context(peer(BARE, "bare", keys, PEER_CONSTANT=str(constant)))
            started[BARE].pin([server_cpu])
        yield started


def _start(entrant: Entrant, database: str, keys: Sequence[str]) -> AbstractContextManager[Contestant]:
    if entrant.module is None:
        return ours(entrant.name, database, keys, *entrant.arguments, remembers=entrant.remembers)
    return peer(entrant.name, entrant.module, keys, PEER_DATABASE=database)


@contextmanager
def _databases(
    folder: Path, profiles: int, *, postgres: bool
) -> Iterator[tuple[Mapping[str, str], Sequence[str]]]:
    """Fill databases with the same, and give their URLs by name, and the keys that they all know."""
    issued = issue_keys(KEYS)
    keys = [key.key for key in issued]
    databases = {
        name: f"sqlite:///{folder}/{name}.db" for name in ("ours", "ours-written", "peers", "peers-written")
    }
    fill_store(databases["ours"], profiles, issued)
    fill_peer(databases["peers"], databases["ours"], keys)
    for name in ("ours", "peers"):
        shutil.copy(folder / f"{name}.db", folder / f"{name}-written.db")
    if not postgres:
        yield databases, keys
        return
    with postgres_cluster() as cluster:
        for name in ("ours", "peers"):
            databases[f"{name}-postgresql"] = cluster.database_url(cluster.new_database())
        copy_store(databases["ours"], databases["ours-postgresql"])
        of_peers = databases["peers-postgresql"].replace("postgresql:", "postgresql+psycopg:")
        fill_peer(of_peers, databases["ours"], keys)
        yield databases | {"peers-postgresql": of_peers}, keys


def _first_answer(contestant: Contestant) -> bytes:
    authorization = {"Authorization": f"Bearer {contestant.keys[0]}"}
    return httpx.get(f"{contestant.url}{PROFILES}/1", headers=authorization).content
