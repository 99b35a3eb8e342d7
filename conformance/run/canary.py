"""Whether the target still answers: one read that every server of the contract has."""

import httpx

from conformance.contract.document import Contract, Operation
from conformance.http.content import TooLarge
from conformance.http.unreached import Unreached
from conformance.run.session import Session

_TRIES = 5
_READS = 2


def reads(session: Session) -> list[Operation]:
    """Return the reads without a parameter in the path that may be called; first, those that take nothing."""
    kept_out = session.excluded.union(session.given_up)
    found = [
        each
        for each in session.contract.operations
        if each.method == "GET" and "{" not in each.path and each.id not in kept_out
    ]
    return sorted(found, key=lambda each: _takes(session.contract, each))


def _takes(contract: Contract, operation: Operation) -> bool:
    """Return whether a read takes something that has to be given."""
    holders = (contract.document["paths"][operation.path], contract.stated(operation))
    stated = (contract.resolved(node, "")[0] for each in holders for node in each.get("parameters", ()))
    return any(parameter.get("required") for parameter in stated)


def ask_root(session: Session) -> None:
    """Ask for the place where the paths begin, which may be an operation that is never to be called.

    Raises:
        httpx.TransportError: there was no answer.
    """
    kept_out = any(each.path == "/" and each.id in session.excluded for each in session.contract.operations)
    session.admin.request("OPTIONS" if kept_out else "GET", session.contract.servers[0] or "/")


def is_alive(session: Session) -> bool:
    """Return whether the server still answers at all: if one read gives no answer in time, another may."""
    asked = [*reads(session), None][:_READS]
    return any(_answers(session, each) for each in asked)


def _answers(session: Session, asked: Operation | None) -> bool:
    for _ in range(_TRIES):
        try:
            if asked is None:
                ask_root(session)
            else:
                session.call(asked.id)
        except TooLarge:
            return True
        except (httpx.ConnectError, httpx.TimeoutException, Unreached):
            return False
        except httpx.TransportError:
            # It took the connection, and ended it.
            continue
        return True
    return False
