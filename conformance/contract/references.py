"""Follows every reference of a document: into itself, into files beside it, and never to another host."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from conformance.contract.grammar import DOCUMENT, LEAF, PARAMETER, PATH_ITEM, SCHEMA, WrongKind, within
from conformance.contract.pointers import anchored, pointer_to, steps_of, value_at
from conformance.contract.reading import ContractError, Text
from conformance.contract.schema_words import refuse_wrong

FILES = "x-files"
"""The member of a document that holds the files beside it, once they are taken in."""

REMOTE = "x-remote-ref"
"""The member that says in the place of a reference to another host that there was one."""

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
# OpenAPI has other members for what these headers say, and ignores such parameters.
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A value: what holds it, by what name, its kind, the file, and its pointer there."""

    holder: Any
    name: str
    kind: str
    file: Text
    pointer: str

    @property
    def value(self) -> Any:
        return self.holder[int(self.name)] if isinstance(self.holder, list) else self.holder[self.name]

    def put(self, value: Any) -> None:
        """Put another value into its place."""
        self.holder[int(self.name) if isinstance(self.holder, list) else self.name] = value

    @property
    def told(self) -> str:
        """Where it is, for people."""
        return f"{self.file.path}:{self.file.lines.line_of(self.pointer)}"


@dataclass(slots=True)
class Followed:
    """A document whose references all lead to a place in itself.

    Attributes:
        schemas: every schema in it that is an object, each once.
        files: the files beside it that it refers to, by their names in it.
        remote: the references to other hosts.
    """

    root: dict[str, Any]
    schemas: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Text] = field(default_factory=dict)
    remote: set[str] = field(default_factory=set)


def follow(text: Text, read: Callable[[Path], Text]) -> Followed:
    """Follow the references of a document, in place. Files that it names are read by `read`.

    A path item, a parameter or anything else that stands on another host is left out.

    Raises:
        ContractError: a reference leads nowhere or in a circle, or something is not of its kind.
    """
    walk = _Walk(text, read)
    walk.run()
    walk.refuse_circles()
    return walk.found


