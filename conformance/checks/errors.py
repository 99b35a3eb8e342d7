"""Refusals: their shape, their completeness, and that they change nothing."""

import re
from collections.abc import Iterator
from contextlib import suppress

from conformance.access_profiles import calls, keys, samples
from conformance.contract.media_types import is_json
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGE = 1048577
_STACK_TRACE = re.compile(
    r'Traceback \(most recent call last\)|File "[^"]+", line \d+|\.py:\d+'
    r"|goroutine \d+ \[|panic: |\.go:\d+|^\s+at [\w.$<>]+\(|\.java:\d+\)|\.js:\d+:\d+",
    re.MULTILINE,
)
_KINDS = ("invalid_request", "authentication", "permission", "not_found", "conflict", "server")
_MOST_FAULTS = 20


@check("ERR-001")
def envelope(session: Session) -> None:
    """Provokes 400, 401, 403, 404, 405, 409, 412, 413 and 415, and compares each body with the envelope.

    `status_code` is to be the status, and `event_id` the header `X-Request-Id`. What is not refused is other
    clauses' matter. 403 takes a key that may only view, and 412 a server that claims updates.
    """
    refused = [answer for answer in _provoked(session) if answer.status >= 400]
    if not refused:
        raise Unreached("nothing was refused, whatever was wrong with it")
    for answer in refused:
        _is_envelope(session, answer)


def _provoked(session: Session) -> Iterator[Answer]:
    profile = calls.create(session)
    name = str(profile["name"])
    yield from (
        calls.browse(session, {"limit": "x"}),
        calls.submit(session, {}),
        calls.submit_octets(session, b"{"),
        calls.browse(session, client=session.anonymous),
        calls.read(session, calls.LARGEST_ID),
        session.admin.request("GET", session.path("listAccessProfiles") + f"/{name}/none"),
        calls.read(session, 1, method="PATCH", body={}),
        calls.submit(session, {"name": name}),
        calls.submit_octets(session, b"{}", "text/plain"),
        _too_large(session),
    )
    if calls.update.id in {operation.id for operation in session.operations}:
        yield calls.update(session, profile["id"], {}, headers={"If-Match": '"none"'})
    with suppress(Unreached):
        yield calls.submit(session, {"name": session.name()}, client=keys.viewer(session))


@check("ERR-002")
def all_faults_at_once(session: Session) -> None:
    """Sends bodies with several faults, and looks for the pointers of all.

    The first breaks the schema in five places, at one of which a member is missing; the second fits it and
    breaks two rules of the clauses. The last has thirty faults, of which twenty are to be named.
    """
    impossible = {"max_limit": -1, "reset_duration": "2h"}
    shape = {"bogus": 1, "tags": ["good", 7], "budgets": [impossible, {"max_limit": 1}]}
    shape_faults = (
        *("/bogus", "/tags/1", "/budgets/0/max_limit", "/budgets/0/reset_duration"),
        "/budgets/1/reset_duration",
    )
    month = samples.budget("1M")
    rules = {"provider_configs": [samples.provider(), samples.provider(budgets=[month, month])]}
    rule_faults = ("/provider_configs/1", "/provider_configs/1/budgets/1")
    for fields, places in ((shape, shape_faults), (rules, rule_faults)):
        _names_all(calls.submit_named(session, **fields), places)
    many = calls.submit_named(session, tags=list(range(30)))
    expect.status(many, 400)
    expect.equal(len(expect.fault_pointers(many)), _MOST_FAULTS, "the number of faults named", many)


@check("ERR-003")
def refusals_change_nothing(session: Session) -> None:
    """Notes a profile, has creates refused, and looks whether anything changed.

    They are refused for a bad body, a taken name, a missing credential, a wrong media type and a wrong query.
    Afterwards the list is to hold that one profile, unchanged.
    """
    profile = calls.create(session)
    before = calls.profile(session, profile["id"])
    fresh = {"name": session.name()}
    refusals = (
        calls.submit(session, {**fresh, "tags": [1]}),
        calls.submit(session, {**fresh, "bogus": True}),
        calls.submit(session, {**samples.full(str(profile["name"])), "description": "overwritten"}),
        calls.submit(session, fresh, client=session.anonymous),
        calls.submit(session, fresh, headers={"Content-Type": "text/plain"}),
        calls.submit(session, fresh, query={"bogus": "1"}),
    )
    refused = [answer for answer in refusals if answer.status >= 400]
    names = sorted(str(row.get("name")) for row in calls.rows(session))
    # A request that was accepted against the contract is another clause's matter.
    accepted = [fresh["name"]] if len(refused) < len(refusals) else []
    good = names in ([profile["name"]], sorted([profile["name"], *accepted]))
    expect.holds(good, "no new profile", names, *refused)
    expect.equal(calls.profile(session, profile["id"]), before, "the profile afterwards", *refused)


