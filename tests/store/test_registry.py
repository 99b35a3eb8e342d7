"""From URLs to stores."""

from importlib.metadata import EntryPoint

import pytest

from store.api import Store
from store.memory import MemoryStore
from store.registry import ENTRY_POINTS, OPENERS, open_store
from store.sql.engine import SqlStore
from store.testsuite.samples import add_profiles, names_of
from tests.store.backends import BACKENDS


class ThirdParty(MemoryStore):
    """A store of another distribution."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a distribution that brings a store for `carrier-pigeon:`."""
    installed = EntryPoint("carrier-pigeon", f"{__name__}:ThirdParty", ENTRY_POINTS)

    def entry_points(*, group: str, name: str) -> list[EntryPoint]:
        return [installed] if (group, name) == (ENTRY_POINTS, "carrier-pigeon") else []

    monkeypatch.setattr("store.registry.entry_points", entry_points)
    monkeypatch.setattr(EntryPoint, "load", lambda _self: ThirdParty)


def test_every_store_of_this_program_is_tested() -> None:
    assert set(BACKENDS) == set(OPENERS)


def test_a_scheme_names_a_store() -> None:
    assert isinstance(open_store("memory:"), MemoryStore)
    store = open_store("sqlite:///nothing-is-made-until-it-is-used.db")
    assert isinstance(store, SqlStore)
    store.close()


@pytest.mark.parametrize("url", ["mongodb://host/db", "MEMORY:", "profiles.db", "", "sqlite+aiosqlite:///x"])
def test_an_unknown_scheme_is_refused_and_the_known_ones_are_told(url: str) -> None:
    with pytest.raises(ValueError, match="No store has the scheme") as refused:
        open_store(url)

    scheme = url.partition(":")[0]
    known = ", ".join(sorted(OPENERS))
    assert str(refused.value) == f'No store has the scheme "{scheme}". Known: {known}.'


@pytest.mark.parametrize("url", ["memory://", "memory:name", "memory", "memory:///x.db"])
def test_the_memory_store_takes_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="takes no address") as refused:
        open_store(url)

    assert f'not "{url}"' in str(refused.value)


def test_two_memory_stores_share_nothing() -> None:
    one, other = open_store("memory:"), open_store("memory:")

    add_profiles(one, ["only here"])

    assert names_of(other) == []


def test_a_memory_store_forgets_when_it_is_closed() -> None:
    store: Store = open_store("memory:")
    add_profiles(store, ["forgotten"])

    store.close()

    assert names_of(store) == []


@pytest.mark.usefixtures("third_party")
def test_another_distribution_may_bring_a_store() -> None:
    store = open_store("carrier-pigeon://loft/7")

    assert isinstance(store, ThirdParty)
    assert store.url == "carrier-pigeon://loft/7"


@pytest.mark.usefixtures("third_party")
def test_other_schemes_stay_unknown_when_a_distribution_brings_one() -> None:
    with pytest.raises(ValueError, match='No store has the scheme "pigeon"'):
        open_store("pigeon:")
