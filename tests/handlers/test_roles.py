"""Roles, on every backend."""

import json
from typing import Any

from domain.records import AuditLog
from handlers.context import Context
from handlers.roles import create_role, delete_role, get_role, update_role
from handlers.users import update_user_role
from tests.handlers.kept import Row, attachments, copies, keys, log, rows_since
from tests.handlers.people import add_role, add_user, assign, attach, charge
from tests.handlers.samples import add_active, read


def values(row: AuditLog) -> tuple[Any, Any]:
    """Return what an audit row says was, and what it says is."""
    return json.loads(row.previous_values or "null"), json.loads(row.new_values or "null")


def test_a_new_role_has_a_trimmed_name_an_address_and_an_audit_row(context: Context) -> None:
    reply = create_role(context, {"name": "  Data analyst ", "description": "Works with data."})

    role = reply.body["role"]
    assert (reply.status, role["name"]) == (201, "Data analyst")
    assert reply.headers == {"Location": f"/api/roles/{role['id']}"}
    [row] = log(context)
    assert (row.action.value, row.access_profile_id, row.user_id) == ("create", None, None)
    assert values(row) == (None, role)
    assert rows_since(context, []) == [Row("create", None, None, {"event": "role_create"})]


def test_a_role_has_its_members_and_attachments_alone(context: Context) -> None:
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    first, second = add_active(context, "a"), add_active(context, "b")
    attach(context, second, sales, analyst)
    attach(context, first, sales, is_default=True)
    add_user(context, "ada", sales)
    add_user(context, "bob", analyst)

    found = get_role(context, sales).body

    assert [(each["access_profile_id"], each["is_default"]) for each in found["access_profiles"]] == [
        (second, False),
        (first, True),
    ]
    assert found["user_count"] == 1


def test_a_change_is_written_down_with_what_was_and_what_is(context: Context) -> None:
    role = create_role(context, {"name": "Sales", "description": "Sells."}).body["role"]
    before = log(context)

    changed = update_role(context, role["id"], {"name": " Trade "}).body["role"]

    assert changed == {**role, "name": "Trade"}
    assert values(log(context)[-1]) == (role, changed)
    assert rows_since(context, before) == [Row("update", None, None, {"event": "role_update"})]


def test_a_null_removes_the_description(context: Context) -> None:
    role = create_role(context, {"name": "Sales", "description": "Sells."}).body["role"]

    update_role(context, role["id"], {"description": None})

    assert get_role(context, role["id"]).body["role"] == {**role, "description": None}


def test_a_renamed_role_has_its_name_in_every_attachment(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    attach(context, profile_id, role_id)

    update_role(context, role_id, {"name": "Trade"})

    assert [role["role_name"] for role in read(context, profile_id)["roles"]] == ["Trade"]


def test_a_deleted_role_goes_with_its_attachments_and_each_profile_says_so(context: Context) -> None:
    first, second = add_active(context, "a"), add_active(context, "b")
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    attach(context, first, sales, analyst)
    attach(context, second, sales, is_default=True)
    before = log(context)

    delete_role(context, sales)

    assert attachments(context, first) == [(analyst, False)]
    assert attachments(context, second) == []
    metadata = {"role_ids": [sales], "event": "role_delete"}
    assert rows_since(context, before) == [
        Row("delete", None, None, {"event": "role_delete"}),
        Row("detach_role", first, None, metadata),
        Row("detach_role", second, None, metadata),
    ]
    assert add_role(context, "Sales") != sales


def test_members_of_a_deleted_role_keep_copies_that_no_role_gives_any_more(context: Context) -> None:
    given, direct, role_id = add_active(context, "a"), add_active(context, "b"), add_role(context, "Sales")
    attach(context, given, role_id, is_default=True)
    add_user(context, "ada", role_id)
    assign(context, "ada", direct)
    held = [charge(context, copy.id) for copy in copies(context, "ada")]
    held_keys = keys(context, "ada")
    assert [copy.granted_by_role_id for copy in held] == [role_id, None]

    delete_role(context, role_id)

    with context.store.read() as tx:
        assert tx.users.get("ada").role_id is None
    left = copies(context, "ada")
    assert [(copy.id, copy.policy, copy.granted_by_role_id) for copy in left] == [
        (copy.id, copy.policy, None) for copy in held
    ]
    assert keys(context, "ada") == held_keys
    update_user_role(context, "ada", {"role_id": add_role(context, "Analyst")})
    assert copies(context, "ada") == left
