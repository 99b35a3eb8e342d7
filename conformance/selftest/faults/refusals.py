"""Faults of refusals: their shape, their completeness, what they leak and what they leave behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import On, on, remembering, sends
from conformance.selftest.faults.profiles import CREATE, PROFILE, READS, profile_in
from conformance.selftest.middleware import Fault, Request
from conformance.selftest.request_changes import alone, with_query

Errors = list[dict[str, Any]]


def errors_of(body: Any) -> Errors:
    """Return the errors that a refusal lists."""
    errors: Errors = body.get("extra_fields", {}).get("errors", []) if isinstance(body, dict) else []
    return errors


def with_errors(change: Callable[[Errors], Errors], when: Callable[[Request], Any] | None = None) -> On:
    """Return a fault of refusals that list errors: they list others."""
    return on(when=when, where=errors_of).edit("/extra_fields/errors", change)


def _param_of_the_last(body: Any) -> Any:
    return {**body, "error": {**body["error"], "param": errors_of(body)[-1]["pointer"]}}


def _trace(_: Request) -> str:
    return f'Traceback (most recent call last):\n  File "/srv/app.py", line {len(uuid4().hex)}, in read'


FAULTS: dict[str, Fault] = {
    "ERR-001/another_event_id": on(status=404).set("/event_id", "0"),
    "ERR-001/another_status_code": on(status=415).set("/status_code", 400),
    "ERR-001/plain_text": on(status=405)
    .answer(lambda _, response: replace(response, body=b"Method Not Allowed"))
    .header("content-type", "text/plain"),
    "ERR-001/forbidden_is_a_text": on(status=403).set("/error", "forbidden"),
    "ERR-001/failed_condition_has_another_status": on(status=412).set("/status_code", 409),
    "ERR-001/code_of_our_own": on(status=409).set("/error/code", "duplicate"),
    "ERR-002/first_fault_alone": with_errors(lambda errors: errors[:1]),
    "ERR-002/first_rule_alone": with_errors(
        lambda errors: errors[:1] if len(errors) == 2 else errors,
        when=lambda request: b"bogus" not in request.body,
    ),
    "ERR-002/nineteen_at_most": with_errors(lambda errors: errors[:19]),
    "ERR-002/param_of_the_last": on(where=lambda body: len(errors_of(body)) > 1).edit("", _param_of_the_last),
    "ERR-003/created_all_the_same": on(CREATE, when=sends("name"), status=400).also(
        with_query(bogus=None), alone("name")
    ),
    "ERR-003/overwritten": remembering(
        on(status=409),
        lambda request, _: (request.json["name"], request.json.get("description")),
        lambda refused: on(*READS, where=lambda body: profile_in(body).get("name") in dict(refused)).edit(
            PROFILE, lambda profile: profile | {"description": dict(refused)[profile["name"]]}
        ),
    ),
    "ERR-004/token_repeated": on(status=401).set(
        "/error/message", lambda request: f"{request.header('authorization')} is no key."
    ),
    "ERR-004/key_in_a_header": on().answer(
        lambda request, response: response.with_header("x-user", request.header("authorization"))
    ),
    "ERR-004/stack_trace": on(when=lambda request: b"\xff" in request.body).set("/error/message", _trace),
}
