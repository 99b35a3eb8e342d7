"""Reading the audit log, as the checks of history do it."""

import json
from typing import Any

from conformance.access_profiles import calls
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.session import Session

LARGEST_PAGE = 100

Row = dict[str, Any]


def of_profile(session: Session, profile_id: Any, **query: Any) -> Answer:
    """Return one page of a profile's log, as long as it may be unless `limit` is given."""
    return calls.log_of_profile(session, profile_id, query={"limit": LARGEST_PAGE, **query})


def of_all(session: Session, **query: Any) -> Answer:
    """Return one page of the whole log, as long as it may be unless `limit` is given."""
    return calls.whole_log(session, query={"limit": LARGEST_PAGE, **query})


def rows(answer: Answer) -> list[Row]:
    """Demand a 200 with a list `audit_logs` of objects, and return the list."""
    return expect.rows(answer, "audit_logs")


def actions(answer: Answer) -> list[Any]:
    """Return the actions of the answer's rows, in its order."""
    return [row.get("action") for row in rows(answer)]


def json_object(log: Answer, row: Row, name: str) -> dict[str, Any]:
    """Return the JSON object in a member of a row; an empty one when it is null."""
    text = row.get(name)
    if text is None:
        return {}
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    wanted = f"null or a JSON object in a string in `{name}`"
    expect.holds(isinstance(found, dict), wanted, expect.show(text), log)
    return dict(found or {})
