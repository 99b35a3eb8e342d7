"""Roles of the organisation: made, listed, read, renamed and deleted."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

Object = dict[str, Any]

_LARGEST_ID = 9223372036854775807


@check("ROL-LST-001")
def listed(session: Session) -> None:
    """Creates three roles, whose names fall while their ids rise, and lists all roles.

    The three are to be there, and the ids of the list are to rise from each role to the next.
    """
    names = [session.name() for _ in range(3)]
    made = [fixtures.role(session, name=name)["id"] for name in reversed(names)]
    answer = session.call("listRoles")
    ids = [role["id"] for role in _listed(answer)]
    expect.equal([role_id for role_id in ids if role_id in made], sorted(made), "the new roles", answer)
    expect.equal(ids, sorted(set(ids)), "the ids in the list", answer)


@check("ROL-CRE-001")
def created(session: Session) -> None:
    """Creates a role with a description and one with a `null`, and reads them, alone and in the list.

    They are to have the name and the description that were sent, everywhere.
    """
    for description in ("Works with data — für alle.", None):
        sent = {"name": session.name(" Analyst"), "description": description}
        answer = session.call("createRole", body=sent)
        expect.status(answer, 201)
        role = expect.member(answer, "role")
        _is_as_sent(role, sent, answer)
        read = _read(session, role["id"])
        _is_as_sent(expect.member(read, "role"), sent, read)
        everything = session.call("listRoles")
        rows = [row for row in _listed(everything) if row["id"] == role["id"]]
        expect.equal(len(rows), 1, "the number of rows with the new role", everything)
        _is_as_sent(rows[0], sent, everything)


@check("ROL-CRE-002")
def unique(session: Session) -> None:
    """Creates a role with spaces around its name, then others of that name, with spaces and without.

    The first is to have the name without spaces, all others are to be 409, and the list is to hold the name
    once.
    """
    name = session.name(" with a gap")
    answer = session.call("createRole", body={"name": f" {name}  "})
    expect.status(answer, 201)
    expect.equal(expect.member(answer, "role").get("name"), name, "name", answer)
    for again in (name, f" {name}", f"{name} "):
        expect.status(session.call("createRole", body={"name": again}), 409)
    everything = session.call("listRoles")
    found = [role["name"] for role in _listed(everything) if name in role["name"]]
    expect.equal(found, [name], "the names in the list", everything)


@check("ROL-GET-001")
def attachments(session: Session) -> None:
    """Reads a new role, then attaches two profiles to it, and one of them to another role, and reads again.

    The first read is to have no profiles. The second is to have the two attachments just as the profiles have
    them; after one is detached, the other.
    """
    role_id, other = (fixtures.role(session)["id"] for _ in range(2))
    _has_attachments(session, role_id, [])
    first, second = calls.create(session)["id"], calls.create(session)["id"]
    fixtures.attached(session, first, role_id, other)
    fixtures.attached(session, second, role_id, is_default=True)
    wanted = [
        attachment
        for profile_id in (first, second)
        for attachment in fixtures.attachments(session, profile_id)
        if attachment["role_id"] == role_id
    ]
    _has_attachments(session, role_id, wanted)
    parameters = {"profile_id": first, "role_id": role_id}
    fixtures.done(session.call("detachRoleFromAccessProfile", parameters=parameters))
    _has_attachments(session, role_id, [a for a in wanted if a["access_profile_id"] == second])


@check("ROL-GET-002")
def members(session: Session) -> None:
    """Counts a role's members: none at first, two when one is created with it and another gets it.

    One is left when a member's role is taken away, and none when the other member is deleted.
    """
    role_id = fixtures.role(session)["id"]
    _has_members(session, role_id, 0)
    created = fixtures.user(session, role_id=role_id)["id"]
    moved = fixtures.user(session, role_id=fixtures.role(session)["id"])["id"]
    fixtures.change_role(session, moved, role_id)
    _has_members(session, role_id, 2)
    fixtures.change_role(session, moved, None)
    _has_members(session, role_id, 1)
    fixtures.done(session.call("deleteUser", parameters={"user_id": created}))
    _has_members(session, role_id, 0)


@check("ROL-GET-003")
def no_such_role(session: Session) -> None:
    """Reads ids that no role has; each is to be 404."""
    for role_id in _absent(session):
        expect.status(_read(session, role_id), 404)


@check("ROL-UPD-001")
def changed(session: Session) -> None:
    """Renames a role that is attached to a profile, then changes its description, then removes that.

    The new name is to show in the role, in the list, and in the attachment as the role and the profile have
    it. What was not sent is to be as it was.
    """
    role = fixtures.role(session, description="before")
    profile_id = calls.create(session)["id"]
    fixtures.attached(session, profile_id, role["id"])
    name = session.name(" renamed")
    for sent in ({"name": name}, {"description": "after"}, {"description": None}, {}):
        role = {**role, **sent}
        answer = _update(session, role["id"], sent)
        expect.status(answer, 200)
        _is_as_sent(expect.member(answer, "role"), role, answer)
        read = _read(session, role["id"])
        _is_as_sent(expect.member(read, "role"), role, read)
    everything = session.call("listRoles")
    rows = [row["name"] for row in _listed(everything) if row["id"] == role["id"]]
    expect.equal(rows, [name], "the name in the list", everything)
    for answer, member in ((calls.read(session, profile_id), "roles"), (read, "access_profiles")):
        names = [attachment["role_name"] for attachment in expect.member(answer, member)]
        expect.equal(names, [name], f"role_name in `{member}`", answer)


@check("ROL-UPD-002")
def not_changed(session: Session) -> None:
    """Gives a role the name of another one, with spaces and without; both are to be 409.

    The role is to be as it was. Its own name is to be 200, and ids that no role has are to be 404.
    """
    taken = fixtures.role(session)["name"]
    role = fixtures.role(session)
    for name in (taken, f" {taken} "):
        expect.status(_update(session, role["id"], {"name": name, "description": "lost"}), 409)
    read = _read(session, role["id"])
    _is_as_sent(expect.member(read, "role"), role, read)
    expect.status(_update(session, role["id"], {"name": role["name"]}), 200)
    for role_id in _absent(session):
        expect.status(_update(session, role_id, {"name": session.name()}), 404)


@check("ROL-DEL-001")
def deleted(session: Session) -> None:
    """Deletes one of two roles that are attached to a profile.

    It is to be 404 and not in the list, and the profile is to have the other role alone.
    """
    role_id, kept = (fixtures.role(session)["id"] for _ in range(2))
    profile_id = calls.create(session)["id"]
    fixtures.attached(session, profile_id, role_id, kept)
    expect.status(_delete(session, role_id), 200)
    expect.status(_read(session, role_id), 404)
    everything = session.call("listRoles")
    ids = [role["id"] for role in _listed(everything)]
    expect.holds(role_id not in ids, "a list without the deleted role", ids, everything)
    read = calls.read(session, profile_id)
    attached = [attachment["role_id"] for attachment in expect.member(read, "roles")]
    expect.equal(attached, [kept], "the roles of the profile", read)


@check("ROL-DEL-002")
def members_stay(session: Session) -> None:
    """Deletes a role with a member who holds two copies: one that the role gave, and one assigned directly.

    The member is to have no role, and the same copies with the same keys.
    """
    given, direct = (fixtures.active_profile(session)["id"] for _ in range(2))
    role_id = fixtures.role(session)["id"]
    fixtures.attached(session, given, role_id, is_default=True)
    user_id = fixtures.user(session, role_id=role_id)["id"]
    fixtures.assigned(session, user_id, direct)
    before = _held(session, user_id)
    expect.equal(len(before), 2, "the number of copies before", session.answers[-1])
    gone = _delete(session, role_id)
    expect.status(gone, 200)
    read = session.call("getUser", parameters={"user_id": user_id})
    expect.status(read, 200)
    expect.equal(expect.member(read, "user").get("role_id"), None, "role_id", gone, read)
    after = _held(session, user_id)
    expect.equal(after, before, "the ids of the copies and their keys", gone, session.answers[-1])


@check("ROL-DEL-003")
def nothing_to_delete(session: Session) -> None:
    """Deletes ids that no role has, and a role twice; all but its first deletion are to be 404."""
    for role_id in _absent(session):
        expect.status(_delete(session, role_id), 404)
    role_id = fixtures.role(session)["id"]
    expect.status(_delete(session, role_id), 200)
    expect.status(_delete(session, role_id), 404)


def _absent(session: Session) -> tuple[int, int]:
    return _LARGEST_ID, session.random.randrange(2**61, 2**62)


def _read(session: Session, role_id: int) -> Answer:
    return session.call("getRole", parameters={"role_id": role_id})


def _update(session: Session, role_id: int, body: Object) -> Answer:
    return session.call("updateRole", parameters={"role_id": role_id}, body=body)


def _delete(session: Session, role_id: int) -> Answer:
    return session.call("deleteRole", parameters={"role_id": role_id})


def _listed(answer: Answer) -> list[Object]:
    expect.status(answer, 200)
    roles: list[Object] = expect.member(answer, "roles")
    return roles


def _is_as_sent(role: Object, sent: Object, answer: Answer) -> None:
    """The role has every member that was sent, with the same value."""
    parts = expect.missing_parts(role, sent)
    expect.holds(not parts, f"a role with {expect.show(sent)}", "; ".join(parts), answer)


def _has_attachments(session: Session, role_id: int, wanted: list[Object]) -> None:
    answer = _read(session, role_id)
    expect.status(answer, 200)
    found = fixtures.by_id(expect.member(answer, "access_profiles"))
    expect.equal(found, fixtures.by_id(wanted), "access_profiles", answer)


def _has_members(session: Session, role_id: int, wanted: int) -> None:
    answer = _read(session, role_id)
    expect.status(answer, 200)
    expect.equal(expect.member(answer, "user_count"), wanted, "user_count", answer)


def _held(session: Session, user_id: str) -> list[list[Any]]:
    return sorted([copy["id"], copy["virtual_key_ids"]] for copy in fixtures.copies(session, user_id))
