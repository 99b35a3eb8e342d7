"""What servers get wrong about single constraints of a request and statuses of an answer."""

from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.selftest.combinators import On, on
from conformance.selftest.middleware import Fault, Request, State
from conformance.selftest.request_changes import as_administrator, at, rewritten, with_header

_LARGE = 1_000_000

Body: TypeAlias = dict[str, Any]
Mistake: TypeAlias = Callable[[str], Fault]
"""A fault of whichever operation."""


def mends(mend: Callable[[Body], Body]) -> Mistake:
    """Accept what it should refuse: the body is mended before the server sees it."""

    def is_mended(request: Request) -> bool:
        # What is too large, or is no object, is left as it is.
        is_object = request.body[:1] == b"{" and len(request.body) < _LARGE
        return is_object and mend(request.sent) != request.sent

    return lambda operation: on(operation, when=is_mended).send(rewritten(mend))


def mends_member(name: str, kind: type, change: Callable[[Any], Any]) -> Mistake:
    """Accept another value of a member, where it is of that kind."""
    return mends(
        lambda body: {**body, name: change(body[name])} if isinstance(body.get(name), kind) else body
    )


def mends_path(old: int, new: int) -> Mistake:
    """Take one number of a path for another."""
    return lambda operation: on(operation).send(at(lambda request: request.path.replace(str(old), str(new))))


def refuses(is_refused: Callable[[Body], bool]) -> Mistake:
    """Refuse good bodies."""
    return lambda operation: on(operation, when=lambda request: is_refused(request.sent)).refuse(400)


def takes_header(name: str, value: str | None, when: Callable[[Request], bool] | None = None) -> Mistake:
    """Take every request, or those, as if a header had another value."""
    return lambda operation: on(operation, when=when).send(with_header(name, value))


def without_pointer(place: str, code: str) -> Mistake:
    """Name no place in refusals of one place for one reason."""

    def names(body: Any) -> bool:
        errors = body.get("extra_fields", {}).get("errors", [])
        return (place, code) in [(error["pointer"], error["code"]) for error in errors]

    return lambda operation: on(operation, where=names).set("/extra_fields", {})


def restated(operation: str, status: int, other: int) -> On:
    """Answer with another status, in the body of an error as well."""
    return on(operation, status=status).status(other).edit("/status_code", lambda _: other)


def lets_in(*, viewers: bool) -> Mistake:
    """Answer viewers, or everybody else, as if the administrator had asked."""

    def change(request: Request, state: State) -> Request:
        is_viewer = state.viewer_key in request.header("authorization")
        return as_administrator(request, state) if is_viewer is viewers else request

    return lambda operation: on(operation).send(change)
