"""Constraints of which one side cannot be tried alone, and why."""

from conformance.contract.constraints import BODY, ITEM, Constraint
from conformance.contract.document import Contract
from conformance.contract.resources import Resource, Resources
from conformance.http.transport import SAFE_METHODS
from conformance.run.content import Content

VALID, INVALID = "valid", "invalid"
_LEAST = ("minimum", "minLength")
_EDGES = (*_LEAST, "maximum", "maxLength")


class Exclusions:
    """Tells of each side of a constraint whether it can be tried alone.

    The valid side cannot when no request may stand at the boundary, so that a plain good one stands for it;
    the invalid side cannot when no request breaks it.
    """

    def __init__(self, contract: Contract, resources: Resources, content: Content) -> None:
        self._resources = resources
        self._content = content
        self._media_types_matter = {o.id for o in contract.operations if 415 in contract.statuses(o)}
        self._changing = {o.id for o in contract.operations if o.method not in SAFE_METHODS}

    def why(self, constraint: Constraint, side: str) -> str | None:
        """Return why one side of a constraint cannot be tried alone; None when it can."""
        edge = constraint.keyword in _EDGES
        if side == INVALID and constraint.keyword == "nullable":
            return "it permits, and nothing breaks it"
        if side == INVALID and constraint.keyword == "content":
            told = "415 is not stated, so that a body may be taken by whatever name it comes"
            return None if constraint.operation_id in self._media_types_matter else told
        if constraint.location == "path" and constraint.keyword in _LEAST:
            if side == INVALID and constraint.keyword == "minLength":
                return "a path with an empty id is another path"
            resource = self._resources.of(constraint.steps[0])
            is_somebodys = resource is not None and resource.is_root
            if side == VALID and is_somebodys and constraint.operation_id in self._changing:
                return "what has the least id may be somebody else's: it is tried where nothing has that id"
        if side == VALID and edge and self._referred(constraint) and not self.may_miss(constraint):
            return "it refers to something that has to be there"
        return self._content.exclusion(constraint.id) if side == VALID else None

    def may_miss(self, constraint: Constraint) -> bool:
        """Return whether a value at the boundary names something that need not be there: 404 accepts it."""
        in_path = constraint.location == "path" and constraint.keyword in _EDGES
        return in_path or self._content.may_miss(constraint.id)

    def _referred(self, constraint: Constraint) -> Resource | None:
        """Return what a member of a body refers to, or an item of it, as in `role_id` and `role_ids`."""
        if constraint.location != BODY or not constraint.steps or constraint.steps[1:] not in ((), (ITEM,)):
            return None
        return self._resources.referred(constraint.steps[0])
