"""Reads what a request carries as its contract states it, and refuses what the contract does not allow."""

import json
import math
import re
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from tests.foreign.troubles.documents import compiled, followed
from tests.foreign.troubles.messages import Refusal, Request
from tests.foreign.troubles.styled import in_query, in_text

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,400})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Parameters:
    """The parameters of one operation."""

    def __init__(self, document: dict[str, Any], stated: list[Any], refused: int) -> None:
        self._refused = refused
        self._parameters = []
        for parameter in (followed(document, item) for item in stated):
            stated = parameter.get("schema") or parameter["content"]["application/json"]["schema"]
            schema = followed(document, stated)
            members = schema.get("properties", {})
            schema = {**schema, "properties": {name: followed(document, members[name]) for name in members}}
            self._parameters.append((parameter, schema, compiled(document, stated)))

    def read(self, request: Request, path: Mapping[str, str]) -> dict[str, Any]:
        """Return the parameters by name.

        Raises:
            Refusal: one is missing, or is not as the contract says.
        """
        texts = {
            "path": {name: [text] for name, text in path.items()},
            "query": query(request),
            "cookie": {name: [text] for name, text in cookies(request).items()},
        }
        read = {}
        for parameter, schema, validator in self._parameters:
            name, place = parameter["name"], parameter["in"]
            found: list[str] | dict[str, str] = (
                request.headers.get_all(name, []) if place == "header" else texts[place].get(name, [])
            )
            if place == "query" and schema.get("type") in ("array", "object") and "schema" in parameter:
                found = in_query(parameter, schema, request.target.partition("?")[2]) or []
            elif (
                schema.get("type") in ("array", "object")
                and "schema" in parameter
                and isinstance(found, list)
            ):
                found = in_text(parameter, schema, found[0]) if found else []
            if not found:
                if parameter.get("required"):
                    raise Refusal(self._refused, f"The {place} parameter {name} is missing.")
                read[name] = schema.get("default")
                continue
            value = _typed(found, schema)
            if "content" in parameter and isinstance(found, list):
                value = _json(found[0])
            if not _fits(validator, value):
                raise Refusal(self._refused, f"The {place} parameter {name} is not as the contract says.")
            read[name] = value
        return read


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def query(request: Request) -> dict[str, list[str]]:
    """Return the values of each name of the query."""
    text = request.target.partition("?")[2]
    return parse_qs(text, keep_blank_values=True)


def cookies(request: Request) -> dict[str, str]:
    """Return the cookies by name."""
    try:
        jar = SimpleCookie("; ".join(request.headers.get_all("Cookie", [])))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _typed(texts: list[str] | dict[str, str], schema: Mapping[str, Any]) -> Any:
    """Return what texts say under a schema; what they cannot say stays text, for the schema to refuse."""
    kind = schema.get("type")
    if isinstance(texts, dict):
        members = schema.get("properties", {})
        return {name: _typed([text], members.get(name, {})) for name, text in texts.items()}
    if kind == "array":
        return [_typed([text], schema.get("items", {})) for text in texts]
    if len(texts) > 1:
        return texts
    text = texts[0]
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _fits(validator: Any, value: Any) -> bool:
    try:
        return bool(validator.is_valid(value))
    except ValueError:
        # A lone surrogate is no text.
        return False


class Body:
    """The body of one operation."""

    def __init__(self, document: dict[str, Any], stated: Any, refused: int) -> None:
        body = followed(document, stated)
        self._required = body.get("required", False)
        self._refused = refused
        self._validators = {
            media_type: compiled(document, content.get("schema", {}))
            for media_type, content in body["content"].items()
        }

    def read(self, request: Request) -> tuple[Any, str]:
        """Return what the body says, and its media type.

        Raises:
            Refusal: it is missing, of another media type, or not as the contract says.
        """
        content_type = request.headers.get("Content-Type", "")
        media_type = content_type.partition(";")[0].strip().lower()
        if not request.body and not content_type:
            if self._required:
                raise Refusal(self._refused, "The body is missing.")
            return None, ""
        if media_type not in self._validators:
            raise Refusal(415, f"The body must be {' or '.join(self._validators)}.")
        try:
            value = _parsed(request.body, media_type, content_type)
        except (ValueError, RecursionError) as error:
            raise Refusal(self._refused, "The body is not of the media type that it claims.") from error
        if not isinstance(value, bytes) and not _fits(self._validators[media_type], value):
            raise Refusal(self._refused, "The body is not as the contract says.")
        return value, media_type


def _parsed(body: bytes, media_type: str, content_type: str) -> Any:
    """Return JSON as values, forms as texts and bytes by name, text as text, and the rest as bytes."""
    if media_type == "application/json":
        value = json.loads(body.decode(), parse_float=_finite, parse_constant=_finite)
        # Half of a surrogate pair can be written in JSON, and is no text.
        json.dumps(value, ensure_ascii=False).encode()
        return value
    if media_type == "application/x-www-form-urlencoded":
        pairs = parse_qs(body.decode(), keep_blank_values=True, errors="strict")
        return {name: values[0] if len(values) == 1 else values for name, values in pairs.items()}
    if media_type == "multipart/form-data":
        return _parts(body, content_type)
    return body.decode() if media_type == "text/plain" else body


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    head = b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.defects:
        raise ValueError("no multipart body")
    parts = {}
    for part in message.iter_parts():
        name = part["Content-Disposition"].params.get("name") if part["Content-Disposition"] else None
        octets = part.get_payload(decode=True)
        if name is None or not isinstance(octets, bytes):
            raise ValueError("a part without a name, or with parts of its own")
        # Files are octets; as text of Latin-1 each octet is one character, for the limits of the schema.
        parts[name] = octets.decode("latin-1")
    return parts
