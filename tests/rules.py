"""One rule for many things: one test, which names each thing that breaks it."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeAlias

import pytest

Rule: TypeAlias = Callable[..., None]
"""A test of one thing: it gets the thing, or, where that is a tuple, its parts."""


def for_each(things: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Callable[[Rule], Callable[[], None]]:
    """Return a decorator that has one test try a rule on these things, and name each that breaks it."""
    named = list(things.items() if isinstance(things, Mapping) else things)

    def decorate(rule: Rule) -> Callable[[], None]:
        def test() -> None:
            assert named, "there is nothing to try the rule on"
            broken = [told for name, thing in named if (told := _told(rule, name, thing))]
            if broken:
                pytest.fail(
                    f"{len(broken)} of {len(named)} break the rule\n\n" + "\n\n".join(broken), pytrace=False
                )

        wraps(rule)(test)
        del test.__wrapped__  # type: ignore[attr-defined]  # pytest would ask for the rule's parameters
        return test

    return decorate


def _told(rule: Rule, name: str, thing: Any) -> str | None:
    """Return what a thing breaks of a rule, or None."""
    try:
        rule(*thing if isinstance(thing, tuple) else (thing,))
    except Exception as error:  # noqa: BLE001  also a member that is missing breaks the rule
        return f"{name}: {type(error).__name__}: {error}"
    return None
