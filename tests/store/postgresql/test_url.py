"""What a PostgreSQL store's URL may say. Nothing is connected to."""

from contextlib import closing

import pytest

from store.postgresql.url import PostgresUrl, parse_url
from store.registry import open_store

ADDRESS = ("host", "port", "dbname", "user", "password")


def address(parsed: PostgresUrl) -> tuple[str, ...]:
    return tuple(parsed.connection.get(name, "") for name in ADDRESS)


@pytest.mark.parametrize(
    ("url", "expected", "place"),
    [
        ("postgresql://ada:s3cret@db:5433/app", ("db", "5433", "app", "ada", "s3cret"), "db:5433 (app)"),
        ("postgres://ada:s3cret@db:5433/app", ("db", "5433", "app", "ada", "s3cret"), "db:5433 (app)"),
        ("postgresql://db/app", ("db", "", "app", "", ""), "db:5432 (app)"),
        ("postgresql:///app", ("", "", "app", "", ""), "localhost:5432 (app)"),
        ("postgresql://a%40b:p%2F%3Aw@db/my%20app", ("db", "", "my app", "a@b", "p/:w"), "db:5432 (my app)"),
        ("postgresql://[::1]:5433/app", ("::1", "5433", "app", "", ""), "[::1]:5433 (app)"),
        ("postgresql:///app?host=/run/pg", ("/run/pg", "", "app", "", ""), "/run/pg:5432 (app)"),
        (
            "postgresql:///app?host=/run/pg&port=5433",
            ("/run/pg", "5433", "app", "", ""),
            "/run/pg:5433 (app)",
        ),
        ("postgresql://a:1,b:2/app", ("a,b", "1,2", "app", "", ""), "a:1, b:2 (app)"),
        ("postgresql://u:w@/app?host=a:1&host=b:2", ("a,b", "1,2", "app", "u", "w"), "a:1, b:2 (app)"),
        ("postgresql:///app?host=a&host=b:2", ("a,b", ",2", "app", "", ""), "a:5432, b:2 (app)"),
        ("postgresql:///app?host=a&host=b", ("a,b", "", "app", "", ""), "a:5432, b:5432 (app)"),
        ("postgresql:///app?host=a,b&port=1,2", ("a,b", "1,2", "app", "", ""), "a:1, b:2 (app)"),
        ("postgresql:///app?host=a,b&port=7", ("a,b", "7", "app", "", ""), "a:7, b:7 (app)"),
        ("postgresql:///app?host=[::1]:7&host=b", ("::1,b", "7,", "app", "", ""), "[::1]:7, b:5432 (app)"),
        (
            "postgresql:///?dbname=app&user=u&password=w+%2B",
            ("", "", "app", "u", "w++"),
            "localhost:5432 (app)",
        ),
    ],
)
def test_an_address_is_what_libpq_reads_and_a_place_has_no_password(
    url: str, expected: tuple[str, ...], place: str
) -> None:
    parsed = parse_url(url)

    assert address(parsed) == expected
    assert parsed.place == place


def test_what_a_url_leaves_out_has_a_default() -> None:
    parsed = parse_url("postgresql://db/app")

    assert (parsed.pool_size, parsed.pool_timeout_ms) == (10, 5000)
    assert parsed.connection["application_name"] == "access-profiles"
    assert parsed.connection["connect_timeout"] == "5"
    assert parsed.connection["client_encoding"] == "UTF8"
    assert parsed.connection["options"] == (
        "-c lock_timeout=5000 -c statement_timeout=10000 "
        "-c idle_in_transaction_session_timeout=30000 -c TimeZone=UTC"
    )


def test_a_url_sets_what_libpq_knows_and_what_we_add() -> None:
    parsed = parse_url(
        "postgresql://db/app?sslmode=verify-full&connect_timeout=2&application_name=a%26b&pool_size=4"
        "&pool_timeout=250ms&lock_timeout=1s&statement_timeout=2min&options=-c%20search_path%3Dours"
        "&idle_in_transaction_session_timeout=7s&target_session_attrs=read-write"
    )

    assert (parsed.pool_size, parsed.pool_timeout_ms) == (4, 250)
    assert parsed.connection["sslmode"] == "verify-full"
    assert parsed.connection["connect_timeout"] == "2"
    assert parsed.connection["application_name"] == "a&b"
    assert parsed.connection["target_session_attrs"] == "read-write"
    assert parsed.connection["options"] == (
        "-c lock_timeout=1000 -c statement_timeout=120000 -c idle_in_transaction_session_timeout=7000 "
        "-c TimeZone=UTC -c search_path=ours"
    )
    assert "pool_size" not in parsed.connection


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("pool_size=0", '"pool_size" of the store\'s URL must be a number from 3 to 1000, not "0"'),
        ("pool_size=2", "must be a number from 3 to 1000"),
        ("pool_size=1001", "must be a number from 3 to 1000"),
        ("pool_size=-5", "must be a number from 3 to 1000"),
        ("pool_size=ten", "must be a number from 3 to 1000"),
        ("pool_size=٣", "must be a number from 3 to 1000"),
        ("pool_size=", "must be a number from 3 to 1000"),
        ("statement_timeout=10", 'must be a time such as 500ms, 10s or 1min, not "10"'),
        ("statement_timeout=0s", "must be a time such as"),
        ("lock_timeout=-1s", "must be a time such as"),
        ("lock_timeout=1h", "must be a time such as"),
        ("pool_timeout=", "must be a time such as"),
        ("pool_timeout=1.5s", "must be a time such as"),
        ("idle_in_transaction_session_timeout=soon", "must be a time such as"),
        ("pool_siez=5", 'The parameter "pool_siez" of the store\'s URL is not known'),
        ("POOL_SIZE=5", "is not known"),
    ],
)
def test_a_parameter_that_is_not_understood_is_refused(parameter: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_url(f"postgresql://ada:s3cret@db/app?{parameter}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:",
        "postgresql:app",
        "postgresql:/app",
        "postgresql://ada:s3cret@db",
        "postgresql://ada:s3cret@db/",
        "postgresql://ada:s3cret@[::1/app",
        "postgresql://ada:s3cret@db:port:7/app",
        "postgresql://ada:s3cret%@db/app",
        "postgresql://ada:s3cret%00@db/app",
        "postgresql://ada:s3?cret@db/app",
        "postgresql://ada:s3?c=ret@db/app",
        "postgresql://ada:s3cret@a,b/app?port=1,2,3",
        "mysql://ada:s3cret@db/app",
    ],
)
def test_a_url_that_is_not_understood_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user:password@host:5432/database") as refused:
        parse_url(url)

    assert "s3" not in str(refused.value)
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_schemes_open_a_store_and_opening_connects_to_nothing(scheme: str) -> None:
    with closing(open_store(f"{scheme}://ada:s3cret@127.0.0.1:1/app")) as store:
        assert (store.reads_block, store.writes_block) == (True, True)
