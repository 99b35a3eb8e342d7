"""Bodies of requests that can be written: JSON, forms and texts."""

import json
from dataclasses import dataclass
from typing import Any

from conformance.contract.media_types import is_json, kind_of
from conformance.contract.styles import Parameter, escaped, text, written

Schema = dict[str, Any]

_FORM = "application/x-www-form-urlencoded"
_OTHERS = ("text/plain", "application/octet-stream", "image/png")


def is_writable(media_type: str, schema: Schema) -> bool:
    """Return whether there is a way to write values of a schema as this media type."""
    kind = kind_of(media_type)
    if kind == _FORM:
        return bool(schema.get("type", "object") == "object")
    return is_json(kind) or (kind.startswith("text/") and schema.get("type") == "string")


@dataclass(frozen=True, slots=True)
class Body:
    """How the body of a request is written.

    Attributes:
        schema: of its values, which stands at `pointer`.
        stated: every media type that the operation takes.
        encoding: how members of a form are written, as far as that is stated.
    """

    schema: Schema
    pointer: str
    media_type: str
    stated: tuple[str, ...]
    encoding: dict[str, dict[str, Any]]

    @property
    def is_text(self) -> bool:
        """Whether all values in it are texts, which have no types."""
        return not is_json(self.media_type)

    @property
    def another(self) -> str:
        """A media type that the operation does not take."""
        taken = set(map(kind_of, self.stated))
        return next(each for each in _OTHERS if each not in taken)

    def member(self, name: str) -> Parameter:
        """Return a member of a form as the parameter of a query that it is written like."""
        return {**self.encoding.get(name, {}), "name": name, "in": "query"}

    def encoded(self, value: Any) -> bytes:
        """Return a value as octets."""
        if not self.is_text:
            return json.dumps(value, ensure_ascii=False).encode()
        if not isinstance(value, dict):
            return text(value).encode()
        pairs = [pair for name, each in value.items() for pair in written(self.member(name), each)]
        return "&".join(f"{escaped(name)}={each}" for name, each in pairs).encode()
