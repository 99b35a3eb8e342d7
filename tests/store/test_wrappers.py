import pytest

from domain.errors import Conflict, Unavailable
from store.api import Store
from store.memory import MemoryStore
from store.testsuite.samples import add_profiles, names_of
from tests.store.wrappers import FaultyStore, Moment, ObservedStore, UnitOfWork


def failing_at(store: Store, moment: Moment) -> FaultyStore:
    return FaultyStore(store, lambda reached: reached is moment)


@pytest.mark.parametrize(
    ("moment", "kept"),
    [(Moment.WRITE_BEGINS, 0), (Moment.WRITE_COMMITS, 0), (Moment.COMMIT_ANSWERED, 1)],
)
def test_a_write_fails_where_it_is_told_to(moment: Moment, kept: int) -> None:
    store = MemoryStore()

    with pytest.raises(Unavailable, match=moment):
        add_profiles(failing_at(store, moment), ["a"])

    assert len(names_of(store)) == kept


def test_a_read_fails_where_it_is_told_to() -> None:
    with pytest.raises(Unavailable, match="read begins"):
        names_of(failing_at(MemoryStore(), Moment.READ_BEGINS))


def test_what_is_not_told_to_fail_works() -> None:
    store = FaultyStore(MemoryStore(), lambda _moment: False)
    add_profiles(store, ["a"])

    assert len(names_of(store)) == 1


def test_every_unit_of_work_is_told_with_its_outcome() -> None:
    told: list[UnitOfWork] = []
    store = ObservedStore(MemoryStore(), told.append)
    add_profiles(store, ["a"])
    with pytest.raises(Conflict):
        add_profiles(store, ["a"])
    with pytest.raises(ZeroDivisionError), store.write():
        _ = 1 // 0
    names_of(store)
    unavailable = ObservedStore(failing_at(MemoryStore(), Moment.READ_BEGINS), told.append)
    with pytest.raises(Unavailable):
        names_of(unavailable)

    assert [(unit.kind, unit.outcome) for unit in told] == [
        ("write", "done"),
        ("write", "refused"),
        ("write", "failed"),
        ("read", "done"),
        ("read", "unavailable"),
    ]
    assert all(unit.seconds >= 0 for unit in told)


def test_a_wrapper_passes_on_what_the_store_says_of_itself() -> None:
    inner = MemoryStore()
    wrapped = ObservedStore(inner, lambda _unit: None)

    assert (wrapped.reads_block, wrapped.writes_block) == (inner.reads_block, inner.writes_block)
    assert wrapped.migrate() == "memory"
    wrapped.check_ready()
    wrapped.close()
