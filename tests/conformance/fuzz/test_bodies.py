"""Bodies that were drawn name what the run made, under names that were never used."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.fuzz.bodies import Bodies, Names
from conformance.run.clean_up import clean_up
from conformance.run.recipes import Supply
from conformance.run.session import Workspace
from tests.conformance.conftest import Breakable
from tests.conformance.contracts import operation

_CONTRACT = document.load()


class _Drawing:
    """Mends bodies of one operation, with what it was supplied with."""

    def __init__(self, workspace: Workspace) -> None:
        self.session = workspace.session("fuzz")
        self.supply = Supply(self.session, ACCESS_PROFILES)
        self.bodies = Bodies(self.session, ACCESS_PROFILES, self.supply, Names("cf-1-"))

    def owned(self, operation_id: str, body: dict[str, Any], *, is_ours: bool = True) -> dict[str, Any]:
        return self.bodies.owned(operation(_CONTRACT, operation_id), body, is_ours=is_ours)


@pytest.fixture(scope="module")
def drawing(breakable: Breakable) -> Iterator[_Drawing]:
    with Workspace(_CONTRACT, breakable.target, 1) as workspace:
        yield _Drawing(workspace)
        assert clean_up(workspace, ACCESS_PROFILES).total == 0


@pytest.mark.parametrize("length", [1, 8, 9, 100, 254, 255])
def test_names_are_fresh_and_keep_the_length_that_was_drawn(drawing: _Drawing, length: int) -> None:
    first, second = (drawing.owned("createRole", {"name": "n" * length})["name"] for _ in range(2))

    assert first != second
    assert first.startswith("cf-1-")
    assert len(first) == max(length, len(first.rpartition("-")[0]) + 1)


def test_a_name_and_an_id_that_are_wrong_stay_wrong_and_a_good_id_is_fresh(drawing: _Drawing) -> None:
    for name in ("", " ", "n" * 256, "a\nb", 7, None):
        assert drawing.owned("createRole", {"name": name}) == {"name": name}
    for user_id in (".ada", "a/b"):
        assert drawing.owned("createUser", {"id": user_id}) == {"id": user_id}
    assert drawing.owned("createUser", {"id": "ada"})["id"].startswith("cf-1-f")


def test_what_a_body_refers_to_was_made_by_the_run(drawing: _Drawing) -> None:
    attach, make, assign = (
        operation(_CONTRACT, each)
        for each in ("attachRolesToAccessProfile", "createUser", "assignUserAccessProfile")
    )
    role_id = drawing.supply.references(attach)["role_ids"]()

    owned = drawing.owned(attach.id, {"role_ids": [5, 6, 0, "7", True]})
    assert owned == {"role_ids": [role_id, role_id, 0, "7", True]}
    assert drawing.owned(make.id, {"role_id": 5}) == {"role_id": role_id}
    assert drawing.owned(make.id, {"role_id": None}) == {"role_id": None}
    profile_id = drawing.supply.references(assign)["profile_id"]()
    assert drawing.owned(assign.id, {"profile_id": 7}) == {"profile_id": profile_id}
    assert drawing.owned(assign.id, {"profile_id": 2**63}) == {"profile_id": 2**63}


def test_a_body_refers_to_what_its_path_names(drawing: _Drawing) -> None:
    add = operation(_CONTRACT, "addUserVirtualKey")
    place = drawing.supply.parameters(add)
    body = {"name": "one more", "profile_id": drawing.owned(add.id, {"profile_id": 7})["profile_id"]}

    assert 200 <= drawing.session.call(add.id, parameters=place, body=body).status < 300


def test_nothing_is_given_to_anybody_by_a_profile_that_was_not_made_for_it(drawing: _Drawing) -> None:
    body = {"role_ids": [0], "apply_to_existing": True}

    assert drawing.owned("attachRolesToAccessProfile", body) == body
    kept = drawing.owned("attachRolesToAccessProfile", body, is_ours=False)
    assert kept == {**body, "apply_to_existing": False}


def test_without_anything_made_an_id_is_one_that_nobody_has(no_listener: str, breakable: Breakable) -> None:
    with Workspace(_CONTRACT, replace(breakable.target, root=no_listener), 1) as workspace:
        assert _Drawing(workspace).owned("createUser", {"role_id": 5})["role_id"] > 2**62
