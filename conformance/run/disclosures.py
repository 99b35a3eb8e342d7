"""What an error tells that is nobody's business: SQL, and the places of a program."""

import re

from conformance.http.answer import Answer

_SHOWN = 160
_AROUND = 20
_INNER = re.compile(
    r"\bSELECT\s.{1,300}?\sFROM\s|\bINSERT\s+INTO\s+\S+\s*\(|\bUPDATE\s+\S+\s+SET\s+\S+\s*="
    r"|\bDELETE\s+FROM\s+\S+\s+WHERE\s"
    r"|sqlite3\.\w+Error|psycopg2?\.\w+|\bSQLSTATE\b|\bORA-\d{5}\b|You have an error in your SQL syntax"
    r"|Traceback \(most recent call last\)|\bFile \"[^\"]+\", line \d+"
    r"|\bat [\w$.<>]+\([\w$]+\.(?:java|kt|scala):\d+\)|\bat .{1,120}?\.[cm]?[jt]s:\d+:\d+|\bgoroutine \d+ \["
    r"|panicked at [^ ]+\.rs:\d+",
    re.DOTALL,
)


def disclosed(answer: Answer) -> str | None:
    """Return the beginning of what an error tells of the inside of a server; None when it tells nothing.

    What the request held is no disclosure.
    """
    if answer.status < 400:
        return None
    text = answer.text
    found = _INNER.search(text)
    if found is None:
        return None
    sent = answer.sent
    held = (sent.content or b"").decode("utf-8", "replace") + sent.path + sent.query
    if found[0] in held:
        return None
    start = max(0, found.start() - _AROUND)
    return " ".join(text[start : start + _SHOWN].split())
