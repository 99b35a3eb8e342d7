"""What checks ask of the operations, and what they read of answers that show profiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.contract.resources import parameters_of
from conformance.http.answer import Answer
from conformance.http.client import Query
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.session import Session
from conformance.run.verdict import Violation

Object = dict[str, Any]
Profile = Object

_LARGEST_PAGE, _MOST_PAGES = 100, 20
FIRST_ID, LARGEST_ID = 1, 9223372036854775807
_SHOWN = 600


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as a function of what its path names, in the path's order, and of a body behind that."""

    id: str

    def __call__(self, session: Session, *given: Any, **request: Any) -> Answer:
        """Call the operation, as the administrator unless another `client` is given."""
        operation = session.contract.operation(self.id)
        names = parameters_of(operation.path) if operation else []
        if len(given) > len(names):
            *given, request["body"] = given  # type: ignore[assignment]
        return session.call(self.id, parameters=dict(zip(names, given, strict=True)), **request)

    def done(self, session: Session, *given: Any, wanted: int = 200, **request: Any) -> Answer:
        """Call the operation, and demand this status."""
        answer = self(session, *given, **request)
        expect.status(answer, wanted)
        return answer


submit = Call("createAccessProfile")
read = Call("getAccessProfile")
update = Call("updateAccessProfile")
delete = Call("deleteAccessProfile")
clone = Call("cloneAccessProfile")
activate = Call("activateAccessProfile")
deactivate = Call("deactivateAccessProfile")
propagate = Call("propagateAccessProfile")
attach = Call("attachRolesToAccessProfile")
detach_role = Call("detachRoleFromAccessProfile")
versions = Call("listAccessProfileVersions")
version = Call("getAccessProfileVersion")
log_of_profile = Call("listAccessProfileAuditLogsById")
whole_log = Call("listAccessProfileAuditLogs")

assign = Call("assignUserAccessProfile")
detach_user = Call("detachUserAccessProfile")
copies = Call("listUserAccessProfiles")
set_override = Call("updateUserAccessProfileBudgetOverride")
clear_override = Call("deleteUserAccessProfileBudgetOverride")
add_key_to_copy = Call("addUserAccessProfileVirtualKey")
add_key = Call("addUserVirtualKey")
delete_key = Call("deleteUserAccessProfileVirtualKey")
keys = Call("listUserVirtualKeys")

create_user = Call("createUser")
user = Call("getUser")
users = Call("listUsers")
delete_user = Call("deleteUser")
change_role = Call("updateUserRole")
change_groups = Call("updateUserGroups")

create_role = Call("createRole")
role = Call("getRole")
roles = Call("listRoles")
update_role = Call("updateRole")
delete_role = Call("deleteRole")

create_api_key = Call("createApiKey")
api_keys = Call("listApiKeys")
revoke_api_key = Call("revokeApiKey")


def absent_ids(session: Session) -> tuple[int, int]:
    """Return the largest id there can be, and another one that nothing has."""
    return LARGEST_ID, session.random.randrange(2**61, 2**62)


def submit_octets(session: Session, content: bytes, media_type: str | None = "application/json") -> Answer:
    """Send octets to `createAccessProfile`, just as they are."""
    headers = {} if media_type is None else {"Content-Type": media_type}
    return submit(session, content=content, headers=headers)


def submit_named(session: Session, **fields: Any) -> Answer:
    """Send these fields to `createAccessProfile`, under a fresh name."""
    return submit(session, {"name": session.name(), **fields})


def browse(session: Session, query: Query | None = None, **request: Any) -> Answer:
    """Ask `listAccessProfiles` for a page."""
    return session.call("listAccessProfiles", query=query, **request)


def create(session: Session, **fields: Any) -> Profile:
    """Create a profile, and return it as the server answered it. It has a fresh name unless one is given.

    Raises:
        Unreached: there is no such profile now, so that what follows cannot be checked.
    """
    answer = submit_named(session, **fields)
    found: Profile = needed(answer, 201, "access_profile", dict)
    if not isinstance(found.get("id"), int):
        raise Unreached(f"no profile could be created: {answer.exchange.answer()[:300]}")
    return found


def profile(session: Session, profile_id: int) -> Profile:
    """Return the profile as `getAccessProfile` has it.

    Raises:
        Unreached: it cannot be read.
    """
    found: Profile = needed(read(session, profile_id), 200, "access_profile", dict)
    return found


def rows(session: Session, query: dict[str, Any] | None = None) -> list[Profile]:
    """Return every profile of this session's namespace that matches, over all pages.

    Raises:
        Unreached: the list cannot be read.
        Violation: its pages are all the same one.
    """
    rows: list[Profile] = []
    for _ in range(_MOST_PAGES):
        page = {"search": session.namespace, "limit": _LARGEST_PAGE, "offset": len(rows), **(query or {})}
        answer = browse(session, page)
        found = needed(answer, 200, "access_profiles", list)
        if rows and found and found[0] == rows[0]:
            shown = f"the rows of the first page at offset {len(rows)}"
            raise Violation("each profile on one page", shown, [answer], clause_id="AP-LST-003")
        rows += found
        if len(found) < _LARGEST_PAGE:
            return rows
    raise Unreached(f"the list of the profiles of this run has no end: {_MOST_PAGES} pages are all full")


def needed(answer: Answer, status: int, member: str | None = None, kind: type = object) -> Any:
    """Return a member of the answer to what a check needs before it begins; the body, if none is named.

    Raises:
        Unreached: it has another status, or no such member of that kind.
    """
    body = answer.json
    if answer.status == status and isinstance(body, dict):
        if member is None:
            return body
        if member in body and isinstance(body[member], kind):
            return body[member]
    raise Unreached(f"what the check needs could not be made: {answer.exchange.answer()[:300]}")


def shown(answer: Answer, *wanted: int) -> Profile:
    """Demand one of these statuses (201 if none is given) and an `access_profile`, and return that."""
    expect.status(answer, *(wanted or (201,)))
    found = expect.member(answer, "access_profile")
    has_id = isinstance(found, dict) and type(found.get("id")) is int
    expect.holds(has_id, "an `access_profile` with an id", answer.exchange.answer()[:_SHOWN], answer)
    return dict(found)


def shows(answer: Answer, status: int, **wanted: Any) -> None:
    """Demand this status, and a profile with these fields."""
    expect.fields(shown(answer, status), answer, **wanted)


def shows_twice(session: Session, answer: Answer, status: int, **wanted: Any) -> None:
    """Demand this status and a profile with these fields, at once and in a later read."""
    for found, each in seen(session, answer, status):
        expect.fields(found, each, **wanted)


def seen(session: Session, answer: Answer, wanted: int = 201) -> Iterator[tuple[Profile, Answer]]:
    """Yield a profile as an answer of this status shows it, then as a later read does, with both answers."""
    now = shown(answer, wanted)
    later = read(session, now["id"])
    yield now, answer
    yield shown(later, 200), later


def at_location(session: Session, answer: Answer) -> Answer:
    """Demand a header `Location`, and read what it names."""
    named = answer.headers.get("location")
    expect.holds(bool(named), "a Location header", "none", answer)
    url = urlsplit(urljoin(answer.exchange.url, named))
    # The key goes to the server under test alone, wherever the header points.
    path = url.path.removeprefix(urlsplit(session.target.root).path)
    return session.admin.request("GET", path + (f"?{url.query}" if url.query else ""))


def listed(answer: Answer) -> list[Any]:
    """Demand a 200 with a list of profiles, and return the list."""
    return expect.rows(answer, "access_profiles")
