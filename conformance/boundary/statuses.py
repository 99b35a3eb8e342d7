"""Statuses that no constraint of a request brings about, and what does: credentials and states.

For each operation: requests without a good credential, and each documented status of 304, 403, 404, 409, 412
and 413; what else it documents is met on the way. The check of HTTP-001 tries methods that a path has not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.boundary.boundaries import UNKNOWN_FIELD
from conformance.boundary.requests import Caller, Request
from conformance.contract.document import Contract, Operation, pointer_to
from conformance.contract.resources import parameters_of
from conformance.contract.values import ABSENT
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run.content import REFUSALS, Content
from conformance.run.verdict import Finding

Ask = Callable[[Caller], Iterator[Answer]]
Cause = tuple[Ask, str]

_LARGEST_BODY = 1048576
_SHOWN = 600
_ANY_SUCCESS = tuple(range(200, 300))


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that is to be answered with one status, or one of a few.

    Attributes:
        id: of the verdict.
        profiles: the profiles of the clauses that demand it, and of what it takes.
        cause: why the status is expected.
        ask: sends the requests.
    """

    id: str
    pointer: str
    statuses: tuple[int, ...]
    profiles: tuple[str, ...]
    cause: str
    ask: Ask
    changes: bool
    """Whether more than GET is sent, whatever the operation."""
    common: str = ""
    """What several operations have in common that fail in this, in a few words."""

    def _cause_of(self, answer: Answer) -> str:
        return f"{answer.status} is answered" if answer.status >= 500 else self.common

    @property
    def wanted(self) -> str:
        """The statuses, for people."""
        return "2xx" if self.statuses == _ANY_SUCCESS else " or ".join(map(str, self.statuses))

    def findings(self, caller: Caller) -> Iterator[Finding]:
        """Yield each answer that has another status.

        Raises:
            Unreached: what it takes could not be made.
            httpx.TransportError: there was no answer.
        """
        for answer in self.ask(caller):
            if answer.status not in self.statuses:
                expected = f"{self.wanted}, as {self.cause}"
                actual = answer.exchange.answer()[:_SHOWN]
                cause = self._cause_of(answer)
                yield Finding(expected, actual, (answer.exchange,), pointer=self.pointer, cause=cause)


def situations(
    contract: Contract, operation: Operation, content: Content, *, has_constraints: bool
) -> Iterator[Situation]:
    """Yield what is to be tried for one operation, in a fixed order."""
    place = pointer_to("paths", operation.path, operation.method.lower())
    # An empty alternative needs nobody.
    if all(alternatives := contract.alternatives(operation)) and alternatives:
        cause = "there is no credential that is accepted"
        yield Situation(
            f"S.{operation.id}.security",
            f"{place}/security",
            content.denials,
            (),
            cause,
            _strangers,
            changes=False,
            common="it is answered without a credential that is accepted",
        )
    successes = tuple(each for each in contract.statuses(operation) if 200 <= each < 300)
    if "2XX" in contract.stated(operation).get("responses", {}):
        successes = _ANY_SUCCESS
    for status in contract.statuses(operation):
        found = _GOOD if 200 <= status < 300 else _CAUSES.get(status)
        # Where there is a constraint, breaking it is answered 400.
        if found is None or (status == 400 and has_constraints):
            continue
        if found is not _GOOD and status not in content.causes:
            continue
        if status == 404 and not content.insists and not _may_miss(contract, operation):
            continue
        ask, cause = found
        taken = content.takes(operation, status)
        yield Situation(
            f"S.{operation.id}.status.{status}",
            f"{place}/responses/{status}",
            (status,) if content.insists or status >= 300 else successes,
            (*content.causes.get(status, ()), *taken),
            cause,
            ask,
            changes=bool(taken),
        )
    if not content.insists and (stated := _success_without_number(contract, operation)):
        ask, cause = _GOOD
        yield Situation(
            f"S.{operation.id}.status.{stated}",
            f"{place}/responses/{stated}",
            _ANY_SUCCESS,
            (),
            cause,
            ask,
            changes=False,
        )


