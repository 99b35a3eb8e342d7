"""Keys in roles beside the administrator's: those that were given, or else some that the server makes."""

from conformance.access_profiles import calls, fixtures
from conformance.http.client import Client
from conformance.http.target import EXPIRED, REVOKED, SCOPE
from conformance.http.unreached import Unreached, WouldWrite
from conformance.run import expect
from conformance.run.session import Session

VIEW = "AccessProfiles:View"
_ABSENT = (404, 405, 501)


def viewer(session: Session) -> Client:
    """Return a client with a key that may only view: the one that was given, or else a fresh one.

    Raises:
        Unreached: none was given, and the server makes none.
    """
    given = session.target.viewer_key or session.target.keys.get(f"{SCOPE}{VIEW}")
    if given:
        return session.client(f"Bearer {given}")
    try:
        return session.client(f"Bearer {fixtures.api_key(session, VIEW)['key']}")
    except WouldWrite:
        raise
    except Unreached as unreached:
        raise Unreached(
            f"it takes a second key that may only view: give it with --viewer-key ({unreached})"
        ) from unreached


def are_resources(session: Session) -> bool:
    """Return whether the server has API keys as a resource, so that checks can make them."""
    if session.contract.operation("listApiKeys") is None:
        return False
    return session.call("listApiKeys").status not in _ABSENT


def given_is_refused(session: Session, role: str) -> None:
    """Demand that a key that was given for this role (`expired`, `revoked`) is answered 401."""
    given = session.target.keys.get(role)
    if given is not None:
        answer = calls.browse(session, {"limit": 1}, client=session.client(f"Bearer {given}"))
        expect.status(answer, 401, because=f"the key was given as one that is {role}")


def is_all_to_check(session: Session, role: str) -> bool:
    """Return whether the key that was given for this role is all that can be checked: it is to be 401.

    When the server makes API keys itself, there is more to check.

    Raises:
        Unreached: none was given, and the server makes none.
    """
    given_is_refused(session, role)
    if are_resources(session):
        return False
    if role not in session.target.keys:
        raise Unreached(f"the server makes no API keys: give one that is {role} with --role-key {role}=KEY")
    return True


def of_scope(session: Session, scope: str) -> str | None:
    """Return the key that was given for one scope alone."""
    return session.target.keys.get(f"{SCOPE}{scope}")


OUT_OF_USE = (EXPIRED, REVOKED)
