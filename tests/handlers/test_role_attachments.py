"""attachRolesToAccessProfile and detachRoleFromAccessProfile, on every backend."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from domain.errors import Conflict
from handlers.access_profiles import deactivate_access_profile
from handlers.context import Context
from handlers.role_attachments import attach_roles_to_access_profile, detach_role_from_access_profile
from store.api import Store
from store.sql.engine import SqlStore
from tests.handlers.kept import Row, attachments, copies, keys, log, rows_since
from tests.handlers.people import add_role, add_user, add_users, assign, attach, charge
from tests.handlers.samples import NOW, add_active, create_named, read


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collect the statements that are sent to a database."""
    assert isinstance(store, SqlStore)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(store._writer, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(store._writer, "before_cursor_execute", note)


def test_an_attachment_is_written_down_once_for_all_roles_and_once_for_each_copy(context: Context) -> None:
    profile_id = add_active(context, "a")
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    add_user(context, "ada", sales)
    before = log(context)

    attach(context, profile_id, analyst, sales, analyst, is_default=True, apply=True)

    metadata = {"role_ids": [analyst, sales], "is_default": True, "users_applied": 1}
    assert rows_since(context, before) == [
        Row("update", profile_id, "ada", {"event": "user_assign", "granted_by_role_id": sales}),
        Row("attach_role", profile_id, None, metadata),
    ]


def test_a_role_has_one_default_and_the_displaced_profile_says_so(context: Context) -> None:
    first, second = add_active(context, "a"), add_active(context, "b")
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    attach(context, first, sales, analyst, is_default=True)
    before = log(context)

    attach(context, second, sales, is_default=True)

    assert attachments(context, first) == [(sales, False), (analyst, True)]
    assert attachments(context, second) == [(sales, True)]
    metadata = {"role_ids": [sales], "is_default": False, "users_applied": 0, "displaced_by": second}
    assert rows_since(context, before) == [
        Row("attach_role", first, None, metadata),
        Row("attach_role", second, None, {"role_ids": [sales], "is_default": True, "users_applied": 0}),
    ]


def test_a_profile_displaces_the_defaults_of_several_roles(context: Context) -> None:
    first, second, third = (add_active(context, name) for name in "abc")
    sales, analyst = add_role(context, "Sales"), add_role(context, "Analyst")
    attach(context, first, sales, is_default=True)
    attach(context, second, analyst, is_default=True)
    before = log(context)

    attach(context, third, sales, analyst, is_default=True)

    assert [attachments(context, profile_id) for profile_id in (first, second, third)] == [
        [(sales, False)],
        [(analyst, False)],
        [(sales, True), (analyst, True)],
    ]
    assert [row.profile_id for row in rows_since(context, before)] == [first, second, third]


def test_an_offer_beside_a_default_displaces_nothing(context: Context) -> None:
    first, second = add_active(context, "a"), add_active(context, "b")
    role_id = add_role(context, "Sales")
    attach(context, first, role_id, is_default=True)
    before = log(context)

    attach(context, second, role_id)

    assert attachments(context, first) == [(role_id, True)]
    assert [row.profile_id for row in rows_since(context, before)] == [second]


def test_the_first_role_activates_a_profile_that_is_new(context: Context) -> None:
    [profile_id] = create_named(context, "a")
    role_id = add_role(context, "Sales")
    add_user(context, "ada", role_id)
    before = read(context, profile_id)["access_profile"]

    assert attach(context, profile_id, role_id, apply=True) == 1

    assert read(context, profile_id)["access_profile"] == {**before, "is_active": True}


def test_a_deactivated_profile_is_attached_and_stays_inactive(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    deactivate_access_profile(context, profile_id)

    attach(context, profile_id, role_id, is_default=True)

    assert attachments(context, profile_id) == [(role_id, True)]
    assert read(context, profile_id)["access_profile"]["is_active"] is False


def test_members_get_copies_with_fresh_windows_ids_and_one_key_each(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    members = [add_user(context, user_id, role_id) for user_id in ("ada", "bob")]
    later = NOW + timedelta(days=3)

    assert attach(replace(context, now=later), profile_id, role_id, apply=True) == 2

    held = [copies(context, user_id) for user_id in members]
    assert [len(each) for each in held] == [1, 1]
    budgets = [copy.policy.budgets[0] for [copy] in held]
    assert [(b.created_at, b.last_reset, b.current_usage_micros) for b in budgets] == [(later, later, 0)] * 2
    with context.store.read() as tx:
        template = tx.profiles.get(profile_id).profile.policy.budgets[0]
    assert len({template.id, *(budget.id for budget in budgets)}) == 3
    for [copy] in held:
        assert (copy.granted_by_role_id, copy.created_at, copy.expires_at) == (role_id, later, None)
        assert [key.user_access_profile_id for key in keys(context, copy.user_id)] == [copy.id]


def test_members_who_hold_a_copy_keep_it_as_it_is(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    add_user(context, "ada", role_id)
    assign(context, "ada", profile_id)
    spent = charge(context, copies(context, "ada")[0].id)
    held_keys = keys(context, "ada")

    assert attach(context, profile_id, role_id, is_default=True, apply=True) == 0

    assert copies(context, "ada") == [spent]
    assert keys(context, "ada") == held_keys


def test_a_copy_that_cannot_be_given_leaves_all_others_ungiven(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    for user_id in ("ada", "bob"):
        add_user(context, user_id, role_id)
    before = log(context)

    with pytest.raises(Conflict):
        attach(replace(context, new_id=lambda: "same"), profile_id, role_id, apply=True)

    assert attachments(context, profile_id) == []
    assert (copies(context, "ada"), keys(context, "ada"), rows_since(context, before)) == ([], [], [])
    assert read(context, profile_id)["user_count"] == 0


@pytest.mark.parametrize("context", ["postgresql", "sqlite"], indirect=True)
def test_each_of_many_members_costs_the_same_few_statements(context: Context) -> None:
    role_id = add_role(context, "Sales")
    costs: list[int] = []
    for number, size in enumerate((25, 50, 75)):
        add_users(context, *(f"u{number}-{member:03}" for member in range(25)), role_id=role_id)
        profile_id = add_active(context, f"p{number}")
        with counted(context.store) as statements:
            assert attach(context, profile_id, role_id, apply=True) == size
        costs.append(len(statements))
        assert read(context, profile_id)["user_count"] == size

    first, second = costs[1] - costs[0], costs[2] - costs[1]
    assert first == second
    assert 0 < first <= 20 * 25


def test_a_detached_role_is_written_down_and_its_copies_stay(context: Context) -> None:
    profile_id, role_id, other = add_active(context, "a"), add_role(context, "A"), add_role(context, "B")
    add_user(context, "ada", role_id)
    attach(context, profile_id, role_id, other, is_default=True, apply=True)
    held = _holdings(context, "ada")
    before = log(context)

    detach_role_from_access_profile(context, profile_id, role_id)

    assert attachments(context, profile_id) == [(other, True)]
    assert _holdings(context, "ada") == held
    assert rows_since(context, before) == [Row("detach_role", profile_id, None, {"role_ids": [role_id]})]


def test_the_last_role_that_goes_leaves_the_profile_active(context: Context) -> None:
    [profile_id] = create_named(context, "a")
    role_id = add_role(context, "Sales")
    attach(context, profile_id, role_id)

    detach_role_from_access_profile(context, profile_id, role_id)

    assert read(context, profile_id)["access_profile"]["is_active"] is True


def test_what_is_left_out_is_false(context: Context) -> None:
    profile_id, role_id = add_active(context, "a"), add_role(context, "Sales")
    add_user(context, "ada", role_id)
    attach(context, profile_id, role_id, is_default=True)

    reply = attach_roles_to_access_profile(context, profile_id, {"role_ids": [role_id]})

    assert reply.body == {"message": "1 role is attached.", "users_applied": 0}
    assert attachments(context, profile_id) == [(role_id, False)]


def _holdings(context: Context, user_id: str) -> Sequence[object]:
    return [*copies(context, user_id), *keys(context, user_id)]
