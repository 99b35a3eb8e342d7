"""What an operation takes and gives: parameters, bodies, answers and their headers."""

from collections.abc import Iterator

from conformance.contract.diff import media_types, statuses
from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Node
from conformance.contract.diff.keywords import same
from conformance.contract.diff.naming import parameter, subject
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest
from conformance.contract.diff.schemas import compare_schemas
from conformance.contract.diff.views import View

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
            kind = "header-" if before.raw("in") in ("header", "cookie") else ""
            word = "required-" if before.raw("required") is True else ""
            rule = f"request-{word}{kind}parameter-removed"
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
    if old.raw("name") != new.raw("name") and new.raw("in") == "path":
        rule, told = "request-path-parameter-renamed", f"was named {old.raw('name')}"
        yield change(rule, old.at("name"), new.at("name"), named, told)
    was, is_now = old.raw("required") is True, new.raw("required") is True
    if was != is_now:
        word = "required" if is_now else "optional"
        rule = f"request-parameter-became-{word}"
        yield change(rule, old.at("required"), new.at("required"), named, f"became {word}")
    before, after = _serialization(old), _serialization(new)
    for key in before:
        if before[key] != after[key] and not (key == "explode" and _is_plain(old) and _is_plain(new)):
            rule = "request-parameter-serialization-changed"
            yield change(rule, old.at(key), new.at(key), named, f"{key}: {before[key]} → {after[key]}")
    was, is_now = old.raw("deprecated") is True, new.raw("deprecated") is True
    if was != is_now:
        word = "deprecated" if is_now else "reactivated"
        yield change(f"request-parameter-{word}", old.at("deprecated"), new.at("deprecated"), named, word)
    yield from descriptions(old, new, named)
    yield from rest(old, new, _OF_PARAMETERS, told_subject=named)
    yield from _schema(old, new, "request-parameter")
    yield from compare_content(old, new, "request-parameter", "request-body-media-type")


def _serialization(node: Node) -> dict[str, object]:
    style = node.raw("style", _STYLES.get(str(node.raw("in")), "simple"))
    return {
        "style": style,
        "explode": node.raw("explode", style == "form"),
        "allowReserved": node.raw("allowReserved", False),
        "allowEmptyValue": node.raw("allowEmptyValue", False),
    }


def _is_plain(parameter: Node) -> bool:
    """Return whether its values are neither lists nor objects: for these alone `explode` says something."""
    if "schema" not in parameter:
        return False
    types = View.of(parameter.child("schema")).value.get("type")
    stated = types if isinstance(types, list) else [types]
    return None not in stated and not {"array", "object"} & set(stated)


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
    yield from compare_content(old, new, "request-body", "request-body-media-type")


def compare_answers(old: Node, new: Node) -> Iterator[Change]:
    """Yield every change of the answers, by status."""
    before, after = ({status.upper(): status for status, _ in each.members()} for each in (old, new))
    for pair in statuses.matched(before, after):
        places = old.at(before.get(pair.old or "", "")), new.at(after.get(pair.new or "", ""))
        if pair.became:
            rule = f"response-{'' if pair.is_success else 'non-'}success-status-{pair.became}"
            told = f"{pair.old} → {pair.new}" if pair.old and pair.new else pair.became
            stated = (before if pair.narrower == pair.old else after)[pair.narrower]
            yield change(rule, *places, f"answer {stated}", told)
        if pair.old is not None and pair.new is not None:
            answers = old.document.follow(places[0]), new.document.follow(places[1])
            yield from _answer(*answers, f"answer {after[pair.new]}")


def _answer(old: Node, new: Node, named: str) -> Iterator[Change]:
    yield from descriptions(old, new, named)
    yield from rest(old, new, ANNOTATIONS | {"headers", "content", "links"}, told_subject=named)
    yield from _headers(old, new)
    yield from compare_content(old, new, "response-body", "response-media-type")
    yield from _links(old, new)


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
            name, is_now = after[key]
            kind = "required" if is_now.raw("required") is True else "optional"
            told = f"header {name} of {subject(new)}"
            rule, places = f"{kind}-response-header-added", (old.at("headers"), new.at("headers", name))
            yield change(rule, *places, told, "added")
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
    yield from _schema(old, new, "response-header")
    yield from compare_content(old, new, "response-header", "response-media-type")


def compare_content(old: Node, new: Node, place: str, rule: str) -> Iterator[Change]:
    """Yield every change of what something holds, by its media types.

    `place` says where schemas stand, and `rule` begins the ids of the rules for media types that come and go.
    """
    names = {id(node.value): name for each in (old, new) for name, node in _members(each, "content").items()}
    told = subject(new)
    for before, after in media_types.matched(_members(old, "content"), _members(new, "content")):
        if after is None and before is not None:
            name = names[id(before.value)]
            yield change(f"{rule}-removed", before, new.at("content"), told, f"media type {name} removed")
        elif before is None and after is not None:
            name = names[id(after.value)]
            yield change(f"{rule}-added", old.at("content"), after, told, f"media type {name} added")
        elif before is not None and after is not None:
            yield from descriptions(before, after, told)
            yield from rest(before, after, ANNOTATIONS | {"schema"}, told_subject=told)
            yield from _schema(before, after, place)


def _schema(old: Node, new: Node, place: str) -> Iterator[Change]:
    if "schema" in old or "schema" in new:
        yield from compare_schemas(_stated(old), _stated(new), place)


def _stated(holder: Node) -> Node:
    """Return the schema in it; what says nothing is a schema that allows everything."""
    if "schema" in holder:
        return holder.child("schema")
    return Node(holder.document, (*holder.tokens, "schema"), {})


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
