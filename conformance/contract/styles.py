"""How values of parameters are written in paths, queries, headers and cookies: the styles of OpenAPI."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

Parameter = dict[str, Any]
Pairs = list[tuple[str, str]]

# The first is meant where none is stated, and where one is that cannot stand there.
_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "|"}


def schema_of(parameter: Parameter) -> tuple[dict[str, Any], str]:
    """Return the schema of a parameter's values with its pointer below the parameter; empty for none."""
    for media_type, media in parameter.get("content", {}).items():
        return media.get("schema", {}), f"/content/{media_type.replace('/', '~1')}/schema"
    return parameter.get("schema", {}), "/schema"


def text(value: Any) -> str:
    """Return a value as it stands in a path, a query or a header."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def escaped(value: Any) -> str:
    """Return a value as it stands in a URL."""
    return quote(text(value), safe="")


def can_be_told(parameter: Parameter, value: Any) -> bool:
    """Return whether what is written says this value: nothing says that a list or an object is empty."""
    if "content" in parameter or not isinstance(value, list | dict):
        return True
    inner = value.values() if isinstance(value, dict) else value
    # Servers part what is written before or after they unescape it.
    delimiters = set(",;.| =")
    return bool(value) and not any(
        isinstance(each, list | dict) or delimiters & set(text(each)) for each in inner
    )


def written(parameter: Parameter, value: Any, write: Callable[[Any], str] = escaped) -> Pairs:
    """Return the names and texts that stand for a value; in a path or a header it is one text.

    `write` writes what is no list and no object, escaped as it has to be.
    """
    name, place = parameter["name"], parameter["in"]
    style = parameter.get("style")
    style = style if style in _STYLES[place] else _STYLES[place][0]
    explode = parameter.get("explode", style == "form")
    if "content" in parameter:
        return [(name, write(json.dumps(value)))]
    if style == "deepObject" and isinstance(value, dict):
        return [(f"{name}[{key}]", write(each)) for key, each in value.items()]
    if isinstance(value, dict):
        members = [(key, write(each)) for key, each in value.items()]
        if explode and style == "form":
            return members
        parts = [f"{key}={each}" for key, each in members] if explode else [*sum(members, ())]
    else:
        parts = [write(each) for each in (value if isinstance(value, list) else [value])]
    if explode and (style == "form" or style in _DELIMITERS):
        return [(name, part) for part in parts]
    if style == "label":
        return [(name, "." + ("." if explode else ",").join(parts))]
    if style == "matrix":
        own = f";{name}="
        exploded = ";" + ";".join(parts) if isinstance(value, dict) else own + own.join(parts)
        return [(name, exploded if explode else own + ",".join(parts))]
    return [(name, _DELIMITERS.get(style, ",").join(parts))]
