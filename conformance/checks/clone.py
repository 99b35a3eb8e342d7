"""Cloning profiles: what the clone takes over, what it does not, and that the source stays."""

from typing import Any

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LONGEST = 255
_OF_THE_LINE = ("id", "last_reset", "current_usage", "token_current_usage", "request_current_usage")


@check("AP-CLO-001")
def configuration(session: Session) -> None:
    """Clones a profile that uses every field, and one that uses none.

    The clone is to have the source's configuration under its own name, in the answer and in a later read.
    """
    for fields in (samples.full(session.name()), {}):
        source = calls.create(session, **fields)
        name = session.name()
        for found, read in calls.seen(session, _clone(session, source["id"], name)):
            expect.fields(found, read, name=name)
            expect.equal(_configuration(found), _configuration(source), "the clone's configuration", read)


@check("AP-CLO-002")
def ids(session: Session) -> None:
    """Clones a profile that uses every field, and compares the ids of all lines; none is to be shared."""
    source = calls.create(session, **samples.full(session.name()))
    answer = _clone(session, source["id"], session.name())
    clone = calls.shown(answer)
    expect.holds(clone["id"] != source["id"], "an id of its own", clone["id"], answer)
    for kind, ids in holdings.kinds(clone, source).items():
        expect.different(ids, f"ids of {kind}", answer)


@check("AP-CLO-003")
def first_version(session: Session) -> None:
    """Changes a profile twice and clones it; the clone is to have version 1, as its list of versions has."""
    source_id = calls.create(session)["id"]
    for description in ("second", "third"):
        calls.update.done(session, source_id, {"description": description})
    answer = _clone(session, source_id, session.name())
    clone = calls.shown(answer)
    expect.fields(clone, answer, version=1)
    listed = calls.versions(session, clone["id"])
    numbers = [version.get("version") for version in expect.rows(listed, "versions")]
    expect.equal(numbers, [1], "the versions of the clone", listed)


@check("AP-CLO-004")
def inactive(session: Session) -> None:
    """Clones an active profile and an inactive one; both clones are to be inactive, also in a later read."""
    for source in (fixtures.active_profile(session), calls.create(session)):
        calls.shows_twice(session, _clone(session, source["id"], session.name()), 201, is_active=False)


@check("AP-CLO-005")
def names(session: Session) -> None:
    """Clones under names that creation would take, and under names that it would refuse.

    A name with spaces around it is to be trimmed, one of 255 characters kept, a blank one and one of 256 are
    to be 400. The source's own name is to be 409, with spaces around it as well.
    """
    source = calls.create(session)
    name, longest = session.name(), session.name().ljust(_LONGEST, "ß")
    for sent in (f"  {name} ", longest):
        calls.shows(_clone(session, source["id"], sent), 201, name=sent.strip())
    for bad in ("", "   ", session.name().ljust(_LONGEST + 1, "x")):
        expect.status(_clone(session, source["id"], bad), 400)
    for taken in (source["name"], f" {source['name']}", name):
        expect.status(_clone(session, source["id"], taken), 409)
    found = [row.get("name") for row in calls.rows(session)]
    expect.same_items(found, [source["name"], name, longest], "the names in the list")


@check("AP-CLO-006")
def description(session: Session) -> None:
    """Clones with a description, with `null` and with none; the last is to have the source's."""
    for told in ("What it was for.", None):
        source = calls.create(session, description=told)
        for fields, expected in (
            ({"description": "Another."}, "Another."),
            ({"description": None}, None),
            ({}, told),
        ):
            answer = _clone(session, source["id"], session.name(), **fields)
            calls.shows_twice(session, answer, 201, description=expected)


@check("AP-CLO-007")
def no_source(session: Session) -> None:
    """Clones ids that nobody has, and a profile that was deleted; each is to be 404 and to create nothing."""
    deleted = calls.create(session)["id"]
    calls.delete.done(session, deleted)
    for source_id in (*calls.absent_ids(session), deleted):
        expect.status(_clone(session, source_id, session.name()), 404)
    expect.equal(calls.rows(session), [], "the profiles in the list")


@check("AP-CLO-008")
def source_stays(session: Session) -> None:
    """Clones a profile, changes the clone and deletes it; the source is to read the same all along."""
    source = calls.create(session, **samples.full(session.name()))
    before = calls.read(session, source["id"])
    clone = calls.shown(_clone(session, source["id"], session.name(), description="Another."))
    emptied: dict[str, Any] = {"tags": [], "budgets": [], "provider_configs": []}
    for change, *body in ((None,), (calls.update, emptied), (calls.delete,)):
        if change is not None:
            change.done(session, clone["id"], *body)
        after = calls.read.done(session, source["id"])
        expect.equal(after.json, before.json, "the source afterwards", before, after)


@check("AP-CLO-009")
def unassigned(session: Session) -> None:
    """Clones a profile that a role has and a user holds; the clone is to have no role and no holder."""
    source_id = fixtures.active_profile(session)["id"]
    fixtures.attached(session, source_id, *fixtures.role_ids(session, 1), is_default=True)
    fixtures.holder(session, source_id)
    clone = calls.shown(_clone(session, source_id, session.name()))
    expect.members(calls.read.done(session, clone["id"]), roles=[], user_count=0)


def _clone(session: Session, source_id: int, name: str, **fields: Any) -> Answer:
    return calls.clone(session, source_id, {"name": name, **fields})


def _configuration(profile: Profile) -> Profile:
    """What is set of a profile, without what each line has of its own."""
    found: Profile = expect.without(
        {name: profile.get(name) for name in ("tags", *samples.POLICY)}, *_OF_THE_LINE
    )
    return found
