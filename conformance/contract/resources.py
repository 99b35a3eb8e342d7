"""What a contract deals with: who makes, lists, reads, changes and removes each kind of object."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.contract.document import Operation

Schema = dict[str, Any]
Parameters = dict[str, Any]

# Names of path parameters that say nothing of what they name.
_OF_ANYTHING = ("id", "uuid", "key", "name", "slug")
_PARAMETER = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class Maker:
    """An operation that makes an object.

    Attributes:
        identity: the pointer to the id in its answer; None when the id stands elsewhere.
        named_by: the pointer to the id in its request, when the client chooses it, or names what is there
            already; "" when the id is the last step of its own path.
        binds: whether what the id names is there before: the object is a relation to it.
        statuses: those with which it succeeds.
    """

    operation: Operation
    identity: str | None
    named_by: str | None
    binds: bool
    statuses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lister:
    """An operation that shows the objects of a collection.

    Attributes:
        rows: the pointer to the array in its answer.
        identity: the pointer to the id in a row; "" when the row is the id.
        size, offset, page, cursor: the query parameters that page, as far as it has them.
        most: the most rows that it shows at once, if it says so.
        search: the query parameter that looks for a name.
    """

    operation: Operation
    rows: str
    identity: str
    size: str | None = None
    offset: str | None = None
    page: str | None = None
    cursor: str | None = None
    most: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object.

    Attributes:
        path: of one object.
        collection: the path of all of them.
        parameter: the path parameter that takes an id.
        parents: the parameters before it.
        aliases: every name that its path has for the parameter.
        schema: of an id.
        reader: the operation that reads one.
        remover: the operation that removes one.
        renamers: those that may change its name.
        bearer: the member of a request that can bear a name of one's own choosing.
    """

    path: str
    collection: str
    parameter: str
    parents: tuple[str, ...]
    aliases: frozenset[str]
    schema: Schema
    makers: tuple[Maker, ...]
    lister: Lister | None
    reader: Operation | None
    remover: Operation | None
    renamers: tuple[Operation, ...]
    bearer: str | None

    @property
    def is_root(self) -> bool:
        """Whether it stands below no other."""
        return not self.parents

    @property
    def takes_number(self) -> bool:
        """Whether ids are numbers."""
        return bool(self.schema.get("type") == "integer")

    @property
    def kind(self) -> str:
        """What all of them together are called, as in `api_keys`."""
        return self.collection.rpartition("/")[2].replace("-", "_")


