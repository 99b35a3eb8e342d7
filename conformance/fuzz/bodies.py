"""Bodies that Schemathesis draws, as they are sent.

Every body, good or bad, names what the run made itself: the fuzzer runs against servers with data of others.
A good one must keep the rules that its schema cannot say as well, or a server is right to refuse it.
"""

import itertools
from typing import Any

from conformance.contract.document import Operation
from conformance.contract.resources import Resource
from conformance.contract.texts import fits
from conformance.fuzz import ids
from conformance.http.unreached import Unreached
from conformance.run.content import Content
from conformance.run.recipes import Supply
from conformance.run.session import Session

Body = dict[str, Any]

_LONGEST_NAME = 255


class Names:
    """Names that were never used, in the form of those that were drawn."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._numbers = itertools.count(1)

    def instead_of(self, drawn: str) -> str:
        """Return a fresh name: as long as the one drawn, if it is not shorter than a fresh one has to be."""
        fresh = f"{self.prefix}f{next(self._numbers)}-"
        return fresh + drawn[len(fresh) :]

    def beginning_with_prefix(self, drawn: str) -> str:
        """Return the run's own name for what was drawn: the same for the same, and of nobody else."""
        if drawn.startswith(self.prefix):
            return drawn
        return (self.prefix + "g" + drawn)[:_LONGEST_NAME]


class Bodies:
    """Mends bodies that were drawn."""

    def __init__(self, session: Session, content: Content, supply: Supply, names: Names) -> None:
        self._resources = session.resources
        self._contract = session.contract
        self._content = content
        self._supply = supply
        self._names = names

    def owned(self, operation: Operation, body: Body, *, is_ours: bool = True) -> Body:
        """Return a body with fresh names, and with ids of what the run made.

        What is no name or id stays as it is. `is_ours` says whether the path names what the run made for it.
        """
        fixed = {**body}
        for name, schema in self._resources.bearers(operation).items():
            if name in body and fits(schema)(body[name]):
                fixed[name] = self._names.instead_of(body[name])
        for name in body.keys() & self._supply.references(operation).keys():
            resource = self._resources.referred(name)
            if resource is not None:
                drawn = body[name]
                fixed[name] = (
                    [self._own(operation, name, resource, value) for value in drawn]
                    if isinstance(drawn, list)
                    else self._own(operation, name, resource, drawn)
                )
        return self._content.owned(fixed, self._names.beginning_with_prefix, is_ours=is_ours)

    def repaired(self, operation: Operation, body: Body, *, is_ours: bool = True) -> Body:
        """Return a good body with fresh names and ids of what the run made, which keeps the rules."""
        owned = self.owned(operation, body, is_ours=is_ours)
        return self._content.repaired(self._contract, operation, owned)

    def _own(self, operation: Operation, name: str, resource: Resource, value: Any) -> Any:
        if not ids.is_id(resource, value):
            return value
        try:
            return self._supply.references(operation)[name]()
        except Unreached:
            return ids.unheld(resource, value, self._names.prefix)
