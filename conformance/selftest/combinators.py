"""What faults are made of: on which exchanges, what becomes of the request, what becomes of the answer.

    on("activateAccessProfile", status=404).refuse(400)
    on("listUsers", when=lambda request: request.argument("limit") is None).send(with_query(limit="50"))
    on("createRole", status=409).retry(name=fresh)
    on("getRole", status=200).set("/access_profiles/*/is_default", False)

What `on` returns is a fault; each of its methods returns another one, which does one thing more. What
`remembering` returns is a fault that depends on exchanges before. What takes more than a row is a function,
of which `serve` and `then` make a fault of those exchanges alone:

    @on("updateUserRole").serve
    async def old_copy_stays(request: Request, inner: Inner, state: State) -> Response:

Places in a body are JSON pointers in which `*` stands for every item of a list.
"""

import json
from collections.abc import Awaitable, Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import RequestChange, changed, merged, with_body

Notes = Callable[[list[Any]], Fault]
Effect = Callable[[Request, Response, Inner], Awaitable[Any]]
Step = Callable[[Request, Response, Inner, State], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class On:
    """A fault: the exchanges that it touches, and what it does to them.

    Attributes:
        operations: the operations that it touches; none for every request.
        when: whether it touches a request of those.
        statuses: the statuses of the answers that it touches; None for all.
        where: whether it touches an answer, from its JSON.
        changes: what becomes of the request, before the right server sees it.
        instead: what serves the request, without asking the right server unless it does so itself.
        steps: what becomes of the answer.
    """

    operations: tuple[str, ...] = ()
    when: Callable[[Request], Any] | None = None
    statuses: Container[int] | None = None
    where: Callable[[Any], Any] | None = None
    changes: tuple[RequestChange, ...] = ()
    instead: Fault | None = None
    steps: tuple[Step, ...] = ()

    async def __call__(self, request: Request, inner: Inner, state: State) -> Response:
        """Serve one request with the fault."""
        if not self.touches_request(request):
            return await inner(request)
        if self.instead is not None:
            return await self.instead(request, inner, state)
        response = await inner(changed(request, self.changes, state))
        if not self.touches_answer(response):
            return response
        for step in self.steps:
            response = await step(request, response, inner, state)
        return response

    def touches_request(self, request: Request) -> bool:
        """Return whether it touches an exchange with this request, if the answer is one of its own too."""
        if self.operations and request.operation_id not in self.operations:
            return False
        return self.when is None or bool(self.when(request))

    def touches_answer(self, response: Response) -> bool:
        """Return whether it touches an exchange with this answer, if the request is one of its own too."""
        if self.statuses is not None and response.status not in self.statuses:
            return False
        return self.where is None or bool(self.where(response.json))

    def _then(self, step: Step) -> Self:
        return replace(self, steps=(*self.steps, step))

    def serve(self, fault: Fault) -> Self:
        """Leave the requests to a fault that asks the right server itself."""
        return replace(self, instead=fault)

    def then(self, answer: Effect) -> Self:
        """Answer what a function comes to, which may ask for more."""

        async def step(request: Request, response: Response, inner: Inner, _: State) -> Response:
            changed_response: Response = await answer(request, response, inner)
            return changed_response

        return self._then(step)

    def send(self, *changes: RequestChange, **members: Any) -> Self:
        """Change the request before the right server sees it; `members` are those of its body."""
        return replace(self, changes=(*self.changes, *changes, with_body(**members)))

    def retry(self, *changes: RequestChange, **members: Any) -> Self:
        """Send the request again, changed, and answer what that is answered."""

        async def step(request: Request, _: Response, inner: Inner, state: State) -> Response:
            return await inner(changed(request, (*changes, with_body(**members)), state))

        return self._then(step)

    def also(self, *changes: RequestChange, **members: Any) -> Self:
        """Send the request once more, changed, and answer as it did the first time."""

        async def step(request: Request, response: Response, inner: Inner, state: State) -> Response:
            await inner(changed(request, (*changes, with_body(**members)), state))
            return response

        return self._then(step)

    def does(self, effect: Effect) -> Self:
        """Do something else as well, and answer as before."""

        async def step(request: Request, response: Response, inner: Inner) -> Response:
            await effect(request, response, inner)
            return response

        return self.then(step)

    def beside(self, *changes: RequestChange, make: Callable[[Any, Any], Any]) -> Self:
        """Make the body of the right answer's and of that to another request, both as JSON."""

        async def step(request: Request, response: Response, inner: Inner, state: State) -> Response:
            other = await inner(changed(request, changes, state))
            return response.with_json(make(response.json, other.json))

        return self._then(step)

    def answer(self, change: Callable[[Request, Response], Response]) -> Self:
        """Answer something else, which depends on the request and on the right answer."""

        async def step(request: Request, response: Response, _inner: Inner, _state: State) -> Response:
            return change(request, response)

        return self._then(step)

    def reply(self, response: Response | Callable[[Request], Response]) -> Self:
        """Answer so. Without a condition on the answer, the right server is not asked at all."""

        def reply(request: Request) -> Response:
            return response if isinstance(response, Response) else response(request)

        async def fault(request: Request, _inner: Inner, _state: State) -> Response:
            return reply(request)

        if self.statuses is None and self.where is None:
            return self.serve(fault)
        return self.answer(lambda request, _: reply(request))

    def refuse(self, status: int) -> Self:
        """Refuse. Without a condition on the answer, the right server is not asked at all."""
        return self.reply(refusal(status))

    def status(self, status: int) -> Self:
        """Answer with another status."""
        return self.answer(lambda _, response: replace(response, status=status))

    def header(self, name: str, value: str | None) -> Self:
        """Answer with another value of a header, or without it."""
        return self.answer(lambda _, response: response.with_header(name, value))

    def set(self, pointer: str, value: Any) -> Self:
        """Give a member of the body a value, or one that a function takes from the request."""
        above, _, name = pointer.rpartition("/")

        def change(request: Request, response: Response) -> Response:
            def with_member(holder: Any) -> Any:
                given = value(request) if callable(value) else value
                return {**holder, name: given} if isinstance(holder, dict) else holder

            return _edited(response, above, with_member)

        return self.answer(change)

    def edit(self, pointer: str, change: Callable[[Any], Any]) -> Self:
        """Change what stands at a place of the body, if anything does."""
        return self.answer(lambda _, response: _edited(response, pointer, change))

    def merge(self, pointer: str, **members: Any) -> Self:
        """Give an object of the body other members: values, or functions that make them of the object."""
        return self.edit(pointer, lambda holder: merged(holder, members))

    def keep(self, pointer: str, is_kept: Callable[[Any], Any]) -> Self:
        """Leave the items of a list out that do not meet a condition."""
        return self.edit(pointer, lambda items: [item for item in items if is_kept(item)])

    def drop(self, pointer: str) -> Self:
        """Leave a member of the body out."""
        above, _, name = pointer.rpartition("/")
        return self.edit(
            above,
            lambda holder: (
                {key: holder[key] for key in holder if key != name} if isinstance(holder, dict) else holder
            ),
        )


def on(
    *operations: str,
    when: Callable[[Request], Any] | None = None,
    status: int | Container[int] | None = None,
    where: Callable[[Any], Any] | None = None,
) -> On:
    """Return a fault that touches exchanges of some operations, or of all, and does nothing to them yet.

    Args:
        operations: their ids; none for every request, one that no operation answers too.
        when: a condition on the request.
        status: the status of the answer, or several.
        where: a condition on the answer's JSON.
    """
    return On(operations, when, (status,) if isinstance(status, int) else status, where)


def sends(*members: str, **values: Any) -> Callable[[Request], Any]:
    """Return a condition: the body is an object with these members, not empty, or these values of them."""
    return lambda request: all(map(request.sent.get, members)) and _has(request.sent, values)


def mentions(*members: str) -> Callable[[Request], bool]:
    """Return a condition: the body is an object with one of these members, whatever its value."""
    return lambda request: any(member in request.sent for member in members)


def asks(*names: str, **values: str | None) -> Callable[[Request], bool]:
    """Return a condition: these query parameters are given, or have these values; None for not given."""
    return lambda request: (
        None not in map(request.argument, names)
        and all(request.argument(name) == value for name, value in values.items())
    )


def lacks(header: str) -> Callable[[Request], bool]:
    """Return a condition: the request has no such header."""
    return lambda request: not request.header(header)


def sent(member: str) -> Callable[[Request], Any]:
    """Return what gives a member of the body that was sent."""
    return lambda request: request.json[member]


def shows(*members: str, **values: Any) -> Callable[[Any], Any]:
    """Return a condition on an answer: it has these members, not empty, or these values of them."""
    return lambda body: all(map(body.get, members)) and _has(body, values)


def _has(body: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(body.get(name, ...) == value for name, value in values.items())


def remembering(exchanges: On, note: Callable[[Request, Response], Any], fault: Notes) -> Fault:
    """Return a fault that depends on what was asked and answered before.

    Args:
        exchanges: those of which it notes something.
        note: what it notes, from the client's request and the right answer.
        fault: gives the fault from the list of notes, which has that of the exchange itself at its end as
            soon as the right server has answered.
    """

    async def remember(request: Request, inner: Inner, state: State) -> Response:
        notes: list[Any] = state.memory.setdefault("notes", [])
        pending = exchanges.touches_request(request)

        async def noted(sent: Request) -> Response:
            nonlocal pending
            response = await inner(sent)
            if pending and exchanges.touches_answer(response):
                notes.append(note(request, response))
            pending = False
            return response

        return await fault(notes)(request, noted, state)

    return remember


def after(exchanges: On, fault: Fault) -> Fault:
    """Return a fault that shows only after some exchanges: there was at least one before."""
    return remembering(exchanges, lambda *_: True, lambda seen: fault if seen else on())


def again(exchanges: On, fault: On) -> Fault:
    """Return a fault that touches a path only once some exchange was with the same path before."""
    return remembering(
        exchanges,
        lambda request, _: request.path,
        lambda paths: replace(fault, when=lambda request: request.path in paths),
    )


def piling_up(exchanges: On, member: str) -> Fault:
    """Return a fault of lists of objects with ids: what was once in one stays, and is in all."""
    return remembering(
        exchanges,
        lambda _, response: response.json[member],
        lambda lists: exchanges.set(
            f"/{member}", lambda _: list({item["id"]: item for items in lists for item in items}.values())
        ),
    )


def never_falling(exchanges: On, member: str) -> Fault:
    """Return a fault of numbers: they stay as large as they once were."""
    return remembering(
        exchanges,
        lambda _, response: response.json[member],
        lambda numbers: exchanges.set(f"/{member}", lambda _: max(numbers)),
    )


def idempotent(operation: str) -> Fault:
    """Return a fault that answers an operation on a path as it did when that was done the first time."""
    return remembering(
        on(operation, status=200),
        lambda request, response: (request.path, response),
        lambda done: on(operation).answer(lambda request, right: dict(done).get(request.path, right)),
    )


async def ask(request: Request, inner: Inner, method: str, path: str, body: Any = None) -> Response:
    """Send another request of the same caller, below the same server, without its conditions."""
    content = b"" if body is None else json.dumps(body).encode()
    other = replace(request, method=method, path=request.server + path, query=(), body=content)
    for name in ("if-match", "if-none-match"):
        other = other.with_header(name, None)
    return await inner(other.with_header("content-type", None if body is None else "application/json"))


def _edited(response: Response, pointer: str, change: Callable[[Any], Any]) -> Response:
    """Return the answer with other values at the places of a pointer; as it was, where there is none."""
    root = {"": response.json}
    places = list(_places(root, pointer.split("/")))
    for holder, key in places:
        holder[key] = change(holder[key])
    return response.with_json(root[""]) if places else response


def _places(value: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    """Yield what holds each value at the end of the steps, and under which key."""
    step, *rest = steps
    if step == "*" and isinstance(value, list):
        keys: Any = range(len(value))
    else:
        keys = [step] if isinstance(value, dict) and step in value else []
    for key in keys:
        if rest:
            yield from _places(value[key], rest)
        else:
            yield value, key
