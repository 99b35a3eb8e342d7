"""Header fields as RFC 9110 has them read: lists, challenges, instants."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"|")+')


def members(values: Iterable[str]) -> list[str]:
    """Return the members of a list that stands in one field line or in several (RFC 9110 §5.6.1).

    Empty members are no members. A comma within a quoted string is none that divides.
    """
    found = (member.strip(" \t") for value in values for member in _MEMBER.findall(value))
    return [member for member in found if member]


def schemes(values: Iterable[str]) -> set[str]:
    """Return the schemes that `WWW-Authenticate` names, in small letters (RFC 9110 §11.6.1).

    What has a `=` behind its first word is a parameter of the challenge before it.
    """
    plain = (_QUOTED.sub('""', member) for member in members(values))
    first = (re.split(r"[ \t]+", member, maxsplit=1) for member in plain)
    return {
        words[0].lower() for words in first if "=" not in words[0] and not "".join(words[1:]).startswith("=")
    }


def instant(value: str | None) -> datetime | None:
    """Return the instant that a field states in one of the three forms (RFC 9110 §5.6.7); None for none."""
    try:
        found = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    # Two of the forms need not name GMT, and mean it.
    return found if found.tzinfo else found.replace(tzinfo=UTC)
