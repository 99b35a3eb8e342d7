"""The contract as people see it: its two files, and what the landing page tells of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from server.pages.documents import Document

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation, as a line of the table.

    Attributes:
        path: the path template, below the base paths.
        permission: what the API key must hold; empty when the contract names none.
        clauses: how many clauses stand at this operation.
        is_extension: whether the API that this contract follows does not have it.
        anchor: the fragment that opens the operation on the documentation page.
    """

    operation_id: str
    method: str
    path: str
    summary: str
    permission: str
    clauses: int
    is_extension: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class OperationGroup:
    """The operations of one tag."""

    name: str
    description: str
    operations: Sequence[OperationRow]


@dataclass(frozen=True, slots=True)
class ClauseProfile:
    """A conformance profile, and how many clauses belong to it."""

    name: str
    description: str
    clauses: int


@dataclass(frozen=True, slots=True)
class PublishedContract:
    """The contract, rendered once.

    Attributes:
        yaml: the file as it stands.
        json: the same document.
        base_paths: the path families under which every operation answers.
        general_clauses: how many clauses hold for every operation.
        first_path: a path, with its base path, that a first request can read; None when there is none.
    """

    title: str
    version: str
    openapi: str
    yaml: Document
    json: Document
    base_paths: Sequence[str]
    groups: Sequence[OperationGroup]
    profiles: Sequence[ClauseProfile]
    general_clauses: int
    first_path: str | None

    @classmethod
    def from_document(cls, source: bytes, document: Mapping[str, Any]) -> "PublishedContract":
        """Render a file that is parsed already.

        Args:
            source: the YAML, as it stands in the file.
            document: what it holds.
        """
        groups = tuple(_groups(document))
        base_paths = tuple(server["url"].rstrip("/") for server in document.get("servers", ()))
        return cls(
            title=document["info"]["title"],
            version=document["info"]["version"],
            openapi=document["openapi"],
            yaml=Document.of(source, "application/yaml"),
            json=Document.of(orjson.dumps(document), "application/json"),
            base_paths=base_paths,
            groups=groups,
            profiles=tuple(_profiles(document)),
            general_clauses=len(document.get("x-clauses", ())),
            first_path=_first_path(base_paths, groups),
        )

    @property
    def operations(self) -> Sequence[OperationRow]:
        """Every operation, tag by tag."""
        return [operation for group in self.groups for operation in group.operations]

    @property
    def clauses(self) -> int:
        """How many clauses the contract has."""
        return self.general_clauses + sum(operation.clauses for operation in self.operations)


def _nodes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield method, path, item[method]


def _groups(document: Mapping[str, Any]) -> Iterator[OperationGroup]:
    rows: dict[str, list[OperationRow]] = {tag["name"]: [] for tag in document.get("tags", ())}
    for method, path, node in _nodes(document):
        tag = node["tags"][0]
        rows.setdefault(tag, []).append(
            OperationRow(
                operation_id=node["operationId"],
                method=method.upper(),
                path=path,
                summary=node.get("summary", ""),
                permission=node.get("x-permission", ""),
                clauses=len(node.get("x-clauses", ())),
                is_extension=bool(node.get("x-extension", False)),
                anchor=f"/{quote(tag, safe='')}/{quote(node['operationId'], safe='')}",
            )
        )
    descriptions = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    for name, operations in rows.items():
        if operations:
            yield OperationGroup(name, descriptions.get(name, ""), tuple(operations))


def _profiles(document: Mapping[str, Any]) -> Iterator[ClauseProfile]:
    clauses = list(document.get("x-clauses", ()))
    for _method, _path, node in _nodes(document):
        clauses += node.get("x-clauses", ())
    counts = Counter(clause["profile"] for clause in clauses)
    for name, description in document.get("x-profiles", {}).items():
        yield ClauseProfile(name, description, counts[name])


def _first_path(base_paths: Sequence[str], groups: Sequence[OperationGroup]) -> str | None:
    for group in groups:
        for operation in group.operations:
            if operation.method == "GET" and "{" not in operation.path:
                return (base_paths[0] if base_paths else "") + operation.path
    return None
