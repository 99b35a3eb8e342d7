"""Versions of profiles: complete, in order, and true to what was."""

import json
import re
from collections.abc import Iterator
from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.access_profiles.calls import Call
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_USAGE_OR_TIME = re.compile(r"usage|_at$|_reset$")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


@check("AP-VER-001")
def complete(session: Session) -> None:
    """Lists the versions of a new profile, and after each of three changes.

    The list is to have every number from 1 to the profile's `version` once, all of that profile.
    """
    profile_id = calls.create(session)["id"]
    for number in range(4):
        if number:
            calls.update.done(session, profile_id, {"description": f"change {number}"})
        current = calls.profile(session, profile_id).get("version")
        expect.holds(isinstance(current, int) and current > number, f"a version above {number}", current)
        answer = calls.versions(session, profile_id)
        versions = expect.rows(answer, "versions")
        numbers = [version.get("version") for version in versions]
        expect.same_items(numbers, range(1, (current or 0) + 1), "the numbers of the versions", answer)
        foreign = [version for version in versions if version.get("access_profile_id") != profile_id]
        expect.equal(foreign, [], "versions of another profile", answer)


@check("AP-VER-002")
def newest_first(session: Session) -> None:
    """Changes a profile eleven times and lists its versions, whose numbers are to fall."""
    profile_id = calls.create(session)["id"]
    for number in range(11):
        calls.update.done(session, profile_id, {"description": f"change {number}"})
    answer = calls.versions(session, profile_id)
    numbers = [version.get("version") for version in expect.rows(answer, "versions")]
    expect.holds(len(numbers) > 1, "several versions", numbers, answer)
    expect.equal(numbers, sorted(numbers, reverse=True), "the numbers in their order", answer)


@check("AP-VER-003")
def snapshots(session: Session) -> None:
    """Creates a full profile, empties it by a change and reads each snapshot as JSON.

    The first is to hold what was sent at first, and to be the same text after the change; the second is to
    hold the profile as the change left it.
    """
    sent = samples.full(session.name())
    profile_id = calls.create(session, **sent)["id"]
    first = calls.version.done(session, profile_id, 1)
    _holds(first, sent)
    emptied = {"name": session.name(), "description": None, "budgets": [], "rate_limit": None, "tags": ["x"]}
    number = calls.shown(calls.update(session, profile_id, emptied), 200).get("version")
    _holds(calls.version.done(session, profile_id, number), {**sent, **emptied})
    again = calls.version.done(session, profile_id, 1)
    expect.equal(again.json, first.json, "the first version after a change", first, again)


@check("AP-VER-004")
def only_configuration(session: Session) -> None:
    """Creates a profile with every kind of line, and searches its snapshot.

    No member is to be named after usage, a reset or an instant (`…_at`), and no value is to be an instant.
    """
    profile_id = calls.create(session, **samples.full(session.name()))["id"]
    answer = calls.version.done(session, profile_id, 1)
    for name, value in _members(_snapshot(answer)):
        expect.holds(not _USAGE_OR_TIME.search(name), "no usage and no times", name, answer)
        instant = isinstance(value, str) and bool(_INSTANT.match(value))
        expect.holds(not instant, "no times", f"{name}: {expect.show(value)}", answer)


@check("AP-VER-005")
def no_version(session: Session) -> None:
    """Activates, attaches, propagates, detaches and deactivates, and lists the versions after each.

    The list is to stay as it was at creation, and `version` to stay 1. Roles and copies are left out on a
    server that does not claim them.
    """
    profile_id = calls.create(session, budgets=[samples.budget()])["id"]
    changes: list[tuple[Call, *tuple[Any, ...]]] = [
        (calls.activate, profile_id),
        *(_calls_with_people(session, profile_id) if session.claims("users") else ()),
        (calls.deactivate, profile_id),
    ]
    before = calls.versions(session, profile_id)
    for change, *given in changes:
        answer = change(session, *given)
        expect.status(answer, 200, 201)
        after = calls.versions(session, profile_id)
        expect.equal(after.json, before.json, f"the versions after {change.id}", answer, after)
        expect.fields(calls.profile(session, profile_id), answer, version=1)


@check("AP-VER-006")
def no_such_profile(session: Session) -> None:
    """Lists the versions of ids that nobody has; each is to be 404."""
    for profile_id in calls.absent_ids(session):
        expect.status(calls.versions(session, profile_id), 404)


@check("AP-VGT-001")
def same_object(session: Session) -> None:
    """Changes a profile twice and reads each version that is listed; it is to be the object in the list."""
    profile_id = calls.create(session, **samples.full(session.name()))["id"]
    for description in ("second", None):
        calls.update.done(session, profile_id, {"description": description})
    listed = calls.versions(session, profile_id)
    versions = expect.rows(listed, "versions")
    expect.equal(len(versions), 3, "the number of versions", listed)
    for version in versions:
        expect.members(calls.version.done(session, profile_id, version.get("version")), version=version)


@check("AP-VGT-002")
def no_such_version(session: Session) -> None:
    """Reads a version that comes next, one that never will, and the first one of ids that nobody has.

    Each is to be 404.
    """
    profile = calls.create(session)
    for number in (int(profile.get("version", 1)) + 1, calls.LARGEST_ID):
        expect.status(calls.version(session, profile["id"], number), 404)
    for profile_id in calls.absent_ids(session):
        expect.status(calls.version(session, profile_id, 1), 404)


def _calls_with_people(session: Session, profile_id: int) -> list[tuple[Call, *tuple[Any, ...]]]:
    """Operations that give a profile away and take it back, each with what it is given."""
    user_id, [role_id] = fixtures.user_id(session), fixtures.role_ids(session, 1)
    return [
        (calls.attach, profile_id, {"role_ids": [role_id], "is_default": True}),
        (calls.assign, user_id, {"profile_id": profile_id}),
        (calls.propagate, profile_id, {"fields": ["budgets"], "reset_usage": True}),
        (calls.detach_role, profile_id, role_id),
    ]


def _snapshot(answer: Answer) -> dict[str, Any]:
    """The snapshot in an answer, which is a JSON object in a string."""
    version = expect.member(answer, "version")
    text = version.get("snapshot") if isinstance(version, dict) else None
    expect.holds(isinstance(text, str), "a string `snapshot`", expect.show(text), answer)
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    expect.holds(isinstance(found, dict), "a JSON object in the snapshot", expect.show(text), answer)
    return dict(found or {})


def _holds(answer: Answer, sent: dict[str, Any]) -> None:
    faults = expect.missing_parts(_snapshot(answer), sent)
    expect.holds(not faults, "a snapshot of the configuration", "; ".join(faults), answer)


def _members(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a JSON value, with the name of the nearest member that it is in."""
    yield name, value
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _members(member, key)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item, name)