class Resources:
    """Every resource of a contract (`conformance.contract.derivation` finds them)."""

    def __init__(self, found: Iterable[Resource], bearers: Mapping[str, Mapping[str, Schema]]) -> None:
        self._by_shape = {shape(each.path): each for each in found}
        self._bearers = bearers

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_shape.values())

    def at(self, path: str) -> Resource | None:
        """Return the resource whose objects have this path, whatever its parameters are called."""
        return self._by_shape.get(shape(path))

    def of(self, parameter: str) -> Resource | None:
        """Return the resource of which this parameter takes an id wherever it stands, if there is one."""
        found = [each for each in self if parameter in each.aliases]
        for kind in (found, [r for r in found if r.is_root], [r for r in found if r.makers]):
            if len(kind) == 1:
                return kind[0]
        return None

    def referred(self, name: str) -> Resource | None:
        """Return the resource that a member of a body refers to, as in `role_id` and `role_ids`."""
        for parameter in (name, name.removesuffix("s")):
            resource = self.of(parameter)
            if resource is not None and resource.is_root and parameter not in _OF_ANYTHING:
                return resource
        return None

    def needs(self, path: str) -> tuple[tuple[str, Resource | None], ...]:
        """Return the parameters of a path in their order, each with what it takes the id of, if known."""
        return tuple((parameters_of(item)[-1], self.at(item)) for item in object_paths(path))

    def makes(self, operation: Operation) -> Resource | None:
        """Return what an operation makes; None when it makes nothing that is known."""
        return next((resource for resource, _ in self._made_by.get(operation.id, ())), None)

    def maker(self, operation: Operation) -> Maker | None:
        """Return how an operation makes what it makes."""
        return next((maker for _, maker in self._made_by.get(operation.id, ())), None)

    def bearers(self, operation: Operation) -> Mapping[str, Schema]:
        """Return the members of a body that can bear a name of one's own choosing, with their schemas."""
        return self._bearers.get(operation.id, {})

    def names(self, operation: Operation) -> Resource | None:
        """Return what an operation makes or renames under a name of the client's own choosing."""
        for resource in self:
            makers = [maker.operation for maker in resource.makers if not maker.binds]
            if resource.bearer is not None and operation in (*makers, *resource.renamers):
                return resource
        return None

    def remover_of(self, operation: Operation) -> Operation | None:
        """Return what removes the object to which an operation gives its name."""
        resource = self.names(operation)
        return None if resource is None else resource.remover

    def lister_of(self, parameter: str) -> Lister | None:
        """Return what lists the objects of which a parameter takes an id."""
        resource = self.of(parameter)
        return None if resource is None else resource.lister

    def uses_up(self, operation: Operation) -> bool:
        """Return whether an operation can succeed only once: it removes an object, or relates two.

        A relation of many at once can be made again; one that names a single object is there or not.
        """
        maker = self.maker(operation)
        return self.removes(operation) is not None or (maker is not None and maker.binds)

    def deals_with(self, operation: Operation) -> bool:
        """Return whether an operation makes, changes or removes objects, and nothing else that is known."""
        there = self.at(operation.path)
        is_its_own = there is not None and operation.method in ("PUT", "PATCH", "DELETE")
        return is_its_own or self.makes(operation) is not None

    def removes(self, operation: Operation) -> Resource | None:
        """Return what an operation removes."""
        resource = self.at(operation.path)
        return resource if resource is not None and resource.remover == operation else None

    def made(
        self,
        operation: Operation,
        answer: Any,
        *,
        parameters: Mapping[str, Any],
        request: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Parameters | None:
        """Return the path parameters of what was made; None when nothing is known to have been made.

        Args:
            operation: what was asked for.
            answer: the JSON of an answer with a status of success.
            parameters: those of the request's path.
            request: the JSON of the request.
            headers: those of the answer, with names in lower case.
        """
        resource, maker = self.makes(operation), self.maker(operation)
        if resource is None or maker is None:
            return None
        outer = {name: parameters[name] for name in resource.parents if name in parameters}
        if len(outer) < len(resource.parents):
            return None
        for document, pointer in ((answer, maker.identity), (request, maker.named_by)):
            found = None if pointer in (None, "") else member(document, str(pointer))
            # What leads back to where the request went was there before.
            if _is_id(found) and str(found) != str(parameters.get(resource.parameter)):
                return {**outer, **dict.fromkeys(sorted(resource.aliases), found)}
        if maker.named_by == "" and resource.parameter in parameters:
            return {**outer, resource.parameter: parameters[resource.parameter]}
        return self._located(resource, (headers or {}).get("location", ""))

    def _located(self, resource: Resource, location: str) -> Parameters | None:
        pattern = _PARAMETER.sub(r"([^/]+)", re.escape(resource.path).replace(r"\{", "{").replace(r"\}", "}"))
        found = re.fullmatch(f"(?:.*?){pattern}", urlsplit(location).path) if location else None
        if found is None:
            return None
        values = map(unquote, found.groups())
        return dict(zip((*resource.parents, resource.parameter), values, strict=True))

    @cached_property
    def _made_by(self) -> dict[str, list[tuple[Resource, Maker]]]:
        found: dict[str, list[tuple[Resource, Maker]]] = {}
        for resource in self:
            for maker in resource.makers:
                found.setdefault(maker.operation.id, []).append((resource, maker))
        return found


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""


def member(document: Any, pointer: str) -> Any:
    """Return what stands at a JSON pointer; None when there is nothing."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document.get(name) if isinstance(document, dict) else None
    return document


def object_paths(path: str) -> Iterator[str]:
    """Yield the parts of a path from its beginning that end in a parameter which is a whole segment."""
    for found in _PARAMETER.finditer(path):
        if path[found.start() - 1] == "/" and path[found.end() : found.end() + 1] in ("", "/"):
            yield path[: found.end()]


def shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return _PARAMETER.sub("{}", path)


def parameters_of(path: str) -> list[str]:
    """Return the names of the parameters of a path."""
    return _PARAMETER.findall(path)
