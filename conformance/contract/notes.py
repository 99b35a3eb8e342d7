"""What cannot be judged of a contract for how it is written: a sentence for each kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.contract import operations
from conformance.contract.references import REMOTE, Followed, resolved
from conformance.contract.security import alternatives, schemes

_NAMED = 3
"""How many operations or references a note names."""


def of(found: Followed, path: Path, *, is_30: bool) -> Iterator[str]:
    """Yield what there is to say of a contract."""
    yield from _of_remote(found)
    yield from _of_schemes(found)
    yield from _of_servers(found)
    yield from _of_path_parameters(found)
    if not is_30:
        yield from _of_nullable(found, path)


def _of_remote(found: Followed) -> Iterator[str]:
    """Yield what references to other hosts leave open."""
    if not found.remote:
        return
    concerned = [
        operation.id
        for operation, stated in operations.read(found.root)
        if _reaches_remote(found.root, stated)
    ]
    what = f"what they say in {_named(concerned)} is not judged" if concerned else "no operation needs them"
    yield f"References to other hosts are never fetched ({_named(sorted(found.remote))}): {what}."


def _of_nullable(found: Followed, path: Path) -> Iterator[str]:
    """Yield a note that `nullable` is no word of 3.1, where it is written."""
    count = sum(schema.get("nullable") is True for schema in found.schemas)
    if count:
        yield (
            f"{path.name} says `nullable` in {count} of its schemas, which is no word of OpenAPI 3.1: null "
            'is no value of theirs until they say `type: [string, "null"]`.'
        )


def _of_schemes(found: Followed) -> Iterator[str]:
    """Yield that operations take schemes that are not defined."""
    known = schemes(found.root)
    unknown = dict.fromkeys(
        name
        for _, stated in operations.read(found.root)
        for names in alternatives(found.root, stated)
        for name in names
        if name not in known
    )
    if unknown:
        yield f"The security schemes {_named([*unknown])} are not defined: nothing can be sent for them."


def _of_servers(found: Followed) -> Iterator[str]:
    """Yield that operations have servers that others have not."""
    paths = found.root.get("paths", {})
    own = [o.id for o, stated in operations.read(found.root) if {*stated, *paths[o.path]} & {"servers"}]
    if own:
        yield f"{_named(own)} have servers of their own, which are not used: they are asked where all are."


def _of_path_parameters(found: Followed) -> Iterator[str]:
    """Yield that parameters of paths have names that stand in no path, as those that are mistyped."""
    stray = []
    for operation, stated in operations.read(found.root):
        holders = (found.root["paths"][operation.path], stated)
        nodes = [node for holder in holders for node in holder.get("parameters", ())]
        parameters = [resolved(found.root, node, "")[0] for node in nodes]
        known = operations.template_names(operation.path)
        names = dict.fromkeys(each["name"] for each in parameters if each["in"] == "path")
        stray += [f"{name} of {operation.method} {operation.path}" for name in names if name not in known]
    if stray:
        yield (
            f"The path has no place for the parameter that is stated: {_named(stray)}. Nothing is sent "
            "for it, and a place in a path of which nothing is stated takes any text."
        )


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _reaches_remote(root: dict[str, Any], stated: dict[str, Any]) -> bool:
    """Return whether something that an operation states is on another host."""
    seen: set[int] = set()
    pending: list[Any] = [stated]
    while pending:
        node = pending.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, list):
            pending += node
            continue
        if REMOTE in node:
            return True
        pending += node.values()
        if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/"):
            try:
                pending.append(resolved(root, {"$ref": node["$ref"]}, "")[0])
            except LookupError:
                # It stands in an example.
                continue
    return False
