"""Users: what comes into being with them and goes with them, and what is written down, on every backend."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotFound, RulesBroken
from domain.records import AuditLog
from handlers.context import Context
from handlers.contract_types import User
from handlers.replies.timestamps import instant
from handlers.users import create_user, delete_user, get_user, list_users, update_user_groups
from store.api import AuditFilter
from tests.handlers.kept import told, values
from tests.handlers.people import add_role, assign
from tests.handlers.samples import NOW, add_active, read

BY_CODE_POINTS = ["B", "a", "b", "é", "～", "😀"]
"""Upper case first, and last what UTF-16 would put before `～`."""


def add(context: Context, user_id: str, *group_ids: str, role_id: int | None = None) -> User:
    """Create a user and return what was answered."""
    return create_user(
        context,
        {
            "id": user_id,
            "name": f" {user_id} ",
            "email": f"{user_id}@example.com",
            "role_id": role_id,
            "group_ids": list(group_ids),
        },
    ).body["user"]


def set_groups(context: Context, user_id: str, *group_ids: str) -> User:
    return update_user_groups(context, user_id, {"group_ids": list(group_ids)}).body["user"]


def known(context: Context, user_id: str) -> User:
    return get_user(context, user_id).body["user"]


def groups(context: Context) -> list[str]:
    """Return the ids of all groups."""
    with context.store.read() as tx:
        return [group.id for group in tx.users.groups()]


def rows_of(context: Context, user_id: str) -> Sequence[AuditLog]:
    """Return the audit rows of a user, the oldest first."""
    with context.store.read() as tx:
        return tx.audit.list(AuditFilter(user_id=user_id), limit=100, offset=0).rows[::-1]


def test_a_new_user_is_answered_and_kept_as_sent(context: Context) -> None:
    profile_id = add_active(context, "a")
    role_id = add_role(context, "Analyst", default=profile_id)

    user = add(context, "ada", "eu", "EU", "eu", role_id=role_id)

    assert user == {
        "id": "ada",
        "name": "ada",
        "email": "ada@example.com",
        "role_id": role_id,
        "group_ids": ["EU", "eu"],
        "created_at": instant(NOW),
    }
    assert known(context, "ada") == user


def test_the_location_has_the_path_family_of_the_request(context: Context) -> None:
    governance = replace(context, base_path="/api/governance")

    reply = create_user(governance, {"id": "a b?%é", "name": "a", "email": "a@b"})

    assert reply.headers == {"Location": "/api/governance/users/a%20b%3F%25%C3%A9"}


def test_users_are_listed_in_pages_by_the_code_points_of_their_ids(context: Context) -> None:
    for user_id in reversed(BY_CODE_POINTS):
        add(context, user_id, "eu")

    for limit, offset, expected in (
        (25, 0, BY_CODE_POINTS),
        (2, 1, BY_CODE_POINTS[1:3]),
        (2, 5, BY_CODE_POINTS[5:]),
        (2, 6, []),
        (0, -1, BY_CODE_POINTS),
    ):
        body = list_users(context, limit, offset).body
        assert [user["id"] for user in body["users"]] == expected
        assert (body["count"], body["total_count"]) == (len(expected), 6)
        assert (body["limit"], body["offset"]) == (limit or 25, max(offset, 0))
    assert list_users(context, 1, 0).body["users"] == [known(context, "B")]


def test_ids_in_other_case_are_other_users(context: Context) -> None:
    assert add(context, "ada") != add(context, "Ada")
    assert list_users(context, 25, 0).body["total_count"] == 2


def test_a_role_that_is_not_there_is_named(context: Context) -> None:
    with pytest.raises(RulesBroken, match=r"^There is no role 5\.$"):
        add(context, "ada", role_id=5)


def test_a_role_gives_its_default_in_the_same_transaction(context: Context) -> None:
    profile_id = add_active(context, "a")
    user = add(context, "ada", role_id=add_role(context, "Analyst", default=profile_id))

    with context.store.read() as tx:
        [copy] = tx.copies.of_user("ada")
        [key] = tx.virtual_keys.of_user("ada")
    assert (copy.parent_profile_id, copy.granted_by_role_id) == (profile_id, user["role_id"])
    assert key.user_access_profile_id == copy.id
    assert read(context, profile_id)["user_count"] == 1
    creation, assignment = rows_of(context, "ada")
    assert (told(creation), values(creation)) == (("create", None, "ada", "user_create"), (None, user))
    assert told(assignment) == ("update", profile_id, "ada", "user_assign")
    assert assignment.created_at == NOW


def test_groups_come_into_being_with_their_first_member_and_stay(context: Context) -> None:
    add(context, "ada", "us", "eu")
    add(context, "bob", "eu")
    set_groups(context, "bob", "asia", "eu")
    assert groups(context) == ["asia", "eu", "us"]

    delete_user(context, "ada")
    set_groups(context, "bob")

    assert groups(context) == ["asia", "eu", "us"]
    assert known(context, "bob")["group_ids"] == []
    assert set_groups(context, "bob", "us")["group_ids"] == ["us"]


def test_a_user_is_in_exactly_the_groups_that_were_sent_in_order(context: Context) -> None:
    before = add(context, "ada", "gone", "a")
    add(context, "bob", "gone")

    after = set_groups(context, "ada", *reversed(BY_CODE_POINTS), "a", "é")

    assert after == {**before, "group_ids": BY_CODE_POINTS}
    assert known(context, "ada") == after
    assert known(context, "bob")["group_ids"] == ["gone"]
    with context.store.read() as tx:
        assert tx.users.in_groups(["gone"]) == ["bob"]
    row = rows_of(context, "ada")[-1]
    assert (told(row), values(row)) == (("update", None, "ada", "user_groups"), (before, after))


def test_groups_that_a_user_has_already_are_no_change(context: Context) -> None:
    user = add(context, "ada", "a", "b")

    assert set_groups(context, "ada", "b", "a", "b") == user
    assert len(rows_of(context, "ada")) == 1


def test_a_user_may_be_in_a_thousand_groups(context: Context) -> None:
    group_ids = [f"group {number:04}" for number in range(1000)]
    add(context, "ada", *group_ids[::2])

    assert set_groups(context, "ada", *reversed(group_ids))["group_ids"] == group_ids
    assert known(context, "ada")["group_ids"] == group_ids
    assert groups(context) == group_ids


def test_deleting_a_user_takes_copies_and_keys_and_says_so(context: Context) -> None:
    profile_ids = [add_active(context, name) for name in ("a", "b")]
    user = add(context, "ada", "eu", role_id=add_role(context, "Analyst", default=profile_ids[0]))
    add(context, "bob", "eu")
    assign(context, "ada", profile_ids[1])
    assign(context, "bob", profile_ids[1])
    with context.store.read() as tx:
        key_names = [key.name for key in tx.virtual_keys.of_user("ada")]
    before = rows_of(context, "ada")
    later = replace(context, now=NOW + timedelta(days=1))

    delete_user(later, "ada")

    with context.store.read() as tx:
        assert [*tx.copies.of_user("ada"), *tx.virtual_keys.of_user("ada")] == []
        assert [copy.parent_profile_id for copy in tx.copies.of_user("bob")] == [profile_ids[1]]
        assert tx.users.in_groups(["eu"]) == ["bob"]
    assert [read(context, profile_id)["user_count"] for profile_id in profile_ids] == [0, 1]
    *detached, deletion = rows_of(context, "ada")[len(before) :]
    assert [row.access_profile_id for row in detached] == profile_ids
    assert [json.loads(row.metadata or "") for row in detached] == [
        {"event": "user_detach", "deleted_vk_names": [name]} for name in key_names
    ]
    assert (told(deletion), values(deletion)) == (("delete", None, "ada", "user_delete"), (user, None))
    assert {row.created_at for row in (*detached, deletion)} == {later.now}


def test_the_next_user_of_an_id_begins_with_nothing(context: Context) -> None:
    profile_id = add_active(context, "a")
    add(context, "ada", "eu")
    assign(context, "ada", profile_id)
    delete_user(context, "ada")

    user = add(context, "ada")

    assert (user["group_ids"], known(context, "ada")) == ([], user)
    assert read(context, profile_id)["user_count"] == 0


def test_nobody_is_deleted_twice(context: Context) -> None:
    add(context, "ada")
    delete_user(context, "ada")
    before = rows_of(context, "ada")

    with pytest.raises(NotFound):
        delete_user(context, "ada")

    assert rows_of(context, "ada") == before
