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
    if not members:
        return lambda request, _: request
    return rewritten(lambda body: merged(body, members))


def only(**members: Any) -> RequestChange:
    """Return what makes a body of these members alone; a function gives one from the object as it was."""
    return rewritten(lambda body: {name: merged(body, members)[name] for name in members})


def alone(*names: str) -> RequestChange:
    """Return what leaves all members of a body's object out but these."""
    return rewritten(lambda body: {name: body[name] for name in names})


def with_defaults(**members: Any) -> RequestChange:
    """Return what gives a body's object members that it has not."""
    return rewritten(lambda body: members | body)


def cut(member: str, most: int) -> RequestChange:
    """Return what shortens a text or a list of a body's object."""
    return with_body(**{member: lambda body: body[member][:most]})


def without(*names: str) -> RequestChange:
    """Return what leaves members of a body's object out."""
    return rewritten(lambda body: {name: value for name, value in body.items() if name not in names})


def without_null(*names: str) -> RequestChange:
    """Return what leaves members that are null out of a body's object, all of them or some."""
    return rewritten(
        lambda body: {
            k: value for k, value in body.items() if value is not None or (names and k not in names)
        }
    )


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


def merged(holder: Object, members: Object) -> Object:
    """Return an object with other members: values, or functions that make them of it."""
    return holder | {name: value(holder) if callable(value) else value for name, value in members.items()}


def changed(request: Request, changes: tuple[RequestChange, ...], state: State) -> Request:
    """Return the request with one change after the other."""
    for change in changes:
        request = change(request, state)
    return request
