"""What the schemas of an operation say of its request and of its answers."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.bodies import is_writable
from conformance.contract.document import Contract, Operation
from conformance.contract.media_types import is_json
from conformance.contract.styles import schema_of

Schema = dict[str, Any]


class OperationSchemas:
    """Reads the schemas of operations whole, with their references followed; of answers, JSON alone."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def whole(self, node: Schema) -> Schema:
        """Return a schema with its reference followed, and the parts of `allOf` put together."""
        schema, _ = self._contract.resolved(node, "")
        for part in map(self.whole, schema.get("allOf", ())):
            properties = {**schema.get("properties", {}), **part.get("properties", {})}
            required = [*required_members(schema), *required_members(part)]
            schema = {**schema, **part, "properties": properties, "required": required}
        return schema

    def body(self, operation: Operation) -> Schema:
        """Return the schema of the body, JSON or a form; an empty one when there is none."""
        stated, _ = self._contract.resolved(self._contract.stated(operation).get("requestBody", {}), "")
        return self._json(stated) or self._form(stated)

    def answers(self, operation: Operation) -> Iterator[Schema]:
        """Yield the schemas of the JSON answers of success."""
        for response in self._succeeding(operation):
            if schema := self._json(response):
                yield schema

    def headers(self, operation: Operation) -> Iterator[set[str]]:
        """Yield the names of the headers of the answers of success, in lower case."""
        for response in self._succeeding(operation):
            yield {name.lower() for name in response.get("headers", {})}

    def parameter(self, operation: Operation | None, name: str) -> Schema:
        """Return the schema of a path parameter."""
        return {} if operation is None else self._parameters(operation, "path").get(name, {})

    def queries(self, operation: Operation) -> dict[str, Schema]:
        """Return the schemas of the query parameters."""
        return self._parameters(operation, "query")

    def _parameters(self, operation: Operation, place: str) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for holder in (self._contract.document["paths"][operation.path], self._contract.stated(operation)):
            for node in holder.get("parameters", ()):
                parameter, _ = self._contract.resolved(node, "")
                if parameter.get("in") == place:
                    found[parameter["name"]] = self.whole(schema_of(parameter)[0])
        return found

    def _succeeding(self, operation: Operation) -> Iterator[dict[str, Any]]:
        for status, response in self._contract.stated(operation).get("responses", {}).items():
            if str(status).startswith("2"):
                yield self._contract.resolved(response, "")[0]

    def _json(self, holder: dict[str, Any]) -> Schema:
        content = holder.get("content", {})
        media: dict[str, Any] = next((content[kind] for kind in content if is_json(kind)), {})
        return self.whole(media.get("schema", {}))

    def _form(self, holder: dict[str, Any]) -> Schema:
        found = ((kind, self.whole(m.get("schema", {}))) for kind, m in holder.get("content", {}).items())
        return next((schema for kind, schema in found if is_writable(kind, schema)), {})


def required_members(schema: Schema) -> list[str]:
    """Return the names of the members that an object must have."""
    found = schema.get("required", [])
    return found if isinstance(found, list) else []
