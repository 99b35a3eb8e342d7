"""PostgreSQL that cannot be used, told by commands: in a sentence, and never with the password."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.http.commands import assert_told_in_a_sentence, command, command_in_this_process
from tests.http.writers import PATH
from tests.postgres import PASSWORD_ROLE, ROLE, OwnCluster, free_port, shared_own_cluster
from tests.serving import running_server

SECRET = "s3cret-of-ours"
CHECK = "Check the user, the password and the database in the store's URL."


def wrong_password(cluster: OwnCluster) -> tuple[str, str]:
    url = f"postgresql://{PASSWORD_ROLE}:{SECRET}@127.0.0.1:{cluster.port}/postgres"
    return url, f"PostgreSQL at 127.0.0.1:{cluster.port} (postgres) "


def wrong_password_in_the_query(cluster: OwnCluster) -> tuple[str, str]:
    url = f"postgresql://{PASSWORD_ROLE}@127.0.0.1:{cluster.port}/postgres?password={SECRET}"
    return url, f"PostgreSQL at 127.0.0.1:{cluster.port} (postgres) "


def wrong_database(cluster: OwnCluster) -> tuple[str, str]:
    url = f"postgresql://{ROLE}:{SECRET}@127.0.0.1:{cluster.port}/nothing"
    return url, 'database "nothing" does not exist'


def unknown_user(cluster: OwnCluster) -> tuple[str, str]:
    return f"postgresql://nobody:{SECRET}@127.0.0.1:{cluster.port}/postgres", "nobody"


def nothing_listens(_cluster: OwnCluster) -> tuple[str, str]:
    port = free_port()
    url = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/profiles"
    return url, f"PostgreSQL at 127.0.0.1:{port} (profiles) cannot be used: "


def unknown_host(_cluster: OwnCluster) -> tuple[str, str]:
    url = f"postgresql://ada:{SECRET}@nowhere.invalid/profiles"
    return url, "PostgreSQL at nowhere.invalid:5432 (profiles) cannot be used: "


WRONG: Mapping[str, Callable[[OwnCluster], tuple[str, str]]] = {
    "wrong password": wrong_password,
    "wrong password in the query": wrong_password_in_the_query,
    "wrong database": wrong_database,
    "unknown user": unknown_user,
    "nothing listens": nothing_listens,
    "unknown host": unknown_host,
}
"""A URL that is wrong, and what is told of it."""


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_commands_tell_what_is_wrong_without_the_password(
    wrong: Callable[[OwnCluster], tuple[str, str]],
) -> None:
    url, told = wrong(shared_own_cluster())

    for done in (
        command(url, "serve", "--port", "0"),
        command_in_this_process(url, "migrate"),
        command_in_this_process(url, "keys", "list"),
    ):
        assert_told_in_a_sentence(done, told)
        assert SECRET not in done.stderr


@pytest.mark.parametrize("wrong", [wrong_password, wrong_database])
def test_a_refusal_that_stays_says_what_to_check(wrong: Callable[[OwnCluster], tuple[str, str]]) -> None:
    url, _ = wrong(shared_own_cluster())

    assert_told_in_a_sentence(command_in_this_process(url, "migrate"), CHECK)


def test_a_host_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        done = command(f"postgresql://ada:{SECRET}@{address}/profiles?connect_timeout=2", "migrate")

    assert_told_in_a_sentence(done, f"PostgreSQL at {address} (profiles) cannot be used: ", "timeout")
    assert SECRET not in done.stderr


def test_a_server_logs_that_its_database_is_away_without_the_password(tmp_path: Path) -> None:
    cluster = shared_own_cluster()
    address = f"127.0.0.1:{cluster.port}/{cluster.new_database()}"
    url = f"postgresql://{ROLE}:{SECRET}@{address}"
    log = tmp_path / "log"
    with running_server(url, log=log) as server, server.client() as client:
        cluster.stop()
        try:
            answer, ready = client.get(PATH), client.get("/readyz")
        finally:
            cluster.start()

    assert (answer.status_code, ready.status_code) == (503, 503)
    assert f"PostgreSQL at 127.0.0.1:{cluster.port} (" in log.read_text()
    assert SECRET not in log.read_text() + answer.text + ready.text
