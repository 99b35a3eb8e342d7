"""Derives the resources of a contract from its paths, schemas and links.

A path that ends in a parameter is that of one object, and the path above it that of all. What is not plain is
left out: nothing is better than something wrong.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import ReferencingError

from conformance.contract.document import Contract, Operation, pointer_to
from conformance.contract.operation_schemas import OperationSchemas, Schema, required_members
from conformance.contract.resources import (
    Lister,
    Maker,
    Resource,
    Resources,
    object_paths,
    parameters_of,
    shape,
)
from conformance.contract.texts import fits

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FROM_BODY = "$response.body#"
# What a name looks like that says whose it is, as far as a schema may forbid it.
_SAMPLE_NAME = "cf-0a1b2c3d-12-34"
_IDS = ("id", "uuid")
_NAMES = ("name", "title", "label", "displayName", "display_name", "summary", "subject")
_SIZES = ("limit", "per_page", "perPage", "page_size", "pageSize", "size")
_OFFSETS = ("offset", "skip", "start")
_PAGES = ("page", "page_number", "pageNumber")
_CURSORS = ("cursor", "after", "page_token", "pageToken", "continuation_token")
_SEARCHES = ("search", "q", "query", "name", "title")


def resources(contract: Contract) -> Resources:
    """Return what a contract deals with."""
    derivation = _Derivation(contract)
    found = list(derivation.found())
    return Resources(found, derivation.bearers(found))


class _Derivation:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = OperationSchemas(contract)
        self._operations: dict[tuple[str, str], Operation] = {}
        self._paths: dict[str, dict[str, None]] = {}
        """For the shape of each path of one object: the forms in which it stands in the contract."""
        for operation in contract.operations:
            self._operations.setdefault((shape(operation.path), operation.method), operation)
            for item in object_paths(operation.path):
                self._paths.setdefault(shape(item), {})[item] = None
        self._linked = self._by_links()

    def found(self) -> Iterator[Resource]:
        """Yield every resource."""
        for each in map(self._resource, self._paths):
            if each is not None:
                yield each

    def bearers(self, found: Iterable[Resource]) -> dict[str, dict[str, Schema]]:
        """Return the members of each operation's body that can bear a name, the likeliest first."""
        chosen = {m.operation.id: _last(m.named_by) for r in found for m in r.makers if m.named_by}
        return {o.id: self._bearers(o, chosen.get(o.id, "")) for o in self._contract.operations}

    def _resource(self, shape: str) -> Resource | None:
        paths = list(self._paths[shape])
        stated = [o for (where, _), o in self._operations.items() if where == shape]
        path = stated[0].path if stated else paths[0]
        collection = path.rpartition("/")[0]
        if not stated and not any(self._at(collection, method) for method in ("GET", "POST")):
            return None
        names = parameters_of(path)
        makers = tuple(self._makers(path, collection))
        changers = [self._at(path, method) for method in ("PUT", "PATCH")]
        renamers = tuple(o for o in changers if o and not {m.operation.id for m in makers} & {o.id})
        bearer = self._bearer(makers)
        return Resource(
            path=path,
            collection=collection,
            parameter=names[-1],
            parents=tuple(names[:-1]),
            aliases=frozenset(parameters_of(each)[-1] for each in paths),
            schema=self._schemas.parameter(self._any(path), names[-1]),
            makers=makers,
            lister=self._lister(path, collection, makers),
            reader=self._at(path, "GET"),
            remover=self._at(path, "DELETE"),
            renamers=tuple(o for o in renamers if bearer in self._schemas.body(o).get("properties", {})),
            bearer=bearer,
        )

    def _at(self, path: str, method: str) -> Operation | None:
        return self._operations.get((shape(path), method))

    def _any(self, path: str) -> Operation | None:
        """Return an operation whose path begins with this one."""
        return next((o for o in self._contract.operations if path in object_paths(o.path)), None)

    def _makers(self, path: str, collection: str) -> Iterator[Maker]:
        poster, putter = self._at(collection, "POST"), self._at(path, "PUT")
        if poster is not None and (maker := self._maker(poster, path)):
            yield maker
        elif poster is None and putter is not None and not self._linked.get(shape(path)):
            schema = self._schemas.parameter(putter, parameters_of(path)[-1])
            if schema.get("type") == "string" and _bears(schema):
                yield Maker(putter, None, "", binds=False, statuses=self._successes(putter))
        for operation, pointer in self._linked.get(shape(path), {}).values():
            if operation != poster:
                yield Maker(operation, pointer, None, binds=False, statuses=self._successes(operation))

    def _maker(self, operation: Operation, path: str) -> Maker | None:
        """Return how a POST on a collection makes an object of it."""
        statuses = self._successes(operation)
        parameter, body = parameters_of(path)[-1], self._schemas.body(operation)
        linked = self._linked.get(shape(path), {}).get(operation.id)
        if linked is None and self._is_elsewhere(parameter, path):
            if parameter in body.get("properties", {}):
                return Maker(operation, None, pointer_to(parameter), binds=True, statuses=statuses)
            if f"{parameter}s" in body.get("properties", {}):
                return None
        names = self._candidates(path)
        answers = self._schemas.answers(operation)
        identity = (
            linked[1] if linked else next(filter(None, (self._identity(a, names) for a in answers)), None)
        )
        chosen = self._chosen(operation, names if identity is None else [_last(identity)])
        located = 201 in statuses or any("location" in found for found in self._schemas.headers(operation))
        if identity is None and chosen is None and not located:
            return None
        return Maker(operation, identity, chosen, binds=False, statuses=statuses)

    def _is_elsewhere(self, parameter: str, path: str) -> bool:
        """Return whether what this takes the id of has another path of its own, and so is there before."""
        others = (each for forms in self._paths.values() for each in forms)
        return any(parameters_of(o) == [parameter] and shape(o) != shape(path) for o in others)

    def _candidates(self, path: str) -> list[str]:
        """Return the names that a member may have which holds the id, the likeliest first."""
        parameter = parameters_of(path)[-1]
        words = _words(parameter)
        others = ["name"] if len(words) == 1 and words[0] not in _IDS else []
        return list(dict.fromkeys([parameter, words[-1], *_IDS, *others]))

    def _chosen(self, operation: Operation, names: Iterable[str]) -> str | None:
        """Return the pointer to the id in a request, when the client has to choose it."""
        body = self._schemas.body(operation)
        for name in names:
            schema = self._schemas.whole(body.get("properties", {}).get(name, {}))
            if name in required_members(body) and not schema.get("readOnly"):
                return pointer_to(name)
        return None

    def _identity(self, schema: Schema, names: Iterable[str]) -> str | None:
        """Return the pointer to the id in an object, possibly inside one that wraps it."""
        members = schema.get("properties", {})
        if found := next((name for name in names if name in members), None):
            return pointer_to(found)
        inner = {
            name: whole
            for name, node in members.items()
            if "properties" in (whole := self._schemas.whole(node))
        }
        for name, whole in inner.items() if len(inner) == 1 else ():
            found = next((name for name in names if name in whole["properties"]), None)
            return found and pointer_to(name, found)
        return None

    def _lister(self, path: str, collection: str, makers: Iterable[Maker]) -> Lister | None:
        operation = self._at(collection, "GET")
        if operation is None:
            return None
        # A row of a relation has an id of its own, and the path takes that of what is related.
        known = [_last(each) for maker in makers if (each := maker.identity or maker.named_by)]
        names = known if any(maker.binds for maker in makers) else [*known, *self._candidates(path)]
        for schema in self._schemas.answers(operation):
            for rows, row in self._arrays(schema, collection.rpartition("/")[2]):
                identity = "" if row.get("type") == "string" else self._identity(row, names)
                if identity is not None:
                    return Lister(operation, rows, identity, **self._paging(operation))
        return None

    def _arrays(self, schema: Schema, segment: str) -> Iterator[tuple[str, Schema]]:
        """Yield the arrays of an answer with the schema of a row, the most likely one first."""
        if schema.get("type") == "array":
            yield "", self._schemas.whole(schema.get("items", {}))
            return
        arrays = {
            name: whole
            for name, node in schema.get("properties", {}).items()
            if (whole := self._schemas.whole(node)).get("type") == "array"
        }
        wanted = [name for name in arrays if _words(name) == _words(segment)]
        for name in wanted or (arrays if len(arrays) == 1 else ()):
            yield pointer_to(name), self._schemas.whole(arrays[name].get("items", {}))

    def _paging(self, operation: Operation) -> dict[str, Any]:
        stated = self._schemas.queries(operation)

        def first(names: Iterable[str]) -> str | None:
            return next((name for name in names if name in stated), None)

        size, search = first(_SIZES), first(_SEARCHES)
        return {
            "size": size,
            "offset": first(_OFFSETS),
            "page": first(_PAGES),
            "cursor": first(_CURSORS),
            "most": stated[size].get("maximum") if size else None,
            "search": search if search and stated[search].get("type") == "string" else None,
        }

    def _bearer(self, makers: Iterable[Maker]) -> str | None:
        """Return the member of a request that can bear a name of one's choice: the id before all others."""
        for maker in makers:
            if maker.binds:
                return None
            for name in self._bearers(maker.operation, _last(maker.named_by or "")):
                return name
        return None

    def _bearers(self, operation: Operation, chosen: str) -> dict[str, Schema]:
        members = self._schemas.body(operation).get("properties", {})
        found = {name: self._schemas.whole(members[name]) for name in (chosen, *_NAMES) if name in members}
        return {name: schema for name, schema in found.items() if _bears(schema)}

    def _successes(self, operation: Operation) -> tuple[int, ...]:
        return tuple(s for s in self._contract.statuses(operation) if 200 <= s < 300)

    def _by_links(self) -> dict[str, dict[str, tuple[Operation, str]]]:
        """By the shape of an object's path: the operations whose links say that they make one, and its id.

        A POST makes what its answer of 201 leads to. Other links lead to what was there before.
        """
        found: dict[str, dict[str, tuple[Operation, str]]] = {}
        for operation in self._contract.operations:
            response = self._contract.stated(operation).get("responses", {}).get("201", {})
            links = self._contract.resolved(response, "")[0].get("links", {})
            for link in links.values() if operation.method == "POST" else ():
                stated, _ = self._contract.resolved(link, "")
                target = self._contract.operation(str(stated.get("operationId")))
                for name, expression in stated.get("parameters", {}).items():
                    item = target and next(
                        (i for i in object_paths(target.path) if parameters_of(i)[-1] == name), None
                    )
                    if item and str(expression).startswith(_FROM_BODY):
                        pointer = expression.removeprefix(_FROM_BODY)
                        found.setdefault(shape(item), {})[operation.id] = operation, pointer
        return found


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _last(pointer: str) -> str:
    return pointer.rpartition("/")[2]


def _bears(schema: Schema) -> bool:
    """Return whether a text can be a name that says whose it is."""
    if (
        schema.get("type") != "string"
        or schema.get("readOnly")
        or schema.keys() & {"enum", "const", "format"}
    ):
        return False
    try:
        return fits(schema)(_SAMPLE_NAME)
    except (ValueError, ReferencingError):
        return False
