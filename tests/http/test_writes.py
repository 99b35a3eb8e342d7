"""Writes that race."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.serving import Server

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
