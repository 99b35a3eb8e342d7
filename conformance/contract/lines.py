"""The line of each place of a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from conformance.contract.pointers import steps_of

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+|\n')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class StandsTwice(Exception):
    """A name stands twice in one object, the second time in this line."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(name, line)
        self.name = name
        self.line = line


@dataclass(slots=True)
class Lines:
    """A place and those in it. A member stands where its name stands.

    Attributes:
        line: from 1 on.
        inner: the places in it, by name, or by number in a list.
    """

    line: int = 1
    inner: "dict[str, Lines]" = field(default_factory=dict)

    def line_of(self, pointer: str) -> int:
        """Return the line where the place of a pointer begins; that of what is above it, if there is none."""
        place = self
        for step in steps_of(pointer):
            if step not in place.inner:
                break
            place = place.inner[step]
        return place.line

    def add(self, name: str, line: int) -> "Lines":
        """Take in a member, and return its place.

        Raises:
            StandsTwice: there is one of that name.
        """
        if name in self.inner:
            raise StandsTwice(name, line)
        self.inner[name] = place = Lines(line)
        return place


def of_yaml(tree: yaml.Node | None) -> Lines:
    """Return the places of a document of YAML. Those of an alias are shared.

    Raises:
        StandsTwice: a mapping has a name twice.
    """
    top = Lines()
    known: dict[int, dict[str, Lines]] = {}
    pending = [] if tree is None else [(tree, top)]
    while pending:
        node, place = pending.pop()
        if id(node) in known:
            place.inner = known[id(node)]
            continue
        known[id(node)] = place.inner
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    pending.append((value, place.add(key.value, key.start_mark.line + 1)))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                place.inner[str(index)] = Lines(value.start_mark.line + 1)
                pending.append((value, place.inner[str(index)]))
    return top


def of_json(text: str) -> Lines:
    """Return the places of a text that is JSON.

    Raises:
        StandsTwice: an object has a name twice.
    """
    top = Lines()
    around: list[tuple[Lines, bool]] = []
    place = top
    tokens = _tokens(text)
    for found, line in tokens:
        mark = found
        if around and mark not in ("]", "}", ","):
            holder, is_object = around[-1]
            name = _ESCAPE.sub(_unescaped, found[1:-1]) if is_object else str(len(holder.inner))
            place = holder.add(name, line)
            if is_object:
                next(tokens)
                mark, _ = next(tokens)
        if mark in ("{", "["):
            around.append((place, mark == "{"))
        elif mark in ("}", "]"):
            around.pop()
    return top


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for found in _TOKEN.finditer(text):
        if found[0] == "\n":
            line += 1
        else:
            yield found[0], line


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2])
