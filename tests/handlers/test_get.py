"""getAccessProfile, on every backend."""

from domain.records import MCPGrants, NewUserAccessProfile, Policy, User
from handlers.access_profiles import get_access_profile
from handlers.context import Context
from tests.handlers.samples import NOW, create_named, read

EMPTY = Policy(provider_configs=(), budgets=(), rate_limit=None, calendar_aligned=False, mcp=MCPGrants())


def test_the_profile_that_was_asked_for_is_answered(context: Context) -> None:
    ids = create_named(context, "a", "b", "c")

    for profile_id, name in zip(ids, "abc", strict=True):
        reply = get_access_profile(context, profile_id)
        assert reply.status == 200
        assert list(reply.headers) == ["ETag"]
        assert reply.body is not None
        found = reply.body["access_profile"]
        assert (found["id"], found["name"]) == (profile_id, name)


def test_roles_are_exactly_the_attachments_of_the_profile(context: Context) -> None:
    profile_id, other = create_named(context, "a", "b")
    with context.store.write() as tx:
        sales, analyst = (tx.roles.add(name, None, NOW).id for name in ("Sales", "Analyst"))
        first = tx.roles.attach(profile_id, analyst, is_default=False).id
        elsewhere = tx.roles.attach(other, analyst, is_default=False).id
        second = tx.roles.attach(profile_id, sales, is_default=False).id
        tx.roles.attach(profile_id, analyst, is_default=True)

    assert read(context, profile_id)["roles"] == [
        {
            "id": first,
            "access_profile_id": profile_id,
            "role_id": analyst,
            "role_name": "Analyst",
            "is_default": True,
        },
        {
            "id": second,
            "access_profile_id": profile_id,
            "role_id": sales,
            "role_name": "Sales",
            "is_default": False,
        },
    ]
    assert [role["id"] for role in read(context, other)["roles"]] == [elsewhere]


def test_the_user_count_is_the_number_of_holders(context: Context) -> None:
    held, other = create_named(context, "a", "b")
    with context.store.write() as tx:
        for user_id in ("ada", "bob", "carol"):
            tx.users.add(User(user_id, user_id, f"{user_id}@example.com", None, NOW))
            tx.copies.add(NewUserAccessProfile(user_id, held, "a", EMPTY, NOW))

    assert read(context, held)["user_count"] == 3
    assert read(context, other)["user_count"] == 0


def test_reading_changes_nothing(context: Context) -> None:
    [profile_id] = create_named(context, "a")

    assert get_access_profile(context, profile_id) == get_access_profile(context, profile_id)
