"""Writes: races, and what survives."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.serving import Server, add_keys, running_server

PATH = "/api/access-profiles"


def test_twenty_clients_race_for_one_name(server: Server) -> None:
    name = f"race-{uuid.uuid4().hex}"
    barrier = threading.Barrier(20)

    def create(_: int) -> int:
        with httpx.Client(headers={"Authorization": f"Bearer {server.keys.admin}"}) as client:
            client.get(server.url + PATH)
            barrier.wait(30)
            return client.post(server.url + PATH, json={"name": name}).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(create, range(20)))

    assert statuses == [201] + [409] * 19


@pytest.mark.parametrize("processes", [1, 2])
def test_what_was_answered_survives_kill_9(tmp_path: Path, processes: int) -> None:
    store_url = f"sqlite:///{tmp_path / 'killed.db'}"
    keys = add_keys(store_url)
    answered: list[int] = []
    stop = threading.Event()

    def write(url: str) -> None:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {keys.admin}"}) as client:
            while not stop.is_set():
                try:
                    answer = client.post(PATH, json={"name": uuid.uuid4().hex, "tags": ["a", "b"]})
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    answered.append(answer.json()["access_profile"]["id"])

    with running_server(store_url, keys) as first, running_server(store_url, keys) as second:
        servers = [first, second][:processes]
        threads = [threading.Thread(target=write, args=(server.url,)) for server in servers * 4]
        for thread in threads:
            thread.start()
        while len(answered) < 100:
            assert any(thread.is_alive() for thread in threads)
        for server in servers:
            server.kill()
        stop.set()
        for thread in threads:
            thread.join(30)

    with running_server(store_url, keys) as server:
        headers = {"Authorization": f"Bearer {keys.admin}"}
        for profile_id in answered:
            read = httpx.get(f"{server.url}{PATH}/{profile_id}", headers=headers)
            assert read.status_code == 200
            assert read.json()["access_profile"]["tags"] == ["a", "b"]


def test_a_write_of_one_process_is_read_by_the_other_at_once(tmp_path: Path) -> None:
    store_url = f"sqlite:///{tmp_path / 'two.db'}"
    keys = add_keys(store_url)
    headers = {"Authorization": f"Bearer {keys.admin}"}
    with running_server(store_url, keys) as first, running_server(store_url, keys) as second:
        for number in range(50):
            location = httpx.post(first.url + PATH, headers=headers, json={"name": f"n{number}"}).headers[
                "Location"
            ]
            assert httpx.get(second.url + location, headers=headers).status_code == 200
