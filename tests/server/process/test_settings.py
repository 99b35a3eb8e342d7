import pytest

from server.process.settings import PREFIX, Settings, load_settings

VALUES = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("9000", 9000),
    "store": ("memory:", "memory:"),
    "workers": ("2", 2),
    "memory_mib": ("0", 0),
    "log_level": ("debug", "debug"),
    "log_format": ("json", "json"),
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.__struct_fields__:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_every_setting_is_tested_here() -> None:
    assert set(VALUES) == set(Settings.__struct_fields__)


def test_without_anything_set_the_server_is_local_and_keeps_a_file() -> None:
    settings = load_settings()

    assert (settings.host, settings.port, settings.log_level, settings.log_format) == (
        "127.0.0.1",
        8080,
        "info",
        "auto",
    )
    assert settings.store == "sqlite:///var/access-profiles.db"


@pytest.mark.parametrize("name", VALUES)
def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, value = VALUES[name]
    monkeypatch.setenv(f"ACCESS_PROFILES_{name.upper()}", text)

    assert getattr(load_settings(), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "-1"),
        ("port", "65536"),
        ("port", "http"),
        ("port", ""),
        ("workers", "0"),
        ("workers", "-1"),
        ("workers", "1.5"),
        ("memory_mib", "-1"),
        ("memory_mib", "32 MiB"),
        ("log_level", "loud"),
        ("log_level", "INFO"),
        ("log_format", "xml"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", text)

    with pytest.raises(ValueError, match=f"{PREFIX}{name.upper()}: .*[.] .*[.]$"):
        load_settings()


def test_what_is_handed_in_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS_PROFILES_STORE", "memory:")

    assert load_settings(store="sqlite:///other.db").store == "sqlite:///other.db"


def test_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("memory:", "memory:"),
        ("sqlite:///var/a.db", "sqlite:///var/a.db"),
        ("sqlite:////tmp/user:name@x.db", "sqlite:////tmp/user:name@x.db"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://user@host:5432/db", "postgresql://user@host:5432/db"),
        ("postgresql://user:s3cret@host:5432/db", "postgresql://user:***@host:5432/db"),
        ("postgresql://:s3cret@host/db", "postgresql://:***@host/db"),
        ("postgresql://user:s3%40cret@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:s3:cr/et@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:s3cret@one:1,two:2/db", "postgresql://user:***@one:1,two:2/db"),
    ],
)
def test_a_stores_password_is_not_shown(store: str, shown: str) -> None:
    settings = Settings(store=store)

    assert settings.shown_store == shown
    [row] = [row for row in settings.described() if row["name"] == "store"]
    assert row["value"] == shown


def test_a_password_in_the_query_is_not_shown() -> None:
    settings = Settings(store="postgresql://host/db?user=me&password=s3cret&sslmode=require")

    assert "s3cret" not in settings.shown_store


def test_every_setting_is_described() -> None:
    rows = Settings().described()

    assert [row["name"] for row in rows] == list(VALUES)
    for row in rows:
        assert row["variable"] == f"ACCESS_PROFILES_{row['name'].upper()}"
        assert row["description"].endswith(".")
