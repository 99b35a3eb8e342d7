"""PostgreSQL: servers that cannot be reached, refuse, stop or crash, and what is said about them."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from urllib.parse import quote

import pytest
from sqlalchemy.exc import ProgrammingError

from domain.errors import Unavailable
from store.postgresql.store import WRITERS
from store.testsuite.samples import add_profiles, names_of, new_profile
from tests.postgres import PASSWORD, PASSWORD_ROLE, OwnCluster, free_port
from tests.store.postgresql.stores import name_in, opened, refused, shown
from tests.store.waiting import LONG_SECONDS, wait_until

CHECK = r".* Check the user, the password and the database in the store's URL\.$"


@pytest.mark.parametrize(
    ("login", "database", "told"),
    [
        (f"{PASSWORD_ROLE}:s3cret", "postgres", 'password authentication failed for user "guarded"' + CHECK),
        (f"{PASSWORD_ROLE}:", "postgres", "password"),
        ("tester", "nothing", 'database "nothing" does not exist' + CHECK),
    ],
)
def test_a_login_that_is_refused_is_told_without_its_password(
    postgres: OwnCluster, login: str, database: str, told: str
) -> None:
    address = f"127.0.0.1:{postgres.port}"
    with opened(f"postgresql://{login}@{address}/{database}") as store:
        message = refused(store.check_ready)

    assert message.startswith(f"PostgreSQL at {address} ({database}) ")
    assert re.search(told, message)
    assert "s3cret" not in message


def test_the_right_password_is_accepted(postgres: OwnCluster) -> None:
    password = quote(PASSWORD)
    with opened(f"postgresql://{PASSWORD_ROLE}:{password}@127.0.0.1:{postgres.port}/postgres") as store:
        assert shown(store, "application_name") == "access-profiles"


def test_a_host_on_which_nothing_listens_is_named_without_the_password() -> None:
    port = free_port()
    with opened(f"postgresql://ada:s3cret@127.0.0.1:{port}/profiles") as store:
        for work in (store.check_ready, lambda: names_of(store), lambda: add_profiles(store, ["p"])):
            message = refused(work)

            assert message.startswith(f"PostgreSQL at 127.0.0.1:{port} (profiles) cannot be used: ")
            assert f'"127.0.0.1", port {port} failed: Connection refused' in message
            assert "s3cret" not in message


def test_a_host_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with opened(f"postgresql://ada:s3cret@127.0.0.1:{port}/profiles", connect_timeout="2") as store:
            message = refused(store.check_ready)

    assert f"127.0.0.1:{port}" in message
    assert "timeout" in message


def test_a_socket_is_an_address_too(postgres: OwnCluster, postgres_url: str) -> None:
    with opened(postgres.socket_url(name_in(postgres_url))) as store:
        assert add_profiles(store, ["through the socket"]) == [1]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://tester@127.0.0.1:{dead},127.0.0.1:{port}/{name}?target_session_attrs=read-write",
        "postgresql://tester@/{name}?host=127.0.0.1:{dead}&host=127.0.0.1:{port}",
        "postgres://tester@127.0.0.1:{port},127.0.0.1:{dead}/{name}",
    ],
)
def test_a_host_that_is_away_is_passed_over(postgres: OwnCluster, postgres_url: str, address: str) -> None:
    name = name_in(postgres_url)
    parts = {"dead": free_port(), "port": postgres.port, "name": name}
    with opened(address.format(**parts)) as store:
        assert add_profiles(store, ["p"]) == [1]
        assert names_of(store) == ["p"]


def test_hosts_that_are_all_away_are_all_named() -> None:
    one, other = free_port(), free_port()
    with opened(f"postgresql://127.0.0.1:{one},127.0.0.1:{other}/profiles") as store:
        message = refused(store.check_ready)

    assert message.startswith(f"PostgreSQL at 127.0.0.1:{one}, 127.0.0.1:{other} (profiles) cannot be used")


def test_a_server_that_accepts_no_more_connections_is_told(postgres: OwnCluster, postgres_url: str) -> None:
    name = name_in(postgres_url)
    postgres.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    postgres.execute(f"ALTER ROLE {PASSWORD_ROLE} CONNECTION LIMIT 0")
    try:
        address = f"127.0.0.1:{postgres.port}/{name}"
        with opened(f"postgresql://{PASSWORD_ROLE}:{quote(PASSWORD)}@{address}") as store:
            message = refused(store.check_ready)
    finally:
        postgres.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        postgres.execute(f"ALTER ROLE {PASSWORD_ROLE} CONNECTION LIMIT -1")

    assert "refuses the connection" in message
    assert "too many connections" in message
    assert "Check" not in message


def test_a_restart_between_requests_is_not_noticed(postgres: OwnCluster, postgres_url: str) -> None:
    with opened(postgres_url) as store:
        add_profiles(store, ["before"])
        with store.read(), store.read(), store.write():
            pass
        postgres.stop()
        postgres.start()

        assert names_of(store) == ["before"]
        assert add_profiles(store, ["after"]) == [2]
        store.check_ready()


def test_a_restarted_server_has_another_data_version(postgres: OwnCluster, postgres_url: str) -> None:
    with opened(postgres_url) as store:
        before = store.data_version()
        postgres.stop()
        gone = store.data_version()
        postgres.start()

        assert before is not None
        assert gone is None
        wait_until(lambda: store.data_version() is not None)
        assert store.data_version() not in {None, before}


def test_a_stopped_server_makes_the_store_unavailable_until_it_runs_again(
    postgres: OwnCluster, postgres_url: str
) -> None:
    with opened(postgres_url) as store:
        add_profiles(store, ["before"])
        postgres.stop()
        for work in (store.check_ready, lambda: names_of(store), lambda: add_profiles(store, ["lost"])):
            message = refused(work)
            assert f"PostgreSQL at 127.0.0.1:{postgres.port}" in message
        postgres.start()

        assert names_of(store) == ["before"]
        add_profiles(store, ["after"])
        assert names_of(store) == ["before", "after"]


def test_a_server_that_stops_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    postgres: OwnCluster, postgres_url: str
) -> None:
    def write() -> None:
        with store.write() as tx:
            tx.profiles.add(new_profile("lost"))
            postgres.stop()
            tx.profiles.add(new_profile("lost too"))

    def read() -> None:
        with store.read() as tx:
            tx.roles.list()
            postgres.stop()
            tx.roles.list()

    with opened(postgres_url) as store:
        for work in (write, read):
            message = refused(work)
            assert "is stopping or starting" in message or "has lost the connection" in message
            postgres.start()

            assert names_of(store) == []


def test_what_was_acknowledged_survives_a_crash_in_the_middle_of_writes(
    postgres: OwnCluster, postgres_url: str
) -> None:
    enough = Event()
    written = count()

    def write(thread: int) -> list[str]:
        acknowledged: list[str] = []
        for number in count():
            name = f"{thread}/{number}"
            try:
                add_profiles(store, [name])
            except Unavailable:
                return acknowledged
            acknowledged.append(name)
            if next(written) == 50:
                enough.set()
        raise AssertionError

    with opened(postgres_url) as store, ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(write, thread) for thread in range(4)]
        assert enough.wait(LONG_SECONDS)
        postgres.kill9()
        acknowledged = {name for thread in threads for name in thread.result()}
        postgres.start()

        kept = set(names_of(store))
        assert len(acknowledged) > 50
        assert acknowledged <= kept
        # The last write of each thread may be kept without its answer.
        assert len(kept - acknowledged) <= WRITERS
        assert add_profiles(store, ["after"])


def test_a_database_that_may_only_be_read_is_told(postgres: OwnCluster, postgres_url: str) -> None:
    with opened(postgres_url, options="-c default_transaction_read_only=on") as store:
        message = refused(lambda: add_profiles(store, ["p"]))

        assert "is read-only: cannot execute" in message
        assert names_of(store) == []


def test_a_user_without_rights_is_told(postgres: OwnCluster, postgres_url: str) -> None:
    address = f"127.0.0.1:{postgres.port}/{name_in(postgres_url)}"
    with opened(f"postgresql://{PASSWORD_ROLE}:{quote(PASSWORD)}@{address}") as store:
        message = refused(lambda: names_of(store))

    assert "does not let this user do what the store needs: permission denied" in message


def test_an_undefined_table_is_a_bug_and_no_outage(postgres: OwnCluster) -> None:
    name = postgres.new_database()
    with (
        opened(postgres.database_url(name)) as store,
        pytest.raises(ProgrammingError, match="does not exist"),
    ):
        names_of(store)
    postgres.drop_database(name)
