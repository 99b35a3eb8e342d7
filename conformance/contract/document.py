"""The contract as the suite reads it: clauses and operations, each with its place in the file."""

import copy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.contract import clauses, dialect, notes, operations, reading, references, security
from conformance.contract.clauses import EVERY_SERVER, Clause, Level
from conformance.contract.grammar import METHODS
from conformance.contract.lines import Lines
from conformance.contract.operations import Operation
from conformance.contract.pointers import pointer_to
from conformance.contract.reading import ContractError
from conformance.contract.references import Followed
from conformance.contract.security import Alternatives, Scheme

__all__ = [
    "METHODS",
    "Clause",
    "Contract",
    "ContractError",
    "Level",
    "Operation",
    "is_openapi_30",
    "load",
    "pointer_to",
]

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE.parent / "openapi.yaml", _PACKAGE / "openapi.yaml")


@dataclass(frozen=True, slots=True)
class Contract:
    """What the suite needs to know of one OpenAPI document.

    Attributes:
        servers: where its paths begin, below the root of a server.
        document: with every reference leading to a place in it, every operation with an id, and its schemas
            in the words of OpenAPI 3.0.
        original: the same, with the schemas as they are written.
        schemas: every schema of the original that is an object.
        is_30: whether the schemas are those of OpenAPI 3.0.
        notes: what cannot be judged for how the contract is written, one sentence for each kind.
    """

    path: Path
    sha256: str
    title: str
    version: str
    servers: tuple[str, ...]
    profiles: dict[str, str]
    clauses: tuple[Clause, ...]
    operations: tuple[Operation, ...]
    document: dict[str, Any] = field(repr=False)
    original: dict[str, Any] = field(repr=False)
    schemas: tuple[dict[str, Any], ...] = field(repr=False, compare=False)
    is_30: bool
    notes: tuple[str, ...]
    lines: Lines = field(repr=False, compare=False)

    @property
    def is_own(self) -> bool:
        """Whether it is the one that belongs to this suite."""
        return self.path in _PLACES

    @property
    def stated_servers(self) -> tuple[str, ...]:
        """Where its paths begin as it says itself, whatever was said of it."""
        return operations.servers(self.original)

    def clause(self, clause_id: str) -> Clause | None:
        """Return the clause of that id, if there is one."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def operation(self, operation_id: str) -> Operation | None:
        """Return the operation of that id, if there is one."""
        return next((operation for operation in self.operations if operation.id == operation_id), None)

    def profile_of(self, operation_id: str) -> str | None:
        """Return the profile that an operation belongs to: that of its first clause."""
        return next((c.profile for c in self.clauses if c.operation_id == operation_id), None)

    def claim_for(self, operation_id: str) -> str | None:
        """Return the profile that a server with an operation claims; None for those that every server has."""
        profile = self.profile_of(operation_id)
        return None if profile == EVERY_SERVER else profile

    @property
    def first_clauses(self) -> frozenset[str]:
        """The ids of the first clause of each operation, and of those that hold for all operations."""
        firsts: dict[str, str] = {}
        for clause in self.clauses:
            firsts.setdefault(clause.operation_id or clause.id, clause.id)
        return frozenset(firsts.values())

    def methods(self, path: str) -> frozenset[str]:
        """Return the methods, in capitals, that the contract states for a path template."""
        return frozenset(operation.method for operation in self.operations if operation.path == path)

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission that an operation asks for, each once, in the order of the contract."""
        return tuple(dict.fromkeys(each.permission for each in self.operations if each.permission))

    def stated(self, operation: Operation) -> dict[str, Any]:
        """Return an operation as it stands in the document."""
        found: dict[str, Any] = self.document["paths"][operation.path][operation.method.lower()]
        return found

    @property
    def schemes(self) -> dict[str, Scheme]:
        """The security schemes by their names, in the order of the contract."""
        return security.schemes(self.document)

    def alternatives(self, operation: Operation) -> Alternatives:
        """Return what an operation takes to know who asks; nothing when anybody may call it."""
        return security.alternatives(self.document, self.stated(operation))

    def statuses(self, operation: Operation) -> tuple[int, ...]:
        """Return the statuses that the contract states for an operation, in its order."""
        return tuple(
            int(status) for status in self.stated(operation).get("responses", {}) if status.isdigit()
        )

    def resolved(self, node: dict[str, Any], pointer: str) -> tuple[dict[str, Any], str]:
        """Return a node with the reference that it may be followed, and the pointer to where that leads."""
        return references.resolved(self.document, node, pointer)

    def line(self, pointer: str) -> int:
        """Return the line where the place of a pointer begins; that of what is above it, if there is none."""
        return self.lines.line_of(pointer)

    def based_at(self, base: str) -> "Contract":
        """Return the contract of a server at which the paths begin there, whatever else it says."""
        return replace(self, servers=tuple(dict.fromkeys((base, *self.servers))))

    def for_answers(self) -> dict[str, Any]:
        """Return the document with the schemas as a validator of answers takes them."""
        document, schemas = copy.deepcopy((self.original, self.schemas))
        dialect.for_answers(document, schemas, is_30=self.is_30)
        return document

    def for_requests(self) -> dict[str, Any]:
        """Return the document as a generator of requests takes it: without what its version does not know."""
        if self.is_30:
            return self.original
        document, schemas = copy.deepcopy((self.original, self.schemas))
        dialect.without_nullable(schemas)
        return document

    def enumeration(self, schema: str) -> tuple[str, ...]:
        """Return the values that a component schema enumerates; none when there is no such schema."""
        schemas = self.document.get("components", {}).get("schemas", {})
        return tuple(schemas.get(schema, {}).get("enum", ()))


