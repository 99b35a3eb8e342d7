"""A contract as the comparison reads it: every value with its place in the file, references followed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from conformance.contract import reading, references
from conformance.contract.document import ContractError, is_openapi_30
from conformance.contract.lines import Lines
from conformance.contract.pointers import pointer_to, steps_of
from conformance.contract.references import FILES

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a JSON pointer, a line counted from 1, and the file."""

    pointer: str
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a contract.

    Attributes:
        name: the file's name, as reports print it.
        origin: where this version comes from, like `main`, or the file's name again.
        root: what it says, with the files that it refers to in a member of its own.
        files: the places of those files, by their names in that member.
        remote: the references to other hosts, which are not followed.
    """

    name: str
    origin: str
    root: Any = field(repr=False)
    lines: Lines = field(repr=False)
    files: Mapping[str, Lines] = field(repr=False)
    remote: frozenset[str]
    is_30: bool

    @property
    def top(self) -> "Node":
        """The whole document."""
        return Node(self, (), self.root)

    @property
    def version(self) -> str:
        """`info.version`."""
        info = self.top.get("info")
        return str(info.raw("version", "")) if info else ""

    @property
    def bundled(self) -> str:
        """The whole of it, in one file of JSON."""
        return json.dumps(self.root, ensure_ascii=False)

    def place(self, tokens: Tokens) -> Place:
        """Return where something stands, or the nearest place around it that exists."""
        pointer = pointer_to(*tokens)
        if tokens[:1] == (FILES,) and len(tokens) > 1 and tokens[1] in self.files:
            beside = str(Path(self.name).parent / tokens[1])
            return Place(pointer, self.files[tokens[1]].line_of(pointer_to(*tokens[2:])), beside)
        return Place(pointer, self.lines.line_of(pointer), self.name)

    def follow(self, node: "Node") -> "Node":
        """Return what a reference leads to; anything else as it is, as what only looks like a reference."""
        seen: set[Tokens] = set()
        while (target := node.target()) is not None and target.tokens not in seen:
            seen.add(target.tokens)
            node = target
        return node

    def find(self, tokens: Sequence[str]) -> "Node | None":
        """Return what stands at a path, with no reference followed; None when there is nothing."""
        value = self.root
        for token in tokens:
            if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            elif isinstance(value, dict) and token in value:
                value = value[token]
            else:
                return None
        return Node(self, tuple(tokens), value)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place. What is reached through it has its references followed."""

    document: Document
    tokens: Tokens
    value: Any

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.document.place(self.tokens)

    @property
    def has_siblings(self) -> bool:
        """Whether something that counts stands beside a reference. In 3.0 nothing does."""
        if self.document.is_30 or not isinstance(self.value, dict):
            return False
        return any(key not in ("$ref", "description", "summary") for key in self.value)

    def target(self) -> "Node | None":
        """Return what a reference leads to, with its own reference not followed; None for what is none."""
        reference = self.value.get("$ref") if isinstance(self.value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        return self.document.find(steps_of(unquote(reference[1:])))

    def child(self, *keys: str) -> "Node":
        """Return what stands at that path, with no reference followed. It has to be there."""
        value = self.value
        for key in keys:
            value = value[int(key)] if isinstance(value, list) else value[key]
        return Node(self.document, (*self.tokens, *keys), value)

    def is_flagged(self, key: str) -> bool:
        """Return whether a schema, or one that it consists of, has a member that is true."""
        pending, seen = [self], set()
        while pending:
            node = pending.pop()
            if not isinstance(node.value, dict) or node.tokens in seen:
                continue
            if node.value.get(key) is True:
                return True
            seen.add(node.tokens)
            target = node.target()
            pending += [target] if target is not None else []
            parts = node.value.get("allOf")
            pending += (
                [node.child("allOf", str(i)) for i in range(len(parts))] if isinstance(parts, list) else []
            )
        return False

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def raw(self, key: str, default: Any = None) -> Any:
        """Return the plain value of a member; `default` when there is none."""
        return self.value.get(key, default) if isinstance(self.value, dict) else default

    def get(self, key: str) -> "Node | None":
        """Return a member; None when there is none."""
        return self._child(key, self.value[key]) if key in self else None

    def find(self, *keys: str) -> "Node | None":
        """Return the member of that path; None when there is none."""
        node: Node | None = self
        for key in keys:
            node = node.get(key) if node is not None else None
        return node

    def at(self, *keys: str) -> "Node":
        """Return a place to point at: the member of that path, or what is around it where the path ends.

        A reference at its end is not followed: the reference is what came, went or changed.
        """
        node = self
        for key in keys:
            node = self.document.follow(node)
            if isinstance(node.value, dict) and key in node.value:
                value = node.value[key]
            elif isinstance(node.value, list) and key.isdecimal() and int(key) < len(node.value):
                value = node.value[int(key)]
            else:
                break
            node = Node(self.document, (*node.tokens, key), value)
        return node

    def members(self) -> "Iterator[tuple[str, Node]]":
        """Yield the members of an object; none when it is no object."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, self._child(key, value)

    def elements(self) -> "list[Node]":
        """Return the elements of a list; none when it is no list."""
        if not isinstance(self.value, list):
            return []
        return [self._child(str(index), value) for index, value in enumerate(self.value)]

    def values(self, key: str) -> list[str]:
        """Return the texts in the list that is a member; none when there is no such list."""
        stated = self.raw(key)
        return [str(each) for each in stated] if isinstance(stated, list) else []

    def _child(self, key: str, value: Any) -> "Node":
        return self.document.follow(Node(self.document, (*self.tokens, key), value))


def read(
    data: bytes, name: str, origin: str | None = None, beside: Callable[[Path], bytes] = reading.octets
) -> Document:
    """Read one version of a contract.

    Args:
        data: what its file holds.
        name: the path of the file, as reports print it.
        origin: where this version comes from, unless it is the file.
        beside: returns what another file of the same version holds.

    Raises:
        ContractError: it is not OpenAPI 3.0 or 3.1, or has a reference that leads nowhere.
    """
    path = Path(name)
    try:
        text = reading.parsed(path, data)
        is_30 = is_openapi_30(path, text.root)
        found = references.follow(text, lambda file: reading.parsed(file, beside(file)))
    except RecursionError as error:
        raise ContractError(f"The contract {name} cannot be read: it is nested too deeply.") from error
    except ContractError as error:
        told = "" if origin in (None, name) else f" This is in {origin}."
        raise ContractError(f"{error}{told}") from error
    files = {file: other.lines for file, other in found.files.items()}
    return Document(name, origin or name, found.root, text.lines, files, frozenset(found.remote), is_30)
