"""What a store promises of being emptied into another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from store.api import Record, Store
from store.api.transfer import KINDS, NotEmpty, Unloadable
from store.testsuite.content import content_of
from store.testsuite.filled import change_everything, fill
from store.testsuite.fixtures import OpenEmpty, StoreFixtures
from store.testsuite.samples import new_key, new_profile


def dumped(store: Store) -> list[Record]:
    """Return everything that a store yields."""
    with store.read() as tx:
        return list(tx.dump())


@contextmanager
def opened(open_empty: OpenEmpty, folder: Path) -> Iterator[Store]:
    """Open an empty store in a new folder."""
    folder.mkdir()
    with open_empty(folder) as store:
        yield store


def load(store: Store, records: list[Record]) -> None:
    """Let a store load records in one transaction."""
    with store.write() as tx:
        tx.load(records)


class TransferSuite(StoreFixtures):
    """Dumping and loading. The second store is opened when the first one is closed."""

    def test_what_is_dumped_is_kept_as_it_is_by_the_store_that_loads_it(
        self, open_empty: OpenEmpty, tmp_path: Path
    ) -> None:
        with opened(open_empty, tmp_path / "first") as first:
            with first.write() as tx:
                fill(tx)
            with first.write() as tx:
                change_everything(tx)
            records, before = dumped(first), content_of(first)

        with opened(open_empty, tmp_path / "second") as second:
            load(second, records)

            assert dumped(second) == records
            assert content_of(second) == before

    def test_an_empty_store_yields_last_ids_of_0_alone(self, store: Store) -> None:
        assert {type(record) for record in dumped(store)} == {KINDS["last_id"]}

    def test_a_store_that_keeps_something_refuses_to_load(self, store: Store) -> None:
        with store.write() as tx:
            tx.api_keys.add(new_key("ci"))
        before = dumped(store)

        with pytest.raises(NotEmpty):
            load(store, before)

        assert dumped(store) == before

    def test_a_record_that_refers_to_nothing_is_refused_and_nothing_is_kept(
        self, open_empty: OpenEmpty, tmp_path: Path
    ) -> None:
        with opened(open_empty, tmp_path / "first") as first:
            with first.write() as tx:
                fill(tx)
            records = dumped(first)
        headless = [record for record in records if not isinstance(record, KINDS["user"])]

        with opened(open_empty, tmp_path / "second") as second:
            with pytest.raises(Unloadable):
                load(second, headless)

            assert {type(record) for record in dumped(second)} == {KINDS["last_id"]}
            with second.write() as tx:
                assert tx.profiles.add(new_profile("after")).id == 1
