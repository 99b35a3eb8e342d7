"""Reads a file of YAML or JSON into plain values, with the line of each place."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from conformance.contract.lines import Lines, StandsTwice, of_json, of_yaml

LARGEST = 32 * 1024 * 1024
"""Octets of a file. What is larger is no contract."""
MAX_PLACES = 2_000_000
"""More places than this are no contract, but a file whose aliases multiply."""

# libyaml is ten times as fast, but PyYAML may have been built without it.
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 takes `on`, `12:30` and `2020-01-01` for something else than text; OpenAPI is of YAML 1.2.
_SCALARS = {
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "tag:yaml.org,2002:int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?",
        "-+0123456789.",
    ),
    "tag:yaml.org,2002:merge": (r"<<", "<"),
}


class ContractError(Exception):
    """The contract cannot be read, or does not say what the suite needs."""


_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])&[^\s,\[\]{}]")
_DEEPEST = 300
_BRACKET = re.compile(r"[\[\]{}]")
# Many dashes in one line, or a line that begins far to the right.
_DEEP_BLOCK = re.compile(r"(?:[-?:][ \t]+){100}|^[ \t]{300}", re.MULTILINE)


class _Loader(_Fast):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[Any, Any]] = {}


for _tag, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def _whole_number(loader: Any, node: yaml.ScalarNode) -> int:
    # YAML 1.1 would take a leading 0 for an octal number.
    text = loader.construct_scalar(node)
    return int(text, 0 if text[:2] in ("0o", "0x") else 10)


def _no_json(_: Any, node: yaml.Node) -> None:
    raise yaml.constructor.ConstructorError(None, None, f"{node.tag} is no kind of JSON", node.start_mark)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)
for _kind in ("binary", "timestamp", "omap", "pairs", "set"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _no_json)


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds: a tree of objects with texts for names, lists, texts, numbers, booleans and None."""

    path: Path
    data: bytes
    root: Any
    lines: Lines


def octets(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        ContractError: there is no such file, it cannot be read, or it is too large.
    """
    try:
        if path.is_dir():
            raise ContractError(f"The contract {path} cannot be read: it is a folder.")
        if not path.is_file():
            raise ContractError(f"The contract {path} cannot be read: there is no such file.")
        if path.stat().st_size > LARGEST:
            raise ContractError(f"The contract {path} cannot be read: it is larger than {LARGEST >> 20} MiB.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise ContractError(f"The contract {path} cannot be read: {told}.") from error


def parsed(path: Path, data: bytes) -> Text:
    """Return what the octets of a file say.

    Raises:
        ContractError: they are neither YAML nor JSON; the message names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContractError(f"The contract {path} cannot be read: it is no text in UTF-8.") from error
    if "\0" in text:
        raise ContractError(f"The contract {path} cannot be read: it is no text.")
    try:
        root, lines = _values(path, text)
    except RecursionError as error:
        raise ContractError(f"The contract {path} cannot be read: it is nested too deeply.") from error
    except StandsTwice as twice:
        raise ContractError(
            f"{path}:{twice.line}: the name {twice.name} stands twice in one object."
        ) from twice
    except json.JSONDecodeError as error:
        raise ContractError(
            f"The contract {path} cannot be read: line {error.lineno} is no JSON: {error.msg}."
        ) from error
    except yaml.YAMLError as error:
        raise ContractError(f"The contract {path} cannot be read: {_told(error)}.") from error
    except ValueError as error:
        raise ContractError(f"The contract {path} cannot be read: {error}.") from error
    return Text(path, data, root, lines)


def _values(path: Path, text: str) -> tuple[Any, Lines]:
    if text.lstrip()[:1] in ("{", "["):
        # Nearly all JSON is YAML, but not tabs, and not halves of surrogate pairs.
        try:
            return json.loads(text, parse_constant=_refused), of_json(text)
        except json.JSONDecodeError:
            if path.suffix.lower() == ".json":
                raise
    if _may_be_deep(text):
        _refuse_depth(text)
    loader = _Loader(text)
    try:
        tree = loader.get_single_node()
        if tree is None:
            return None, of_yaml(None)
        if _ANCHOR.search(text):
            # Aliases in aliases are a large document in a small file.
            _count(tree)
        lines = of_yaml(tree)
        return _plain(loader.construct_document(tree), {}), lines
    finally:
        loader.dispose()


def _may_be_deep(text: str) -> bool:
    """Return whether there is so much nesting as no contract has, strings and comments counted."""
    depth = deepest = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > _DEEPEST or _DEEP_BLOCK.search(text) is not None


def _refuse_depth(text: str) -> None:
    """Refuse what is nested so deeply that libyaml would end the process.

    Raises:
        RecursionError: it is.
        yaml.YAMLError: it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Fast):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise RecursionError


def _count(tree: yaml.Node) -> None:
    """Refuse a document that is endless, or has too many places once its aliases are followed."""
    sizes: dict[int, int] = {}
    pending = [(tree, False)]
    open_ = set()
    while pending:
        node, is_done = pending.pop()
        inner = _inner(node)
        if is_done:
            sizes[id(node)] = 1 + sum(sizes[id(each)] for each in inner)
            open_.discard(id(node))
            if sizes[id(node)] > MAX_PLACES:
                raise ValueError("an alias in it holds too much")
        elif id(node) in open_:
            raise ValueError(f"the alias in line {node.start_mark.line + 1} holds itself")
        elif id(node) not in sizes:
            open_.add(id(node))
            pending.append((node, True))
            pending += [(each, False) for each in inner if id(each) not in sizes]


def _inner(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _plain(value: Any, known: dict[int, Any]) -> Any:
    """Return a value with texts for names, as JSON has them. What is shared stays shared."""
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, dict):
        plain: Any = {_name(key): _plain(each, known) for key, each in value.items()}
    elif isinstance(value, list):
        plain = [_plain(each, known) for each in value]
    else:
        return value if value is None or isinstance(value, str | int | float) else str(value)
    known[id(value)] = plain
    return plain


def _name(key: Any) -> str:
    if isinstance(key, bool) or key is None:
        return str(key).lower() if key is not None else "null"
    return str(key)


def _told(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"line {mark.line + 1} is no YAML: {problem}" if mark is not None else str(problem)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")
