"""What the server sets on a new profile: ids, scopes, usage, version, state, times and the Location."""

from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.access_profiles import calls, holdings, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.http.fields import instant
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_TOLERANCE = timedelta(seconds=2)
_LONG_AGO = "2001-01-01T00:00:00Z"
_FORGED_BUDGET = samples.budget(id="forged", scope="forged", current_usage=5, last_reset=_LONG_AGO)
_FORGED_LIMIT: samples.Body = {
    **samples.rate_limit(tokens=(5, "1h")),
    "id": "forged",
    "token_current_usage": 7,
    "request_current_usage": "7",
}


@check("AP-CRE-008")
def first_version(session: Session) -> None:
    """Creates a small profile and a full one, and looks for version 1 in the answer and in a later read."""
    _new_profiles_have(session, version=1)


@check("AP-CRE-009")
def inactive(session: Session) -> None:
    """Creates a small profile and a full one, and looks for `is_active` false.

    It is to be so in the answer and in a later read.
    """
    _new_profiles_have(session, is_active=False)


@check("AP-CRE-010")
def server_fields_are_ignored(session: Session) -> None:
    """Reads a full profile and sends all of it back under another name.

    Then sends bodies whose server-set fields hold other values, and other types. Each is to be 201, with the
    server's own values.
    """
    first = calls.create(session, **samples.full(session.name()))
    again = calls.submit(session, {**calls.profile(session, first["id"]), "name": session.name()})
    copy = calls.shown(again)
    expect.holds(copy["id"] != first["id"], "a new id", copy["id"], again)
    forged: dict[str, Any] = {
        **samples.full(session.name()),
        "id": first["id"],
        "is_active": "yes",
        "version": [99],
        "created_at": _LONG_AGO,
        "updated_at": {"a": None},
        "provider_configs": [samples.provider(id="x", budgets=[_FORGED_BUDGET], rate_limit=_FORGED_LIMIT)],
        "budgets": [_FORGED_BUDGET],
        "rate_limit": _FORGED_LIMIT,
    }
    likely = {"is_active": not first.get("is_active"), "version": 99, "updated_at": _LONG_AGO}
    for fields in (forged, {**forged, **likely, "name": session.name()}):
        answer = calls.submit(session, fields)
        _has_its_own_values(calls.shown(answer), first, answer)


@check("AP-CRE-011")
def fresh_ids(session: Session) -> None:
    """Creates the same full body twice under two names, and a third time with the ids of the first in it.

    No id of a profile, provider config, budget or rate limit is to turn up twice.
    """
    first = calls.create(session, **samples.full(session.name()))
    second = calls.create(session, **samples.full(session.name()))
    third = calls.create(session, **{**calls.profile(session, first["id"]), "name": session.name()})
    profiles = (first, second, third)
    kinds = {"profiles": [profile["id"] for profile in profiles], **holdings.kinds(*profiles)}
    for kind, ids in kinds.items():
        expect.different(ids, f"ids of {kind}", *session.answers[-4:])


@check("AP-CRE-012")
def scopes(session: Session) -> None:
    """Creates with budgets of the profile and of two providers, and compares each `scope`.

    It is to be so in the answer and in a later read.
    """
    created = calls.submit_named(
        session,
        budgets=[samples.budget("1M"), samples.budget("1d")],
        provider_configs=[
            samples.provider("openai", budgets=[samples.budget("1M")]),
            samples.provider("Azure: eu/1", budgets=[samples.budget("1h"), samples.budget("1Y")]),
        ],
    )
    for profile, answer in calls.seen(session, created):
        expect.equal([b.get("scope") for b in profile.get("budgets", [])], ["total"] * 2, "scope", answer)
        for config in holdings.configs(profile):
            wanted = f"provider:{config.get('provider_name')}"
            found = [budget.get("scope") for budget in config.get("budgets", [])]
            expect.holds(bool(found), "the provider's budgets", "none", answer)
            expect.equal(found, [wanted] * len(found), "scope of the provider's budgets", answer)


@check("AP-CRE-013")
def no_usage(session: Session) -> None:
    """Creates with budgets and rate limits at both places, and looks for a usage of 0 in each.

    It is to be so in the answer and in a later read.
    """
    sent = samples.full(session.name())
    for profile, answer in calls.seen(session, calls.submit(session, sent)):
        lines = holdings.lines(profile)
        expect.equal(len(lines), len(holdings.lines(sent)), "the number of budgets and rate limits", answer)
        for line in lines:
            fields = 1 if "max_limit" in line else 2
            expect.equal(holdings.usage(line), [0] * fields, "usage", answer)


@check("AP-CRE-025")
def times(session: Session) -> None:
    """Creates, and compares `created_at` with the `Date` of the answer, within two seconds.

    However long the answer took is added to them. Without a `Date` the clock of this machine counts.
    `updated_at` is to equal `created_at`, also in a later read.
    """
    begun = datetime.now(UTC)
    answer = calls.submit_named(session)
    ended = datetime.now(UTC)
    # A server that was busy may state the second in which it last had time for its clock.
    tolerance = _TOLERANCE + (ended - begun)
    profile = calls.shown(answer)
    created = _instant(profile.get("created_at"), answer)
    if stated := instant(answer.headers.get("date")):
        begun = ended = stated
    near = begun - tolerance <= created <= ended + tolerance
    expect.holds(near, f"created_at near {ended.isoformat()}", profile.get("created_at"), answer)
    made = profile.get("created_at")
    calls.shows_twice(session, answer, 201, created_at=made, updated_at=made)


@check("AP-CRE-026")
def location(session: Session) -> None:
    """Creates, and reads what `Location` names: it is to be the new profile."""
    created = calls.submit_named(session)
    profile = calls.shown(created)
    calls.shows(calls.at_location(session, created), 200, id=profile["id"])


def _new_profiles_have(session: Session, **wanted: Any) -> None:
    for sent in ({"name": session.name()}, samples.full(session.name())):
        calls.shows_twice(session, calls.submit(session, sent), 201, **wanted)


def _has_its_own_values(profile: Profile, first: Profile, answer: Answer) -> None:
    """What the server sets is as in a profile for which nobody sent it."""
    expect.holds(profile["id"] != first["id"], "a new id", profile["id"], answer)
    expect.fields(profile, answer, version=first.get("version"), is_active=first.get("is_active"))
    for name in ("created_at", "updated_at"):
        expect.holds(str(profile.get(name)) > "2002", "the time of the request", profile.get(name), answer)
    for line in holdings.lines(profile):
        expect.holds(line.get("id") != "forged", "an id of the server", line.get("id"), answer)
        expect.holds(line.get("scope") != "forged", "a scope of the server", line.get("scope"), answer)
        usage = holdings.usage(line)
        expect.equal(usage, [0] * len(usage), "usage", answer)


def _instant(text: Any, answer: Answer) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    good = moment is not None and moment.tzinfo is not None and str(text).endswith("Z")
    expect.holds(good, "an instant in UTC that ends in Z", text, answer)
    return moment or datetime.now(UTC)
