"""Activating, deactivating and deleting: what a state changes and what not, what goes and what stays."""

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


@check("AP-DEL-001")
def gone(session: Session) -> None:
    """Creates three profiles and deletes the second, then asks for it and for the list.

    It is to be 404, and the list is to hold the other two.
    """
    first, second, third = (calls.create(session) for _ in range(3))
    calls.delete.done(session, second["id"])
    expect.status(calls.read(session, second["id"]), 404)
    for query in ({}, {"is_active": "true" if second.get("is_active") else "false"}):
        answer = calls.browse(session, {"search": session.namespace, **query})
        ids = [row.get("id") for row in calls.listed(answer)]
        expect.same_items(ids, [first["id"], third["id"]], "the ids in the list", answer)


@check("AP-DEL-002")
def nothing_to_delete(session: Session) -> None:
    """Deletes ids that nobody has, which is to be 404, and one profile twice; so is the second time."""
    own = calls.create(session)["id"]
    for profile_id, status in (*((each, 404) for each in calls.absent_ids(session)), (own, 200), (own, 404)):
        expect.status(calls.delete(session, profile_id), status)


@check("AP-DEL-003")
def held(session: Session) -> None:
    """Gives a user a copy of a profile and deletes the profile, which is to be 409.

    The profile and the copy are to be as they were. A copy that expires next century counts as well.
    """
    for fields in ({}, {"expires_at": "2126-01-01T00:00:00Z"}):
        profile_id, user_id = fixtures.active_profile(session)["id"], fixtures.user_id(session)
        fixtures.assigned(session, user_id, profile_id, **fields)
        before, copies = calls.read(session, profile_id), fixtures.copies(session, user_id)
        refused = calls.delete(session, profile_id)
        expect.status(refused, 409)
        after = calls.read.done(session, profile_id)
        expect.equal(after.json, before.json, "the profile after the refusal", before, refused, after)
        expect.equal(fixtures.copies(session, user_id), copies, "the user's copies", refused)


@check("AP-DEL-004")
def name_again(session: Session) -> None:
    """Creates and deletes profiles of one name in turn; each creation is to be 201, with an id of its own."""
    name = session.name()
    ids: list[Any] = []
    for _ in range(3):
        answer = calls.submit(session, {"name": name})
        ids.append(calls.shown(answer)["id"])
        expect.different(ids, "ids", answer)
        calls.delete.done(session, ids[-1])


@check("AP-DEL-005")
def attachments(session: Session) -> None:
    """Attaches a role to two profiles and deletes one; the role is to keep the other, and that one only."""
    deleted, kept = (calls.create(session)["id"] for _ in range(2))
    [role_id] = fixtures.role_ids(session, 1)
    for profile_id in (deleted, kept):
        fixtures.attached(session, profile_id, role_id)
    calls.delete.done(session, deleted)
    answer = calls.role(session, role_id)
    left = [row.get("access_profile_id") for row in calls.listed(answer)]
    expect.equal(left, [kept], "the profiles of the role", answer)


@check("AP-DEL-006")
def versions(session: Session) -> None:
    """Deletes a profile of two versions and asks for both, which are to be 404; a list is not to have them.

    A profile that then takes the name is to have one version, its own.
    """
    profile = calls.create(session, description="first")
    calls.update.done(session, profile["id"], {"description": "second"})
    calls.delete.done(session, profile["id"])
    for number in (1, 2):
        expect.status(calls.version(session, profile["id"], number), 404)
    listed = calls.versions(session, profile["id"])
    if listed.status != 404:
        expect.equal(expect.rows(listed, "versions"), [], "the versions of a deleted profile", listed)
    listed = calls.versions(session, calls.create(session, name=profile["name"])["id"])
    numbers = [version.get("version") for version in expect.rows(listed, "versions")]
    expect.equal(numbers, [1], "the versions of the profile that took the name", listed)


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
