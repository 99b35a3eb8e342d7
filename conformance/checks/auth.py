"""Credentials: which are accepted, which are not, and what a refusal says."""

import base64
import uuid

from conformance.access_profiles import calls, keys
from conformance.http.answer import Answer
from conformance.http.client import Client
from conformance.http.fields import schemes
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session
from conformance.run.verdict import Violation


@check("AUTH-001")
def no_credentials(session: Session) -> None:
    """Lists, reads and creates without an Authorization header; each is to be 401."""
    for answer in _every_operation(session, session.anonymous):
        expect.status(answer, 401)


@check("AUTH-002")
def unknown_bearer_tokens(session: Session) -> None:
    """Lists with tokens that are no key: empty, malformed, and never issued.

    Among them is the good key, cut short and made longer, and the expired and the revoked key where they are
    given. Each request is to be 401.
    """
    key = session.target.key
    tokens = ("", "x", "null", "bfst-", session.unknown_key(), key[:-1], f"{key}x", f"{key} {key}")
    for token in tokens:
        expect.status(calls.browse(session, client=session.client(f"Bearer {token}".rstrip())), 401)
    for role in keys.OUT_OF_USE:
        keys.given_is_refused(session, role)


@check("AUTH-003")
def virtual_keys(session: Session) -> None:
    """Lists and creates with a virtual key as the bearer token and in its own header; each is to be 401."""
    virtual = f"sk-bf-{uuid.UUID(int=session.random.getrandbits(128))}"
    for answer in _every_operation(session, session.client(f"Bearer {virtual}")):
        expect.status(answer, 401)
    expect.status(calls.browse(session, client=session.anonymous, headers={"x-bf-vk": virtual}), 401)


@check("AUTH-004")
def key_in_another_header(session: Session) -> None:
    """Sends the good key as `x-api-key`, alone and beside a wrong bearer token; both are to be 401."""
    header = {"x-api-key": session.target.key}
    expect.status(calls.browse(session, client=session.anonymous, headers=header), 401)
    body = {"name": session.name()}
    expect.status(calls.submit(session, body, client=session.anonymous, headers=header), 401)
    wrong = session.client(f"Bearer {session.unknown_key()}")
    expect.status(calls.browse(session, client=wrong, headers=header), 401)


@check("AUTH-005")
def basic_credentials(session: Session) -> None:
    """Sends Basic credentials, once with the good key as the password; both are to be 401."""
    for password in ("secret", session.target.key):
        pair = base64.b64encode(f"admin:{password}".encode()).decode()
        expect.status(calls.browse(session, client=session.client(f"Basic {pair}")), 401)


@check("AUTH-006")
def session_tokens(session: Session) -> None:
    """Sends session tokens as the bearer token and in cookies, and the good key in a cookie.

    Each is to be 401.
    """
    token = str(uuid.UUID(int=session.random.getrandbits(128)))
    expect.status(calls.browse(session, client=session.client(f"Bearer {token}")), 401)
    for value in (token, session.target.key):
        cookies = f"token={value}; session={value}; session_token={value}"
        expect.status(calls.browse(session, client=session.anonymous, headers={"Cookie": cookies}), 401)


@check("AUTH-007")
def scheme_in_any_case(session: Session) -> None:
    """Lists with the good key after `bearer`, `BEARER` and `bEaReR`; each is to be 200."""
    for scheme in ("bearer", "BEARER", "bEaReR"):
        expect.status(calls.browse(session, client=session.client(f"{scheme} {session.target.key}")), 200)


@check("AUTH-008")
def challenge(session: Session) -> None:
    """Provokes 401 on each operation and looks for the Bearer challenge in `WWW-Authenticate`.

    Once without a credential, once with a wrong one.
    """
    wrong = session.client(f"Bearer {session.unknown_key()}")
    refusals = [
        a for c in (session.anonymous, wrong) for a in _every_operation(session, c) if a.status == 401
    ]
    if not refusals:
        actual = "no 401 to any of six requests without one"
        raise Violation("401 without a valid credential", actual, session.answers, clause_id="AUTH-001")
    for answer in refusals:
        named = answer.headers.get_list("www-authenticate")
        expected = "a WWW-Authenticate header that names Bearer"
        actual = ", ".join(named) or "no such header"
        expect.holds("bearer" in schemes(named), expected, actual, answer)


@check("AUTH-009")
def missing_permission(session: Session) -> None:
    """Creates, updates, activates, clones, deactivates and deletes with the key that may only view.

    It is the viewer's key, or one that the check makes. Each is to be 403. The profile is to be as it
    was, and no other to be listed.
    """
    viewer = keys.viewer(session)
    viewed = calls.browse(session, client=viewer)
    if viewed.status != 200:
        raise Unreached(f"the second key may not view: {viewed.exchange.answer()[:200]}")
    profile = calls.create(session)
    claimed = {operation.id for operation in session.operations}
    for change, *given in (
        (calls.submit, {"name": session.name()}),
        (calls.update, profile["id"], {"description": "changed"}),
        (calls.activate, profile["id"]),
        (calls.clone, profile["id"], {"name": session.name()}),
        (calls.deactivate, profile["id"]),
        (calls.delete, profile["id"]),
    ):
        if change.id in claimed:
            expect.status(change(session, *given, client=viewer), 403)
    left = calls.rows(session)
    expect.equal(left, [profile], "profiles after the refusals", *session.answers[-2:])


def _every_operation(session: Session, client: Client) -> list[Answer]:
    return [
        calls.browse(session, client=client),
        calls.read(session, 1, client=client),
        calls.submit(session, {"name": session.name()}, client=client),
    ]
