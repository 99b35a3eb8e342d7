"""Makes what an operation needs to succeed: the objects that its path and its body name.

Every operation has objects of its own, so that none spoils those of another. An operation that uses up what
it is given (a deletion) gets something fresh each time. How an object is made is derived from the contract;
the content says how, where that is not enough (`Content.recipes`).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from conformance.contract.constraints import Reader
from conformance.contract.document import Operation
from conformance.contract.resources import (
    Lister,
    Maker,
    Parameters,
    Resource,
    member,
    object_paths,
    parameters_of,
)
from conformance.contract.styles import schema_of
from conformance.contract.texts import NoText, Texts
from conformance.contract.values import ABSENT, Values
from conformance.http.transport import SAFE_METHODS
from conformance.http.unreached import Unreached
from conformance.run.content import Content
from conformance.run.session import Session

_DATES = ("date", "date-time")


class Supply:
    """What was made for each operation, and more of it on demand.

    Args:
        reads: whether nothing may be made, so that what is there already is taken.
    """

    def __init__(self, session: Session, content: Content, *, reads: bool = False) -> None:
        self._session = session
        self._content = content
        self._resources = session.resources
        self._reads = reads
        self._kept: dict[str, Parameters] = {}
        self._under_way: list[str] = []
        self._takes_listed = True

    def parameters(self, operation: Operation) -> Parameters:
        """Return path parameters with which the operation can succeed.

        Raises:
            Unreached: they cannot be made.
        """
        # What a list shows may be somebody else's: it is for those who only look.
        self._takes_listed = operation.method in SAFE_METHODS or self._content.insists
        if self.uses_up(operation):
            found = self._attempt(operation.path, plain=True)
        else:
            found = self._keep(operation.id, operation.path, chooses=self._chooses(operation))
        return {name: found[name] for name in parameters_of(operation.path)}

    def uses_up(self, operation: Operation) -> bool:
        """Return whether an operation that succeeds needs something fresh the next time."""
        return self._resources.uses_up(operation) and not self._reads

    def renew(self, operation: Operation) -> None:
        """Forget what was made for an operation: it is gone, or not as it was."""
        self._kept.pop(operation.id, None)

    def references(self, operation: Operation) -> Mapping[str, Callable[[], Any]]:
        """Return what members of a body name that refer to something: what is there for the operation.

        Raises:
            Unreached: by what is returned, when it cannot be made.
        """

        def reference(resource: Resource) -> Callable[[], Any]:
            return lambda: self._reference(operation, resource)

        maker = self._resources.maker(operation)
        # What it makes gets an id of its own, if the client chooses that.
        own = maker.named_by.rpartition("/")[2] if maker and maker.named_by and not maker.binds else None
        names = [name for each in self._resources for alias in each.aliases for name in (alias, f"{alias}s")]
        found = {name: self._resources.referred(name) for name in names if name != own}
        return {name: reference(resource) for name, resource in found.items() if resource is not None}

    def etag(self, operation: Operation, parameters: Parameters) -> str | None:
        """Return the present entity tag of the object that an operation's path names first."""
        path = next(object_paths(operation.path), None)
        resource = None if path is None else self._resources.at(path)
        if resource is None or resource.reader is None:
            return None
        try:
            answer = self._session.call(resource.reader.id, parameters=parameters)
        except (httpx.TransportError, LookupError):
            return None
        etag: str | None = answer.headers.get("etag")
        return etag

    def _reference(self, operation: Operation, resource: Resource) -> Any:
        # A relation is made of what is not related yet: what the path names is fresh, and this another.
        if not self.uses_up(operation):
            there = self._keep(operation.id, operation.path, chooses=self._chooses(operation))
            if resource.parameter in there:
                return there[resource.parameter]
        return self._keep(resource.path, resource.path)[resource.parameter]

    def _chooses(self, operation: Operation) -> bool:
        """Return whether values that the contract lists will do: what is removed has to be the run's own."""
        return not self._content.insists and operation.method != "DELETE"

    def _keep(self, purpose: str, path: str, *, chooses: bool = False) -> Parameters:
        if purpose not in self._kept:
            self._kept[purpose] = self._attempt(path, chooses=chooses)
        return self._kept[purpose]

    def _attempt(self, path: str, *, plain: bool = False, chooses: bool = False) -> Parameters:
        try:
            return self._make(path, plain=plain, chooses=chooses)
        except httpx.TransportError as error:
            raise Unreached(f"what {path} needs could not be made: {error}") from error
        # A server that answers with something else is found out by the schemas of its answers.
        except (NoText, LookupError, TypeError) as error:
            raise Unreached(f"what {path} needs could not be made") from error

    def _make(self, path: str, *, plain: bool, chooses: bool) -> Parameters:
        """Make all that a path names: as the content says, unless it is to be plain and can be.

        If it chooses, one of the values that the contract lists stands where nothing can be made.
        """
        if not parameters_of(path):
            return {}
        stated = self._content.recipes.get(frozenset(parameters_of(path)))
        if stated is not None and not self._reads and not (plain and self._is_derived(path)):
            return stated(self._session)
        found: Parameters = {}
        for name, resource in self._resources.needs(path):
            found |= self._object(path, name, resource, found, chooses=chooses)
        return found

    def _is_derived(self, path: str) -> bool:
        return all(each is not None and each.makers for _, each in self._resources.needs(path))

    def _object(
        self, path: str, name: str, resource: Resource | None, around: Parameters, *, chooses: bool
    ) -> Parameters:
        """Return the parameters of one object, made or else found in its list."""
        for each in filter(None, (resource, self._resources.of(name))):
            maker = next((m for m in each.makers if _is_enough(around, m, each)), None)
            if maker is not None and not self._reads:
                made = self._made(each, maker, around)
                return made if name in made else {**made, name: made[each.parameter]}
            if (
                each.lister is not None
                and self._takes_listed
                and around.keys() >= set(parameters_of(each.collection))
            ):
                return {name: self._listed(each.lister, around)}
        if chooses and (value := self._of_schema(path, name)) is not ABSENT:
            return {name: value}
        raise Unreached(f"nothing in the contract says how `{name}` of {path} comes to be")

    def _of_schema(self, path: str, name: str) -> Any:
        """Return a value of a path parameter whose schema says itself which are good; ABSENT otherwise."""
        contract = self._session.contract
        values = Values(contract, Texts(self._session.name(), self._session.random), {})
        parameters = (
            parameter
            for operation in contract.operations
            if operation.path == path
            for parameter, _ in Reader(contract, operation).parameters()
        )
        for parameter in parameters:
            if (parameter["in"], parameter["name"]) == ("path", name):
                schema = values.whole(schema_of(parameter)[0])
                one = values.whole(schema.get("items", schema))
                if "enum" in one or one.get("type") == "boolean" or one.get("format") in _DATES:
                    return values.told(schema)
        return ABSENT

    def _made(self, resource: Resource, maker: Maker, around: Parameters) -> Parameters:
        operation = maker.operation
        parameters = {name: around[name] for name in parameters_of(operation.path) if name in around}
        if maker.named_by == "":
            parameters[resource.parameter] = self._session.name()
        with self._once(resource.path):
            request, written = self._body(operation)
        answer = self._session.call(operation.id, parameters=parameters, **written)
        made = None
        if 200 <= answer.status < 300:
            made = self._resources.made(
                operation, answer.json, parameters=parameters, request=request, headers=answer.headers
            )
        if made is None:
            shown = answer.exchange.answer()[:300]
            raise Unreached(f"{operation.id} made nothing that can be asked for: {shown}")
        return {**around, **made}

    def _body(self, operation: Operation) -> tuple[Any, dict[str, Any]]:
        """Return the smallest legal body under a fresh name, and how it is sent."""
        body = Reader(self._session.contract, operation).body()
        if body is None:
            return None, {}
        token = f"{self._session.namespace}000000"
        samples = {**self.references(operation), **self._content.samples(self._session.contract)}
        values = Values(self._session.contract, Texts(token, self._session.random), samples)
        sample = values.sample(body.schema)
        maker = self._resources.maker(operation)
        if maker is not None and maker.named_by and not maker.binds:
            sample = values.with_own_id(body.schema, sample, maker.named_by)
        legal = json.dumps(self._content.made_legal(sample), ensure_ascii=False)
        named = json.loads(legal.replace(token, self._session.name()))
        return named, {"content": body.encoded(named), "headers": {"Content-Type": body.media_type}}

    def _listed(self, lister: Lister, around: Parameters) -> Any:
        answer = self._session.call(lister.operation.id, parameters=around)
        rows = member(answer.json, lister.rows)
        if not isinstance(rows, list) or not rows:
            raise Unreached(f"{lister.operation.id} shows nothing that could be asked for")
        return member(rows[-1], lister.identity)

    @contextmanager
    def _once(self, path: str) -> Iterator[None]:
        """Guard against objects of which each needs the other first."""
        if path in self._under_way:
            raise Unreached(f"what {path} needs would need it itself")
        self._under_way.append(path)
        try:
            yield
        finally:
            self._under_way.pop()


def _is_enough(around: Parameters, maker: Maker, resource: Resource) -> bool:
    """Return whether all that a maker's path names is there."""
    chosen = {resource.parameter} if maker.named_by == "" else set()
    return around.keys() >= set(parameters_of(maker.operation.path)) - chosen
