"""What an operation takes and gives: parameters, bodies, answers and their headers."""

from collections.abc import Iterator, Mapping

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Node
from conformance.contract.diff.keywords import same
from conformance.contract.diff.naming import parameter, subject
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest
from conformance.contract.diff.schemas import compare_schemas

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_OF_PARAMETERS = ANNOTATIONS | {
    *("name", "in", "required", "schema", "deprecated", "content"),
    *("style", "explode", "allowReserved", "allowEmptyValue"),
}

Parameters = dict[tuple[str, str], "Node"]


def compare_parameters(old: Parameters, new: Parameters, around: tuple[Node, Node]) -> Iterator[Change]:
    """Yield every change of the parameters of an operation, by where they stand and their name."""
    for key, before in old.items():
        after = new.get(key)
        if after is None:
            rule = "request-parameter-removed"
            if before.raw("in") in ("header", "cookie"):
                rule = "request-header-parameter-removed"
            yield change(rule, before, around[1], parameter(before), "removed")
        else:
            yield from _parameter(before, after)
    for key, after in new.items():
        if key not in old:
            required = after.raw("required") is True
            rule = f"new-{'required' if required else 'optional'}-request-parameter"
            yield change(rule, around[0], after, parameter(after), "added, required" if required else "added")


def _parameter(old: Node, new: Node) -> Iterator[Change]:
    named = parameter(new)
    if old.raw("name") != new.raw("name"):
        rule, told = "request-path-parameter-renamed", f"was named {old.raw('name')}"
        yield change(rule, old.at("name"), new.at("name"), named, told)
    was, is_now = old.raw("required") is True, new.raw("required") is True
    if was != is_now:
        word = "required" if is_now else "optional"
        rule = f"request-parameter-became-{word}"
        yield change(rule, old.at("required"), new.at("required"), named, f"became {word}")
    before, after = _serialization(old), _serialization(new)
    for key in before:
        if before[key] != after[key]:
            rule = "request-parameter-serialization-changed"
            yield change(rule, old.at(key), new.at(key), named, f"{key}: {before[key]} → {after[key]}")
    was, is_now = old.raw("deprecated") is True, new.raw("deprecated") is True
    if was != is_now:
        word = "deprecated" if is_now else "reactivated"
        yield change(f"request-parameter-{word}", old.at("deprecated"), new.at("deprecated"), named, word)
    yield from descriptions(old, new, named)
    yield from rest(old, new, _OF_PARAMETERS, told_subject=named)
    yield from _schema(old, new, "request-parameter", named)
    yield from _content(old, new, "request-parameter", "request-body-media-type")


def _serialization(node: Node) -> dict[str, object]:
    style = node.raw("style", _STYLES.get(str(node.raw("in")), "simple"))
    return {
        "style": style,
        "explode": node.raw("explode", style == "form"),
        "allowReserved": node.raw("allowReserved", False),
        "allowEmptyValue": node.raw("allowEmptyValue", False),
    }


def compare_bodies(old: Node | None, new: Node | None, around: tuple[Node, Node]) -> Iterator[Change]:
    """Yield every change of the body of a request."""
    if old is None or new is None:
        if new is not None:
            required = new.raw("required") is True
            rule = f"request-body-added-{'required' if required else 'optional'}"
            yield change(rule, around[0], new, "body", "added, required" if required else "added")
        elif old is not None:
            yield change("request-body-removed", old, around[1], "body", "removed")
        return
    was, is_now = old.raw("required") is True, new.raw("required") is True
    if was != is_now:
        word = "required" if is_now else "optional"
        rule = f"request-body-became-{word}"
        yield change(rule, old.at("required"), new.at("required"), "body", f"became {word}")
    yield from descriptions(old, new, "body")
    yield from rest(old, new, ANNOTATIONS | {"required", "content"}, told_subject="body")
    yield from _content(old, new, "request-body", "request-body-media-type")


