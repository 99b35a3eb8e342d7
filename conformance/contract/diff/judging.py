"""What became of the values that a schema allows: proved where it can be, and else shown by a value."""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import jsonschema_rs

from conformance.contract.diff.change import Effect
from conformance.contract.diff.document import Node, Tokens
from conformance.contract.diff.drawing import DRAFT, Drawn, refused
from conformance.contract.diff.json_schema import Reading, Schema, as_json_schema, recursive
from conformance.contract.pointers import pointer_to

_OPAQUE: tuple[Any, ...] = ({}, [], "", 0, None)
"""A value of each type, in the place of a schema that nothing is known of."""
_UNROLLED = 2


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares what two schemas allow. Each is one that consists of all the schemas given."""

    old: tuple[Node, ...]
    new: tuple[Node, ...]
    in_request: bool

    def rules_out(self, effect: Effect) -> bool:
        """Return whether it is proved that the change does not have the effect."""
        sent, allowed = self._sides(effect)
        if _is_within(self._sent(sent), self._allowed(allowed)):
            return True
        inner = recursive(sent)
        return bool(inner) and self._is_within_by_induction(sent, allowed, inner)

    def draw(self, effect: Effect) -> Drawn:
        """Return a value that shows that the change has the effect, if one is found."""
        sent, allowed = self._sides(effect)
        # Values that are drawn end somewhere.
        drawn_from = Reading(self.in_request, is_closed=True, inmost=lambda _: False, depth=_UNROLLED)
        return refused(_text(sent, drawn_from), self._allowed(allowed))

    def _sides(self, effect: Effect) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """Return the schemas by which values are sent, and those that have to allow them."""
        return (self.old, self.new) if effect is Effect.LOST else (self.new, self.old)

    def _sent(self, nodes: tuple[Node, ...]) -> str:
        return _text(nodes, Reading(self.in_request, is_closed=True))

    def _allowed(self, nodes: tuple[Node, ...]) -> str:
        return _text(nodes, Reading(self.in_request, is_closed=False))

    def _is_within_by_induction(
        self, sent: tuple[Node, ...], allowed: tuple[Node, ...], inner: dict[Tokens, Node]
    ) -> bool:
        """Return whether each schema that holds itself is within its counterpart, if it is so further in."""
        counterparts = recursive(allowed)
        if not inner.keys() <= counterparts.keys():
            return False
        goals = [(sent, allowed), *(((node,), (counterparts[tokens],)) for tokens, node in inner.items())]
        return all(
            _is_within(
                _text(narrow, self._cut(value, is_closed=True)),
                _text(wide, self._cut(value, is_closed=False)),
            )
            for narrow, wide in goals
            for value in _OPAQUE
        )

    def _cut(self, value: Any, *, is_closed: bool) -> Reading:
        def opaque(tokens: Tokens) -> Schema:
            # Not to be mistaken for a value of any other schema.
            told = f"values of {pointer_to(*tokens)}"
            by_type = {dict: {told: True}, list: [told], str: told, int: _number_of(told)}
            return {"const": by_type.get(type(value))}

        return Reading(self.in_request, is_closed, inmost=opaque)


def _number_of(text: str) -> int:
    """Return a large number for a text, the same each time."""
    return int.from_bytes(sha256(text.encode()).digest()[:6], "big") + 2**50


def _text(nodes: tuple[Node, ...], reading: Reading) -> str:
    return json.dumps(as_json_schema(nodes, reading), sort_keys=True)


@lru_cache(maxsize=4096)
def _is_within(sent: str, allowed: str) -> bool:
    """Return whether it is proved that a schema allows all that another one does."""
    try:
        wide, narrow = (
            jsonschema_rs.canonicalize(json.loads(text), draft=DRAFT, validate_formats=True)
            for text in (allowed, sent)
        )
        return wide.covers(narrow) == jsonschema_rs.canonical.Containment.YES
    except (ValueError, jsonschema_rs.ReferencingError):
        # It is no schema of JSON, and says what nobody knows.
        return False
