"""Lists and objects in parameters, read in the style that a contract states, before anything is unescaped."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

Typed = Mapping[str, Any]

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": "%20", "pipeDelimited": "[|]|%7C"}


def in_query(parameter: Typed, schema: Typed, query: str) -> list[str] | dict[str, str] | None:
    """Return the texts that a query has for a parameter; None for none."""
    name, style = parameter["name"], parameter.get("style", "form")
    pairs = [(unquote(key), value) for key, _, value in (each.partition("=") for each in query.split("&"))]
    if style == "deepObject":
        found = {
            match[1]: unquote(value)
            for key, value in pairs
            if (match := re.fullmatch(re.escape(name) + r"\[(.+)\]", key))
        }
        return found or None
    values = [value for key, value in pairs if key == name]
    if not values:
        return None
    if parameter.get("explode", style == "form"):
        return [unquote(value) for value in values]
    parts = [unquote(part) for part in re.split(_DELIMITERS[style], values[0])]
    return _object(parts) if schema["type"] == "object" else parts


def in_text(parameter: Typed, schema: Typed, text: str) -> list[str] | dict[str, str]:
    """Return the texts that a header, a cookie or a segment of a path has for a parameter."""
    style, explode = parameter.get("style", "simple"), parameter.get("explode", False)
    if style == "label":
        parts = text.removeprefix(".").split("." if explode else ",") if text.startswith(".") else []
    elif style == "matrix":
        head = f";{parameter['name']}="
        inner = text.removeprefix(head) if text.startswith(head) else ""
        parts = inner.split(head if explode else ",")
    else:
        parts = text.split(",")
    if parameter["in"] == "path":
        parts = [unquote(part) for part in parts]
    if schema["type"] != "object":
        return parts
    return dict(_pairs(parts)) if explode else _object(parts)


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        key, _, value = part.partition("=")
        yield key, value


def _object(parts: list[str]) -> dict[str, str]:
    return dict(zip(parts[::2], parts[1::2], strict=False))
