"""A contract as the comparison reads it: every value with its place in the file, references followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from conformance.contract.document import ContractError

MAX_PLACES = 1_000_000
"""More places than this are no contract, but a file whose aliases multiply."""

Tokens = tuple[str, ...]

_PLAIN_VALUES = ("example", "enum", "const", "default", "value")
"""What may hold a `$ref` that is no reference."""

# libyaml is ten times as fast, but PyYAML may have been built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a JSON pointer and a line, counted from 1."""

    pointer: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a contract.

    Attributes:
        name: the file's name, as reports print it.
        origin: where this version comes from, like `main`, or the file's name again.
    """

    name: str
    origin: str
    text: str = field(repr=False)
    root: Any = field(repr=False)
    lines: dict[Tokens, int] = field(repr=False)

    @property
    def top(self) -> "Node":
        """The whole document."""
        return Node(self, (), self.root)

    @property
    def version(self) -> str:
        """`info.version`."""
        info = self.top.get("info")
        return str(info.raw("version", "")) if info else ""

    def line(self, tokens: Tokens) -> int:
        """Return the line of a place, or of the nearest one around it that exists."""
        while tokens and tokens not in self.lines:
            tokens = tokens[:-1]
        return self.lines.get(tokens, 1)

    def follow(self, node: "Node") -> "Node":
        """Return what a reference leads to; anything else as it is.

        Raises:
            ContractError: the reference leads nowhere, or out of the document.
        """
        seen: set[Tokens] = set()
        while isinstance(node.value, dict) and isinstance(reference := node.value.get("$ref"), str):
            if not reference.startswith("#/"):
                raise ContractError(
                    f"{self.name}:{self.line(node.tokens)}: {reference} leads out of the document. "
                    "Bundle it into one file first."
                )
            tokens = tuple(part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/"))
            if tokens in seen:
                raise ContractError(
                    f"{self.name}:{self.line(node.tokens)}: {reference} leads back to itself."
                )
            seen.add(tokens)
            node = Node(self, tokens, self._value(tokens, node, reference))
        return node

    def _value(self, tokens: Tokens, node: "Node", reference: str) -> Any:
        value = self.root
        for token in tokens:
            if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            elif isinstance(value, dict) and token in value:
                value = value[token]
            else:
                raise ContractError(f"{self.name}:{self.line(node.tokens)}: {reference} leads nowhere.")
        return value


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place. What is reached through it has its references followed."""

    document: Document
    tokens: Tokens
    value: Any

    @property
    def place(self) -> Place:
        """Where it stands."""
        pointer = "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in self.tokens)
        return Place(pointer, self.document.line(self.tokens))

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


def read(data: bytes, name: str, origin: str | None = None) -> Document:
    """Read one version of a contract.

    Raises:
        ContractError: it is not YAML, is not OpenAPI 3, or has a reference that leads nowhere.
    """
    told = name if origin in (None, name) else f"{name} of {origin}"
    try:
        text = data.decode("utf-8")
        tree = yaml.compose(text, Loader=_Loader)
        lines = dict(_lines(tree, told)) if tree is not None else {}
        root = _with_text_keys(yaml.load(text, Loader=_Loader))  # noqa: S506  both loaders are the safe one
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise ContractError(f"The contract {told} cannot be read: {error}") from error
    document = Document(name, origin or name, text, root, lines)
    _check(document, told)
    return document


def _check(document: Document, told: str) -> None:
    top = document.top
    if not str(top.raw("openapi", "")).startswith("3.") or not isinstance(top.raw("paths"), dict):
        raise ContractError(
            f"The contract {told} is no OpenAPI 3 document: it needs `openapi: 3.…` and `paths`."
        )
    nodes = [top]
    while nodes:
        node = nodes.pop()
        for value in _inner(node):
            document.follow(value)
            nodes.append(value)


def _inner(node: Node) -> Iterator[Node]:
    pairs: Any = ()
    if isinstance(node.value, dict):
        pairs = node.value.items()
    elif isinstance(node.value, list):
        pairs = enumerate(node.value)
    for key, value in pairs:
        if key not in _PLAIN_VALUES:
            yield Node(node.document, (*node.tokens, str(key)), value)


def _lines(tree: yaml.Node, told: str) -> Iterator[tuple[Tokens, int]]:
    """Yield each place with its line. A member stands where its name stands."""
    count = 0
    pending: list[tuple[Tokens, yaml.Node, int, frozenset[int]]] = [
        ((), tree, tree.start_mark.line, frozenset())
    ]
    while pending:
        tokens, node, line, around = pending.pop()
        count += 1
        if id(node) in around or count > MAX_PLACES:
            raise ContractError(
                f"The contract {told} cannot be read: an alias in it holds itself or too much."
            )
        yield tokens, line + 1
        inside = around | {id(node)}
        if isinstance(node, yaml.MappingNode):
            pending += [
                ((*tokens, key.value), value, key.start_mark.line, inside) for key, value in node.value
            ]
        elif isinstance(node, yaml.SequenceNode):
            pending += [
                ((*tokens, str(index)), value, value.start_mark.line, inside)
                for index, value in enumerate(node.value)
            ]


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(inner) for inner in value]
    return value
