"""Several clients that update at one instant."""

from conformance.access_profiles import calls
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.barrier import Entry, race
from conformance.run.registry import RACE, check
from conformance.run.session import Session

_ROUNDS = 3
_RENAMED = 8
_WRITERS = 12


@check("AP-UPD-017", phase=RACE, alone=True)
def one_name(session: Session) -> None:
    """Eight clients, each on a connection of its own, give eight profiles one name at the same instant.

    One answer is to be 200, seven are to be 409, and the list is to hold the name once. Run three times.
    """
    ids = [calls.create(session)["id"] for _ in range(_RENAMED)]
    for _ in range(_ROUNDS):
        name = session.name(".")
        answers = race(
            session, [Entry("updateAccessProfile", {"name": name}, {"profile_id": each}) for each in ids]
        )
        statuses = sorted(answer.status for answer in answers)
        expect.equal(statuses, [200] + [409] * (_RENAMED - 1), "the statuses", *answers[:3])
        named = [row.get("name") for row in calls.rows(session, {"search": name})]
        expect.equal(named, [name], "the names in the list")


@check("AP-UPD-018", phase=RACE, alone=True)
def one_version(session: Session) -> None:
    """Twelve clients, each on a connection of its own, update one profile at once with its `ETag`.

    One answer is to be 200, eleven are to be 412, and the profile to be one version further and to be the one
    that was answered 200. Run three times.
    """
    profile = calls.create(session)
    for number in range(_ROUNDS):
        tag = calls.read(session, profile["id"]).headers.get("etag")
        if tag is None:
            raise Unreached("the profile was answered without an ETag")
        parameters = {"profile_id": profile["id"]}
        texts = [f"round {number}, writer {writer}" for writer in range(_WRITERS)]
        answers = race(
            session,
            [Entry("updateAccessProfile", {"description": t}, parameters, {"If-Match": tag}) for t in texts],
        )
        statuses = sorted(answer.status for answer in answers)
        expect.equal(statuses, [200] + [412] * (_WRITERS - 1), "the statuses", *answers[:3])
        won = next(answer for answer in answers if answer.status == 200)
        after = calls.profile(session, profile["id"])
        expect.equal(calls.shown(won, 200), after, "the profile that was answered 200", won)
        expect.equal(after.get("version"), profile["version"] + number + 1, "version", won)
