"""Roles of the organisation: made, listed, read, renamed and deleted."""

from conformance.access_profiles import calls, fixtures
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("ROL-LST-001")
def listed(session: Session) -> None:
    """Creates three roles, whose names fall while their ids rise, and lists all roles.

    The three are to be there, and the ids of the list are to rise from each role to the next.
    """
    names = [session.name() for _ in range(3)]
    made = [fixtures.role(session, name=name)["id"] for name in reversed(names)]
    answer = calls.roles(session)
    ids = [role["id"] for role in expect.rows(answer, "roles")]
    expect.equal([role_id for role_id in ids if role_id in made], sorted(made), "the new roles", answer)
    expect.equal(ids, sorted(set(ids)), "the ids in the list", answer)


@check("ROL-CRE-001")
def created(session: Session) -> None:
    """Creates a role with a description and one with a `null`, and reads them, alone and in the list.

    They are to have the name and the description that were sent, everywhere.
    """
    for description in ("Works with data — für alle.", None):
        sent = {"name": session.name(" Analyst"), "description": description}
        answer = calls.create_role.done(session, sent, wanted=201)
        role_id = expect.member(answer, "role")["id"]
        _are_as_sent(sent, answer, calls.role(session, role_id))
        everything = calls.roles(session)
        rows = [row for row in expect.rows(everything, "roles") if row["id"] == role_id]
        expect.equal(len(rows), 1, "the number of rows with the new role", everything)
        expect.fields(rows[0], everything, **sent)


@check("ROL-CRE-002")
def unique(session: Session) -> None:
    """Creates a role with spaces around its name, then others of that name, with spaces and without.

    The first is to have the name without spaces, all others are to be 409, and the list is to hold the name
    once.
    """
    name = session.name(" with a gap")
    answer = calls.create_role.done(session, {"name": f" {name}  "}, wanted=201)
    _are_as_sent({"name": name}, answer)
    for again in (name, f" {name}", f"{name} "):
        expect.status(calls.create_role(session, {"name": again}), 409)
    everything = calls.roles(session)
    found = [role["name"] for role in expect.rows(everything, "roles") if name in role["name"]]
    expect.equal(found, [name], "the names in the list", everything)


@check("ROL-GET-001")
def attachments(session: Session) -> None:
    """Reads a new role, then attaches two profiles to it, and one of them to another role, and reads again.

    The first read is to have no profiles. The second is to have the two attachments just as the profiles have
    them; after one is detached, the other.
    """
    role_id, other = fixtures.role_ids(session, 2)
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
    fixtures.done(calls.detach_role(session, first, role_id))
    _has_attachments(session, role_id, [a for a in wanted if a["access_profile_id"] == second])


@check("ROL-GET-002")
def members(session: Session) -> None:
    """Counts a role's members: none at first, two when one is created with it and another gets it.

    One is left when a member's role is taken away, and none when the other member is deleted.
    """
    role_id, other = fixtures.role_ids(session, 2)
    expect.members(calls.role.done(session, role_id), user_count=0)
    created, moved = (fixtures.user_id(session, role_id=each) for each in (role_id, other))
    fixtures.change_role(session, moved, role_id)
    expect.members(calls.role.done(session, role_id), user_count=2)
    fixtures.change_role(session, moved, None)
    expect.members(calls.role.done(session, role_id), user_count=1)
    fixtures.done(calls.delete_user(session, created))
    expect.members(calls.role.done(session, role_id), user_count=0)


@check("ROL-GET-003")
def no_such_role(session: Session) -> None:
    """Reads ids that no role has; each is to be 404."""
    for role_id in calls.absent_ids(session):
        expect.status(calls.role(session, role_id), 404)


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
        answer = calls.update_role.done(session, role["id"], sent)
        read = calls.role(session, role["id"])
        _are_as_sent(role, answer, read)
    everything = calls.roles(session)
    rows = [row["name"] for row in expect.rows(everything, "roles") if row["id"] == role["id"]]
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
        expect.status(calls.update_role(session, role["id"], {"name": name, "description": "lost"}), 409)
    _are_as_sent(role, calls.role(session, role["id"]))
    calls.update_role.done(session, role["id"], {"name": role["name"]})
    for role_id in calls.absent_ids(session):
        expect.status(calls.update_role(session, role_id, {"name": session.name()}), 404)


@check("ROL-DEL-001")
def deleted(session: Session) -> None:
    """Deletes one of two roles that are attached to a profile.

    It is to be 404 and not in the list, and the profile is to have the other role alone.
    """
    role_id, kept = fixtures.role_ids(session, 2)
    profile_id = calls.create(session)["id"]
    fixtures.attached(session, profile_id, role_id, kept)
    calls.delete_role.done(session, role_id)
    expect.status(calls.role(session, role_id), 404)
    everything = calls.roles(session)
    ids = [role["id"] for role in expect.rows(everything, "roles")]
    expect.holds(role_id not in ids, "a list without the deleted role", ids, everything)
    read = calls.read(session, profile_id)
    attached = [attachment["role_id"] for attachment in expect.member(read, "roles")]
    expect.equal(attached, [kept], "the roles of the profile", read)


@check("ROL-DEL-002")
def members_stay(session: Session) -> None:
    """Deletes a role with a member who holds two copies: one that the role gave, and one assigned directly.

    The member is to have no role, and the same copies with the same keys.
    """
    role_id, _ = fixtures.role_with_default(session)
    user_id = fixtures.user_id(session, role_id=role_id)
    fixtures.assigned(session, user_id, fixtures.active_profile(session)["id"])
    before = fixtures.ids_with_keys(session, user_id)
    expect.equal(len(before), 2, "the number of copies before", session.answers[-1])
    with expect.unchanged("the ids of the copies and their keys", fixtures.ids_with_keys, session, user_id):
        calls.delete_role.done(session, role_id)
        read = calls.user.done(session, user_id)
        expect.fields(expect.member(read, "user"), read, role_id=None)


@check("ROL-DEL-003")
def nothing_to_delete(session: Session) -> None:
    """Deletes ids that no role has, and a role twice; all but its first deletion are to be 404."""
    [own] = fixtures.role_ids(session, 1)
    for role_id, status in (*((each, 404) for each in calls.absent_ids(session)), (own, 200), (own, 404)):
        expect.status(calls.delete_role(session, role_id), status)


def _are_as_sent(sent: Object, *answers: Answer) -> None:
    """Each answer shows a role with every member that was sent, with the same value."""
    for answer in answers:
        expect.fields(expect.member(answer, "role"), answer, **sent)


def _has_attachments(session: Session, role_id: int, wanted: list[Object]) -> None:
    answer = calls.role.done(session, role_id)
    found = fixtures.by_id(expect.member(answer, "access_profiles"))
    expect.equal(found, fixtures.by_id(wanted), "access_profiles", answer)