class _Walk:
    def __init__(self, text: Text, read: Callable[[Path], Text]) -> None:
        self.found = Followed(text.root)
        self._text = text
        self._read = read
        self._seen: dict[tuple[int, str], Any] = {}
        self._referring: dict[int, tuple[dict[str, Any], str]] = {}
        self._names = {id(text): ""}
        self._files = {text.path.resolve(): text}

    def run(self) -> None:
        pending = [_Place([self._text.root], "0", DOCUMENT, self._text, "")]
        while pending:
            place = pending.pop()
            seen = id(place.value), place.kind
            if seen not in self._seen:
                # Kept, so that no other object gets its id.
                self._seen[seen] = place.value
                pending += reversed([*self._visit(place)])

    def _visit(self, place: _Place) -> Iterator[_Place]:
        value = place.value
        if isinstance(value, bool) and place.kind == SCHEMA:
            return
        if not isinstance(value, dict):
            if place.kind == SCHEMA and place.name == "items" and isinstance(value, list):
                raise ContractError(f"{place.told}: {place.pointer} has to be one schema, not a list.")
            raise ContractError(f"{place.told}: {place.pointer} has to be an object ({place.kind}).")
        if isinstance(value.get("$ref"), str) and place.kind == PATH_ITEM:
            yield self._taken_in(place)
            return
        if isinstance(value.get("$ref"), str) and place.kind != DOCUMENT:
            target = self._target(place, value["$ref"])
            if target is not None:
                yield target
        if place.kind == SCHEMA:
            self.found.schemas.append(value)
        if place.kind == LEAF and "externalValue" in value:
            # An example elsewhere, which nothing may fetch.
            del value["externalValue"]
        yield from self._inside(place, value)

    def _inside(self, place: _Place, value: dict[str, Any]) -> Iterator[_Place]:
        try:
            if place.kind == SCHEMA:
                refuse_wrong(value)
            for holder, name, steps, kind in within(place.kind, value):
                yield _Place(holder, name, kind, place.file, place.pointer + pointer_to(*steps))
        except WrongKind as wrong:
            pointer = place.pointer + pointer_to(*wrong.steps)
            line = place.file.lines.line_of(pointer)
            raise ContractError(f"{place.file.path}:{line}: {pointer} has to be {wrong.wanted}.") from wrong

    def _taken_in(self, place: _Place) -> _Place:
        """Put the path item that a reference leads to in its place, with what stands beside the reference.

        Raises:
            ContractError: it leads nowhere, or back to itself.
        """
        beside: dict[str, Any] = {}
        now, passed = place, set[int]()
        while isinstance(reference := now.value.get("$ref"), str):
            beside = {**{name: each for name, each in now.value.items() if name != "$ref"}, **beside}
            target = None if id(now.value) in passed else self._target(now, reference)
            if id(now.value) in passed:
                raise ContractError(f"{place.told}: the $ref {reference} leads in a circle back to itself.")
            passed.add(id(now.value))
            if target is None or not isinstance(target.value, dict):
                break
            now = target
        place.put({**now.value, **beside})
        return _Place(place.holder, place.name, place.kind, now.file, now.pointer)

    def _target(self, place: _Place, reference: str) -> _Place | None:
        """Return what a reference leads to, which it then does in the whole document; None when remote."""
        if id(place.value) in self._referring:
            file, pointer = self._within(unquote(reference.removeprefix("#")))
            return self._at(place, reference, file, pointer)
        name, _, fragment = reference.partition("#")
        if _ELSEWHERE.match(name):
            self._leave_out(place, reference)
            return None
        file = self._file(place, unquote(name)) if name else place.file
        if fragment and not fragment.startswith("/"):
            fragment = anchored(file.root, unquote(fragment))
        target = self._at(place, reference, file, unquote(fragment))
        inside = self._names[id(file)]
        place.value["$ref"] = "#" + (pointer_to(FILES, inside) if inside else "") + fragment
        self._referring[id(place.value)] = place.value, place.told
        return target

    def _within(self, pointer: str) -> tuple[Text, str]:
        """Return the file, and the pointer there, of a pointer in the whole document."""
        steps = steps_of(pointer)
        if steps[:1] == [FILES] and len(steps) > 1 and steps[1] in self.found.files:
            return self.found.files[steps[1]], pointer_to(*steps[2:])
        return self._text, pointer

    def _at(self, place: _Place, reference: str, file: Text, pointer: str) -> _Place:
        # A part of a file may be the whole of it, but no part of a document is the whole document.
        if not pointer and file is not self._text:
            return _Place(self.found.root[FILES], self._names[id(file)], place.kind, file, "")
        above, _, last = pointer.rpartition("/")
        try:
            holder = value_at(file.root, above)
            value_at(holder, f"/{last}" if pointer.startswith("/") else pointer)
        except LookupError as error:
            raise ContractError(f"{place.told}: the $ref {reference} leads nowhere.") from error
        return _Place(holder, steps_of(pointer)[-1], place.kind, file, pointer)

    def _file(self, place: _Place, name: str) -> Text:
        path = place.file.path.parent / name
        known = self._files.get(path.resolve())
        if known is not None:
            return known
        try:
            file = self._read(path)
        except ContractError as error:
            raise ContractError(f"{place.told}: the $ref to {name} cannot be followed. {error}") from error
        inside = Path(os.path.relpath(path, self._text.path.parent)).as_posix()
        self._files[path.resolve()], self._names[id(file)] = file, inside
        self.found.files[inside] = file
        self.found.root.setdefault(FILES, {})[inside] = file.root
        return file

    def _leave_out(self, place: _Place, reference: str) -> None:
        self.found.remote.add(reference)
        del place.value["$ref"]
        place.value[REMOTE] = reference
        if place.kind == PARAMETER:
            # One of which nothing is known is not sent.
            place.value.update({"name": "", "in": ""})

    def refuse_circles(self) -> None:
        """Refuse references and `allOf` that lead back to themselves: nothing is said by them.

        Raises:
            ContractError: there is such a circle.
        """
        done: set[int] = set()
        for start in (*self.found.schemas, *(node for node, _ in self._referring.values())):
            around: set[int] = set()
            pending = [(start, False)]
            while pending:
                node, is_done = pending.pop()
                if is_done:
                    around.discard(id(node))
                    done.add(id(node))
                elif id(node) in around:
                    _, told = self._referring.get(id(node), (node, str(self._text.path)))
                    raise ContractError(f"{told}: what is stated there leads in a circle back to itself.")
                elif id(node) not in done:
                    around.add(id(node))
                    pending.append((node, True))
                    pending += [(each, False) for each in self._same(node)]

    def _same(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what a value of a schema has to fit as well."""
        parts = [*schema.get("allOf", ())]
        if isinstance(schema.get("$ref"), str):
            parts.append(value_at(self.found.root, unquote(schema["$ref"].removeprefix("#"))))
        return [part for part in parts if isinstance(part, dict)]


def without_ignored(document: dict[str, Any], holder: dict[str, Any]) -> None:
    """Take those parameters away that are not to be sent: remote ones, and what OpenAPI ignores."""
    if "parameters" in holder:
        holder["parameters"] = [
            each for each in holder["parameters"] if not _is_ignored(resolved(document, each, "")[0])
        ]


def _is_ignored(parameter: dict[str, Any]) -> bool:
    name, place = parameter.get("name"), parameter.get("in")
    return place == "" or (place == "header" and str(name).lower() in _IGNORED_HEADERS)


def resolved(document: dict[str, Any], node: dict[str, Any], pointer: str) -> tuple[dict[str, Any], str]:
    """Return a node with the reference that it may be followed, and the pointer to where that leads."""
    while isinstance(node.get("$ref"), str):
        pointer = unquote(node["$ref"].removeprefix("#"))
        node = value_at(document, pointer)
    return node, pointer
