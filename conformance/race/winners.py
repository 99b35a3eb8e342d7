"""Races that one client wins, and all others lose."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.access_profiles import audit_log, calls, fixtures
from conformance.http.answer import Answer
from conformance.run.barrier import Entry, race
from conformance.run.session import Session

CLIENTS = 6


@dataclass(frozen=True)
class Round:
    """What one round came to: what is wrong, if anything is, and what was answered."""

    fault: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Race:
    """One race.

    Attributes:
        name: of the verdict, after `RACE.`.
        clause_id: what a wrong outcome breaks.
        operation_id: what all clients call.
        run: prepares and runs one round, and judges it.
        expected: the outcome of every round, in words.
        profiles: every profile whose clauses it leans on.
    """

    name: str
    clause_id: str
    operation_id: str
    run: Callable[[Session], Round]
    expected: str
    profiles: frozenset[str]


def create(session: Session) -> Round:
    """Several clients create one name."""
    name = session.name()
    answers = race(session, [Entry("createAccessProfile", {"name": name})] * CLIENTS)
    fault = _one_winner(answers, 201, 409)
    listed = calls.browse(session, {"search": name, "limit": 100})
    count = len(listed.json["access_profiles"])
    return _round(fault or _differs("profiles of that name", count, 1), [*answers, listed])


def update(session: Session) -> Round:
    """Several clients update one profile with the tag that it has."""
    profile_id = calls.create(session)["id"]
    tag = calls.read(session, profile_id).headers.get("etag", "")
    entries = [
        Entry(
            "updateAccessProfile", {"description": f"by {n}"}, {"profile_id": profile_id}, {"If-Match": tag}
        )
        for n in range(CLIENTS)
    ]
    answers = race(session, entries)
    after = calls.read(session, profile_id)
    won = [n for n, answer in enumerate(answers) if answer.status == 200]
    fault = _one_winner(answers, 200, 412)
    if fault is None:
        profile = after.json["access_profile"]
        shown, due = [profile["description"], profile["version"]], [f"by {won[0]}", 2]
        fault = _differs("description and version afterwards", shown, due)
    return _round(fault, [*answers, after])


def rename(session: Session) -> Round:
    """Several clients give one name to several profiles."""
    name = session.name()
    ids = [calls.create(session)["id"] for _ in range(CLIENTS)]
    entries = [Entry("updateAccessProfile", {"name": name}, {"profile_id": i}) for i in ids]
    answers = race(session, entries)
    listed = calls.browse(session, {"search": name, "limit": 100})
    count = len(listed.json["access_profiles"])
    fault = _one_winner(answers, 200, 409) or _differs("profiles of that name", count, 1)
    return _round(fault, [*answers, listed])


def delete(session: Session) -> Round:
    """Several clients delete one profile."""
    profile_id = calls.create(session)["id"]
    answers = race(session, [Entry("deleteAccessProfile", None, {"profile_id": profile_id})] * CLIENTS)
    log = audit_log.of_profile(session, profile_id)
    count = audit_log.actions(log).count("delete")
    fault = _one_winner(answers, 200, 404) or _differs("audit rows `delete`", count, 1)
    return _round(fault, [*answers, log])


def assign(session: Session) -> Round:
    """Several clients assign one profile to one user."""
    profile_id, user_id = fixtures.active_profile(session)["id"], fixtures.user(session)["id"]
    entry = Entry("assignUserAccessProfile", {"profile_id": profile_id}, {"user_id": user_id})
    answers = race(session, [entry] * CLIENTS)
    held = session.call("listUserAccessProfiles", parameters={"user_id": user_id})
    keys = session.call("listUserVirtualKeys", parameters={"user_id": user_id})
    shown = [
        len(held.json["access_profiles"]),
        len(keys.json["virtual_keys"]),
        fixtures.user_count(session, profile_id),
    ]
    fault = _one_winner(answers, 201, 409) or _differs("copies, keys and user_count", shown, [1, 1, 1])
    return _round(fault, [*answers, held, keys])


def attach(session: Session) -> Round:
    """Several clients make several profiles the default of one role."""
    role_id = fixtures.role(session)["id"]
    ids = [calls.create(session)["id"] for _ in range(CLIENTS)]
    body = {"role_ids": [role_id], "is_default": True}
    answers = race(session, [Entry("attachRolesToAccessProfile", body, {"profile_id": i}) for i in ids])
    role = session.call("getRole", parameters={"role_id": role_id})
    attachments = role.json["access_profiles"]
    shown = [len(attachments), sum(each["is_default"] for each in attachments)]
    fault = _statuses(answers, {200: CLIENTS}) or _differs("attachments, defaults", shown, [CLIENTS, 1])
    return _round(fault, [*answers, role])


def revoke(session: Session) -> Round:
    """Several clients revoke one API key."""
    key_id = fixtures.api_key(session, "AccessProfiles:View")["api_key"]["id"]
    answers = race(session, [Entry("revokeApiKey", None, {"key_id": key_id})] * CLIENTS)
    return _round(_one_winner(answers, 200, 404), answers)


LIFECYCLE = frozenset({"core", "lifecycle"})
_PEOPLE = frozenset({"core", "lifecycle", "users", "extensions"})
_STRICT = frozenset({"strict"})
_ONE = "exactly one client to win, and all others to lose"

RACES = (
    Race("create", "AP-CRE-006", "createAccessProfile", create, _ONE, frozenset({"core"})),
    Race("update", "AP-UPD-018", "updateAccessProfile", update, _ONE, LIFECYCLE | _STRICT),
    Race("rename", "AP-UPD-017", "updateAccessProfile", rename, _ONE, LIFECYCLE),
    Race("delete", "AP-DEL-002", "deleteAccessProfile", delete, _ONE, LIFECYCLE),
    Race("assign", "AP-ASG-007", "assignUserAccessProfile", assign, _ONE, _PEOPLE),
    Race(
        "attach",
        "AP-ATT-008",
        "attachRolesToAccessProfile",
        attach,
        "all attachments to be there, one of them the default",
        _PEOPLE | _STRICT,
    ),
    Race("revoke", "KEY-REV-002", "revokeApiKey", revoke, _ONE, frozenset({"extensions"})),
)


def _one_winner(answers: list[Answer], won: int, lost: int) -> str | None:
    return _statuses(answers, {won: 1, lost: CLIENTS - 1})


def _statuses(answers: list[Answer], due: dict[int, int]) -> str | None:
    shown = Counter(answer.status for answer in answers)
    if shown == due:
        return None
    return "answers of " + ", ".join(f"{count} × {status}" for status, count in sorted(shown.items()))


def _differs(what: str, actual: Any, expected: Any) -> str | None:
    return None if actual == expected else f"{what}: {actual}, and not {expected}"


def _round(fault: str | None, answers: list[Answer]) -> Round:
    return Round(fault, tuple(answers))
