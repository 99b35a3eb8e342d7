"""Requests that leave at one instant, each on a connection of its own."""

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from conformance.http.answer import Answer
from conformance.http.client import JSON
from conformance.run.session import Session


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of a race, sent as the administrator."""

    operation_id: str
    body: Any
    parameters: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def race(session: Session, entries: Sequence[Entry]) -> list[Answer]:
    """Send all requests once every connection is open, and return their answers in the same order.

    Raises:
        httpx.TransportError: one of them was not answered.
        Unreached: one of them was not sent, or its answer is of no use.
    """
    barrier = threading.Barrier(len(entries))

    def run(entry: Entry) -> Answer:
        operation = session.contract.operation(entry.operation_id)
        method = operation.method if operation else "GET"
        path = session.path(entry.operation_id, entry.parameters)
        headers = dict(entry.headers)
        body = None
        if entry.body is not None:
            headers["Content-Type"] = JSON
            body = json.dumps(entry.body, ensure_ascii=False).encode()
        path, headers = session.signed(method, path, headers)
        try:
            with session.raw() as connection:
                barrier.wait()
                return connection.request(method, path, headers, body)
        except BaseException:
            # Nobody waits for one that does not come.
            barrier.abort()
            raise

    with ThreadPoolExecutor(len(entries)) as pool:
        running = [pool.submit(run, entry) for entry in entries]
    causes = [
        e for each in running if (e := each.exception()) and not isinstance(e, threading.BrokenBarrierError)
    ]
    if causes:
        raise causes[0]
    return [each.result() for each in running]
