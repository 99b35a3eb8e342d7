"""Who may call: the security requirements of an operation, and the schemes that they name."""

from collections.abc import Iterator
from typing import Any

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.keywords import canonical
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest

_SAID_FOR_PEOPLE = ANNOTATIONS | {"bearerFormat"}

_Alternatives = dict[frozenset[str], frozenset[str]]
"""Each set of schemes that opens an operation, with the scopes it takes. The empty set opens it to all."""


def compare_security(old: Node, new: Node, named: str) -> Iterator[Change]:
    """Yield every change of what a caller has to show, whatever the schemes are called.

    An operation that says nothing has what the root says.
    """
    before_at, after_at = _stated(old), _stated(new)
    names = _names(old.document, new.document)
    before, after = _alternatives(before_at, {}), _alternatives(after_at, names)
    if before == after:
        return
    message = f"security: {_told(before)} → {_told(after)}"
    open_before, open_after = frozenset() in before, frozenset() in after
    if open_before != open_after:
        rule = f"api-security-{'added' if open_before else 'removed'}"
        yield change(rule, before_at, after_at, named, message)
        return
    for schemes in before.keys() | after.keys():
        if schemes not in after:
            yield change("api-security-alternative-removed", before_at, after_at, named, message)
        elif schemes not in before:
            yield change("api-security-alternative-added", before_at, after_at, named, message)
        else:
            if before[schemes] - after[schemes]:
                yield change("api-security-scope-removed", before_at, after_at, named, message)
            if after[schemes] - before[schemes]:
                yield change("api-security-scope-added", before_at, after_at, named, message)


def compare_schemes(old: Document, new: Document) -> Iterator[Change]:
    """Yield every change of a scheme that both versions have, and those that only one has."""
    before, after = _schemes(old), _schemes(new)
    for name in {**before, **after}:
        named = f"security scheme {name}"
        places = _place(old, name), _place(new, name)
        if name not in before or name not in after:
            # What it opens, or opened, tells of it.
            word = "added" if name in after else "removed"
            yield change("unused-component-changed", *places, named, word)
        elif _identity(before[name]) != _identity(after[name]):
            is_used = any(_is_required(document, name) for document in (old, new))
            rule = "api-security-scheme-changed" if is_used else "unused-component-changed"
            yield change(rule, *places, named, "changed")
        else:
            yield from descriptions(before[name], after[name], named)
            yield from rest(before[name], after[name], _SAID_FOR_PEOPLE | _OF_IDENTITY, told_subject=named)


def _place(document: Document, name: str) -> Node:
    return document.top.at("components", "securitySchemes", name)


_OF_IDENTITY = frozenset({"type", "scheme", "in", "name", "openIdConnectUrl", "flows"})


def _schemes(document: Document) -> dict[str, Node]:
    schemes = document.top.find("components", "securitySchemes")
    return dict(schemes.members()) if schemes else {}


def _identity(scheme: Node) -> str:
    """Return what callers have to know of a scheme, as text."""
    told = {key: scheme.raw(key) for key in _OF_IDENTITY if key in scheme}
    # RFC 9110: neither names of header fields nor of authentication schemes depend on the case.
    for key in ("scheme", *(("name",) if told.get("in") == "header" else ())):
        told[key] = str(told.get(key, "")).lower()
    return canonical(_without_descriptions(told))


def _without_descriptions(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        key: sorted(inner) if key == "scopes" and isinstance(inner, dict) else _without_descriptions(inner)
        for key, inner in value.items()
    }


def _names(old: Document, new: Document) -> dict[str, str]:
    """Return what each scheme of the new version was called in the old one, where it was called otherwise."""
    before, after = _schemes(old), _schemes(new)
    known = {_identity(node): name for name, node in before.items() if name not in after}
    identities = {name: _identity(node) for name, node in after.items() if name not in before}
    return {name: known[identity] for name, identity in identities.items() if identity in known}


def _is_required(document: Document, name: str) -> bool:
    """Return whether anything asks for a scheme."""
    pending = [document.root]
    while pending:
        value = pending.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        stated = value.get("security") if isinstance(value, dict) else None
        if isinstance(stated, list) and any(isinstance(each, dict) and name in each for each in stated):
            return True
        pending += inner
    return False


def _stated(operation: Node) -> Node:
    """Return the requirements that hold for an operation: its own or those of the root."""
    own = "security" in operation
    return operation.at("security") if own else operation.document.top.at("security")


def _alternatives(stated: Node, names: dict[str, str]) -> _Alternatives:
    if not isinstance(stated.value, list) or not stated.value:
        return {frozenset(): frozenset()}
    defined = _schemes(stated.document)
    return {
        frozenset(_told_scheme(scheme, names, defined) for scheme in each.value): frozenset(
            f"{names.get(scheme, scheme)} {scope}" for scheme in each.value for scope in each.values(scheme)
        )
        for each in stated.elements()
        if isinstance(each.value, dict)
    }


def _told_scheme(scheme: str, names: dict[str, str], defined: dict[str, Node]) -> str:
    return names.get(scheme, scheme) if scheme in defined else f"{scheme} (which is not defined)"


def _told(alternatives: _Alternatives) -> str:
    told = []
    for schemes, scopes in sorted(alternatives.items(), key=lambda each: sorted(each[0])):
        text = " and ".join(sorted(schemes)) or "nobody has to show anything"
        told.append(f"{text} ({', '.join(sorted(scopes))})" if scopes else text)
    return ", or ".join(told)
