"""Names of profiles: how they are trimmed, measured and searched."""

from collections.abc import Iterable

from domain.errors import Fault, RulesBroken

MAX_LENGTH = 255
"""The most Unicode code points of a name."""

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters with Unicode's White_Space property. `str.strip()` removes four control characters more."""


def trimmed(name: str) -> str:
    """Return a name without the white space around it."""
    return name.strip(WHITE_SPACE)


def faults(name: str) -> list[Fault]:
    """Return what is wrong with a trimmed name."""
    if not name:
        return [Fault(("name",), "empty", "A name needs a character that is not white space.")]
    return []


def accepted(name: str) -> str:
    """Return a name without the white space around it.

    Raises:
        RulesBroken: nothing is left.
    """
    found = trimmed(name)
    if broken := faults(found):
        raise RulesBroken(broken)
    return found


def folded(text: str) -> str:
    """Return the form in which names are searched: upper and lower case are the same (Unicode §3.13)."""
    return text.casefold()


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values without repetitions, each at its first place."""
    return tuple(dict.fromkeys(values))