@check("ERR-004")
def nothing_leaks(session: Session) -> None:
    """Sends credentials good and wrong in every place they can stand, and searches the answers for them.

    The requests succeed and fail. The errors are searched for what looks like a stack trace as well.
    """
    wrong = session.unknown_key()
    stranger = session.client(f"Bearer {wrong}")
    answers = [
        calls.browse(session, {"search": session.namespace}),
        calls.browse(session, {"limit": "x"}),
        calls.submit_named(session, bogus=1),
        calls.submit(session, {"name": 1, "tags": "x", "budgets": [{"max_limit": "1e999"}]}),
        calls.submit_octets(session, b'{"name": "\xff"'),
        calls.submit_octets(session, b"[" * 5000),
        calls.read(session, "9" * 400),
        calls.browse(session, client=stranger),
        calls.browse(session, client=stranger, headers={"x-api-key": wrong, "Cookie": f"token={wrong}"}),
        calls.browse(session, client=session.client(f"Basic {wrong}")),
    ]
    for answer in answers:
        spoken = answer.text + str(answer.headers.multi_items())
        is_told = any(secret in spoken for secret in (session.target.key, wrong))
        expect.holds(not is_told, "no credential in the answer", "the credential, repeated", answer)
        trace = _STACK_TRACE.search(answer.text) if answer.status >= 400 else None
        expect.holds(trace is None, "no stack trace", trace[0] if trace else "", answer)


def _names_all(answer: Answer, places: tuple[str, ...]) -> None:
    expect.status(answer, 400)
    pointers = expect.fault_pointers(answer)
    for place in places:
        # A fault of an object may be named at the object, or at the member that decides.
        named = any(pointer in (place, f"{place}/{pointer.rpartition('/')[2]}") for pointer in pointers)
        expect.holds(named, f"a fault at {place}", f"faults at {expect.show(pointers)}", answer)
    expect.fields(_error(answer), answer, param=pointers[0])
    for fault in expect.member(answer, "extra_fields")["errors"]:
        expect.equal(fault.get("in"), "body", "the part of the request", answer)


def _too_large(session: Session) -> Answer:
    headers = {"Authorization": f"Bearer {session.target.key}", "Content-Type": "application/json"}
    with session.raw() as connection:
        path = session.path("createAccessProfile")
        return connection.request("POST", path, headers, b'{"name": "x"'.ljust(_LARGE - 1) + b"}")


def _error(answer: Answer) -> dict[str, object]:
    error = expect.member(answer, "error")
    expect.holds(isinstance(error, dict), "an object `error`", error, answer)
    return dict(error)


def _is_envelope(session: Session, answer: Answer) -> None:
    media_type = answer.headers.get("content-type", "no media type")
    expect.holds(is_json(media_type), "application/json", media_type, answer)
    request_id = answer.headers.get("x-request-id")
    expect.holds(bool(request_id), "a header X-Request-Id", "none", answer)
    expect.members(answer, status_code=answer.status, is_bifrost_error=False, event_id=request_id)
    error = _error(answer)
    kind, code, codes = error.get("type"), error.get("code"), session.contract.enumeration("ErrorCode")
    expect.holds(kind in _KINDS, f"error.type among {_KINDS}", kind, answer)
    expect.holds(not codes or code in codes, "an error.code of the contract", code, answer)
    message = error.get("message")
    expect.holds(isinstance(message, str) and bool(message), "an error.message", message, answer)
    extra = expect.member(answer, "extra_fields")
    expect.holds(isinstance(extra, dict), "an object extra_fields", extra, answer)
