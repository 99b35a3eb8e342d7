"""The list of what a user holds: whose copies, with which configuration, limits and keys."""

from typing import Any

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.holdings import Object
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_CONFIGURATION = (
    "name",
    "provider_configs",
    "budgets",
    "rate_limit",
    "calendar_aligned",
    "mcp_tool_groups",
    "mcp_servers",
    "mcp_tool_overrides",
)
_OF_A_LINE = ("id", "last_reset")


@check("AP-UAP-001")
def each_copy_once(session: Session) -> None:
    """Gives one user copies of two profiles, and another user copies of one of these and of a third.

    Each list is to have exactly the user's own copies, and that of a third user is to be empty.
    """
    shared, own, other = (fixtures.active_profile(session)["id"] for _ in range(3))
    for profile_ids in ([shared, own], [other, shared], []):
        user_id = fixtures.user(session)["id"]
        given = [fixtures.assigned(session, user_id, each)["access_profile"]["id"] for each in profile_ids]
        found, answer = holdings.copies(session, user_id)
        expect.equal(
            sorted(holdings.ids(found), key=str), sorted(given, key=str), "the ids of the copies", answer
        )
        parents = {row.get("id"): row.get("parent_profile_id") for row in found}
        wanted = dict(zip(given, profile_ids, strict=True))
        expect.holds(parents == wanted, f"copies of the profiles {wanted}", parents, answer)
        owners = [row.get("user_id") for row in found]
        expect.equal(owners, [user_id] * len(given), "the users of the copies", answer)


@check("AP-UAP-002")
def as_its_profile(session: Session) -> None:
    """Creates a full profile and gives it to two users.

    Each copy is to have the profile's configuration and no usage. Profile and copies are to have ids of their
    own at every provider config, budget and rate limit.
    """
    profile_id = fixtures.active_profile(session, **samples.full(session.name()))["id"]
    profile = calls.profile(session, profile_id)
    held = [profile]
    for _ in range(2):
        found, answer = holdings.copies(session, fixtures.holder(session, profile_id))
        expect.equal(len(found), 1, "the number of copies", answer)
        copy = found[0]
        differences = expect.missing_parts(copy, _configuration(profile))
        expect.holds(not differences, "the profile's configuration", "; ".join(differences), answer)
        for line in (*holdings.budgets(copy), *holdings.rate_limits(copy)):
            used = {name: value for name, value in line.items() if name.endswith("current_usage")}
            expect.holds(not any(used.values()), "no usage in a new copy", used, answer)
        held.append(copy)
    _have_ids_of_their_own(held, session)


@check("AP-UAP-005")
def limit_in_force(session: Session) -> None:
    """Gives a user a copy with three budgets, raises one of them by 25 for two windows, and takes that back.

    `effective_max_limit` is to be `max_limit` before and after, and 25 more in between, at that budget alone.
    """
    provider = samples.provider(budgets=[samples.budget("1d", 7.25)])
    profile_id = fixtures.active_profile(
        session,
        budgets=[samples.budget("1M", 50), samples.budget("1Y", 0)],
        provider_configs=[provider],
    )["id"]
    user_id = fixtures.holder(session, profile_id)
    copy = fixtures.copy(session, user_id, profile_id)
    raised = next(holdings.budgets(copy))["id"]
    place = {"user_id": user_id, "profile_id": profile_id, "budget_id": raised}
    _limits_are(session, user_id, {})
    fixtures.done(
        session.call(
            "updateUserAccessProfileBudgetOverride",
            parameters=place,
            body={"amount": 25, "mode": "cycles", "cycles": 2},
        )
    )
    _limits_are(session, user_id, {raised: 25})
    fixtures.done(session.call("deleteUserAccessProfileBudgetOverride", parameters=place))
    _limits_are(session, user_id, {})


@check("AP-UAP-006")
def masked_keys(session: Session) -> None:
    """Gives a user a copy, adds a second key to it, and lists the copies.

    `virtual_key_ids` is to name both keys, `virtual_key_values` to have both and to show neither.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    first = fixtures.assigned(session, user_id, profile_id)["virtual_key"]
    second = fixtures.added_key(session, user_id, profile_id)
    found, answer = holdings.copies(session, user_id)
    expect.equal(len(found), 1, "the number of copies", answer)
    key_ids, values = found[0].get("virtual_key_ids"), found[0].get("virtual_key_values")
    wanted = sorted([first["id"], second["id"]])
    expect.equal(sorted(key_ids or []), wanted, "virtual_key_ids", answer)
    expect.equal(sorted(values or {}), wanted, "the ids in virtual_key_values", answer)
    for key in (first, second):
        holdings.hidden(key["value"], answer)


@check("AP-UAP-007")
def of_nobody(session: Session) -> None:
    """Lists the copies of two users that nobody has made; each is to be 404."""
    for user_id in (session.name(), session.name("@example.com")):
        expect.status(session.call("listUserAccessProfiles", parameters={"user_id": user_id}), 404)


def _configuration(profile: Object) -> Object:
    """What a copy is to have of a profile: all but ids and windows. A rate limit that is not set is None."""
    shown: Object = _without_ids({name: profile.get(name) for name in _CONFIGURATION})
    for config in shown["provider_configs"]:
        config.setdefault("rate_limit", None)
    return shown


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(member) for name, member in value.items() if name not in _OF_A_LINE}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


def _have_ids_of_their_own(held: list[Object], session: Session) -> None:
    kinds = {
        "provider configs": [config["id"] for each in held for config in each["provider_configs"]],
        "budgets": [line["id"] for each in held for line in holdings.budgets(each)],
        "rate limits": [line["id"] for each in held for line in holdings.rate_limits(each)],
    }
    for kind, ids in kinds.items():
        twice = sorted({str(each) for each in ids if ids.count(each) > 1})
        expect.equal(twice, [], f"ids that {kind} share", *session.answers)


def _limits_are(session: Session, user_id: str, raises: dict[str, int]) -> None:
    found, answer = holdings.copies(session, user_id)
    lines = [line for copy in found for line in holdings.budgets(copy)]
    expect.equal(len(lines), 3, "the number of budgets", answer)
    for line in lines:
        wanted = line["max_limit"] + raises.get(line["id"], 0)
        expect.equal(line["effective_max_limit"], wanted, "effective_max_limit", answer)
