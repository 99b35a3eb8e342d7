"""The contract as the suite reads it: clauses and operations, each with its place in the file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE.parent / "openapi.yaml", _PACKAGE / "openapi.yaml")
_EVERY_SERVER = "core"

# libyaml is ten times as fast, but PyYAML may have been built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractError(Exception):
    """The contract cannot be read, or does not say what the suite needs."""


class Level(StrEnum):
    """How binding a clause is (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True, slots=True)
class Clause:
    """One normative sentence."""

    id: str
    level: Level
    profile: str
    text: str
    operation_id: str | None
    pointer: str
    line: int


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


@dataclass(frozen=True, slots=True)
class Contract:
    """What the suite needs to know of one `openapi.yaml`."""

    path: Path
    sha256: str
    title: str
    version: str
    servers: tuple[str, ...]
    profiles: dict[str, str]
    clauses: tuple[Clause, ...]
    operations: tuple[Operation, ...]
    document: dict[str, Any]
    tree: yaml.MappingNode = field(repr=False, compare=False)
    """The document with its places in the file."""

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id, if there is one."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def operation(self, operation_id: str) -> Operation | None:
        """The operation of that id, if there is one."""
        return next((operation for operation in self.operations if operation.id == operation_id), None)

    def profile_of(self, operation_id: str) -> str | None:
        """The profile that an operation belongs to: that of its first clause."""
        return next((c.profile for c in self.clauses if c.operation_id == operation_id), None)

    def claim_for(self, operation_id: str) -> str | None:
        """The profile that a server claims when it has an operation; None for those that every server has."""
        profile = self.profile_of(operation_id)
        return None if profile == _EVERY_SERVER else profile

    @property
    def first_clauses(self) -> frozenset[str]:
        """The ids of the first clause of each operation, and of those that hold for all operations."""
        firsts: dict[str, str] = {}
        for clause in self.clauses:
            firsts.setdefault(clause.operation_id or clause.id, clause.id)
        return frozenset(firsts.values())

    def methods(self, path: str) -> frozenset[str]:
        """The methods, in capitals, that the contract states for a path template."""
        return frozenset(operation.method for operation in self.operations if operation.path == path)

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission that an operation asks for, each once, in the order of the contract."""
        return tuple(dict.fromkeys(each.permission for each in self.operations if each.permission))

    def stated(self, operation: Operation) -> dict[str, Any]:
        """An operation as it stands in the document."""
        found: dict[str, Any] = self.document["paths"][operation.path][operation.method.lower()]
        return found

    def statuses(self, operation: Operation) -> tuple[int, ...]:
        """The statuses that the contract states for an operation, in its order."""
        return tuple(
            int(status) for status in self.stated(operation).get("responses", {}) if status.isdigit()
        )

    def resolved(self, node: dict[str, Any], pointer: str) -> tuple[dict[str, Any], str]:
        """A node with the reference that it may be followed, and the pointer to where that leads."""
        while "$ref" in node:
            pointer = node["$ref"].removeprefix("#")
            node = self.document
            for step in pointer.split("/")[1:]:
                node = node[_unescape(step)]
        return node, pointer

    def line(self, pointer: str) -> int:
        """The line at which the place of a pointer begins; that of what is above it, if there is none."""
        node: yaml.Node = self.tree
        line = 1
        for step in map(_unescape, pointer.split("/")[1:]):
            if isinstance(node, yaml.MappingNode):
                found = next(((key, value) for key, value in node.value if key.value == step), None)
                if found is None:
                    return line
                key, node = found
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
                node = node.value[int(step)]
                line = node.start_mark.line + 1
            else:
                return line
        return line

    def enumeration(self, schema: str) -> tuple[str, ...]:
        """The values that a component schema enumerates; none when there is no such schema."""
        schemas = self.document.get("components", {}).get("schemas", {})
        return tuple(schemas.get(schema, {}).get("enum", ()))


def load(path: Path | None = None) -> Contract:
    """Reads the contract from `path`, or else the one that belongs to this suite.

    What was read before is not parsed again, as long as the file holds the same.

    Raises:
        ContractError: the file is missing, is not OpenAPI, or has clauses that do not add up.
    """
    found = path or next((place for place in _PLACES if place.is_file()), None)
    if found is None:
        raise ContractError("This installation carries no contract. Give one with --contract FILE.")
    try:
        data = found.read_bytes()
    except OSError as error:
        raise ContractError(f"The contract {found} cannot be read: {error}") from error
    return _parsed(found, data)


@lru_cache(maxsize=2)
def _parsed(path: Path, data: bytes) -> Contract:
    try:
        loader = _Loader(data.decode("utf-8"))
        tree = loader.get_single_node()
        document = None if tree is None else loader.construct_document(tree)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"The contract {path} cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(tree, yaml.MappingNode):
        raise ContractError(f"The contract {path} is no OpenAPI document.")
    info = document.get("info", {})
    contract = Contract(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        servers=tuple(server["url"].rstrip("/") for server in document.get("servers", [])) or ("",),
        profiles=dict(document.get("x-profiles", {})),
        clauses=tuple(_clauses(document, tree)),
        operations=tuple(_operations(document, tree)),
        document=document,
        tree=tree,
    )
    _check(contract)
    return contract


def _check(contract: Contract) -> None:
    if not contract.operations:
        raise ContractError(f"The contract {contract.path} states no operations.")
    seen: set[str] = set()
    for clause in contract.clauses:
        if clause.id in seen:
            raise ContractError(f"{contract.path}:{clause.line}: the clause id {clause.id} stands twice.")
        if clause.profile not in contract.profiles:
            raise ContractError(
                f"{contract.path}:{clause.line}: x-profiles has no profile {clause.profile!r}."
            )
        seen.add(clause.id)


def _operations(document: dict[str, Any], tree: yaml.MappingNode) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                node = _descend(tree, "paths", path, method)
                stated = item[method]
                yield Operation(
                    id=str(stated.get("operationId", f"{method} {path}")),
                    method=method.upper(),
                    path=path,
                    line=node.start_mark.line + 1,
                    pointer=pointer_to("paths", path, method),
                    permission=stated.get("x-permission"),
                    example=_example(stated.get("requestBody", {})),
                )


def _example(request_body: dict[str, Any]) -> Any:
    media = request_body.get("content", {}).get("application/json", {})
    first: dict[str, Any] = next(iter(media.get("examples", {}).values()), {})
    return first.get("value")


def _clauses(document: dict[str, Any], tree: yaml.MappingNode) -> Iterator[Clause]:
    yield from _clauses_at(document, tree, None, ())
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                steps = ("paths", path, method)
                operation_id = item[method].get("operationId")
                yield from _clauses_at(item[method], _descend(tree, *steps), operation_id, steps)


def _clauses_at(
    holder: dict[str, Any], node: yaml.Node, operation_id: str | None, steps: tuple[str, ...]
) -> Iterator[Clause]:
    for index, stated in enumerate(holder.get("x-clauses", [])):
        line = _descend(node, "x-clauses", index).start_mark.line + 1
        pointer = pointer_to(*steps, "x-clauses", str(index))
        try:
            level = Level(stated["level"])
            clause_id, profile, text = stated["id"], stated["profile"], " ".join(stated["text"].split())
        except (KeyError, ValueError, AttributeError) as error:
            raise ContractError(
                f"Line {line}: a clause needs id, level, profile and text ({error})."
            ) from error
        yield Clause(clause_id, level, profile, text, operation_id, pointer, line)


def _descend(node: yaml.Node, *steps: str | int) -> yaml.Node:
    for step in steps:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
    return node


def pointer_to(*steps: str) -> str:
    """The JSON pointer (RFC 6901) of some steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _unescape(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
