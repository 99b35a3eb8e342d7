"""Cloning profiles: what the clone takes over, what it does not, and that the source stays."""

from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807
_LONGEST = 255
_OF_THE_LINE = frozenset(
    {"id", "last_reset", "current_usage", "token_current_usage", "request_current_usage"}
)
_CLONED = (
    "tags",
    "provider_configs",
    "budgets",
    "rate_limit",
    "calendar_aligned",
    "mcp_tool_groups",
    "mcp_servers",
    "mcp_tool_overrides",
)


@check("AP-CLO-001")
def configuration(session: Session) -> None:
    """Clones a profile that uses every field, and one that uses none.

    The clone is to have the source's configuration under its own name, in the answer and in a later read.
    """
    for fields in (samples.full(session.name()), {}):
        source = calls.create(session, **fields)
        name = session.name()
        answer = _clone(session, source["id"], name)
        clone = calls.shown(answer, 201)
        for read in (answer, calls.read(session, clone["id"])):
            found = calls.shown(read, 201, 200)
            expect.equal(found.get("name"), name, "the clone's name", read)
            expect.equal(_configuration(found), _configuration(source), "the clone's configuration", read)


@check("AP-CLO-002")
def ids(session: Session) -> None:
    """Clones a profile that uses every field, and compares the ids of all lines; none is to be shared."""
    source = calls.create(session, **samples.full(session.name()))
    answer = _clone(session, source["id"], session.name())
    clone = calls.shown(answer, 201)
    expect.holds(clone["id"] != source["id"], "an id of its own", clone["id"], answer)
    shared = sorted(_line_ids(clone) & _line_ids(source))
    expect.equal(shared, [], "ids that the clone shares with its source", answer)


@check("AP-CLO-003")
def first_version(session: Session) -> None:
    """Changes a profile twice and clones it; the clone is to have version 1, as its list of versions has."""
    source_id = calls.create(session)["id"]
    for description in ("second", "third"):
        parameters = {"profile_id": source_id}
        body = {"description": description}
        expect.status(session.call("updateAccessProfile", parameters=parameters, body=body), 200)
    answer = _clone(session, source_id, session.name())
    clone = calls.shown(answer, 201)
    expect.equal(clone.get("version"), 1, "version", answer)
    listed = session.call("listAccessProfileVersions", parameters={"profile_id": clone["id"]})
    numbers = [version.get("version") for version in expect.rows(listed, "versions")]
    expect.equal(numbers, [1], "the versions of the clone", listed)


@check("AP-CLO-004")
def inactive(session: Session) -> None:
    """Clones an active profile and an inactive one; both clones are to be inactive, also in a later read."""
    for source in (fixtures.active_profile(session), calls.create(session)):
        answer = _clone(session, source["id"], session.name())
        clone = calls.shown(answer, 201)
        for read in (answer, calls.read(session, clone["id"])):
            expect.equal(calls.shown(read, 201, 200).get("is_active"), False, "is_active", read)


@check("AP-CLO-005")
def names(session: Session) -> None:
    """Clones under names that creation would take, and under names that it would refuse.

    A name with spaces around it is to be trimmed, one of 255 characters kept, a blank one and one of 256 are
    to be 400. The source's own name is to be 409, with spaces around it as well.
    """
    source = calls.create(session)
    name = session.name()
    answer = _clone(session, source["id"], f"  {name} ")
    expect.equal(calls.shown(answer, 201).get("name"), name, "name", answer)
    longest = session.name().ljust(_LONGEST, "ß")
    answer = _clone(session, source["id"], longest)
    expect.equal(calls.shown(answer, 201).get("name"), longest, "name", answer)
    for bad in ("", "   ", session.name().ljust(_LONGEST + 1, "x")):
        expect.status(_clone(session, source["id"], bad), 400)
    for taken in (source["name"], f" {source['name']}", name):
        expect.status(_clone(session, source["id"], taken), 409)
    # In the order of their ids, which say nothing of the order of creation.
    found = sorted(str(row.get("name")) for row in calls.rows(session))
    expect.equal(found, sorted([source["name"], name, longest]), "the names in the list")


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
            clone = calls.shown(answer, 201)
            for read in (answer, calls.read(session, clone["id"])):
                found = calls.shown(read, 201, 200).get("description")
                expect.equal(found, expected, "the clone's description", read)


@check("AP-CLO-007")
def no_source(session: Session) -> None:
    """Clones ids that nobody has, and a profile that was deleted; each is to be 404 and to create nothing."""
    deleted = calls.create(session)["id"]
    expect.status(session.call("deleteAccessProfile", parameters={"profile_id": deleted}), 200)
    for source_id in (_LARGEST_ID, session.random.randrange(2**61, 2**62), deleted):
        expect.status(_clone(session, source_id, session.name()), 404)
    expect.equal(calls.rows(session), [], "the profiles in the list")


@check("AP-CLO-008")
def source_stays(session: Session) -> None:
    """Clones a profile, changes the clone and deletes it; the source is to read the same all along."""
    source = calls.create(session, **samples.full(session.name()))
    before = calls.read(session, source["id"])
    clone = calls.shown(_clone(session, source["id"], session.name(), description="Another."), 201)
    emptied: dict[str, Any] = {"tags": [], "budgets": [], "provider_configs": []}
    for operation_id, body in ((None, None), ("updateAccessProfile", emptied), ("deleteAccessProfile", None)):
        if operation_id is not None:
            parameters = {"profile_id": clone["id"]}
            expect.status(session.call(operation_id, parameters=parameters, body=body), 200)
        after = calls.read(session, source["id"])
        expect.status(after, 200)
        expect.equal(after.json, before.json, "the source afterwards", before, after)


@check("AP-CLO-009")
def unassigned(session: Session) -> None:
    """Clones a profile that a role has and a user holds; the clone is to have no role and no holder."""
    source_id = fixtures.active_profile(session)["id"]
    fixtures.attached(session, source_id, fixtures.role(session)["id"], is_default=True)
    fixtures.holder(session, source_id)
    clone = calls.shown(_clone(session, source_id, session.name()), 201)
    answer = calls.read(session, clone["id"])
    expect.status(answer, 200)
    expect.equal(expect.member(answer, "roles"), [], "the clone's roles", answer)
    expect.equal(expect.member(answer, "user_count"), 0, "the clone's user_count", answer)


def _clone(session: Session, source_id: Any, name: str, **fields: Any) -> Answer:
    parameters = {"profile_id": source_id}
    return session.call("cloneAccessProfile", parameters=parameters, body={"name": name, **fields})


def _configuration(profile: Profile) -> dict[str, Any]:
    return {name: _terms(profile.get(name)) for name in _CLONED}


def _terms(value: Any) -> Any:
    """A value without what each line has of its own."""
    if isinstance(value, dict):
        return {name: _terms(member) for name, member in value.items() if name not in _OF_THE_LINE}
    return [_terms(item) for item in value] if isinstance(value, list) else value


def _line_ids(profile: Profile) -> set[str]:
    """The ids of a profile's lines, each with the kind of its line."""
    configs = profile.get("provider_configs", [])
    found = {f"provider config {config.get('id')}" for config in configs}
    for holder in (profile, *configs):
        found |= {f"budget {budget.get('id')}" for budget in holder.get("budgets", [])}
        if holder.get("rate_limit"):
            found.add(f"rate limit {holder['rate_limit'].get('id')}")
    return found
