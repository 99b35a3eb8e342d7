"""Finding the operation of a path at once: Connexion's own router tries one expression after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.contract.document import Contract

_ANY = "{}"
"""Stands for a parameter in the shape of a path."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request leads."""

    operation_id: str
    base_path: str
    path_params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Template:
    """The operations of one path.

    Attributes:
        parameters: the places of parameters among the segments, with their names.
        operations: operationIds by method.
    """

    base_path: str
    parameters: Sequence[tuple[int, str]]
    operations: dict[str, str]


class RouteTable:
    """The contract's paths under every base path."""

    def __init__(self, contract: Contract) -> None:
        self._templates: dict[tuple[str, ...], _Template] = {}
        # By the number of segments: the places where a template of that length may have parameters.
        self._places: dict[int, list[tuple[int, ...]]] = {}
        # Literal paths come before templates, so that they win.
        operations = sorted(contract.operations, key=lambda operation: operation.path.count("{"))
        for base_path in contract.base_paths:
            for operation in operations:
                self._add(base_path, operation.path, operation.method.upper(), operation.operation_id)

    def find(self, method: str, path: str) -> Route | None:
        """Return where a request leads, or None: then the contract does not state it."""
        segments = path.split("/")
        for places in self._places.get(len(segments), ()):
            shape = segments.copy()
            for place in places:
                shape[place] = _ANY
            template = self._templates.get(tuple(shape))
            if template is not None and all(segments[place] for place in places):
                operation_id = template.operations.get("GET" if method == "HEAD" else method)
                if operation_id is None:
                    return None
                parameters = {name: segments[place] for place, name in template.parameters}
                return Route(operation_id, template.base_path, parameters)
        return None

    def _add(self, base_path: str, path: str, method: str, operation_id: str) -> None:
        segments = (base_path + path).split("/")
        parameters = [
            (place, segment[1:-1]) for place, segment in enumerate(segments) if segment.startswith("{")
        ]
        shape = tuple(_ANY if segment.startswith("{") else segment for segment in segments)
        places = tuple(place for place, _ in parameters)
        known = self._places.setdefault(len(segments), [])
        if places not in known:
            known.append(places)
        template = self._templates.setdefault(shape, _Template(base_path, parameters, {}))
        template.operations[method] = operation_id
