"""Which members of its answers an operation was seen to fill."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.document import Contract, Operation
from conformance.contract.media_types import is_json
from conformance.http.answer import Answer

_EMPTY: tuple[Any, ...] = (None, "", [], {})
Schema = dict[str, Any]


@dataclass(slots=True)
class _Place:
    """A value that a schema states, and those within it.

    Attributes:
        pointer: where it is in an answer, with `*` for every item of a list.
        is_seen: whether it was there, and not empty.
        is_done: whether it was seen, and all within it.
    """

    pointer: str
    members: dict[str, "_Place"] = field(default_factory=dict)
    items: "_Place | None" = None
    is_seen: bool = False
    is_done: bool = False

    def see(self, value: Any) -> None:
        """Take note of a value at this place."""
        if self.is_done or value in _EMPTY:
            return
        self.is_seen = True
        if isinstance(value, dict):
            for name, member in value.items():
                place = self.members.get(name, self.items)
                if place is not None:
                    place.see(member)
        elif isinstance(value, list) and self.items is not None:
            for item in value:
                self.items.see(item)
        self.is_done = all(place.is_done for place in self._within())

    def unseen(self) -> Iterator[str]:
        """Yield the places that were never seen; of those within one another the outermost."""
        if not self.is_seen:
            yield self.pointer or "/"
            return
        for place in self._within():
            yield from place.unseen()

    def _within(self) -> list["_Place"]:
        return [*self.members.values(), *([self.items] if self.items is not None else [])]


class Members:
    """The members of JSON answers of success, by operation and status. It may be told in several threads."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._places: dict[tuple[str, int], _Place | None] = {}
        self._lock = threading.Lock()

    def observe(self, operation: Operation, answer: Answer) -> None:
        """Take note of an answer of an operation."""
        if not 200 <= answer.status < 300 or not answer.content:
            return
        key = operation.id, answer.status
        with self._lock:
            if key not in self._places:
                self._places[key] = self._stated(operation, answer.status)
            place = self._places[key]
            if place is not None and not place.is_done:
                place.see(answer.json)

    def unseen(self, operation: Operation) -> dict[int, list[str]]:
        """Return the members that no answer had, or all had empty, for each status that was seen."""
        return {
            status: found
            for (operation_id, status), place in sorted(self._places.items())
            if operation_id == operation.id and place is not None and (found := list(place.unseen()))
        }

    def _stated(self, operation: Operation, status: int) -> _Place | None:
        responses = self._contract.stated(operation).get("responses", {})
        names = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        response, _ = self._contract.resolved(next((responses[n] for n in names if n in responses), {}), "")
        schemas = [media["schema"] for kind, media in response.get("content", {}).items()
                   if is_json(kind) and "schema" in media]  # fmt: skip
        return self._place("", schemas, frozenset()) if schemas else None

    def _place(self, pointer: str, schemas: list[Schema], above: frozenset[int]) -> _Place:
        """Return the place that several schemas speak of; `above` are those around it, which may recur."""
        place, parts = _Place(pointer), [part for schema in schemas for part in self._parts(schema)]
        if not above.isdisjoint(map(id, parts)):
            return place
        above |= {*map(id, parts)}
        members: dict[str, list[Schema]] = {}
        items: list[Schema] = []
        for part in parts:
            for name, member in part.get("properties", {}).items():
                members.setdefault(name, []).append(member)
            items += [
                part[word] for word in ("items", "additionalProperties") if isinstance(part.get(word), dict)
            ]
        for name, stated in members.items():
            if not any(self._contract.resolved(each, "")[0].get("writeOnly") for each in stated):
                place.members[name] = self._place(f"{pointer}/{name}", stated, above)
        place.items = self._place(f"{pointer}/*", items, above) if items else None
        return place

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        """Yield a schema, and all that it is put together of."""
        whole, _ = self._contract.resolved(schema, "")
        yield whole
        for word in ("allOf", "oneOf", "anyOf"):
            for part in whole.get(word, ()):
                yield from self._parts(part)
