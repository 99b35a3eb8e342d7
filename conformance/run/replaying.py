"""Sends a recorded request once more, with the secrets of this run in the place of those that were masked."""

from typing import Any
from urllib.parse import urlsplit

from conformance.run.plan import Plan
from conformance.run.session import Workspace


class NotRepeatable(Exception):
    """The record does not hold the whole request; the message says what is missing."""


def resend(plan: Plan, exchange: dict[str, Any]) -> tuple[int, str]:
    """Send the request of an exchange again; return the status and body of the answer, without secrets.

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
    shown = answer.exchange.as_dict()["response"]
    return int(shown["status"]), str(shown["body"])