def load(path: Path | None = None) -> Contract:
    """Read the contract from `path`, or else the one that belongs to this suite.

    What was read before is not parsed again, as long as the file holds the same.

    Raises:
        ContractError: the file is missing, is not OpenAPI, or has clauses that do not add up.
    """
    found = path or next((place for place in _PLACES if place.is_file()), None)
    if found is None:
        raise ContractError("This installation carries no contract. Give one with --contract FILE.")
    contract, others = _parsed(found, reading.octets(found))
    if any(reading.octets(file) != data for file, data in others.items()):
        _parsed.cache_clear()
        contract, _ = _parsed(found, reading.octets(found))
    return contract


@lru_cache(maxsize=2)
def _parsed(path: Path, data: bytes) -> tuple[Contract, dict[Path, bytes]]:
    """Return the contract, and what the files beside it hold."""
    text = reading.parsed(path, data)
    root = text.root
    is_30 = is_openapi_30(path, root)
    try:
        found = references.follow(text, lambda file: reading.parsed(file, reading.octets(file)))
        operations.complete(path, found.root, text.lines)
        contract = _contract(path, found, text.lines, is_30=is_30)
    except RecursionError as error:
        raise ContractError(f"The contract {path} cannot be read: it is nested too deeply.") from error
    others = {file.path: file.data for file in found.files.values()}
    digest = hashlib.sha256(data)
    for other in others.values():
        digest.update(other)
    contract = replace(contract, sha256=digest.hexdigest())
    _check(contract)
    return contract, others


def is_openapi_30(path: Path, root: Any) -> bool:
    """Return whether a document is of OpenAPI 3.0, and not of 3.1.

    Raises:
        ContractError: it is of neither.
    """
    if not isinstance(root, dict):
        raise ContractError(f"The contract {path} is no OpenAPI document: it has no `openapi: 3.0.3`.")
    version = root.get("openapi")
    if "swagger" in root and version is None:
        raise ContractError(
            f"The contract {path} is of Swagger {root['swagger']}, and OpenAPI 3.0 and 3.1 are known: "
            "convert it first, as `npx swagger2openapi` and editor.swagger.io do."
        )
    if isinstance(version, int | float):
        raise ContractError(
            f'The contract {path} has a number for its version: write `openapi: "{version}.0"`.'
        )
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        told = f"`openapi: {version}`" if version else "no `openapi: 3.0.3`"
        raise ContractError(f"The contract {path} has {told}, and OpenAPI 3.0 and 3.1 are known.")
    return version.startswith("3.0")


def _contract(path: Path, found: Followed, lines: Lines, *, is_30: bool) -> Contract:
    root = found.root
    document = root
    if not is_30:
        document, schemas = copy.deepcopy((root, found.schemas))
        dialect.in_words_of_30(schemas)
        document["openapi"] = dialect.VERSION
    info = root["info"] if isinstance(root.get("info"), dict) else {}
    stated = tuple(_clauses(root, lines))
    return Contract(
        path=path,
        sha256="",
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        servers=operations.servers(root),
        profiles=clauses.profiles(root, stated),
        clauses=stated,
        operations=tuple(_operations(document, lines)),
        document=document,
        original=root,
        schemas=tuple(found.schemas),
        is_30=is_30,
        notes=tuple(notes.of(found, path, is_30=is_30)),
        lines=lines,
    )


def _operations(root: dict[str, Any], lines: Lines) -> Iterator[Operation]:
    for operation, _ in operations.read(root):
        yield replace(operation, line=lines.line_of(operation.pointer))


def _clauses(root: dict[str, Any], lines: Lines) -> Iterator[Clause]:
    yield from clauses.read(root, lines, None, "")
    for operation, stated in operations.read(root):
        yield from clauses.read(stated, lines, operation.id, operation.pointer)


def _check(contract: Contract) -> None:
    if not contract.operations:
        raise ContractError(f"The contract {contract.path} states no operation that can be called.")
    seen: set[str] = set()
    for clause in contract.clauses:
        if clause.id in seen:
            raise ContractError(f"{contract.path}:{clause.line}: the clause id {clause.id} stands twice.")
        if clause.profile not in contract.profiles:
            raise ContractError(
                f"{contract.path}:{clause.line}: x-profiles has no profile {clause.profile!r}."
            )
        seen.add(clause.id)
