"""JSON pointers (RFC 6901)."""

from typing import Any


def pointer_to(*steps: str) -> str:
    """Return the JSON pointer of some steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def steps_of(pointer: str) -> list[str]:
    """Return the steps of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def value_at(root: Any, pointer: str) -> Any:
    """Return what stands at a pointer.

    Raises:
        LookupError: nothing does.
    """
    if pointer and not pointer.startswith("/"):
        raise LookupError(pointer)
    value = root
    for step in steps_of(pointer):
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            raise LookupError(pointer)
    return value


def anchored(root: Any, name: str) -> str:
    """Return the pointer to what bears an anchor (`$anchor`); the name itself where nothing does."""
    pending: list[tuple[Any, str]] = [(root, "")]
    while pending:
        node, pointer = pending.pop()
        if isinstance(node, dict) and node.get("$anchor") == name:
            return pointer
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        pending += [(each, pointer + pointer_to(str(key))) for key, each in inner]
    return name
