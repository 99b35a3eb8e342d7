"""Deleting profiles: what goes with them, and what keeps them."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


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