def _success_without_number(contract: Contract, operation: Operation) -> str | None:
    """Return under what an operation states its success, when it names no status for it."""
    responses = contract.stated(operation).get("responses", {})
    if any(each[:1] in ("2", "3") and each != "2XX" for each in responses):
        return None
    return next((each for each in ("2XX", "default") if each in responses), None)


def _may_miss(contract: Contract, operation: Operation) -> bool:
    """Return whether a request can name what is not there: a PUT that states 201 makes what it names."""
    makes = operation.method == "PUT" and 201 in contract.statuses(operation)
    return bool(parameters_of(operation.path)) and not makes


def _succeed(caller: Caller) -> Iterator[Answer]:
    answer = caller.send(caller.good())
    if not caller.content.insists and 400 <= answer.status < 500:
        raise caller.refused(answer.status)
    yield answer


def _strangers(caller: Caller) -> Iterator[Answer]:
    request = caller.good()
    for client in (caller.session.anonymous, caller.session.stranger(caller.operation)):
        answer = caller.send(request, client)
        if not caller.content.insists and answer.status in REFUSALS:
            raise Unreached(f"it was refused with {answer.status}, whoever asks")
        yield answer


def _unknown_query(caller: Caller) -> Iterator[Answer]:
    good = caller.good()
    yield caller.send(replace(good, query={**good.query, UNKNOWN_FIELD: "1"}))


def _without_permission(caller: Caller) -> Iterator[Answer]:
    yield caller.send(caller.good(), caller.content.without_permission(caller.session, caller.operation))


def _nothing_there(caller: Caller) -> Iterator[Answer]:
    answer = caller.send(replace(caller.good(), path=caller.nothing()))
    if not caller.content.insists and answer.status in REFUSALS:
        raise Unreached(f"no id is known that is good and of nothing: it was refused with {answer.status}")
    if not caller.content.insists and 200 <= answer.status < 300 and not caller.names_objects:
        raise Unreached(f"no value is known that stands for nothing: one was answered {answer.status}")
    yield answer


def _stale(caller: Caller) -> Iterator[Answer]:
    yield caller.send(replace(caller.good(), header={"If-Match": '"conformance-stale"'}))


def _unchanged(caller: Caller) -> Iterator[Answer]:
    yield caller.send(replace(caller.good(), header={"If-None-Match": "*"}))


def _too_large(caller: Caller) -> Iterator[Answer]:
    yield caller.send_raw(b"{".ljust(_LARGEST_BODY) + b"}")


def _conflict(caller: Caller) -> Iterator[Answer]:
    in_the_way = caller.content.conflict(caller.session, caller.operation)
    if in_the_way is not None:
        path, body = in_the_way
        good = caller.good()
        yield caller.send(replace(good, path=path, body=good.body if body is None else body))
        return
    request = _named(caller, caller.session.name())
    made = caller.send(request)
    if made.status not in caller.successes:
        raise Unreached(f"what it conflicts with could not be made: {made.status}")
    yield caller.send(request)


def _named(caller: Caller, name: str) -> Request:
    """Return a good request that succeeds once: it names a thing, or uses up the right to it."""
    good = caller.good()
    path = dict(caller.parameters)
    body = {} if good.body is ABSENT else dict(good.body)
    stated = caller.stated_body
    schema = caller.session.contract.resolved(stated.schema, "")[0] if stated else {}
    members = schema.get("properties", {})
    for member in ("name", "id"):
        if member in members and not members[member].get("readOnly"):
            body[member] = name
    return replace(good, path=path, body=body)


# For each status: what brings it about, and why.
_GOOD: Cause = (_succeed, "the request is good")
_CAUSES: dict[int, Cause] = {
    304: (_unchanged, "what is there is what the client has"),
    400: (_unknown_query, "the query parameter is not stated"),
    403: (_without_permission, "the key lacks the permission"),
    404: (_nothing_there, "there is nothing with this id"),
    409: (_conflict, "something there is in the way"),
    412: (_stale, "the entity tag is not the present one"),
    413: (_too_large, "the body has more than 1 MiB"),
}
