"""Writes that race."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.serving import LONG_SECONDS, Server

PATH = "/api/access-profiles"


def test_twenty_clients_race_for_one_name(server: Server) -> None:
    name = f"race-{uuid.uuid4().hex}"
    barrier = threading.Barrier(20)

    def create(_: int) -> int:
        with server.client() as client:
            client.get(PATH)
            barrier.wait(LONG_SECONDS)
            return client.post(PATH, json={"name": name}).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(create, range(20)))

    assert statuses == [201] + [409] * 19
