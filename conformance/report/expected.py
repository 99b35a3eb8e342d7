"""The file of expected failures, drawn up from what a run found, for people to complete."""

import json
import re
from collections.abc import Iterator
from datetime import date

from conformance.report.document import FAILED, Document

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SHOWN = 100
_HEAD = """\
# Failures that are known: conformance check URL --expect THIS_FILE
# Each entry needs a reason, somebody who sees to it, and a last day, like 2027-03-31 without quotes.
"""


def render(document: Document, *, reason: str = "", owner: str = "", expires: date | None = None) -> str:
    """Return the TOML with an entry for each failure. What is not given is left empty, to be filled in.

    What was expected already keeps its reason, its owner and its last day.
    """
    failed = [each for part in ("clauses", "derived") for each in document[part] if each["status"] in FAILED]
    entries = ("\n".join(_entry(verdict, reason, owner, expires)) for verdict in failed)
    return "\n".join([_HEAD, *entries])


def _entry(verdict: Document, reason: str, owner: str, expires: date | None) -> Iterator[str]:
    known = verdict["expected_failure"] or {"reason": reason, "owner": owner, "expires": expires}
    yield f"# {_line(verdict['text'])}"
    for finding in verdict["findings"][:1]:
        yield f"# expected {_line(finding['expected'])}, came back {_line(finding['actual'])}"
    if verdict["phase"] == "fuzz":
        yield "# What is drawn hangs on the seed: with another one it may pass, and this entry is stale."
    yield "[[expect]]"
    for name, text in (("id", verdict["id"]), ("reason", known["reason"]), ("owner", known["owner"])):
        # Strings of JSON are strings of TOML.
        yield f"{name} = {json.dumps(text, ensure_ascii=False)}"
    yield f"expires = {known['expires'] or json.dumps('')}"
    yield ""


def _line(text: str) -> str:
    plain = _CONTROL.sub(" ", text)
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 2] + " …"
