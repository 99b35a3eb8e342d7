"""What was answered is kept, whatever dies. `make soak` runs the rounds in full."""

import os
import time

import pytest

from tests.http.commands import assert_unavailable
from tests.http.soundness import assert_is_sound
from tests.http.writers import PATH, Writers, assert_nothing_is_lost_or_half, patience
from tests.postgres import own_cluster
from tests.postgres_binaries import NoPostgres
from tests.serving import add_keys, running_server

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
CLIENTS = 8


@pytest.mark.timeout(60 + 20 * ROUNDS)
@pytest.mark.parametrize("processes", [1, 2])
def test_what_was_answered_survives_kill_9_of_the_server(durable_store: str, processes: int) -> None:
    keys = add_keys(durable_store)
    answered: list[str] = []
    for _ in range(ROUNDS):
        with running_server(durable_store, keys) as first, running_server(durable_store, keys) as second:
            servers = [first, second][:processes]
            with Writers(servers * (CLIENTS // processes)) as writers:
                writers.wait_for(60)
                for server in servers:
                    server.kill()
            answered += writers.answered
            assert writers.refused == []

        with running_server(durable_store, keys) as server:
            assert_nothing_is_lost_or_half(server, answered)
        assert_is_sound(durable_store)


def test_the_server_outlives_a_database_that_is_killed() -> None:
    try:
        with own_cluster() as cluster:
            store_url = cluster.database_url(cluster.new_database())
            with running_server(store_url) as server:
                with Writers([server] * CLIENTS) as writers, server.client() as client:
                    writers.wait_for(60)
                    cluster.kill9()
                    away = client.get(PATH)
                    cluster.start()
                    with patience() as up:
                        while client.get(PATH).status_code != 200:
                            assert not up.is_set(), "the server has not found its database again"
                            time.sleep(0.1)
                    writers.wait_for(len(writers.answered) + 20)

                assert_unavailable(away)
                assert set(writers.refused) <= {503}
                assert_nothing_is_lost_or_half(server, writers.answered)
    except NoPostgres as error:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            raise
        pytest.skip(str(error))


def test_a_write_of_one_process_is_read_by_the_other_at_once(durable_store: str) -> None:
    with (
        running_server(durable_store) as first,
        running_server(durable_store, first.keys) as second,
        first.client() as writer,
        second.client() as reader,
    ):
        for number in range(30):
            created = writer.post(PATH, json={"name": f"n{number}"})
            assert reader.get(created.headers["Location"]).status_code == 200
