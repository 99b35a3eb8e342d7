"""Before anything is checked: does somebody listen, and does the key open?"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx

from conformance.verdict import Unreached

if TYPE_CHECKING:
    from conformance.session import Session

_NEEDED = (
    "the scope `*`, or View, Create, Update and Delete of AccessProfiles, Roles and Users, and View, Create "
    "and Delete of APIKeys"
)


def preflight(session: Session) -> None:
    """Lists profiles with each key that was given.

    Raises:
        Unreached: the run cannot begin; the message says what to do.
    """
    root = session.target.root
    try:
        answer = session.browse({"limit": 1})
    except httpx.TransportError as error:
        raise Unreached(_transport_advice(root, error)) from error
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
    _check_viewer(session)


def missing_extensions(session: Session) -> str | None:
    """Why roles and users cannot be made on this server; None when they can, as far as can be seen.

    Raises:
        Unreached: there are roles, and the key may not see them.
        httpx.TransportError: the server stopped answering.
    """
    if session.contract.operation("listRoles") is None:
        return "the contract has no operation listRoles"
    path = session.path("listRoles")
    status = session.call("listRoles").status
    if status in (404, 405):
        return f"the server has no roles and users as resources: GET {path} is answered {status}"
    if status == 403:
        raise Unreached(f"The key may not list roles (403). Give one that may do everything: {_NEEDED}.")
    return None


def is_alive(session: Session) -> bool:
    """Whether the server still answers at all."""
    try:
        session.browse({"limit": 1})
    except httpx.TransportError:
        return False
    return True


def _check_viewer(session: Session) -> None:
    if not session.target.viewer_key:
        return
    answer = session.browse({"limit": 1}, client=session.viewer)
    if answer.status != 200:
        raise Unreached(
            f"The viewer's key is answered {answer.status}. Give one with the permission AccessProfiles:View "
            "alone with --viewer-key or CONFORMANCE_VIEWER_KEY, or none."
        )


def _transport_advice(root: str, error: httpx.TransportError) -> str:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return (
            f"The certificate of {root} is not trusted: {error}. Name its authority's file in SSL_CERT_FILE, "
            "as in SSL_CERT_FILE=ca.pem conformance check …"
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"No TLS connection to {root}: {error}. Does the server speak http:// on this port?"
    if isinstance(error, httpx.TimeoutException):
        return f"{root} does not answer in time. Is it the right host? Give it longer with --timeout SECONDS."
    if isinstance(error, httpx.ConnectError):
        return f"Nothing listens at {root} ({error}). Start the server, or correct the host and port."
    detail = str(error).rstrip(".")
    return f"{root} does not answer with HTTP ({detail}). Does it speak https:// on this port?"
