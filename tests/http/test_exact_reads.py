"""No stale answer: what one server process has acknowledged is in the next answer of all others.

Four processes serve one store, and each remembers answers. Writes go through each in turn; after each
acknowledgement every process is asked again, twice. `SOAK_ROUNDS` says how often it is done.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import httpx
import pytest

from tests.http.commands import command
from tests.http.conftest import DURABLE
from tests.http.writers import PATH
from tests.serving import add_keys, running_server

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
PROCESSES = 4
WRITES = 5
"""How many writes a round has, for each process."""


@pytest.fixture(scope="module", params=DURABLE)
def store_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a store that several processes serve."""
    return DURABLE[request.param](tmp_path_factory.mktemp("exact"))


@pytest.fixture(scope="module")
def clients(store_url: str) -> Iterator[list[httpx.Client]]:
    """Give a client for each of several processes on one store."""
    keys = add_keys(store_url)
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(store_url, keys)) for _ in range(PROCESSES)]
        yield [stack.enter_context(server.client()) for server in servers]


def shown(client: httpx.Client, profile_id: int, tag: str | None = None) -> tuple[int, str | None]:
    """Return the status, and what a process shows of a profile."""
    answer = client.get(f"{PATH}/{profile_id}", headers={} if tag is None else {"If-None-Match": tag})
    told = answer.json()["access_profile"]["description"] if answer.status_code == 200 else None
    return answer.status_code, told


def test_a_write_is_in_the_next_answer_of_every_process(clients: list[httpx.Client]) -> None:
    made = clients[0].post(PATH, json={"name": "written in turns"}).json()["access_profile"]["id"]
    stale: list[object] = []
    with ThreadPoolExecutor(PROCESSES) as pool:
        for number in range(ROUNDS * WRITES):
            for place, writer in enumerate(clients):
                text = f"{number}.{place}"
                tag = clients[place - 1].get(f"{PATH}/{made}").headers["etag"]
                written = writer.put(f"{PATH}/{made}", json={"description": text})
                assert written.status_code == 200
                # At once from all processes, then once more from memory.
                for _ in range(2):
                    answers = list(pool.map(lambda client: shown(client, made), clients))
                    stale += [answer for answer in answers if answer != (200, text)]
                conditional = pool.map(lambda client, old=tag: shown(client, made, old), clients)
                stale += [answer for answer in conditional if answer != (200, text)]

    assert stale == []


def test_readers_never_go_back_in_time_while_others_write(clients: list[httpx.Client]) -> None:
    made = (
        clients[0]
        .post(PATH, json={"name": "written at once", "description": "0"})
        .json()["access_profile"]["id"]
    )
    acknowledged, ended = [0], Event()

    def write() -> None:
        for number in range(1, ROUNDS * WRITES * 2):
            answer = clients[0].put(f"{PATH}/{made}", json={"description": str(number)})
            assert answer.status_code == 200
            acknowledged[0] = number

    def read(client: httpx.Client) -> tuple[int, int]:
        """Return how many answers were read, and how many of them were stale."""
        answers = stale = 0
        while not ended.is_set():
            # What is acknowledged before the request begins must be in its answer, or a later one.
            least = acknowledged[0]
            _, told = shown(client, made)
            answers += 1
            stale += told is None or int(told) < least
        return answers, stale

    with ThreadPoolExecutor(PROCESSES) as pool:
        readers = [pool.submit(read, client) for client in clients[1:]]
        try:
            pool.submit(write).result()
        finally:
            ended.set()
        found = [reader.result() for reader in readers]

    assert all(answers > 0 for answers, _ in found)
    assert [stale for _, stale in found] == [0] * len(found)


def test_a_revoked_key_is_refused_by_every_process_that_remembers_its_answers(
    store_url: str, clients: list[httpx.Client]
) -> None:
    made = clients[0].post(PATH, json={"name": "read with keys"}).json()["access_profile"]["id"]
    for number in range(1 + ROUNDS // 4):
        key = command(store_url, "keys", "create", f"ci {number}", "--all-scopes").stdout.strip()
        headers = {"Authorization": f"Bearer {key}"}
        before = [client.get(f"{PATH}/{made}", headers=headers).status_code for client in clients * 3]

        command(store_url, "keys", "revoke", f"ci {number}")
        after = [client.get(f"{PATH}/{made}", headers=headers).status_code for client in clients]

        assert set(before) == {200}
        assert set(after) == {401}
