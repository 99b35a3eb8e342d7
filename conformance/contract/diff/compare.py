"""The whole comparison: two documents in, one list of changes out, each told once."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from itertools import chain
from typing import Any

from conformance.contract.diff.callbacks import compare_webhooks
from conformance.contract.diff.change import Change, Comparison, Severity
from conformance.contract.diff.clauses import clauses, compare_clauses, compare_error_codes, compare_profiles
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.keywords import canonical, same
from conformance.contract.diff.objects import change, descriptions, rest
from conformance.contract.diff.operations import compare_operations
from conformance.contract.diff.security import compare_schemes
from conformance.contract.references import FILES

_OF_ROOT = frozenset(
    {
        *("openapi", "info", "servers", "tags", "security", "paths", "components", "x-profiles", "x-clauses"),
        *("webhooks", FILES),
    }
)
_COMPARED_WHERE_USED = ("schemas", "parameters", "headers", "responses", "requestBodies", "links")


def compare(old: Document, new: Document, checks: Set[str] = frozenset()) -> Comparison:
    """Return every change between two versions, the worst first, then in the order of the new file.

    Args:
        old: the version that people rely on.
        new: the version that is to take its place.
        checks: the ids of the clauses that the suite can check.

    """
    found = chain(
        compare_clauses(old, new),
        compare_error_codes(old, new),
        compare_profiles(old, new),
        compare_operations(old, new),
        compare_schemes(old, new),
        compare_webhooks(old, new),
        _root(old, new),
        _components(old, new),
    )
    order = list(Severity)
    changes = sorted(fold(found), key=lambda c: (order.index(c.severity), c.new.line, c.old.line))
    stated, known = clauses(new).keys(), clauses(old).keys()
    # Of another API's contract, all would be missing.
    related = bool(stated & checks)
    return Comparison(
        old,
        new,
        tuple(changes),
        unchecked=tuple(sorted(stated - known - checks)) if related else (),
        stray_checks=tuple(sorted(checks - stated)) if related else (),
        notes=_version_notes(old.version, new.version, changes),
    )


def _version_notes(old: str, new: str, changes: list[Change]) -> tuple[str, ...]:
    """Return what semantic versioning asks for, where it was not done. Before 1.0.0 it asks for nothing."""
    major, _, _ = old.partition(".")
    breaks = any(each.consumers is Severity.BREAKING for each in changes)
    if not breaks or not major.isdecimal() or major == "0" or new.partition(".")[0] != major:
        return ()
    told = f"stays at {new}" if new == old else f"goes from {old} to {new}"
    return (f"info.version {told}; after a breaking change it would be {int(major) + 1}.0.0.",)


def fold(changes: Iterable[Change]) -> list[Change]:
    """Return the changes, each once: what several operations share is one change with several uses."""
    folded: dict[tuple[Any, ...], Change] = {}
    for each in changes:
        pointers = [place.pointer for place in (each.old, each.new)]
        shared = [pointer for pointer in pointers if pointer.startswith(("/components/", f"/{FILES}/"))]
        key = (each.rule.id, each.subject, each.message, *(shared or pointers))
        known = folded.setdefault(key, each)
        uses = tuple(dict.fromkeys((*known.uses, *each.uses)))
        if uses != known.uses:
            folded[key] = replace(known, uses=uses)
    return list(folded.values())


def _root(old: Document, new: Document) -> Iterator[Change]:
    before, after = old.top, new.top
    if before.raw("openapi") != after.raw("openapi"):
        message = f"{before.raw('openapi')} → {after.raw('openapi')}"
        yield change("openapi-version-changed", before.at("openapi"), after.at("openapi"), "openapi", message)
    yield from _info(before, after)
    yield from _servers(before, after)
    if not same(before.raw("tags"), after.raw("tags")):
        yield change("description-changed", before.at("tags"), after.at("tags"), "tags", "reworded")
    yield from descriptions(before, after, "the contract")
    yield from rest(before, after, _OF_ROOT | {"externalDocs"}, told_subject="the contract")


def _info(before: Node, after: Node) -> Iterator[Change]:
    was, is_now = _plain(before.document, "info"), _plain(after.document, "info")
    for key in {**was, **is_now}:
        if not same(was.get(key), is_now.get(key)):
            places = before.at("info", key), after.at("info", key)
            if key == "version":
                message = f"{was.get(key)} → {is_now.get(key)}"
                yield change("version-changed", *places, "version", message)
            else:
                yield change("description-changed", *places, f"info.{key}", "reworded")


def _servers(before: Node, after: Node) -> Iterator[Change]:
    was, is_now = _urls(before), _urls(after)
    for url in {**was, **is_now}:
        places = before.at("servers", *was.get(url, ())), after.at("servers", *is_now.get(url, ()))
        named = f"server {url or '/'}"
        if url not in is_now:
            yield change("server-removed", *places, named, "removed")
        elif url not in was:
            yield change("server-added", *places, named, "added")
        elif was[url] and is_now[url]:
            yield from descriptions(*places, named)
            yield from rest(*places, {"url", "description"}, told_subject=named)


def _urls(top: Node) -> dict[str, tuple[str, ...]]:
    servers = top.get("servers")
    stated = servers.elements() if servers else []
    # Without a list, paths begin at the root.
    return {str(each.raw("url")).rstrip("/"): (str(index),) for index, each in enumerate(stated)} or {"": ()}


def _components(old: Document, new: Document) -> Iterator[Change]:
    """Yield the changes of what no operation uses, and of examples. The rest is compared where it is used."""
    texts = canonical(old.root), canonical(new.root)
    for section in {**_plain(old, "components"), **_plain(new, "components")}:
        if section == "securitySchemes":
            continue
        was, is_now = _plain(old, "components", section), _plain(new, "components", section)
        for name in {**was, **is_now}:
            if same(was.get(name), is_now.get(name)):
                continue
            rule = "other-changed"
            if section == "examples":
                rule = "example-changed"
            elif section in _COMPARED_WHERE_USED:
                reference = canonical(f"#/components/{section}/{name}")
                if reference in texts[0] + texts[1]:
                    continue
                rule = "unused-component-changed"
            word = "added" if name not in was else "removed" if name not in is_now else "changed"
            before, after = (each.top.at("components", section, name) for each in (old, new))
            yield change(rule, before, after, f"{section}/{name}", word)


def _plain(document: Document, *path: str) -> dict[str, Any]:
    node = document.top.find(*path)
    return node.value if node is not None and isinstance(node.value, dict) else {}
