"""What servers get wrong about single constraints of a request and statuses of an answer."""

from collections.abc import Callable
from typing import Any

from conformance.selftest.combinators import On, on
from conformance.selftest.middleware import Inner, Request, Response, State
from conformance.selftest.request_changes import as_administrator, rewritten

_LARGE = 1_000_000

Body = dict[str, Any]


def lenient(operation: str, mend: Callable[[Body], Body]) -> On:
    """Accept what it should refuse: the body is mended before the server sees it."""

    def is_mended(request: Request) -> bool:
        # What is too large, or is no object, is left as it is.
        is_object = request.body[:1] == b"{" and len(request.body) < _LARGE
        return is_object and mend(request.sent) != request.sent

    return on(operation, when=is_mended).send(rewritten(mend))


def with_name(body: Body, change: Callable[[str], str]) -> Body:
    name = body.get("name")
    return {**body, "name": change(name)} if isinstance(name, str) else body


def without_pointer(operation: str, place: str, code: str) -> On:
    """Name no place in refusals of one place for one reason."""

    def names(body: Any) -> bool:
        errors = body.get("extra_fields", {}).get("errors", [])
        return (place, code) in [(error["pointer"], error["code"]) for error in errors]

    return on(operation, where=names).set("/extra_fields", {})


def restated(operation: str, status: int, other: int) -> On:
    """Answer with another status, in the body of an error as well."""
    return on(operation, status=status).status(other).edit("/status_code", lambda _: other)


async def open_to_strangers(request: Request, inner: Inner, state: State) -> Response:
    known = state.viewer_key in request.header("authorization")
    is_open = request.operation_id == "getRole" and not known
    return await inner(as_administrator(request, state) if is_open else request)


async def viewer_may_create_roles(request: Request, inner: Inner, state: State) -> Response:
    is_viewer = state.viewer_key in request.header("authorization")
    is_open = request.operation_id == "createRole" and is_viewer
    return await inner(as_administrator(request, state) if is_open else request)
