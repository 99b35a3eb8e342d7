"""Who may call: the security requirements of an operation, and the schemes that they name."""

from collections.abc import Iterator

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest

_Alternatives = dict[frozenset[str], frozenset[str]]
"""Each set of schemes that opens an operation, with the scopes it takes. The empty set opens it to all."""


def compare_security(old: Node, new: Node, named: str) -> Iterator[Change]:
    """Yield every change of what a caller has to show.

    An operation that says nothing has what the root says.
    """
    before_at, after_at = _stated(old), _stated(new)
    before, after = _alternatives(before_at), _alternatives(after_at)
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
    """Yield every change of a scheme that both versions have."""
    before, after = (document.top.find("components", "securitySchemes") for document in (old, new))
    for name, scheme in before.members() if before else ():
        counterpart = after.get(name) if after else None
        if counterpart is not None:
            named = f"security scheme {name}"
            yield from descriptions(scheme, counterpart, named)
            yield from rest(scheme, counterpart, ANNOTATIONS, "api-security-scheme-changed", named)


def _stated(operation: Node) -> Node:
    """Return the requirements that hold for an operation: its own or those of the root."""
    own = "security" in operation
    return operation.at("security") if own else operation.document.top.at("security")


def _alternatives(stated: Node) -> _Alternatives:
    if not isinstance(stated.value, list) or not stated.value:
        return {frozenset(): frozenset()}
    return {
        frozenset(each.value): frozenset(
            f"{scheme} {scope}" for scheme in each.value for scope in each.values(scheme)
        )
        for each in stated.elements()
        if isinstance(each.value, dict)
    }


def _told(alternatives: _Alternatives) -> str:
    told = []
    for schemes, scopes in sorted(alternatives.items(), key=lambda each: sorted(each[0])):
        text = " and ".join(sorted(schemes)) or "nobody has to show anything"
        told.append(f"{text} ({', '.join(sorted(scopes))})" if scopes else text)
    return ", or ".join(told)
