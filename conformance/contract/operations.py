"""The operations of a document, and where their paths begin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.contract.grammar import METHODS
from conformance.contract.lines import Lines
from conformance.contract.pointers import pointer_to
from conformance.contract.reading import ContractError
from conformance.contract.references import resolved, without_ignored

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_PIECE = re.compile(r"[^\W_]+")
# What an id cannot have in a list with commas, in which * stands for any text.
_TROUBLING = re.compile(r"[\s,*?\[\]]+")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method on a path template.

    Attributes:
        permission: what an API key needs to call it (`x-permission`); None when the contract states nothing.
        example: the first example of a body; None when it takes none.
    """

    id: str
    method: str
    path: str
    line: int
    pointer: str = ""
    permission: str | None = None
    example: Any = None


def template_names(path: str) -> list[str]:
    """Return the names of the parameters in a path template."""
    return _VARIABLE.findall(path)


def filled(path: str, values: dict[str, str]) -> str:
    """Return a path template with values in the places of its parameters.

    Raises:
        KeyError: there is none for a parameter.
    """
    return _VARIABLE.sub(lambda found: values[found[1]], path)


def complete(file: Path, document: dict[str, Any], lines: Lines) -> None:
    """Give in place every operation an id, and every parameter of a path a statement.

    Raises:
        ContractError: a path does not begin with a slash, a parameter has no name or no place, or two
            operations state one id.
    """
    _refuse_twins(file, document, lines)
    taken: dict[str, int] = {}
    for path, item in _items(document):
        if not path.startswith("/"):
            raise ContractError(f"{file}: the path {path!r} does not begin with a slash.")
        without_ignored(document, item)
        for method in [name for name in METHODS if name in item]:
            # What two paths share is two operations.
            operation = item[method] = dict(item[method])
            operation["operationId"] = _id(operation.get("operationId"), method, path, taken)
            without_ignored(document, operation)
            stated = _stated(file, document, path, method)
            missing = [name for name in template_names(path) if name not in stated]
            if missing:
                operation["parameters"] = [*operation.get("parameters", ()), *map(_of_path, missing)]


def _refuse_twins(file: Path, document: dict[str, Any], lines: Lines) -> None:
    """Refuse an id that two operations state. What two paths share by a reference is stated once."""
    first: dict[str, tuple[Any, int]] = {}
    for path, item in _items(document):
        for method in [name for name in METHODS if name in item]:
            operation, line = item[method], lines.line_of(pointer_to("paths", path, method))
            stated = operation.get("operationId")
            if not isinstance(stated, str):
                continue
            other, earlier = first.setdefault(stated, (operation, line))
            if other is not operation:
                raise ContractError(
                    f"{file}: the operationId {stated!r} stands twice, at the operations of line "
                    f"{earlier} and of line {line}. Give one of them an id of its own."
                )


def _items(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the path items by their paths."""
    return [(path, item) for path, item in document.get("paths", {}).items() if not path.startswith("x-")]


def _id(stated: Any, method: str, path: str, taken: dict[str, int]) -> str:
    """Return the stated id, if it can be one and is this operation's alone; else one from method and path."""
    found = _TROUBLING.sub("-", stated).strip("-") if isinstance(stated, str) else ""
    if not found or found in taken:
        found = method + "".join(map(_words, path.split("/"))) if path.strip("/") else f"{method}Root"
    taken[found] = taken.get(found, 0) + 1
    if taken[found] > 1:
        return _id(f"{found}{taken[found]}", method, path, taken)
    return found


def _words(segment: str) -> str:
    """Return a segment of a path as words with capitals; a parameter is `By` and its name."""
    by = _VARIABLE.sub(lambda found: f" By {found[1]} ", segment)
    return "".join(piece[:1].upper() + piece[1:] for piece in _PIECE.findall(by))


def _of_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _stated(file: Path, document: dict[str, Any], path: str, method: str) -> set[str]:
    """Return the names of the parameters in the path that are stated."""
    names: set[str] = set()
    item = document["paths"][path]
    for holder, pointer in (
        (item, pointer_to("paths", path)),
        (item[method], pointer_to("paths", path, method)),
    ):
        for index, node in enumerate(holder.get("parameters", ())):
            parameter, _ = resolved(document, node, "")
            name, place = parameter.get("name"), parameter.get("in")
            if not isinstance(name, str) or place not in ("path", "query", "header", "cookie"):
                raise ContractError(
                    f"{file}: {pointer}/parameters/{index} needs a name, and `in` with path, query, header "
                    "or cookie."
                )
            if place == "path":
                names.add(name)
    return names


def read(document: dict[str, Any]) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """Yield the operations in their order, without their lines, each with what is stated of it."""
    for path, item in _items(document):
        for method in METHODS:
            if method in item:
                stated = item[method]
                permission = stated.get("x-permission")
                yield (
                    Operation(
                        id=stated["operationId"],
                        method=method.upper(),
                        path=path,
                        line=1,
                        pointer=pointer_to("paths", path, method),
                        permission=permission if isinstance(permission, str) else None,
                        example=_example(document, stated.get("requestBody", {})),
                    ),
                    stated,
                )


def _example(document: dict[str, Any], request_body: dict[str, Any]) -> Any:
    media = resolved(document, request_body, "")[0].get("content", {}).get("application/json", {})
    for example in media.get("examples", {}).values():
        found, _ = resolved(document, example, "")
        if "value" in found:
            return found["value"]
    return media.get("example")


def servers(document: dict[str, Any]) -> tuple[str, ...]:
    """Return where the paths begin, below a server's root: each place once, without a slash at its end."""
    stated = document.get("servers")
    urls = [
        _without_variables(server["url"], server.get("variables"))
        for server in (stated if isinstance(stated, list) else ())
        if isinstance(server, dict) and isinstance(server.get("url"), str)
    ]
    return tuple(dict.fromkeys(map(_path_of, urls))) or ("",)


def _without_variables(url: str, variables: Any) -> str:
    known = variables if isinstance(variables, dict) else {}

    def default(found: re.Match[str]) -> str:
        variable = known.get(found[1])
        return str(variable["default"]) if isinstance(variable, dict) and "default" in variable else found[1]

    return _VARIABLE.sub(default, url)


def _path_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    steps = [step for step in path.split("/") if step not in ("", ".")]
    return "".join(f"/{step}" for step in steps)
