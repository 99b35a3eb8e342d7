"""detachUserAccessProfile, on every backend."""

from datetime import timedelta

import pytest

from domain.credentials import hash_key
from handlers.context import Context
from handlers.replies.errors import ApiError
from handlers.user_access_profiles import detach_user_access_profile
from handlers.virtual_keys import add_user_access_profile_virtual_key
from tests.handlers.kept import copies, keys
from tests.handlers.people import assign, shown
from tests.handlers.samples import NOW, active, at, read


def test_all_keys_of_a_copy_go_with_it_and_no_other(holder: Context) -> None:
    first, second = (active(holder, {"name": name}) for name in ("first", "second"))
    value = assign(holder, "ada", first)["virtual_key"]["value"]
    name = assign(holder, "ada", second)["virtual_key"]["name"]
    assign(holder, "bob", first)
    later = at(holder, NOW + timedelta(seconds=1))
    for added in ("zeta", "alpha"):
        add_user_access_profile_virtual_key(later, "ada", first, {"name": added})
    bob = copies(holder, "bob"), keys(holder, "bob")

    answer = detach_user_access_profile(holder, "ada", first).body

    assert answer["deleted_vk_count"] == 3
    assert sorted(answer["deleted_vk_names"][1:]) == ["alpha", "zeta"]
    assert [copy.parent_profile_id for copy in copies(holder, "ada")] == [second]
    assert [key.name for key in keys(holder, "ada")] == [name]
    assert (copies(holder, "bob"), keys(holder, "bob")) == bob
    assert read(holder, first)["user_count"] == 1
    with holder.store.read() as tx:
        assert tx.virtual_keys.find(hash_key(value)) is None


def test_a_copy_whose_profile_is_gone_goes_by_its_own_id(holder: Context) -> None:
    active(holder, {"name": "first"})
    profile_id = active(holder, {"name": "second"})
    copy_id = assign(holder, "ada", profile_id)["access_profile"]["id"]
    assign(holder, "bob", profile_id)
    with holder.store.write() as tx:
        tx.profiles.delete(profile_id)
    assert copy_id != profile_id

    assert [copy["parent_profile_id"] for copy in shown(holder, "ada")] == [None]
    for user_id, by in (("ada", profile_id), ("ada", copy_id + 1), ("bob", copy_id)):
        with pytest.raises(ApiError):
            detach_user_access_profile(holder, user_id, by)
    add_user_access_profile_virtual_key(holder, "ada", copy_id, None)
    assert detach_user_access_profile(holder, "ada", copy_id).body["deleted_vk_count"] == 2
    assert shown(holder, "ada") == []
    assert len(shown(holder, "bob")) == 1


def test_the_id_of_a_profile_comes_before_that_of_a_copy_without_one(holder: Context) -> None:
    first, second = active(holder, {"name": "first"}), active(holder, {"name": "second"})
    orphan = assign(holder, "ada", second)["access_profile"]["id"]
    held = assign(holder, "ada", first)["access_profile"]["id"]
    with holder.store.write() as tx:
        tx.profiles.delete(second)
    assert orphan == first

    detach_user_access_profile(holder, "ada", first)
    assert [copy["id"] for copy in shown(holder, "ada")] == [orphan] != [held]

    detach_user_access_profile(holder, "ada", orphan)
    assert shown(holder, "ada") == []
