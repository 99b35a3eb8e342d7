"""Serves a contract: finds the operation, looks who asks, reads what is sent, and calls a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.foreign.troubles.documents import METHODS
from tests.foreign.troubles.messages import Call, Refusal, Reply, Request
from tests.foreign.troubles.reading import Body, Parameters
from tests.foreign.troubles.security import Credentials, Security

Operation = Callable[[Call], Reply]
"""Answers a request for an operation; raises `Refusal` where it does not do what is wished."""


@dataclass(frozen=True, slots=True)
class _Route:
    segments: tuple[str, ...]
    security: list[dict[str, list[str]]]
    parameters: Parameters
    body: Body | None
    operation: Operation


def problem(refusal: Refusal) -> Reply:
    """Return a refusal in the form of RFC 9457."""
    document = {"title": "Not done", "status": refusal.status, "detail": refusal.message}
    return Reply(refusal.status, document, "application/problem+json", refusal.headers)


def message(refusal: Refusal) -> Reply:
    """Return a refusal as an object with a message."""
    return Reply(refusal.status, {"message": refusal.message}, headers=refusal.headers)


class Api:
    """A contract and the functions that keep it.

    Attributes:
        document: the contract.
        credentials: what each role may send.
    """

    def __init__(
        self,
        document: dict[str, Any],
        operations: Mapping[str, Operation],
        *,
        base: str = "",
        credentials: Credentials | None = None,
        refused: int = 422,
        form: Callable[[Refusal], Reply] = problem,
    ) -> None:
        """Compile the contract.

        Args:
            document: the contract.
            operations: a function for each operationId.
            base: where its paths begin.
            credentials: what each role may send.
            refused: the status of what is not as the contract says.
            form: writes a refusal.
        """
        self.document = document
        self.credentials = credentials or {}
        self._base = base
        self._form = form
        self._security = Security(document, self.credentials)
        self._routes: dict[str, list[_Route]] = {}
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    route = self._route(path, item, item[method], operations, refused)
                    self._routes.setdefault(method.upper(), []).append(route)

    def answer(self, request: Request) -> Reply:
        """Return the reply to a request."""
        try:
            route, path = self._find(request)
            role = self._security.role(request, route.security)
            parameters = route.parameters.read(request, path)
            body, media_type = route.body.read(request) if route.body else (None, "")
            return route.operation(Call(parameters, body, media_type, role))
        except Refusal as refusal:
            return self._form(refusal)

    def _route(
        self, path: str, item: Any, operation: Any, operations: Mapping[str, Operation], refused: int
    ) -> _Route:
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        stated = operation.get("requestBody")
        return _Route(
            tuple(path.split("/")),
            operation.get("security", self.document.get("security", [])),
            Parameters(self.document, parameters, refused),
            Body(self.document, stated, refused) if stated else None,
            operations[operation["operationId"]],
        )

    def _find(self, request: Request) -> tuple[_Route, dict[str, str]]:
        """Return the operation that a request is for, and the parameters in its path.

        Raises:
            Refusal: 404, there is no such path; 405, it has no such method.
        """
        path = request.target.partition("?")[0]
        segments = path.removeprefix(self._base).split("/") if path.startswith(self._base) else []
        allowed = []
        for method, routes in self._routes.items():
            for route in routes:
                found = _matched(route.segments, segments)
                if found is not None:
                    if method == request.method:
                        return route, found
                    allowed.append(method)
        if allowed:
            raise Refusal(405, "The path has no such method.", {"Allow": ", ".join(dict.fromkeys(allowed))})
        raise Refusal(404, "There is no such path.")


def _matched(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    """Return the parameters of a path that fits a template, None where it does not."""
    if len(template) != len(segments):
        return None
    found = {}
    for expected, segment in zip(template, segments, strict=True):
        if expected.startswith("{"):
            found[expected[1:-1]] = unquote(segment, errors="replace")
        elif expected != segment:
            return None
    return found
