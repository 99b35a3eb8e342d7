"""The request that shows a finding, as it was sent."""

import re
from typing import Any

import requests
from schemathesis import Case, Response

from conformance.http.redaction import Redactor, in_shell

# Schemathesis writes a case down anew, and hides the headers that may be secret.
_HIDDEN = re.compile(r" -H '([^':]+): \[Filtered\]'")


def answered(
    failure: Any, case: Case[Any], response: Response, last: requests.Response | None
) -> Response | requests.Response:
    """Return the answer that a failure is about: that to the case, or to what its check sent last of all.

    A check of credentials sends the case again without one, and with a wrong one.
    """
    return response if last is None or failure.case_id in (None, case.id) else last


def curl(case: Case[Any], sent: requests.PreparedRequest, redactor: Redactor) -> str:
    """Return the line for the shell with those headers that were sent, without secrets."""

    def header(found: re.Match[str]) -> str:
        value = sent.headers.get(found[1])
        return "" if value is None else f" -H {in_shell(f'{found[1]}: {redactor.header(str(value))}')}"

    return _HIDDEN.sub(header, case.as_curl_command())
