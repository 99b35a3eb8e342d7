"""Activating and deactivating: a state that is set, that changes nothing else, and that can be set again."""

from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.access_profiles.calls import Call, Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("AP-ACT-001")
def activated(session: Session) -> None:
    """Activates a new profile, and looks at the answer, a later read, and the list with `is_active`."""
    profile = calls.create(session)
    _state_is(session, profile, calls.activate(session, profile["id"]), is_active=True)


@check("AP-ACT-002")
def activated_again(session: Session) -> None:
    """Activates a profile twice. The second answer is to be 200, and nothing to have changed since the first.

    Compared are the profile, its versions and its audit log.
    """
    profile_id = calls.create(session)["id"]
    calls.activate.done(session, profile_id)
    _changes_nothing(session, calls.activate, profile_id)


@check("AP-ACT-003")
def activation_of_none(session: Session) -> None:
    """Activates the largest id there can be and another one that nobody has; both are to be 404."""
    for profile_id in calls.absent_ids(session):
        expect.status(calls.activate(session, profile_id), 404)


@check("AP-ACT-004")
def activation_is_no_version(session: Session) -> None:
    """Updates a profile and activates it. All but `is_active` is to be as before."""
    profile = calls.create(session, **samples.full(session.name()))
    _sets_the_state_alone(session, calls.activate, profile, is_active=True)


@check("AP-ACT-005")
def body_is_ignored(session: Session) -> None:
    """Activates with bodies of many kinds: JSON with fields of a profile, JSON of another type, and no JSON.

    Each is to be 200, the profile active, and nothing else of it changed.
    """
    for body, media_type in (
        (b'{"is_active": false, "name": "overwritten", "bogus": 1}', "application/json"),
        (b"[1]", "application/json"),
        (b'{"cut": ', "application/json"),
        (b"", "application/json"),
        (b"name=overwritten", "application/x-www-form-urlencoded"),
        (b"\xff\x00", "text/plain"),
    ):
        profile = calls.create(session)
        headers = {"Content-Type": media_type}
        answer = calls.activate(session, profile["id"], content=body, headers=headers)
        expect.equal(calls.shown(answer, 200), {**profile, "is_active": True}, "the profile", answer)


@check("AP-DEA-001")
def deactivated(session: Session) -> None:
    """Deactivates an active profile, and looks at the answer, a later read, and the list with `is_active`."""
    profile = fixtures.active_profile(session)
    _state_is(session, profile, calls.deactivate(session, profile["id"]), is_active=False)


@check("AP-DEA-002")
def deactivated_again(session: Session) -> None:
    """Deactivates a new profile, and twice one that was active.

    What is inactive already is to stay as it is. Compared are the profile, its versions and its audit log.
    """
    new, used = calls.create(session)["id"], fixtures.active_profile(session)["id"]
    _changes_nothing(session, calls.deactivate, new)
    calls.deactivate.done(session, used)
    _changes_nothing(session, calls.deactivate, used)


@check("AP-DEA-003")
def deactivation_of_none(session: Session) -> None:
    """Deactivates the largest id there can be and another one that nobody has; both are to be 404."""
    for profile_id in calls.absent_ids(session):
        expect.status(calls.deactivate(session, profile_id), 404)


@check("AP-DEA-004")
def deactivation_is_no_version(session: Session) -> None:
    """Updates an active profile and deactivates it. All but `is_active` is to be as before."""
    profile = fixtures.active_profile(session, **samples.full(session.name()))
    _sets_the_state_alone(session, calls.deactivate, profile, is_active=False)


@check("AP-DEA-005")
def copies_stay(session: Session) -> None:
    """Gives two users copies of a profile and deactivates it. Copies and masked keys are to be as before."""
    profile_id = fixtures.active_profile(session, budgets=[samples.budget()])["id"]
    users = [fixtures.holder(session, profile_id) for _ in range(2)]
    before = {user_id: fixtures.copies(session, user_id) for user_id in users}
    expect.equal([len(copies) for copies in before.values()], [1, 1], "the number of copies of each user")
    answer = calls.deactivate.done(session, profile_id)
    for user_id, copies in before.items():
        expect.equal(fixtures.copies(session, user_id), copies, "the copy", answer, session.answers[-1])


def _state_is(session: Session, profile: Profile, answer: Answer, *, is_active: bool) -> None:
    for found, shown in calls.seen(session, answer, 200):
        expect.fields(found, shown, is_active=is_active)
    for wanted in (True, False):
        page = calls.browse(session, {"search": profile["name"], "is_active": str(wanted).lower()})
        names = [row.get("name") for row in calls.listed(page)]
        expected = [profile["name"]] if wanted is is_active else []
        expect.equal(names, expected, f"the list with is_active={wanted}", page)


def _changes_nothing(session: Session, set_state: Call, profile_id: int) -> None:
    with expect.unchanged("profile, versions and audit log", _all_that_is_read, session, profile_id):
        calls.shown(set_state(session, profile_id), 200)


def _all_that_is_read(session: Session, profile_id: int) -> list[Any]:
    return [read(session, profile_id).json for read in (calls.read, calls.versions, calls.log_of_profile)]


def _sets_the_state_alone(session: Session, set_state: Call, profile: Profile, *, is_active: bool) -> None:
    calls.update(session, profile["id"], {"description": "Other words."})
    expected = {**calls.profile(session, profile["id"]), "is_active": is_active}
    for found, answer in calls.seen(session, set_state(session, profile["id"]), 200):
        expect.equal(found, expected, "the profile", answer)
