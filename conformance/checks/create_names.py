"""Names of new profiles: trimmed, at most 255 characters, and unique, also under a race."""

from conformance.access_profiles import calls
from conformance.run import barrier, expect
from conformance.run.barrier import Entry
from conformance.run.registry import RACE, check
from conformance.run.session import Session

_LONGEST = 255
_RACERS = 20


@check("AP-CRE-002")
def trimmed(session: Session) -> None:
    """Creates with spaces around the name and looks for the name without them.

    It is to be so in the answer and in a later read. Names of white space alone are to be 400.
    """
    name = session.name(" with a gap")
    answer = calls.submit(session, {"name": f"  {name} "})
    profile = calls.shown(answer)
    expect.equal(profile.get("name"), name, "name", answer)
    later = calls.read(session, profile["id"])
    expect.equal(calls.shown(later, 200).get("name"), name, "name in a later read", later)
    for blank in (" ", "    ", ""):
        expect.status(calls.submit(session, {"name": blank}), 400)


@check("AP-CRE-003")
def longest(session: Session) -> None:
    """Creates with names of 255 characters, which are to come back whole.

    One of them is made of characters beyond the Basic Multilingual Plane. Names of 256 are to be 400.
    """
    for filler in ("x", "ß", "😀"):
        name = session.name()
        name += filler * (_LONGEST - len(name))
        answer = calls.submit(session, {"name": name})
        expect.equal(calls.shown(answer).get("name"), name, "name", answer)
        longer = session.name()
        longer += filler * (_LONGEST + 1 - len(longer))
        expect.status(calls.submit(session, {"name": longer}), 400)


@check("AP-CRE-004")
def unique(session: Session) -> None:
    """Creates, then creates again with the same name, as it is and with spaces around it.

    Both are to be 409, and the list is to hold the name once.
    """
    name = calls.create(session)["name"]
    for again in (name, f" {name}", f"{name}  "):
        expect.status(calls.submit(session, {"name": again, "description": "the second"}), 409)
    expect.equal([row.get("name") for row in calls.rows(session)], [name], "the names in the list")


@check("AP-CRE-005")
def case_counts(session: Session) -> None:
    """Creates three names that differ in upper and lower case alone; each is to be 201."""
    name = session.name(" Analyst")
    for spelling in (name, name.upper(), name.lower()):
        answer = calls.submit(session, {"name": spelling})
        expect.equal(calls.shown(answer).get("name"), spelling, "name", answer)


@check("AP-CRE-006", phase=RACE, alone=True)
def race(session: Session) -> None:
    """Twenty clients, each on a connection of its own, create one name at the same instant.

    One answer is to be 201, nineteen are to be 409, and the list is to hold the name once. Run three times.
    """
    for _ in range(3):
        name = session.name(".")
        answers = barrier.race(session, [Entry("createAccessProfile", {"name": name})] * _RACERS)
        statuses = sorted(answer.status for answer in answers)
        expect.equal(statuses, [201] + [409] * (_RACERS - 1), "the statuses", *answers[:3])
        expect.equal(
            [row.get("name") for row in calls.rows(session, {"search": name})],
            [name],
            "the names in the list",
        )
