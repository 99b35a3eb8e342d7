"""updateUserRole: what comes and goes with a role, on every backend."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict
from handlers.context import Context
from handlers.users import update_user_role
from tests.handlers.kept import Row, copies, keys, log, rows_since
from tests.handlers.people import add_role, add_user, assign, attach, charge
from tests.handlers.samples import NOW, add_active, read


def move(context: Context, user_id: str, role_id: int | None) -> None:
    """Give a user another role."""
    body = update_user_role(context, user_id, {"role_id": role_id}).body
    assert (body["user"]["id"], body["user"]["role_id"]) == (user_id, role_id)


def parents(context: Context, user_id: str) -> list[int | None]:
    """Return the profiles that a user holds copies of."""
    return [copy.parent_profile_id for copy in copies(context, user_id)]


def test_what_the_old_role_gave_is_swapped_for_the_new_default(context: Context) -> None:
    old, new = add_active(context, "a"), add_active(context, "b")
    sales, analyst = add_role(context, "Sales", default=old), add_role(context, "Analyst", default=new)
    add_user(context, "ada", sales)
    [old_key] = keys(context, "ada")
    before = log(context)
    later = NOW + timedelta(days=3)

    move(replace(context, now=later), "ada", analyst)

    [copy] = copies(context, "ada")
    assert (copy.parent_profile_id, copy.granted_by_role_id, copy.created_at) == (new, analyst, later)
    assert copy.policy.budgets[0].last_reset == later
    [new_key] = keys(context, "ada")
    assert (new_key.user_access_profile_id, new_key.id != old_key.id) == (copy.id, True)
    with context.store.read() as tx:
        assert tx.virtual_keys.find(old_key.secret_hash) is None
    assert [read(context, profile_id)["user_count"] for profile_id in (old, new)] == [0, 1]
    assert rows_since(context, before) == [
        Row("update", None, "ada", {"event": "user_role"}),
        Row("update", old, "ada", {"event": "user_detach", "deleted_vk_names": [old_key.name]}),
        Row("update", new, "ada", {"event": "user_assign", "granted_by_role_id": analyst}),
    ]


def test_the_audit_row_of_a_change_names_both_roles(context: Context) -> None:
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    add_user(context, "ada", sales)

    move(context, "ada", analyst)

    row = log(context)[-1]
    assert [json.loads(text or "{}")["role_id"] for text in (row.previous_values, row.new_values)] == [
        sales,
        analyst,
    ]


def test_a_copy_that_both_roles_give_stays_with_usage_and_keys(context: Context) -> None:
    profile_id = add_active(context, "a")
    sales, analyst = (add_role(context, name, default=profile_id) for name in ("Sales", "Analyst"))
    add_user(context, "ada", sales)
    spent = charge(context, copies(context, "ada")[0].id)
    held_keys, before = keys(context, "ada"), log(context)

    move(context, "ada", analyst)

    assert copies(context, "ada") == [replace(spent, granted_by_role_id=analyst)]
    assert keys(context, "ada") == held_keys
    assert rows_since(context, before) == [Row("update", None, "ada", {"event": "user_role"})]
    move(context, "ada", None)
    assert (copies(context, "ada"), keys(context, "ada")) == ([], [])


def test_a_copy_that_was_assigned_directly_stays_so(context: Context) -> None:
    profile_id = add_active(context, "a")
    role_id = add_role(context, "Sales", default=profile_id)
    add_user(context, "ada")
    assign(context, "ada", profile_id)
    spent = charge(context, copies(context, "ada")[0].id)
    held_keys = keys(context, "ada")

    for other in (role_id, None, role_id, add_role(context, "Analyst")):
        move(context, "ada", other)
        assert copies(context, "ada") == [spent]
        assert spent.granted_by_role_id is None
        assert keys(context, "ada") == held_keys


def test_another_default_waits_for_the_next_change_of_role(context: Context) -> None:
    first, second = add_active(context, "a"), add_active(context, "b")
    role_id = add_role(context, "Sales", default=first)
    add_user(context, "ada", role_id)
    attach(context, second, role_id, is_default=True)
    assert parents(context, "ada") == [first]

    move(context, "ada", None)
    move(context, "ada", role_id)

    assert parents(context, "ada") == [second]


def test_other_members_of_the_old_role_keep_what_they_hold(context: Context) -> None:
    role_id = add_role(context, "Sales", default=add_active(context, "a"))
    for user_id in ("ada", "bob"):
        add_user(context, user_id, role_id)
    held = copies(context, "bob"), keys(context, "bob")

    move(context, "ada", None)

    assert (copies(context, "bob"), keys(context, "bob")) == held


def test_a_default_that_cannot_be_given_leaves_the_old_role_and_its_copy(context: Context) -> None:
    sales, analyst = (
        add_role(context, name, default=add_active(context, name)) for name in ("Sales", "Analyst")
    )
    add_user(context, "ada", sales)
    add_user(context, "bob", analyst)
    taken = keys(context, "bob")[0].id
    before = copies(context, "ada"), keys(context, "ada"), log(context)

    with pytest.raises(Conflict):
        move(replace(context, new_id=lambda: taken), "ada", analyst)

    assert (copies(context, "ada"), keys(context, "ada"), log(context)) == before
    with context.store.read() as tx:
        assert tx.users.get("ada").role_id == sales
