"""deleteAccessProfile, on every backend."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotFound
from handlers.access_profiles import activate_access_profile, delete_access_profile, get_access_profile
from handlers.context import Context
from handlers.contract_types import UserAccessProfile
from handlers.history import list_access_profile_versions
from handlers.replies.errors import ApiError
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role, get_role
from handlers.user_access_profiles import (
    assign_user_access_profile,
    detach_user_access_profile,
    list_user_access_profiles,
)
from handlers.users import create_user
from handlers.virtual_keys import add_user_access_profile_virtual_key, list_user_virtual_keys
from tests.handlers.kept import everything, log, told
from tests.handlers.samples import NOW, create_named, page, read

EXPIRY = NOW + timedelta(hours=1)


def give(context: Context, profile_id: int, user_id: str, *, expires: bool) -> UserAccessProfile:
    """Make a user who holds a copy."""
    create_user(context, {"id": user_id, "name": user_id, "email": f"{user_id}@example.com"})
    activate_access_profile(context, profile_id)
    expiry = EXPIRY.isoformat() if expires else None
    given = assign_user_access_profile(context, user_id, {"profile_id": profile_id, "expires_at": expiry})
    return given.body["access_profile"]


def held(context: Context, user_id: str) -> list[UserAccessProfile]:
    return list_user_access_profiles(context, user_id).body["access_profiles"]


def test_what_is_deleted_is_gone_and_its_name_is_free(context: Context) -> None:
    profile_id, other = create_named(context, "Analyst", "Other")

    reply = delete_access_profile(context, profile_id, None)

    assert reply.status == 200
    assert reply.body == {"message": "The access profile 1 was deleted."}
    for gone in (get_access_profile, list_access_profile_versions):
        with pytest.raises(NotFound):
            gone(context, profile_id)
    assert [row["id"] for row in page(context)["access_profiles"]] == [other]
    assert create_named(context, "Analyst") == [3]


def test_the_id_of_the_newest_profile_is_not_given_again(context: Context) -> None:
    for expected in (1, 2, 3):
        assert create_named(context, "Analyst") == [expected]
        delete_access_profile(context, expected, None)


@pytest.mark.parametrize("expires", [False, True])
def test_a_copy_that_has_not_expired_keeps_the_profile(context: Context, expires: bool) -> None:
    [profile_id] = create_named(context, "Analyst")
    give(context, profile_id, "ada", expires=expires)
    before = everything(context)

    with pytest.raises(ApiError) as refused:
        delete_access_profile(replace(context, now=EXPIRY - timedelta(microseconds=1)), profile_id, None)

    assert refused.value.code == "profile_in_use"
    assert everything(context) == before


def test_one_copy_in_use_among_expired_ones_keeps_the_profile(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst")
    give(context, profile_id, "ada", expires=True)
    give(context, profile_id, "bob", expires=False)

    with pytest.raises(ApiError):
        delete_access_profile(replace(context, now=EXPIRY), profile_id, None)

    assert read(context, profile_id)["user_count"] == 2


def test_an_expired_copy_does_not_keep_the_profile_and_loses_its_parent(context: Context) -> None:
    profile_id, other = create_named(context, "Analyst", "Other")
    copy = give(context, profile_id, "ada", expires=True)
    assign_user_access_profile(context, "ada", {"profile_id": _active(context, other)})

    delete_access_profile(replace(context, now=EXPIRY), profile_id, None)

    orphan, kept = held(context, "ada")
    assert orphan == {**copy, "parent_profile_id": None}
    assert kept["parent_profile_id"] == other


def test_a_copy_without_a_parent_goes_by_its_own_id(context: Context) -> None:
    # Ids of profiles and of copies are to differ, so that one is not taken for the other.
    *_, profile_id = create_named(context, "a", "b", "c", "d")
    copy = give(context, profile_id, "ada", expires=True)
    later = replace(context, now=EXPIRY)
    delete_access_profile(later, profile_id, None)
    assert copy["id"] != profile_id

    with pytest.raises(ApiError) as refused:
        detach_user_access_profile(later, "ada", profile_id)
    add_user_access_profile_virtual_key(later, "ada", copy["id"], {"name": "laptop"})
    reply = detach_user_access_profile(later, "ada", copy["id"])

    assert refused.value.code == "profile_not_held"
    assert reply.body["deleted_vk_count"] == 2
    assert "laptop" in reply.body["deleted_vk_names"]
    assert held(context, "ada") == []
    assert list_user_virtual_keys(context, "ada").body["virtual_keys"] == []
    assert [told(row) for row in log(context)[-2:]] == [
        ("update", None, "ada", "vk_add"),
        ("update", None, "ada", "user_detach"),
    ]


def test_the_name_can_be_given_to_a_holder_of_the_deleted_one(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst")
    give(context, profile_id, "ada", expires=True)
    later = replace(context, now=EXPIRY)
    delete_access_profile(later, profile_id, None)
    [again] = create_named(later, "Analyst")

    assign_user_access_profile(later, "ada", {"profile_id": _active(later, again)})

    assert [copy["parent_profile_id"] for copy in held(later, "ada")] == [None, again]
    assert read(later, again)["user_count"] == 1


def test_attachments_go_with_the_profile(context: Context) -> None:
    profile_id, other = create_named(context, "Analyst", "Other")
    role_id = create_role(context, {"name": "Sales"}).body["role"]["id"]
    for attached in (profile_id, other):
        attach_roles_to_access_profile(context, attached, {"role_ids": [role_id]})

    delete_access_profile(context, profile_id, None)

    role = get_role(context, role_id).body
    assert [row["access_profile_id"] for row in role["access_profiles"]] == [other]


def test_the_tag_that_was_read_lets_it_be_deleted(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst")
    tag = get_access_profile(context, profile_id).headers["ETag"]
    activate_access_profile(context, profile_id)

    with pytest.raises(ApiError) as refused:
        delete_access_profile(context, profile_id, tag)
    delete_access_profile(context, profile_id, get_access_profile(context, profile_id).headers["ETag"])

    assert refused.value.code == "precondition_failed"
    assert page(context)["total_count"] == 0


def _active(context: Context, profile_id: int) -> int:
    activate_access_profile(context, profile_id)
    return profile_id
