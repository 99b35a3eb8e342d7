"""Several clients that ask for the same at one instant: one of them gets it, the others are refused."""

from collections.abc import Sequence

from conformance.access_profiles import calls, fixtures, holdings
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.barrier import Entry, race
from conformance.run.registry import RACE, check
from conformance.run.session import Session
from conformance.run.verdict import Violation

_ROUNDS = 3
_CREATING = 20
_RENAMED = 8
_WRITERS = 12
_ASSIGNING = 8


@check("AP-CRE-006", phase=RACE, alone=True)
def one_profile(session: Session) -> None:
    """Twenty clients, each on a connection of its own, create one name at the same instant.

    One answer is to be 201, nineteen are to be 409, and the list is to hold the name once. Run three times.
    """
    for _ in range(_ROUNDS):
        name = session.name(".")
        _one_wins(session, [Entry("createAccessProfile", {"name": name})] * _CREATING, 201, 409)
        _is_listed_once(session, name)


@check("AP-UPD-017", phase=RACE, alone=True)
def one_name(session: Session) -> None:
    """Eight clients, each on a connection of its own, give eight profiles one name at the same instant.

    One answer is to be 200, seven are to be 409, and the list is to hold the name once. Run three times.
    """
    ids = [calls.create(session)["id"] for _ in range(_RENAMED)]
    for _ in range(_ROUNDS):
        name = session.name(".")
        entries = [Entry("updateAccessProfile", {"name": name}, {"profile_id": each}) for each in ids]
        _one_wins(session, entries, 200, 409)
        _is_listed_once(session, name)


@check("AP-UPD-018", phase=RACE, alone=True)
def one_version(session: Session) -> None:
    """Twelve clients, each on a connection of its own, update one profile at once with its `ETag`.

    One answer is to be 200, eleven are to be 412, and the profile to be one version further and to be the one
    that was answered 200. Run three times.
    """
    profile = calls.create(session)
    parameters = {"profile_id": profile["id"]}
    for number in range(_ROUNDS):
        tag = calls.read(session, profile["id"]).headers.get("etag")
        if tag is None:
            raise Violation("a strong ETag", "none", session.answers[-1:], clause_id="AP-GET-007")
        texts = [f"round {number}, writer {writer}" for writer in range(_WRITERS)]
        entries = [
            Entry("updateAccessProfile", {"description": t}, parameters, {"If-Match": tag}) for t in texts
        ]
        won = _one_wins(session, entries, 200, 412)
        after = calls.profile(session, profile["id"])
        expect.equal(calls.shown(won, 200), after, "the profile that was answered 200", won)
        expect.fields(after, won, version=profile["version"] + number + 1)


@check("AP-ASG-007", phase=RACE, alone=True)
def one_copy(session: Session) -> None:
    """Eight clients, each on a connection of its own, give one profile to one user at the same instant.

    One answer is to be 201, seven are to be 409, and the user to hold one copy with one key. Run three times.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    for number in range(1, _ROUNDS + 1):
        user_id = fixtures.user_id(session)
        entry = Entry("assignUserAccessProfile", {"profile_id": profile_id}, {"user_id": user_id})
        _one_wins(session, [entry] * _ASSIGNING, 201, 409)
        holdings.only_copy(session, user_id)
        holdings.have_keys(session, {user_id: 1})
        expect.equal(fixtures.user_count(session, profile_id), number, "user_count", session.answers[-1])


def _one_wins(session: Session, entries: Sequence[Entry], won: int, lost: int) -> Answer:
    """One answer has the first of these statuses, all others have the second; return the one."""
    answers = race(session, entries)
    statuses = sorted(answer.status for answer in answers)
    expect.equal(statuses, [won] + [lost] * (len(entries) - 1), "the statuses", *answers[:3])
    return next(answer for answer in answers if answer.status == won)


def _is_listed_once(session: Session, name: str) -> None:
    names = [row.get("name") for row in calls.rows(session, {"search": name})]
    expect.equal(names, [name], "the names in the list")
