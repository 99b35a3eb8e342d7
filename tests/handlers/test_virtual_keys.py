"""Adding, listing and deleting virtual keys, on every backend."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.credentials import hash_key
from domain.errors import NotFound
from handlers.context import Context
from handlers.replies.reply import Reply
from handlers.user_access_profiles import detach_user_access_profile
from handlers.virtual_keys import (
    add_user_access_profile_virtual_key,
    add_user_virtual_key,
    delete_user_access_profile_virtual_key,
    list_user_virtual_keys,
)
from tests.handlers.kept import Row, everything, log, rows_since
from tests.handlers.people import add_users, assign, shown
from tests.handlers.samples import NOW, active, at

PLANTED = "sk-bf-" + "Planted9" * 4

Add = Callable[[Context, str, str], Reply[Any]]
"""Adds a key of a name to a user's copy of the profile 1."""


def _to_copy(context: Context, user_id: str, name: str) -> Reply[Any]:
    return add_user_access_profile_virtual_key(
        context, user_id, 1, {"name": name, "description": "For tests."}
    )


def _to_user(context: Context, user_id: str, name: str) -> Reply[Any]:
    return add_user_virtual_key(context, user_id, {"name": name, "description": "For tests."})


both_ways = pytest.mark.parametrize("add", [_to_copy, _to_user], ids=["to the copy", "to the user"])


@pytest.fixture
def holders(context: Context) -> Context:
    """Give the context, in which ada and bob hold the profile 1."""
    add_users(context, "ada", "bob")
    assert active(context, {"name": "Analyst"}) == 1
    for user_id in ("ada", "bob"):
        assign(context, user_id, 1)
    return context


def listed(context: Context, user_id: str) -> list[Mapping[str, Any]]:
    return list(list_user_virtual_keys(context, user_id).body["virtual_keys"])


@both_ways
def test_a_key_is_answered_once_and_masked_ever_after(holders: Context, add: Add) -> None:
    planted = replace(holders, random_text=lambda length: PLANTED[-length:])

    reply = add(planted, "ada", " ada-notebook\u2003")

    key = reply.body["virtual_key"]
    assert (reply.status, reply.headers) == (200, {"Cache-Control": "no-store"})
    assert key == {"id": key["id"], "name": "ada-notebook", "value": PLANTED}
    assert listed(holders, "ada")[-1] == {
        "id": key["id"],
        "name": "ada-notebook",
        "value": "sk-bf-Plan...ted9",
        "is_access_profile_managed": True,
    }
    assert shown(holders, "ada")[0]["virtual_key_values"][key["id"]] == "sk-bf-Plan...ted9"
    with holders.store.read() as tx:
        found = tx.virtual_keys.find(hash_key(PLANTED))
    assert found is not None
    assert (found.name, found.description) == ("ada-notebook", "For tests.")
    delete_user_access_profile_virtual_key(holders, "ada", key["id"])
    assert PLANTED[6:] not in repr(found) + repr(log(holders))


@both_ways
def test_names_that_differ_in_case_are_two(holders: Context, add: Add) -> None:
    names = [add(holders, "ada", name).body["virtual_key"]["name"] for name in ("Notebook", "notebook")]

    assert names == ["Notebook", "notebook"]


@both_ways
def test_a_name_is_free_again_when_its_key_is_gone(holders: Context, add: Add) -> None:
    key = add(holders, "ada", "notebook").body["virtual_key"]
    delete_user_access_profile_virtual_key(holders, "ada", key["id"])
    add(holders, "ada", "notebook")
    detach_user_access_profile(holders, "ada", 1)

    assert add(holders, "bob", "notebook").body["virtual_key"]["name"] == "notebook"


@pytest.mark.parametrize("body", [None, {}, {"description": None}])
def test_a_key_without_a_name_is_given_one(holders: Context, body: Any) -> None:
    for _ in range(2):
        add_user_access_profile_virtual_key(holders, "ada", 1, body)

    names = [key["name"] for user_id in ("ada", "bob") for key in listed(holders, user_id)]
    assert len(set(names)) == len(names) == 4
    assert all(name.startswith(("ada/Analyst/", "bob/Analyst/")) for name in names)


def test_the_longest_names_make_a_name_for_a_key(context: Context) -> None:
    user_id, name = "𝔘" * 255, "𝔓" * 255
    add_users(context, user_id)

    key = assign(context, user_id, active(context, {"name": name}))["virtual_key"]

    assert key["name"].startswith(f"{user_id}/{name}/")
    assert [each["name"] for each in listed(context, user_id)] == [key["name"]]


