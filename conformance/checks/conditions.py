"""Entity tags, and the conditions that requests put on them (RFC 9110 §8.8.3 and §13.1)."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session
from conformance.run.verdict import Violation

_STRONG = re.compile(r'"[\x21\x23-\x7e]*"')
_OTHERS = '"none", "of-these"'
_GOOD = ("{tag}", "{others}, {tag}", "{tag}, {others}", ",{tag} ,", "*", None)


@check("AP-GET-007")
def entity_tag(session: Session) -> None:
    """Reads a new profile twice, then after each change of it, of its attachments and of its holders.

    `ETag` is to be strong, the same for the two reads, and never one of before while the body is another. The
    answers to creating, cloning, updating, activating and deactivating are to have that of a later read.
    Roles and holders are left out on a server that does not claim them.
    """
    created = calls.submit_named(session)
    profile_id = calls.shown(created)["id"]
    bodies: dict[str, Any] = {}
    _remember(bodies, session, profile_id, created)
    for change, *body in (
        (calls.clone, {"name": session.name()}),
        (calls.update, {"description": "Other words."}),
        (calls.update, {}),
        (calls.activate,),
        (calls.deactivate,),
        (calls.activate,),
    ):
        answer = change(session, profile_id, *body)
        # What a server of the core alone does not have is no fault here.
        if answer.status in (200, 201):
            _remember(bodies, session, calls.shown(answer, 200, 201)["id"], answer)
    for _ in _changes_around(session, profile_id):
        _remember(bodies, session, profile_id)


@check("AP-GET-008")
def if_none_match(session: Session) -> None:
    """Reads a profile with its `ETag` in `If-None-Match`: alone, marked weak, in a list, and with `*`.

    Lists may have empty members (RFC 9110 §5.6.1.2). Each is to be 304 with that `ETag` and no octet of a
    body, and so is HEAD. Other tags, and the tag that it had before an update, are to be 200; the id of no
    profile stays 404.
    """
    profile = calls.create(session)
    before = _tag(calls.read(session, profile["id"]))
    calls.update(session, profile["id"], {"description": "Other words."})
    tag = _tag(calls.read(session, profile["id"]))
    path = session.path("getAccessProfile", {"profile_id": profile["id"]})
    for known in (tag, f"W/{tag}", f"{_OTHERS}, {tag}", f"W/{tag}, {_OTHERS}", f",{tag} ,", "*"):
        for method in ("GET", "HEAD"):
            answer = _raw(session, method, path, known)
            expect.status(answer, 304, because=f"If-None-Match: {known}")
            expect.fields(answer.headers, answer, etag=tag)
            octets = len(answer.content) + len(answer.trailing)
            expect.holds(not octets, "no body", f"{octets} octets", answer)
    for other in (_OTHERS, f"{_OTHERS},", f'"{tag.strip(chr(34))}x"', *([before] if before != tag else [])):
        answer = calls.read(session, profile["id"], headers={"If-None-Match": other})
        expect.fields(calls.shown(answer, 200), answer, id=profile["id"])
    expect.status(calls.read(session, calls.LARGEST_ID, headers={"If-None-Match": "*"}), 404)


@check("HTTP-009")
def if_match(session: Session) -> None:
    """Updates, activates, deactivates and deletes profiles with conditions that hold and that do not.

    The tag of before an update, other tags and the present one marked weak are to be 412 and to change
    nothing. The present one, alone and in a list, which may have empty members, `*` and no header are to be
    200.
    """
    for change, *body in (
        (calls.update, {"tags": ["changed"]}),
        (calls.activate,),
        (calls.deactivate,),
        (calls.delete,),
    ):
        profile_id = calls.create(session)["id"]
        if change is calls.deactivate:
            calls.activate(session, profile_id)
        stale = _tag(calls.read(session, profile_id))
        calls.update(session, profile_id, {"description": "Other words."})
        present = _tag(calls.read(session, profile_id))
        if stale == present:
            expected, shown = "another ETag of a profile that has changed", f"{present}, as before the change"
            raise Violation(expected, shown, session.answers[-3:], clause_id="AP-GET-007")
        for refused in (stale, _OTHERS, f"W/{present}", f"W/{present}, {stale}"):
            with expect.unchanged("the profile after a refusal", calls.profile, session, profile_id):
                answer = change(session, profile_id, *body, headers={"If-Match": refused})
                expect.status(answer, 412, because=f"If-Match: {refused}")
        answer = change(session, profile_id, *body, headers={"If-Match": present})
        expect.status(answer, 200, because="If-Match has the present ETag")
    _conditions_that_hold(session)


def _conditions_that_hold(session: Session) -> None:
    profile = calls.create(session)
    for number, condition in enumerate(_GOOD):
        tag = _tag(calls.read(session, profile["id"]))
        headers = {} if condition is None else {"If-Match": condition.format(tag=tag, others=_OTHERS)}
        answer = calls.update(session, profile["id"], {"description": f"Change {number}."}, headers=headers)
        expect.fields(calls.shown(answer, 200), answer, description=f"Change {number}.")


def _changes_around(session: Session, profile_id: int) -> Iterator[object]:
    """Change the attachments and the number of holders of an active profile, one thing at a time.

    Ends at once on a server that does not claim roles and users.
    """
    if not session.claims("extensions"):
        return
    try:
        [role_id], user_id = fixtures.role_ids(session, 1), fixtures.user_id(session)
    except Unreached:
        return
    yield fixtures.attached(session, profile_id, role_id)
    yield fixtures.attached(session, profile_id, role_id, is_default=True)
    yield calls.update_role.done(session, role_id, {"name": session.name()})
    yield calls.detach_role(session, profile_id, role_id)
    yield fixtures.assigned(session, user_id, profile_id)
    yield calls.detach_user(session, user_id, profile_id)


def _remember(
    bodies: dict[str, Any], session: Session, profile_id: int, answer: Answer | None = None
) -> None:
    """Read a profile twice: the tag is that of `answer`, and stands for the body that it stood for before."""
    reads = [calls.read(session, profile_id), calls.read(session, profile_id)]
    tag = _tag(reads[0])
    for other in (reads[1], answer or reads[1]):
        expect.equal(_tag(other), tag, "the ETag of each answer", reads[0], other)
    known = bodies.setdefault(f"{profile_id} {tag}", reads[0].json)
    expect.equal(reads[0].json, known, f"the body that had the ETag {tag} before", reads[0])


def _tag(answer: Answer) -> str:
    tag = answer.headers.get("etag", "")
    expect.holds(_STRONG.fullmatch(tag) is not None, "a strong ETag", tag or "none", answer)
    return str(tag)


def _raw(session: Session, method: str, path: str, known: str) -> Answer:
    headers = {"Authorization": f"Bearer {session.target.key}", "If-None-Match": known}
    with session.raw() as connection:
        return connection.request(method, path, headers)
