"""Activating and deactivating: a state that is set, that changes nothing else, and that can be set again."""

from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_ACTIVATE = "activateAccessProfile"
_DEACTIVATE = "deactivateAccessProfile"
_LARGEST_ID = 9223372036854775807


@check("AP-ACT-001")
def activated(session: Session) -> None:
    """Activates a new profile, and looks at the answer, a later read, and the list with `is_active`."""
    profile = calls.create(session)
    _state_is(session, profile, _set(session, _ACTIVATE, profile), is_active=True)


@check("AP-ACT-002")
def activated_again(session: Session) -> None:
    """Activates a profile twice. The second answer is to be 200, and nothing to have changed since the first.

    Compared are the profile, its versions and its audit log.
    """
    profile = calls.create(session)
    _set(session, _ACTIVATE, profile)
    _changes_nothing(session, _ACTIVATE, profile)


@check("AP-ACT-003")
def activation_of_none(session: Session) -> None:
    """Activates the largest id there can be and another one that nobody has; both are to be 404."""
    _no_such_profile(session, _ACTIVATE)


@check("AP-ACT-004")
def activation_is_no_version(session: Session) -> None:
    """Updates a profile and activates it. All but `is_active` is to be as before."""
    profile = calls.create(session, **samples.full(session.name()))
    calls.update(session, profile["id"], {"description": "Other words."})
    _sets_the_state_alone(session, _ACTIVATE, profile)


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
        answer = _call(session, _ACTIVATE, profile["id"], content=body, headers={"Content-Type": media_type})
        found = calls.shown(answer, 200)
        expect.equal(found, {**profile, "is_active": True}, "the profile", answer)


@check("AP-DEA-001")
def deactivated(session: Session) -> None:
    """Deactivates an active profile, and looks at the answer, a later read, and the list with `is_active`."""
    profile = calls.create(session)
    _set(session, _ACTIVATE, profile)
    _state_is(session, profile, _set(session, _DEACTIVATE, profile), is_active=False)


@check("AP-DEA-002")
def deactivated_again(session: Session) -> None:
    """Deactivates a new profile, and twice one that was active.

    What is inactive already is to stay as it is. Compared are the profile, its versions and its audit log.
    """
    new, used = calls.create(session), calls.create(session)
    _changes_nothing(session, _DEACTIVATE, new)
    _set(session, _ACTIVATE, used)
    _set(session, _DEACTIVATE, used)
    _changes_nothing(session, _DEACTIVATE, used)


@check("AP-DEA-003")
def deactivation_of_none(session: Session) -> None:
    """Deactivates the largest id there can be and another one that nobody has; both are to be 404."""
    _no_such_profile(session, _DEACTIVATE)


@check("AP-DEA-004")
def deactivation_is_no_version(session: Session) -> None:
    """Updates an active profile and deactivates it. All but `is_active` is to be as before."""
    profile = calls.create(session, **samples.full(session.name()))
    _set(session, _ACTIVATE, profile)
    calls.update(session, profile["id"], {"description": "Other words."})
    _sets_the_state_alone(session, _DEACTIVATE, profile)


@check("AP-DEA-005")
def copies_stay(session: Session) -> None:
    """Gives two users copies of a profile and deactivates it. Copies and masked keys are to be as before."""
    profile = fixtures.active_profile(session, budgets=[samples.budget()])
    users = [fixtures.holder(session, profile["id"]) for _ in range(2)]
    before = [fixtures.copies(session, user_id) for user_id in users]
    expect.equal([len(copies) for copies in before], [1, 1], "the number of copies of each user")
    answer = _set(session, _DEACTIVATE, profile)
    for user_id, copies in zip(users, before, strict=True):
        expect.equal(fixtures.copies(session, user_id), copies, "the copy", answer, session.answers[-1])


def _call(session: Session, operation_id: str, profile_id: int, **request: Any) -> Answer:
    return session.call(operation_id, parameters={"profile_id": profile_id}, **request)


def _set(session: Session, operation_id: str, profile: Profile) -> Answer:
    answer = _call(session, operation_id, profile["id"])
    calls.shown(answer, 200)
    return answer


def _state_is(session: Session, profile: Profile, answer: Answer, *, is_active: bool) -> None:
    for found in (answer, calls.read(session, profile["id"])):
        expect.equal(calls.shown(found, 200).get("is_active"), is_active, "is_active", found)
    for wanted in (True, False):
        query = {"search": profile["name"], "is_active": str(wanted).lower()}
        page = calls.browse(session, query)
        names = [row.get("name") for row in calls.listed(page)]
        expected = [profile["name"]] if wanted is is_active else []
        expect.equal(names, expected, f"the list with is_active={wanted}", page)


def _changes_nothing(session: Session, operation_id: str, profile: Profile) -> None:
    before = _all_that_is_read(session, profile)
    answer = _set(session, operation_id, profile)
    expect.equal(_all_that_is_read(session, profile), before, "profile, versions and audit log", answer)


def _all_that_is_read(session: Session, profile: Profile) -> list[Any]:
    return [
        _call(session, operation_id, profile["id"]).json
        for operation_id in (
            "getAccessProfile",
            "listAccessProfileVersions",
            "listAccessProfileAuditLogsById",
        )
    ]


def _sets_the_state_alone(session: Session, operation_id: str, profile: Profile) -> None:
    before = calls.profile(session, profile["id"])
    answer = _set(session, operation_id, profile)
    expected = {**before, "is_active": operation_id == _ACTIVATE}
    for found in (calls.shown(answer, 200), calls.profile(session, profile["id"])):
        expect.equal(found, expected, "the profile", answer)


def _no_such_profile(session: Session, operation_id: str) -> None:
    for profile_id in (_LARGEST_ID, session.random.randrange(2**61, 2**62)):
        expect.status(_call(session, operation_id, profile_id), 404)
