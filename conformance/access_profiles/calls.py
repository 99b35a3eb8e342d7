"""Calls on profiles: what checks ask of the operations on templates, and what they read of the answers."""

from typing import Any

from conformance.http.answer import Answer
from conformance.http.client import Query
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.session import Session

Profile = dict[str, Any]

_LARGEST_PAGE, _MOST_PAGES = 100, 20
_SHOWN = 600


def submit(session: Session, body: Any = None, **request: Any) -> Answer:
    """Send a body to `createAccessProfile`."""
    return session.call("createAccessProfile", body=body, **request)


def submit_octets(session: Session, content: bytes, media_type: str | None = "application/json") -> Answer:
    """Send octets to `createAccessProfile`, just as they are."""
    headers = {} if media_type is None else {"Content-Type": media_type}
    return session.call("createAccessProfile", content=content, headers=headers)


def read(session: Session, profile_id: Any, **request: Any) -> Answer:
    """Ask `getAccessProfile` for an id."""
    return session.call("getAccessProfile", parameters={"profile_id": profile_id}, **request)


def update(session: Session, profile_id: Any, body: Any, **request: Any) -> Answer:
    """Send a body to `updateAccessProfile`."""
    return session.call("updateAccessProfile", parameters={"profile_id": profile_id}, body=body, **request)


def browse(session: Session, query: Query | None = None, **request: Any) -> Answer:
    """Ask `listAccessProfiles` for a page."""
    return session.call("listAccessProfiles", query=query, **request)


def create(session: Session, **fields: Any) -> Profile:
    """Create a profile, and return it as the server answered it. It has a fresh name unless one is given.

    Raises:
        Unreached: there is no such profile now, so that what follows cannot be checked.
    """
    answer = submit(session, {"name": session.name(), **fields})
    found = answer.json.get("access_profile") if isinstance(answer.json, dict) else None
    if answer.status != 201 or not isinstance(found, dict) or not isinstance(found.get("id"), int):
        raise Unreached(f"no profile could be created: {_summary(answer)}")
    return found


def profile(session: Session, profile_id: int) -> Profile:
    """Return the profile as `getAccessProfile` has it.

    Raises:
        Unreached: it cannot be read.
    """
    answer = read(session, profile_id)
    found = answer.json.get("access_profile") if isinstance(answer.json, dict) else None
    if answer.status != 200 or not isinstance(found, dict):
        raise Unreached(f"the profile {profile_id} cannot be read: {_summary(answer)}")
    return found


def rows(session: Session, query: dict[str, Any] | None = None) -> list[Profile]:
    """Return every profile of this session's namespace that matches, over all pages.

    Raises:
        Unreached: the list cannot be read.
    """
    rows: list[Profile] = []
    for _ in range(_MOST_PAGES):
        page = {"search": session.namespace, "limit": _LARGEST_PAGE, "offset": len(rows), **(query or {})}
        answer = browse(session, page)
        found = answer.json.get("access_profiles") if isinstance(answer.json, dict) else None
        if answer.status != 200 or not isinstance(found, list):
            raise Unreached(f"the list cannot be read: {_summary(answer)}")
        rows += found
        if len(found) < _LARGEST_PAGE:
            return rows
    raise Unreached(f"the list of the profiles of this run has no end: {_MOST_PAGES} pages are all full")


def shown(answer: Answer, *wanted: int) -> Profile:
    """Demand one of these statuses (201 if none is given) and an `access_profile`, and return that."""
    expect.status(answer, *(wanted or (201,)))
    found = expect.member(answer, "access_profile")
    has_id = isinstance(found, dict) and type(found.get("id")) is int
    expect.holds(has_id, "an `access_profile` with an id", answer.exchange.answer()[:_SHOWN], answer)
    return dict(found)


def listed(answer: Answer) -> list[Any]:
    """Demand a 200 with a list of profiles, and return the list."""
    return expect.rows(answer, "access_profiles")


def _summary(answer: Answer) -> str:
    return answer.exchange.answer()[:300]
