"""Deleting profiles: what goes with them, and what keeps them."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807


@check("AP-DEL-001")
def gone(session: Session) -> None:
    """Creates three profiles and deletes the second, then asks for it and for the list.

    It is to be 404, and the list is to hold the other two.
    """
    first, second, third = (calls.create(session) for _ in range(3))
    expect.status(_delete(session, second["id"]), 200)
    expect.status(calls.read(session, second["id"]), 404)
    for query in ({}, {"is_active": "true" if second.get("is_active") else "false"}):
        answer = calls.browse(session, {"search": session.namespace, **query})
        ids = sorted(str(row.get("id")) for row in calls.listed(answer))
        expect.equal(ids, sorted([str(first["id"]), str(third["id"])]), "the ids in the list", answer)


@check("AP-DEL-002")
def nothing_to_delete(session: Session) -> None:
    """Deletes ids that nobody has, which is to be 404, and one profile twice; so is the second time."""
    for profile_id in (_LARGEST_ID, session.random.randrange(2**61, 2**62)):
        expect.status(_delete(session, profile_id), 404)
    profile_id = calls.create(session)["id"]
    expect.status(_delete(session, profile_id), 200)
    expect.status(_delete(session, profile_id), 404)


@check("AP-DEL-003")
def held(session: Session) -> None:
    """Gives a user a copy of a profile and deletes the profile, which is to be 409.

    The profile and the copy are to be as they were. A copy that expires next century counts as well.
    """
    for fields in ({}, {"expires_at": "2126-01-01T00:00:00Z"}):
        profile_id = fixtures.active_profile(session)["id"]
        user_id = fixtures.user(session)["id"]
        fixtures.assigned(session, user_id, profile_id, **fields)
        before, copies = calls.read(session, profile_id), fixtures.copies(session, user_id)
        refused = _delete(session, profile_id)
        expect.status(refused, 409)
        after = calls.read(session, profile_id)
        expect.status(after, 200)
        expect.equal(after.json, before.json, "the profile after the refusal", before, refused, after)
        expect.equal(fixtures.copies(session, user_id), copies, "the user's copies", refused)


@check("AP-DEL-004")
def name_again(session: Session) -> None:
    """Creates and deletes profiles of one name in turn; each creation is to be 201, with an id of its own."""
    name = session.name()
    ids: list[Any] = []
    for _ in range(3):
        answer = calls.submit(session, {"name": name})
        ids.append(calls.shown(answer, 201)["id"])
        expect.equal(len(set(ids)), len(ids), f"the number of different ids in {ids}", answer)
        expect.status(_delete(session, ids[-1]), 200)


@check("AP-DEL-005")
def attachments(session: Session) -> None:
    """Attaches a role to two profiles and deletes one; the role is to keep the other, and that one only."""
    deleted, kept = (calls.create(session)["id"] for _ in range(2))
    role_id = fixtures.role(session)["id"]
    for profile_id in (deleted, kept):
        fixtures.attached(session, profile_id, role_id)
    expect.status(_delete(session, deleted), 200)
    answer = session.call("getRole", parameters={"role_id": role_id})
    left = [row.get("access_profile_id") for row in calls.listed(answer)]
    expect.equal(left, [kept], "the profiles of the role", answer)


@check("AP-DEL-006")
def versions(session: Session) -> None:
    """Deletes a profile of two versions and asks for both, which are to be 404; a list is not to have them.

    A profile that then takes the name is to have one version, its own.
    """
    profile = calls.create(session, description="first")
    parameters = {"profile_id": profile["id"]}
    changed = session.call("updateAccessProfile", parameters=parameters, body={"description": "second"})
    expect.status(changed, 200)
    expect.status(_delete(session, profile["id"]), 200)
    for number in (1, 2):
        read = session.call("getAccessProfileVersion", parameters={**parameters, "version": number})
        expect.status(read, 404)
    listed = session.call("listAccessProfileVersions", parameters=parameters)
    if listed.status != 404:
        expect.equal(expect.rows(listed, "versions"), [], "the versions of a deleted profile", listed)
    again = calls.create(session, name=profile["name"])["id"]
    listed = session.call("listAccessProfileVersions", parameters={"profile_id": again})
    numbers = [version.get("version") for version in expect.rows(listed, "versions")]
    expect.equal(numbers, [1], "the versions of the profile that took the name", listed)


def _delete(session: Session, profile_id: Any) -> Answer:
    return session.call("deleteAccessProfile", parameters={"profile_id": profile_id})
