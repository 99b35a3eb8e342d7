"""Whom a propagation reaches, what it says of them, and what it refuses."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.checks.propagation import propagate
from conformance.http.answer import Answer
from conformance.http.fields import instant
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_COUNTS = ("affected_users", "skipped_users", "failed_users")
_LIMIT = {"budgets": [samples.budget("1M", 10)]}
_HIGHER = {"budgets": [samples.budget("1M", 20)]}
_LIVES = (2, 4, 8, 16, 32)
"""Seconds for which a profile is assigned that is to expire: as few as the server can still take."""


@check("AP-PRO-002")
def dry_run(session: Session) -> None:
    """Sends a dry run for two holders and a user who holds nothing, and then the run itself.

    The dry run is to have `applied` false and to leave the copies alone. The numbers and `user_ids` of both
    answers are to be the same.
    """
    profile_id, users = _held_by(session, 2)
    named = [*users, fixtures.user_id(session)]
    with expect.unchanged("the copies", lambda: [fixtures.copy(session, each, profile_id) for each in users]):
        dry = propagate(session, profile_id, ["budgets"], user_ids=named, dry_run=True)
        expect.members(dry, applied=False)
    wet = propagate(session, profile_id, ["budgets"], user_ids=named)
    expect.members(wet, applied=True)
    expect.equal(_outcome(dry), _outcome(wet), "what the dry run said", dry, wet)


@check("AP-PRO-003")
def counts(session: Session) -> None:
    """Propagates to three users by name, two of whom hold a copy, and then to all who hold one.

    The three numbers are to add up to 3, and then to 2; `user_ids` are to be the two holders, whose copies
    have changed.
    """
    profile_id, users = _held_by(session, 2)
    named = [*users, fixtures.user_id(session)]
    for aim, total in (({"user_ids": named}, 3), ({}, 2)):
        answer = propagate(session, profile_id, ["budgets"], **aim)
        numbers = [expect.member(answer, name) for name in _COUNTS]
        expect.equal(sum(numbers), total, "the sum of the numbers", answer)
        expect.members(answer, affected_users=2)
        expect.same_items(expect.member(answer, "user_ids"), users, "user_ids", answer)
        _limits_are(session, profile_id, dict.fromkeys(users, 20), answer)


@check("AP-PRO-004")
def named_users(session: Session) -> None:
    """Propagates to one of two holders and to a user who holds nothing.

    The one is to be affected and the other skipped. The holder who was not named is to keep the old limit.
    """
    profile_id, [one, other] = _held_by(session, 2)
    answer = propagate(session, profile_id, ["budgets"], user_ids=[fixtures.user_id(session), one])
    _came_to(answer, 1, 1, user_ids=[one])
    _limits_are(session, profile_id, {one: 20, other: 10}, answer)


@check("AP-PRO-005")
def groups(session: Session) -> None:
    """Propagates to one group, and then to users by name and group together.

    Only members of the group are to be affected, and in the second run only those who are named as well.
    """
    [profile_id] = fixtures.active_ids(session, 1, **_LIMIT)
    near, far = session.name(), session.name()
    ada, bob, carol = (fixtures.holder(session, profile_id, group_ids=ids) for ids in ([near], [near], [far]))
    fixtures.changed(session, profile_id, **_HIGHER)
    answer = propagate(session, profile_id, ["budgets"], group_ids=[far])
    expect.members(answer, user_ids=[carol])
    _limits_are(session, profile_id, {ada: 10, bob: 10, carol: 20}, answer)
    answer = propagate(session, profile_id, ["budgets"], group_ids=[near], user_ids=[carol, bob])
    expect.members(answer, user_ids=[bob])
    _limits_are(session, profile_id, {ada: 10, bob: 20, carol: 20}, answer)


@check("AP-PRO-010")
def fields_refused(session: Session) -> None:
    """Sends no `fields`, an empty list, `name`, and `budgets` beside `tags`; each is to be 400.

    The copy is to be as it was.
    """
    profile_id, [user_id] = _held_by(session, 1)
    for refused in ([], ["name"], ["budgets", "tags"], None):
        body = {} if refused is None else {"fields": refused}
        answer = calls.propagate(session, profile_id, body)
        expect.status(answer, 400)
    _limits_are(session, profile_id, {user_id: 10}, answer)


@check("AP-PRO-011")
def no_such_profile(session: Session) -> None:
    """Propagates the largest id there can be and one that nobody has, dry and wet; each is to be 404."""
    for profile_id in calls.absent_ids(session):
        for dry in (True, False):
            body = {"fields": ["budgets"], "dry_run": dry}
            expect.status(calls.propagate(session, profile_id, body), 404)


@check("AP-PRO-012")
def nobody_holds_it(session: Session) -> None:
    """Propagates a new profile, dry and wet; both are to be 200 with zeros and no `user_ids`."""
    profile_id = calls.create(session, **_LIMIT)["id"]
    for dry in (True, False):
        _came_to(propagate(session, profile_id, ["budgets"], dry_run=dry), 0, 0)


@check("AP-PRO-013")
def expired(session: Session) -> None:
    """Assigns a profile for two seconds, waits until the copy has expired, and propagates.

    The user is to be skipped, and the copy to be as it was.
    """
    [profile_id] = fixtures.active_ids(session, 1, **_LIMIT)
    user_id = fixtures.user_id(session)
    life = _assigned_briefly(session, user_id, profile_id)
    fixtures.changed(session, profile_id, **_HIGHER)
    _wait_until_expired(session, user_id, profile_id, life)
    answer = propagate(session, profile_id, ["budgets"])
    _came_to(answer, 0, 1)
    _limits_are(session, profile_id, {user_id: 10}, answer)


@check("AP-PRO-014")
def contradiction(session: Session) -> None:
    """Grants a server whole where a copy excludes one of its tools, and propagates `mcp_servers` alone.

    It is to be 200 with one user failed, also as a dry run. The copy is to be as it was.
    """
    held = fixtures.held(session, mcp_tool_overrides=[samples.override("exclude", "github")])
    granted = {"mcp_tool_overrides": [], "mcp_servers": [{"mcp_server_id": "github"}]}
    fixtures.changed(session, held.profile_id, **granted, **_HIGHER)
    for dry in (True, False):
        with expect.unchanged("the copy", fixtures.copy, session, *held.place):
            answer = propagate(session, held.profile_id, ["mcp_servers", "budgets"], dry_run=dry)
            _came_to(answer, 0, 0, 1)


def _held_by(session: Session, holders: int) -> tuple[int, list[str]]:
    """A new profile that so many users hold, raised after they got it, and their ids."""
    [profile_id] = fixtures.active_ids(session, 1, **_LIMIT)
    users = [fixtures.holder(session, profile_id) for _ in range(holders)]
    fixtures.changed(session, profile_id, **_HIGHER)
    return profile_id, users


def _came_to(answer: Answer, affected: int, skipped: int, failed: int = 0, *, user_ids: Any = ()) -> None:
    numbers = dict(zip(_COUNTS, (affected, skipped, failed), strict=True))
    expect.members(answer, **numbers, user_ids=list(user_ids))


def _outcome(answer: Answer) -> dict[str, Any]:
    """The numbers of an answer, and its `user_ids` in an order that can be compared."""
    numbers = {name: expect.member(answer, name) for name in _COUNTS}
    return {**numbers, "user_ids": sorted(expect.member(answer, "user_ids"))}


def _limits_are(session: Session, profile_id: int, limits: dict[str, int], answer: Answer) -> None:
    found = {
        user_id: fixtures.copy(session, user_id, profile_id)["budgets"][0].get("max_limit")
        for user_id in limits
    }
    expect.equal(found, limits, "max_limit by user", answer)


def _assigned_briefly(session: Session, user_id: str, profile_id: int) -> int:
    """Assigns a profile that expires soon, and returns after how many seconds.

    A server that takes so long that the instant is past when it reads it is given a later one.
    """
    *lives, longest = _LIVES
    for life in lives:
        with suppress(Unreached):
            fixtures.assigned(session, user_id, profile_id, expires_at=_soon(session, life))
            return life
    fixtures.assigned(session, user_id, profile_id, expires_at=_soon(session, longest))
    return longest


def _soon(session: Session, seconds: int) -> str:
    """An instant ahead of the server's clock, or of this machine's when the server tells none."""
    now = instant(calls.browse(session, {"limit": 1}).headers.get("date")) or datetime.now(UTC)
    return f"{now + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def _wait_until_expired(session: Session, user_id: str, profile_id: int, seconds: int) -> None:
    deadline = time.monotonic() + seconds + session.target.timeout
    while fixtures.copy(session, user_id, profile_id).get("is_active") is not False:
        if time.monotonic() > deadline:
            raise Unreached(f"the copy of {user_id} did not expire in time")
        time.sleep(0.25)
