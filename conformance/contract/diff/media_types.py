"""Which media type of one version stands for which of the other."""

from collections.abc import Iterable

from conformance.contract.diff.document import Node

_Pairs = list[tuple[Node | None, Node | None]]


def matched(old: dict[str, Node], new: dict[str, Node]) -> _Pairs:
    """Return what stands for each media type: its name, or a range that holds it; None where nothing does."""
    before, after = _normalized(old), _normalized(new)
    found: _Pairs = []
    for name in dict.fromkeys((*before, *after)):
        pair = _standing_for(name, before), _standing_for(name, after)
        found.append((before.get(pair[0] or ""), after.get(pair[1] or "")))
    return found


def normalized(name: str) -> str:
    """Return one name for each media type: letters, spaces and the order of parameters say nothing."""
    kind, *parameters = (part.strip() for part in name.split(";"))
    told = [
        f"{key.strip().lower()}={value.strip()}"
        for key, _, value in (each.partition("=") for each in parameters)
    ]
    return ";".join([kind.lower(), *sorted(told)])


def _normalized(stated: dict[str, Node]) -> dict[str, Node]:
    return {normalized(name): node for name, node in stated.items()}


def _standing_for(name: str, stated: Iterable[str]) -> str | None:
    kind = name.partition(";")[0].partition("/")[0]
    names = set(stated)
    return next((each for each in (name, f"{kind}/*", "*/*") if each in names), None)
