"""Every constraint that the contract puts on the requests of an operation, each with a stable id."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.contract.bodies import Body, is_writable
from conformance.contract.document import Contract, Operation, pointer_to
from conformance.contract.media_types import JSON, is_json, kind_of
from conformance.contract.schemas import simplified
from conformance.contract.styles import schema_of

Schema = dict[str, Any]

ITEM = "[]"
"""The step from an array to its items."""
BODY = "body"

# Words that bound a value by themselves; those that need a look at their value stand in `_at`.
_BOUNDS = ("enum", "multipleOf", "maxLength", "pattern", "maxItems", "minProperties", "maxProperties")
FORMATS = ("date-time", "date", "email", "uuid", "ipv4", "ipv6", "uri")
"""The formats of texts that can be judged."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a request.

    Attributes:
        location: `path`, `query`, `header` or `body`.
        steps: the names that lead to the place, `[]` for the items of an array; none for the body itself.
        keyword: the word of the contract, as in `maxLength`.
        value: what it says, as in 255.
        pointer: where it says so (RFC 6901).
        schema: the schema of the place, its own reference followed.
        is_text: whether its values are written as texts without a type: outside of bodies, and in forms.
    """

    operation_id: str
    location: str
    steps: tuple[str, ...]
    keyword: str
    value: Any
    pointer: str
    line: int
    schema: Schema
    is_text: bool = True

    @property
    def place(self) -> str:
        """The steps as text, as in `budgets[].max_limit`."""
        return ".".join(self.steps).replace(f".{ITEM}", ITEM)

    @property
    def id(self) -> str:
        """The id of the verdict on it."""
        parts = ("S", self.operation_id, self.location, self.place, self.keyword)
        return ".".join(part for part in parts if part)


class Reader:
    """Reads the constraints of one operation from its contract."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self._contract = contract
        self._operation = operation
        self._node = contract.stated(operation)
        self._pointer = pointer_to("paths", operation.path, operation.method.lower())

    def constraints(self) -> list[Constraint]:
        """Return every constraint once, in the order of the contract."""
        found = [*self._of_parameters(), *self._of_body()]
        return list({constraint.id: constraint for constraint in found}.values())

    def body(self) -> Body | None:
        """Return how a body is written, as JSON if it can be; None when the operation takes none that can."""
        content, pointer = self._content()
        schemas = {
            kind: self._contract.resolved(media["schema"], "")[0]
            for kind, media in content.items()
            if "schema" in media
        }
        writable = [kind for kind, schema in schemas.items() if is_writable(kind, simplified(schema))]
        if not writable:
            return None
        chosen = min(writable, key=lambda kind: (kind_of(kind) != JSON, not is_json(kind)))
        media = content[chosen]
        place = pointer + pointer_to("content", chosen, "schema")
        return Body(media["schema"], place, chosen, tuple(content), media.get("encoding", {}))

    def unwritten(self) -> str:
        """Return why no body is written, where the operation takes one: nothing writes its media types."""
        content, _ = self._content()
        if not content or self.body() is not None:
            return ""
        return f"its body is {' or '.join(content)}, which only the phase fuzz writes"

    def _content(self) -> tuple[dict[str, Any], str]:
        if "requestBody" not in self._node:
            return {}, ""
        request, pointer = self._contract.resolved(self._node["requestBody"], self._pointer + "/requestBody")
        return request.get("content", {}), pointer

    def parameters(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the parameters with their pointers: those of the operation, and those of its path."""
        place = pointer_to("paths", self._operation.path)
        item = self._contract.document["paths"][self._operation.path]
        stated: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        for holder, pointer in ((item, place), (self._node, self._pointer)):
            for index, node in enumerate(holder.get("parameters", ())):
                parameter, at = self._contract.resolved(node, f"{pointer}/parameters/{index}")
                stated[parameter["in"], parameter["name"]] = parameter, at
        yield from stated.values()

    def _of_parameters(self) -> Iterator[Constraint]:
        for parameter, pointer in self.parameters():
            location, steps = parameter["in"], (parameter["name"],)
            schema, place = schema_of(parameter)
            # A path without one of its parameters is another path.
            if parameter.get("required") and location != "path":
                yield self._constraint(location, steps, "required", True, f"{pointer}/required", schema)
            yield from self._within(location, steps, schema, pointer + place)

    def _of_body(self) -> Iterator[Constraint]:
        body = self.body()
        if body is None:
            return
        schema, is_text = body.schema, body.is_text
        request, pointer = self._contract.resolved(self._node["requestBody"], self._pointer + "/requestBody")
        if request.get("required"):
            yield self._constraint(BODY, (), "required", True, f"{pointer}/required", schema, is_text=is_text)
        place = pointer + pointer_to("content", body.media_type)
        yield self._constraint(BODY, (), "content", body.media_type, place, schema, is_text=is_text)
        yield from self._within(BODY, (), schema, body.pointer, is_text=is_text)

    def _within(
        self,
        location: str,
        steps: tuple[str, ...],
        node: Schema,
        pointer: str,
        above: frozenset[str] = frozenset(),
        *,
        is_text: bool = True,
    ) -> Iterator[Constraint]:
        """Yield the constraints of a schema and of all that stands in it."""
        stated, pointer = self._contract.resolved(node, pointer)
        schema = simplified(stated)
        # What the server sets is ignored in a request, whatever it holds. A schema may hold itself.
        if schema.get("readOnly") or pointer in above:
            return
        above |= {pointer}
        constraint = partial(self._constraint, is_text=is_text)
        within = partial(self._within, location, above=above, is_text=is_text)
        for keyword in _at(schema, is_text=is_text):
            yield constraint(location, steps, keyword, schema[keyword], f"{pointer}/{keyword}", schema)
        for index, member in enumerate(stated.get("allOf", ())):
            yield from within(steps, member, f"{pointer}/allOf/{index}")
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            member, _ = self._contract.resolved(properties.get(name, {}), "")
            if not member.get("readOnly"):
                yield constraint(location, (*steps, name), "required", True, f"{pointer}/required", member)
        for name, member in properties.items():
            yield from within((*steps, name), member, f"{pointer}/properties{pointer_to(name)}")
        if "items" in schema:
            yield from within((*steps, ITEM), schema["items"], f"{pointer}/items")

    def _constraint(
        self,
        location: str,
        steps: tuple[str, ...],
        keyword: str,
        value: Any,
        pointer: str,
        schema: Schema,
        *,
        is_text: bool = True,
    ) -> Constraint:
        line = self._contract.line(pointer)
        return Constraint(self._operation.id, location, steps, keyword, value, pointer, line, schema, is_text)


def _at(schema: Schema, *, is_text: bool) -> Iterator[str]:
    """Yield the keywords of a schema that bound a value, in a fixed order."""
    if "type" in schema and not (is_text and schema["type"] == "string"):
        yield "type"
    if schema.get("nullable") and not is_text:
        yield "nullable"
    yield from (word for word in ("minimum", "maximum") if word in schema)
    yield from (word for word in ("exclusiveMinimum", "exclusiveMaximum") if schema.get(word))
    yield from (word for word in ("minLength", "minItems") if schema.get(word))
    yield from (word for word in _BOUNDS if word in schema)
    if schema.get("type") == "string" and schema.get("format") in FORMATS:
        yield "format"
    if schema.get("uniqueItems"):
        yield "uniqueItems"
    if schema.get("additionalProperties") is False:
        yield "additionalProperties"
