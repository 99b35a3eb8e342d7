"""activateAccessProfile and deactivateAccessProfile, on every backend."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.access_profiles import activate_access_profile, deactivate_access_profile
from handlers.context import Context
from handlers.role_attachments import attach_roles_to_access_profile
from store.api import AuditFilter
from tests.handlers.kept import history
from tests.handlers.samples import NOW, create, create_named, read


def test_a_state_is_set_without_a_version_and_with_an_audit_row(context: Context) -> None:
    created = create(context, {"name": "a", "tags": ["eu"]})
    later = replace(context, now=NOW + timedelta(days=40))

    active = activate_access_profile(later, created["id"]).body["access_profile"]
    inactive = deactivate_access_profile(later, created["id"]).body["access_profile"]

    assert active == {**created, "is_active": True}
    assert inactive == created
    assert history(context.store, created["id"]) == ([1], ["create", "activate", "deactivate"])
    with context.store.read() as tx:
        row = tx.audit.list(AuditFilter(created["id"], "activate"), limit=1, offset=0).rows[0]
    assert (json.loads(row.previous_values or ""), json.loads(row.new_values or "")) == (
        {"is_active": False},
        {"is_active": True},
    )


def test_a_state_that_is_there_already_leaves_no_audit_row(context: Context) -> None:
    new, used = create_named(context, "new", "used")
    deactivate_access_profile(context, new)
    deactivate_access_profile(context, new)
    for _ in range(2):
        activate_access_profile(context, used)

    assert history(context.store, new) == ([1], ["create"])
    assert history(context.store, used) == ([1], ["create", "activate"])


@pytest.mark.parametrize("deactivated", [True, False])
def test_a_new_profile_that_was_deactivated_does_not_become_active_with_its_first_role(
    context: Context, deactivated: bool
) -> None:
    [profile_id] = create_named(context, "a")
    with context.store.write() as tx:
        role = tx.roles.add("Analyst", None, NOW)
    if deactivated:
        deactivate_access_profile(context, profile_id)

    attach_roles_to_access_profile(context, profile_id, {"role_ids": [role.id]})

    assert read(context, profile_id)["access_profile"]["is_active"] is not deactivated


def test_the_tag_follows_the_state_and_comes_back_with_it(context: Context) -> None:
    [profile_id] = create_named(context, "a")

    first = activate_access_profile(context, profile_id).headers["ETag"]
    second = deactivate_access_profile(context, profile_id, first).headers["ETag"]
    third = activate_access_profile(context, profile_id, second).headers["ETag"]

    assert first == third != second
