"""Whether the target still answers: one read that every server of the contract has."""

import httpx

from conformance.contract.document import Contract, Operation
from conformance.http.unreached import Unreached
from conformance.run.session import Session


def canary(contract: Contract) -> Operation | None:
    """The first read without a parameter in its path; None when the contract has none."""
    reads = (each for each in contract.operations if each.method == "GET" and "{" not in each.path)
    return next(reads, None)


def is_alive(session: Session) -> bool:
    """Whether the server still answers at all."""
    asked = canary(session.contract)
    try:
        if asked is None:
            session.admin.request("GET", session.contract.servers[0] or "/")
        else:
            session.call(asked.id)
    except (httpx.TransportError, Unreached):
        return False
    return True
