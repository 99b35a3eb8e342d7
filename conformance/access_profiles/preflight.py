"""Before anything is checked: does somebody listen, and does the key open?"""

from collections.abc import Collection

import httpx

from conformance.access_profiles import calls, keys
from conformance.contract.document import Operation
from conformance.contract.resources import parameters_of
from conformance.http.unreached import Unreached, WouldWrite
from conformance.run.preflight import transport_advice
from conformance.run.session import Session

_ABSENT = (404, 405, 501)
_NEED_EXTENSIONS = frozenset({"extensions", "users"})
_NEEDED = (
    "the scope `*`, or View, Create, Update and Delete of AccessProfiles, Roles and Users, and View, Create "
    "and Delete of APIKeys"
)


def preflight(session: Session) -> None:
    """List profiles with each key that was given.

    Raises:
        Unreached: the run cannot begin; the message says what to do.
    """
    root = session.target.root
    try:
        answer = calls.browse(session, {"limit": 1})
    except httpx.TransportError as error:
        raise Unreached(transport_advice(session.target, error)) from error
    path = session.path("listAccessProfiles")
    if answer.status == 401:
        raise Unreached(f"{root} refuses the key (401). Give a good API key with --key or CONFORMANCE_KEY.")
    if answer.status == 403:
        raise Unreached(f"The key may not list profiles (403). Give one that may do everything: {_NEEDED}.")
    if answer.status == 404:
        raise Unreached(f"There is nothing at {root}{path} (404). Give the server's root, without {path}.")
    if 300 <= answer.status < 400:
        place = answer.headers.get("location", "another place")
        raise Unreached(f"{root}{path} redirects to {place}. Give the URL that the server itself has.")
    if answer.status >= 500:
        raise Unreached(
            f"{root}{path} answers {answer.status}: the server is not ready. See its log, try again."
        )
    if answer.json is None and "html" in answer.headers.get("content-type", ""):
        raise Unreached(
            f"{root}{path} answers {answer.status} with a page for people, not with JSON. Something before "
            "the server, like a login, answers for it: give the URL of the API itself, or the headers it "
            "asks for in conformance.toml."
        )
    _check_viewer(session)


def missing_profiles(session: Session, asked: Collection[str]) -> dict[str, str]:
    """Return which of these profiles the server has not, with the reason, as far as a few requests can tell.

    A server has a profile's operations or it has not; whether they are right is for the checks to say.

    Raises:
        Unreached: there are roles, and the key may not see them.
        httpx.TransportError: the server stopped answering.
    """
    missing: dict[str, str] = {}
    if _NEED_EXTENSIONS & set(asked) and (reason := _missing_extensions(session)):
        missing |= dict.fromkeys(_NEED_EXTENSIONS & set(asked), reason)
    if "lifecycle" in asked and (reason := _missing_lifecycle(session)):
        missing["lifecycle"] = reason
    if "scopes" in asked and (reason := _missing_second_key(session)):
        missing["scopes"] = reason
    return missing


def _missing_extensions(session: Session) -> str | None:
    if session.contract.operation("listRoles") is None:
        return "the contract has no operation listRoles"
    path = session.path("listRoles")
    status = session.call("listRoles").status
    if status in _ABSENT:
        return f"the server has no roles and users as resources: GET {path} is answered {status}"
    if status == 403:
        raise Unreached(f"The key may not list roles (403). Give one that may do everything: {_NEEDED}.")
    return None


def _missing_lifecycle(session: Session) -> str | None:
    """Ask for every operation on a profile that is there, and stop at the first that is there as well."""
    profile_id = _some_profile(session)
    if profile_id is None:
        return None
    tried: list[str] = []
    for operation in _of_a_profile(session):
        try:
            answer = session.call(operation.id, parameters={"profile_id": profile_id})
        except WouldWrite:
            continue
        if answer.status not in _ABSENT:
            return None
        tried.append(f"{operation.method} {operation.path} is answered {answer.status}")
    return (
        f"the server does not change templates or keep their history: {', '.join(tried)}" if tried else None
    )


def _of_a_profile(session: Session) -> list[Operation]:
    """Return the `lifecycle` operations that read what belongs to a profile, then those that make another."""
    resources = session.resources
    found = [
        each
        for each in session.contract.operations
        if session.contract.claim_for(each.id) == "lifecycle"
        and parameters_of(each.path) == ["profile_id"]
        and (each.method == "GET" or resources.makes(each) is not None)
    ]
    return sorted(found, key=lambda each: each.method != "GET")


def _some_profile(session: Session) -> int | None:
    """Return the id of a profile of the run's own; of one that is there when nothing may be written."""
    try:
        return int(calls.create(session)["id"])
    except WouldWrite:
        rows = (calls.browse(session, {"limit": 1}).json or {}).get("access_profiles") or []
        return int(rows[0]["id"]) if rows else None
    except Unreached:
        return None


def _missing_second_key(session: Session) -> str | None:
    try:
        keys.viewer(session)
    except WouldWrite:
        return "it takes a second key that may only view: give it with --viewer-key"
    except Unreached as unreached:
        return str(unreached)
    return None


def _check_viewer(session: Session) -> None:
    if not session.target.viewer_key:
        return
    answer = calls.browse(session, {"limit": 1}, client=keys.viewer(session))
    if answer.status != 200:
        raise Unreached(
            f"The viewer's key is answered {answer.status}. Give one with the permission AccessProfiles:View "
            "alone with --viewer-key or CONFORMANCE_VIEWER_KEY, or none."
        )