def test_keys_are_listed_from_the_oldest_on_over_all_copies(holders: Context) -> None:
    other = active(holders, {"name": "other"})
    second = at(holders, NOW + timedelta(seconds=1))
    third = at(holders, NOW + timedelta(seconds=2))
    _to_copy(third, "ada", "alpha")
    added = assign(second, "ada", other)["virtual_key"]["id"]
    [oldest, newer, newest] = listed(holders, "ada")

    assert (newer["id"], newest["name"]) == (added, "alpha")
    assert oldest["id"] == shown(holders, "ada")[0]["virtual_key_ids"][0]
    assert len(listed(holders, "bob")) == 1


def test_a_key_goes_to_the_copy_that_is_named_or_to_the_oldest(holders: Context) -> None:
    second, third = active(holders, {"name": "b"}), active(holders, {"name": "c"})
    add_users(holders, "carol")
    for profile_id in (third, 1, second):
        assign(holders, "carol", profile_id)

    for name, fields in (("k1", {}), ("k2", {"profile_id": second}), ("k3", {"profile_id": 1})):
        add_user_virtual_key(holders, "carol", {"name": name, **fields})  # type: ignore[typeddict-item]

    names = {key["id"]: key["name"] for key in listed(holders, "carol")}
    added = {
        copy["parent_profile_id"]: [names[i] for i in copy["virtual_key_ids"] if names[i][0] == "k"]
        for copy in shown(holders, "carol")
    }
    assert added == {third: ["k1"], second: ["k2"], 1: ["k3"]}


def test_a_key_of_a_copy_whose_profile_is_gone_is_added_to_the_oldest(holders: Context) -> None:
    with holders.store.write() as tx:
        tx.profiles.delete(1)

    key = _to_user(holders, "ada", "notebook").body["virtual_key"]

    [copy] = shown(holders, "ada")
    assert copy["parent_profile_id"] is None
    assert key["id"] in copy["virtual_key_ids"]
    assert log(holders)[-1].access_profile_id is None


def test_a_deleted_key_is_gone_and_its_copy_stays(holders: Context) -> None:
    key = _to_copy(holders, "ada", "notebook").body["virtual_key"]
    [first, _] = listed(holders, "ada")

    delete_user_access_profile_virtual_key(holders, "ada", key["id"])

    assert listed(holders, "ada") == [first]
    assert shown(holders, "ada")[0]["virtual_key_ids"] == [first["id"]]
    with holders.store.read() as tx:
        assert tx.virtual_keys.find(hash_key(key["value"])) is None


def test_a_copy_may_lose_its_last_key(holders: Context) -> None:
    delete_user_access_profile_virtual_key(holders, "ada", listed(holders, "ada")[0]["id"])

    [copy] = shown(holders, "ada")
    assert (copy["virtual_key_ids"], copy["virtual_key_values"]) == ([], {})
    assert detach_user_access_profile(holders, "ada", 1).body["deleted_vk_count"] == 0


def test_only_a_users_own_key_is_deleted_and_others_are_refused_in_the_same_words(holders: Context) -> None:
    foreign = listed(holders, "bob")[0]["id"]
    before = everything(holders)
    told = []

    for key_id in (foreign, "no-key"):
        with pytest.raises(NotFound) as refused:
            delete_user_access_profile_virtual_key(holders, "ada", key_id)
        told.append(str(refused.value).replace(key_id, "KEY"))
    with pytest.raises(NotFound):
        delete_user_access_profile_virtual_key(holders, "nobody", foreign)

    assert told[0] == told[1]
    assert everything(holders) == before


def test_adding_and_deleting_make_a_row_each_with_the_name_of_the_key(holders: Context) -> None:
    before = log(holders)
    added = [
        add(holders, "ada", name).body["virtual_key"] for add, name in ((_to_copy, "a"), (_to_user, "b"))
    ]
    delete_user_access_profile_virtual_key(holders, "ada", added[0]["id"])

    assert rows_since(holders, before) == [
        Row("update", 1, "ada", {"event": event, "vk_id": key["id"], "vk_name": key["name"]})
        for event, key in (("vk_add", added[0]), ("vk_add", added[1]), ("vk_delete", added[0]))
    ]
