"""Entity tags and conditions, on every backend."""

from dataclasses import replace

import pytest

from domain.records import NewUserAccessProfile, User
from handlers.access_profiles import (
    activate_access_profile,
    deactivate_access_profile,
    delete_access_profile,
    get_access_profile,
    update_access_profile,
)
from handlers.context import Context
from handlers.replies.errors import ApiError
from tests.handlers.kept import history
from tests.handlers.samples import NOW, create_named, read


def tag(context: Context, profile_id: int) -> str:
    return get_access_profile(context, profile_id).headers["ETag"]


def test_each_thing_that_is_answered_has_a_part_in_the_tag(context: Context) -> None:
    [profile_id] = create_named(context, "a")
    tags = [tag(context, profile_id)]
    with context.store.write() as tx:
        role = tx.roles.add("Analyst", None, NOW)
        tx.users.add(User("ada", "Ada", "ada@example.com", None, NOW))
        policy = tx.profiles.get(profile_id).profile.policy

    def remember() -> None:
        assert tag(context, profile_id) == tag(context, profile_id)
        tags.append(tag(context, profile_id))

    update_access_profile(context, profile_id, None, {"description": "Reports."})
    remember()
    activate_access_profile(context, profile_id)
    remember()
    for is_default in (False, True):
        with context.store.write() as tx:
            tx.roles.attach(profile_id, role.id, is_default=is_default)
        remember()
    with context.store.write() as tx:
        tx.roles.save(replace(role, name="Chief"))
    remember()
    with context.store.write() as tx:
        tx.copies.add(NewUserAccessProfile("ada", profile_id, "a", policy, NOW))
    remember()

    assert len(set(tags)) == len(tags) == 7


def test_a_copys_usage_has_no_part_in_the_tag(context: Context) -> None:
    [profile_id] = create_named(context, "a")
    with context.store.write() as tx:
        tx.users.add(User("ada", "Ada", "ada@example.com", None, NOW))
        policy = tx.profiles.get(profile_id).profile.policy
        copy = tx.copies.add(NewUserAccessProfile("ada", profile_id, "a", policy, NOW))
    before = tag(context, profile_id)

    with context.store.write() as tx:
        tx.copies.save(replace(copy, is_active=False))

    assert tag(context, profile_id) == before


@pytest.mark.parametrize("condition", ["{stale}", "W/{present}", '"x", W/{present}', "{stale}, W/{present}"])
def test_a_write_on_another_state_is_refused_and_leaves_nothing(context: Context, condition: str) -> None:
    [profile_id] = create_named(context, "a")
    stale = tag(context, profile_id)
    activate_access_profile(context, profile_id)
    before = read(context, profile_id)
    if_match = condition.format(stale=stale, present=tag(context, profile_id))

    for write in (
        lambda: update_access_profile(context, profile_id, if_match, {"name": "b"}),
        lambda: update_access_profile(context, profile_id, if_match, {}),
        lambda: activate_access_profile(context, profile_id, if_match),
        lambda: deactivate_access_profile(context, profile_id, if_match),
        lambda: delete_access_profile(context, profile_id, if_match),
    ):
        with pytest.raises(ApiError) as refused:
            write()
        assert refused.value.code == "precondition_failed"

    assert read(context, profile_id) == before
    assert history(context.store, profile_id) == ([1], ["create", "activate"])