def compare_answers(
    old: Mapping[str, Node], new: Mapping[str, Node], around: tuple[Node, Node]
) -> Iterator[Change]:
    """Yield every change of the answers, by status."""
    for status, before in old.items():
        after = new.get(status)
        if after is None:
            kind = "success" if status.startswith(("2", "3")) else "non-success"
            yield change(
                f"response-{kind}-status-removed",
                around[0].at(status),
                around[1],
                f"answer {status}",
                "removed",
            )
        else:
            yield from descriptions(before, after, f"answer {status}")
            handled = ANNOTATIONS | {"headers", "content", "links"}
            yield from rest(before, after, handled, told_subject=f"answer {status}")
            yield from _headers(before, after)
            yield from _content(before, after, "response-body", "response-media-type")
            yield from _links(before, after)
    for status in new:
        if status not in old:
            kind = "success" if status.startswith(("2", "3")) else "non-success"
            rule = f"response-{kind}-status-added"
            yield change(rule, around[0], around[1].at(status), f"answer {status}", "added")


def _members(node: Node, key: str) -> dict[str, Node]:
    inner = node.get(key)
    return dict(inner.members()) if inner else {}


def _headers(old: Node, new: Node) -> Iterator[Change]:
    # Names of header fields are case-insensitive.
    before = {name.lower(): (name, node) for name, node in _members(old, "headers").items()}
    after = {name.lower(): (name, node) for name, node in _members(new, "headers").items()}
    for key in {**before, **after}:
        if key not in after:
            name, was = before[key]
            kind = "required" if was.raw("required") is True else "optional"
            rule = f"{kind}-response-header-removed"
            told = f"header {name} of {subject(old)}"
            yield change(rule, old.at("headers", name), new.at("headers"), told, "removed")
        elif key not in before:
            name, _ = after[key]
            told = f"header {name} of {subject(new)}"
            yield change("response-header-added", old.at("headers"), new.at("headers", name), told, "added")
        else:
            yield from _header(before[key][1], after[key][1], f"header {after[key][0]}")


def _header(old: Node, new: Node, named: str) -> Iterator[Change]:
    was, is_now = old.raw("required") is True, new.raw("required") is True
    if was != is_now:
        word = "required" if is_now else "optional"
        rule = f"response-header-became-{word}"
        yield change(rule, old.at("required"), new.at("required"), named, f"became {word}")
    yield from descriptions(old, new, named)
    yield from rest(old, new, ANNOTATIONS | {"required", "schema", "content"}, told_subject=named)
    yield from _schema(old, new, "response-header", named)
    yield from _content(old, new, "response-header", "response-media-type")


def _content(old: Node, new: Node, place: str, rule: str) -> Iterator[Change]:
    before, after = _members(old, "content"), _members(new, "content")
    told = subject(new)
    for name in {**before, **after}:
        old_entry, new_entry = old.at("content", name), new.at("content", name)
        if name not in after:
            yield change(f"{rule}-removed", old_entry, new_entry, told, f"media type {name} removed")
        elif name not in before:
            yield change(f"{rule}-added", old_entry, new_entry, told, f"media type {name} added")
        else:
            yield from descriptions(before[name], after[name], told)
            yield from rest(before[name], after[name], ANNOTATIONS | {"schema"}, told_subject=told)
            yield from _schema(before[name], after[name], place, told)


def _schema(old: Node, new: Node, place: str, named: str) -> Iterator[Change]:
    before, after = old.get("schema"), new.get("schema")
    if before is not None and after is not None:
        yield from compare_schemas(before, after, place)
    elif before is not None or after is not None:
        word = "removed" if after is None else "added"
        yield change(f"schema-{word}", old.at("schema"), new.at("schema"), named, f"schema {word}")


def _links(old: Node, new: Node) -> Iterator[Change]:
    before, after = _members(old, "links"), _members(new, "links")
    for name in {**before, **after}:
        if name in before and name in after:
            if same(before[name].value, after[name].value):
                continue
            word = "changed"
        else:
            word = "added" if name in after else "removed"
        places = old.at("links", name), new.at("links", name)
        yield change(f"response-link-{word}", *places, f"link {name} of {subject(new)}", word)
