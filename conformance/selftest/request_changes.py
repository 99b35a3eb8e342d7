"""What becomes of a request before the right server sees it: each of these takes one and gives another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.middleware import Request, State

Object = dict[str, Any]
RequestChange = Callable[[Request, State], Request]


def with_body(**members: Any) -> RequestChange:
    """Return what gives a body's object other members; a function gives one from the object as it was."""

    def change(body: Object) -> Object:
        return body | {name: value(body) if callable(value) else value for name, value in members.items()}

    return rewritten(change)


def without(*names: str) -> RequestChange:
    """Return what leaves members of a body's object out."""
    return rewritten(lambda body: {name: value for name, value in body.items() if name not in names})


def rewritten(change: Callable[[Object], Object]) -> RequestChange:
    """Return what changes the object that is the body of a request; what is no object is left alone."""

    def change_request(request: Request, _: State) -> Request:
        body = request.json
        return request.with_json(change(body)) if isinstance(body, dict) else request

    return change_request


def with_query(**changes: str | None) -> RequestChange:
    """Return what gives a request other query parameters; None takes one away."""
    return lambda request, _: request.with_query(**changes)


def with_header(name: str, value: str | None) -> RequestChange:
    """Return what gives a request another value of a header, or takes it away."""
    return lambda request, _: request.with_header(name, value)


def at(path: Callable[[Request], str], method: str | None = None) -> RequestChange:
    """Return what sends a request elsewhere."""
    return lambda request, _: replace(request, path=path(request), method=method or request.method)


def without_content(request: Request, _: State) -> Request:
    """Return the request without a body."""
    return replace(request.with_header("content-type", None), body=b"")


def as_administrator(request: Request, state: State) -> Request:
    """Return the request with the key that may do everything."""
    return request.with_header("authorization", f"Bearer {state.key}")


def fresh(_: object) -> str:
    """Return a text that was nowhere before."""
    return uuid4().hex


def changed(request: Request, changes: tuple[RequestChange, ...], state: State) -> Request:
    """Return the request with one change after the other."""
    for change in changes:
        request = change(request, state)
    return request
