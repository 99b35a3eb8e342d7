"""Sends a recorded request once more, with the secrets of this run in the place of those that were masked."""

import re
from typing import Any
from urllib.parse import urlsplit

from conformance.run.plan import Plan
from conformance.run.session import Workspace
from conformance.run.verdict import ExitCode

_STATUSES = re.compile(r"\d{3}(?:(?:, | or )\d{3})*")
_OF_A_FAULT = "with a fault at"
_GONE = (404, 410)
_OF_THE_MESSAGE = ("date:", "x-request-id:", "content-length:", "etag:", "age:")
# What differs between two answers that say the same: when it was, and what was made.
_FLEETING = re.compile(r'"\w*id": ?(?:"[^"]*"|\d+)|\d{4}-\d\d-\d\dT[0-9:.]+Z')


class NotRepeatable(Exception):
    """The record does not hold the whole request; the message says what is missing."""


def resend(plan: Plan, exchange: dict[str, Any]) -> dict[str, Any]:
    """Send the request of an exchange again; return the answer as `results.json` has it, without secrets.

    Args:
        plan: names the server and the keys.
        exchange: as `results.json` has it.

    Raises:
        NotRepeatable: a part of the request was cut off or masked for good.
        httpx.TransportError: there was no answer.
        Unreached: the answer is of no use.
    """
    request = exchange["request"]
    body = request["body"]
    if body is not None and len(body.encode("utf-8", "surrogatepass")) < request["octets"]:
        raise NotRepeatable(f"The report shows the beginning of {request['octets']:,} octets alone.")
    restored = plan.target.redactor.restored
    try:
        content = None if body is None else restored(body).encode()
        headers = {name: restored(value) for name, value in request["headers"]}
        parts = urlsplit(restored(request["url"]))
    except LookupError as error:
        raise NotRepeatable(f"The request held a secret that is not there any more ({error}).") from error
    path = parts.path.removeprefix(urlsplit(plan.target.root).path)
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        client = workspace.session("replay").client(None)
        target = f"{path}?{parts.query}" if parts.query else path
        answer = client.request(request["method"], target, content=content, headers=headers)
    return dict(answer.exchange.as_dict()["response"])


def compared(expected: str, then: dict[str, Any], now: dict[str, Any]) -> tuple[str, ExitCode]:
    """Return what an answer that was wrong then, and came again, tells: in a sentence, and as an exit code.

    Args:
        expected: what the finding says that had to come.
        then: the answer of the run, as `results.json` has it.
        now: the answer that came again.
    """
    wanted = _wanted(expected)
    if now["status"] in _GONE and then["status"] not in _GONE and now["status"] not in wanted:
        return "What the request names is gone: replay without --as-sent.", ExitCode.INCOMPLETE
    if wanted:
        if now["status"] in wanted:
            return "It is answered as it has to be.", ExitCode.CONFORMS
        return f"It is to be {expected}: it still fails.", ExitCode.DOES_NOT_CONFORM
    if _lasting(now) == _lasting(then):
        return "It is answered as then: it still fails.", ExitCode.DOES_NOT_CONFORM
    told = f"It is answered otherwise. Whether that is {expected}, only the check can tell"
    return f"{told}: replay without --as-sent.", ExitCode.INCOMPLETE


def _wanted(expected: str) -> set[int]:
    """Return the statuses of which one had to come, if it is the status that was wrong."""
    stated = _STATUSES.match(expected)
    if stated is None or _OF_A_FAULT in expected:
        return set()
    return {int(status) for status in re.findall(r"\d+", stated[0])}


def _lasting(response: dict[str, Any]) -> tuple[Any, ...]:
    headers = [f"{name.lower()}: {value}" for name, value in response["headers"]]
    kept = [header for header in headers if not header.startswith(_OF_THE_MESSAGE)]
    return response["status"], sorted(kept), _FLEETING.sub("", response["body"])
