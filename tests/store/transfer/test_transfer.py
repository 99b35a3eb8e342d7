"""Everything that a store keeps goes out, and into any other store, exactly."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from store.api import ProfileFilter, Store
from store.api.transfer import KINDS, NotEmpty
from store.testsuite.samples import NOW, add_profiles, digest, names_of, new_copy, new_key, new_profile
from store.transfer import Unreadable
from tests.store.backends import BACKENDS, opened_store
from tests.store.sql.plans import EVERYTHING, PLANS, Plan, carry_out
from tests.store.transfer.exports import Line, exported, file_of_records, imported, records_of

# Every pair of backends, one after the other.
M, P, S = "memory", "postgresql", "sqlite"
ROUTE = (M, M, S, S, P, P, M, P, S, M)


@contextmanager
def emptied(backend: str) -> Iterator[Store]:
    with TemporaryDirectory() as folder, opened_store(backend, Path(folder)) as store:
        yield store


def test_the_route_leads_from_every_backend_to_every_backend() -> None:
    pairs = set(pairwise(ROUTE))

    assert pairs == {(source, target) for source in BACKENDS for target in BACKENDS}


@settings(
    max_examples=int(os.environ.get("SOAK_ROUNDS", "5")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(plan=PLANS)
def test_what_goes_from_store_to_store_stays_the_same_to_the_last_octet(plan: Plan) -> None:
    files = []
    for backend in BACKENDS:
        with emptied(backend) as store:
            carry_out(store, plan)
            files.append(exported(store))
    assert files[1:] == files[:1] * 2
    file = files[0]

    for backend in ROUTE[1:]:
        with emptied(backend) as store:
            imported(store, file)
            assert exported(store) == file


def test_a_plan_of_everything_has_every_kind_of_record(store: Store) -> None:
    carry_out(store, EVERYTHING)

    assert {record["kind"] for record in records_of(exported(store))} == set(KINDS)


def test_an_imported_store_works_as_the_one_that_was_exported(store: Store, everything: bytes) -> None:
    imported(store, everything)

    with store.read() as tx:
        assert [row.role_name for row in tx.profiles.get(1).roles] == ["ops", "Straße"]
        assert tx.profiles.get(1).user_count == 1
        assert tx.profiles.list(ProfileFilter(is_active=True), limit=1, offset=0).total_count == 1
        assert tx.profiles.list(ProfileFilter(), limit=1, offset=0).total_count == 1
        found = tx.api_keys.find(digest("old"))
        assert found is not None
        assert found.revoked_at is not None
        assert tx.users.get("ada").group_ids == ("staff", "Σ")
    assert names_of(store, ProfileFilter(search="NALYS")) == ["Analyst"]
    assert names_of(store, ProfileFilter(tags=("us",))) == ["Analyst"]


def test_ids_of_what_is_gone_are_not_given_again(store: Store, everything: bytes) -> None:
    imported(store, everything)

    with store.write() as tx:
        assert tx.profiles.add(new_profile("next")).id == 3
        assert tx.roles.add("next", None, NOW).id == 4
        assert tx.copies.add(new_copy("Bob", 3)).id == 4
        assert tx.api_keys.add(new_key("next")).id == 3


def test_an_import_into_a_store_that_is_not_empty_is_refused(store: Store, everything: bytes) -> None:
    with store.write() as tx:
        tx.api_keys.add(new_key("ci"))
    before = exported(store)

    with pytest.raises(NotEmpty, match="it has at least one API key"):
        imported(store, everything)

    assert exported(store) == before


Change = Callable[[list[Line]], object]


def nth(records: list[Line], kind: str, number: int = 0) -> Line:
    return [record for record in records if record["kind"] == kind][number]


def with_member(kind: str, name: str, value: Any, number: int = 0) -> Change:
    return lambda records: nth(records, kind, number).update({name: value})


def swapped(kind: str) -> Change:
    def swap(records: list[Line]) -> None:
        first = records.index(nth(records, kind))
        records[first : first + 2] = reversed(records[first : first + 2])

    return swap


REFUSALS: dict[str, tuple[Change, str]] = {
    "a user of no role": (with_member("user", "role_id", 77, 1), "There is no role 77."),
    "a user of no group": (with_member("user", "group_ids", ["x"]), "There is no group x."),
    "a version of no profile": (with_member("version", "access_profile_id", 2), "no access profile 2"),
    "an attachment to no role": (with_member("attachment", "role_id", 2), "There is no role 2."),
    "a copy of no user": (with_member("copy", "user_id", "eve"), "There is no user eve."),
    "a copy of no profile": (with_member("copy", "parent_profile_id", 2), "no access profile 2"),
    "a copy by no role": (with_member("copy", "granted_by_role_id", 2), "There is no role 2."),
    "a key of no copy": (with_member("virtual_key", "user_access_profile_id", 9), "There is no copy 9."),
    "a role's name twice": (with_member("role", "name", "ops", 1), "An earlier role has the same name."),
    "a key's name twice": (
        lambda records: nth(records, "api_key", 1).update({"name": "ci", "revoked_at": None}),
        "An earlier API key has the same secret or name.",
    ),
    "roles out of order": (swapped("role"), "This role is out of order"),
    "kinds out of order": (lambda records: records.append(records[0]), "This last id is out of order"),
    "an id twice": (with_member("role", "id", 1, 1), "This role is out of order, or the second with its id."),
    "an id above the last": (with_member("last_id", "value", 2), "The role 3 has an id above the last one"),
    "groups out of order": (with_member("user", "group_ids", ["Σ", "staff"], 1), "groups of the user ada"),
    "a tag twice": (with_member("access_profile", "tags", ["eu", "eu"]), "has a tag twice"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_records_that_do_not_fit_together_are_refused_by_their_line(
    store: Store, everything: bytes, refusal: str
) -> None:
    change, told = REFUSALS[refusal]
    records = records_of(everything)
    change(records)
    empty = exported(store)

    with pytest.raises(Unreadable, match=r"^Line \d+: ") as refused:
        imported(store, file_of_records(records))

    assert told in str(refused.value)
    assert exported(store) == empty


def test_the_line_that_is_told_is_the_one_that_is_wrong(store: Store) -> None:
    groups = [{"kind": "group", "id": f"{number:05}", "name": "g"} for number in range(2500)]
    member = {
        "kind": "user",
        "name": "n",
        "email": "e",
        "role_id": None,
        "created_at": "2026-03-01T08:00:00Z",
    }
    users = [member | {"id": f"{number:05}", "group_ids": ["00000"]} for number in range(2500)]
    users[1777]["group_ids"] = ["x"]

    with pytest.raises(Unreadable, match=f"^Line {1 + 2500 + 1778}: There is no group x"):
        imported(store, file_of_records(groups + users))


def test_texts_that_a_database_cannot_keep_are_refused_there(tmp_path: Path) -> None:
    group = {"kind": "group", "id": "g", "name": "nothing \0 here"}
    with opened_store("postgresql", tmp_path) as store, pytest.raises(Unreadable, match=r"^Line 2: .* NUL"):
        imported(store, file_of_records([group]))


def test_a_dump_sees_one_state_while_others_write(store: Store, everything: bytes) -> None:
    imported(store, everything)
    before = exported(store)
    with store.read() as tx:
        records = tx.dump()
        first = next(records)
        add_profiles(store, ["another"])
        rest = list(records)

    assert len([first, *rest]) == len(before.splitlines()) - 2
