"""What a run has made on a server and not removed: told from answers alone."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from conformance.contract.document import Contract, Operation
from conformance.contract.resources import (
    Maker,
    Parameters,
    Resource,
    Resources,
    member,
    parameters_of,
)
from conformance.contract.routes import Routes
from conformance.http.answer import Answer

_CHANGING = ("POST", "PUT", "DELETE")


class Inventory:
    """The path parameters of what was made, by the path of its kind. Several threads may use it at once.

    Relations of objects are left out: they go with what they relate.

    Args:
        prefix: how the names of all that the run makes begin.
        on_made: is told of everything that is made: the path of its kind and its parameters.
    """

    def __init__(
        self,
        contract: Contract,
        resources: Resources,
        prefix: str,
        on_made: Callable[[str, Parameters], None],
    ) -> None:
        self._resources = resources
        self._routes = Routes(contract)
        self._prefix = prefix
        self._on_made = on_made
        self._made: dict[str, dict[tuple[str, ...], Parameters]] = {}
        self._lock = threading.Lock()

    def of(self, resource: Resource) -> list[Parameters]:
        """Return the parameters of all that is there of one kind, the oldest first."""
        with self._lock:
            return [*self._made.get(resource.path, {}).values()]

    def holds(self, parameter: str, value: Any) -> bool:
        """Return whether a path parameter with this value names something that was made."""
        resource = self._resources.of(parameter)
        return resource is not None and any(str(m.get(parameter)) == str(value) for m in self.of(resource))

    def add(self, path: str, parameters: Parameters) -> None:
        """Keep something that was made."""
        with self._lock:
            self._made.setdefault(path, {})[_key(path, parameters)] = parameters
        self._on_made(path, parameters)

    def observe(self, answer: Answer) -> None:
        """Note what a request of the run made or removed."""
        sent = answer.sent
        if sent.method in _CHANGING and 200 <= answer.status < 300:
            operation = self._routes.find(sent.method, sent.path)
            if operation is not None:
                quoted = self._routes.parameters(sent.method, sent.path)
                parameters = {name: unquote(value) for name, value in quoted.items()}
                self.note(operation, parameters, _parsed(sent.content), answer.json, answer.headers)

    def note(
        self,
        operation: Operation,
        parameters: Parameters,
        request: Any,
        answer: Any,
        headers: Mapping[str, str],
    ) -> None:
        """Note what an operation that has succeeded made or removed."""
        if (removed := self._resources.removes(operation)) is not None:
            with self._lock:
                self._made.get(removed.path, {}).pop(_key(removed.path, parameters), None)
            return
        resource, maker = self._resources.makes(operation), self._resources.maker(operation)
        if resource is None or maker is None or maker.binds:
            return
        made = self._resources.made(
            operation, answer, parameters=parameters, request=request, headers=headers
        )
        if made is not None and self._is_ours(resource, maker, made, answer):
            self.add(resource.path, made)

    def _is_ours(self, resource: Resource, maker: Maker, made: Parameters, answer: Any) -> bool:
        """Return whether the answer is about something with a name of the run, as far as it says a name.

        A server that answers with somebody else's object must not make the suite remove that.
        """
        if maker.named_by is not None and not resource.takes_number:
            return self._bears_prefix(made[resource.parameter])
        name = None
        if resource.bearer is not None and maker.identity is not None:
            name = member(answer, f"{maker.identity.rpartition('/')[0]}/{resource.bearer}")
        return name is None or self._bears_prefix(name)

    def _bears_prefix(self, name: Any) -> bool:
        # Some checks write their names in capitals.
        return self._prefix in str(name).lower()


def _key(path: str, parameters: Parameters) -> tuple[str, ...]:
    return tuple(str(parameters.get(name)) for name in parameters_of(path))


def _parsed(content: bytes | None) -> Any:
    try:
        return json.loads(content or b"null")
    except ValueError:
        return None
