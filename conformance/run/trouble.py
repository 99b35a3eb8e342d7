"""What ends a run early: a server that one of its own operations has ended, or made refuse every write.

A contract of others may state an operation that shuts its server down, or a maintenance switch. Then every
verdict that follows has one cause, which is told once, with the name of the operation.
"""

from collections.abc import Callable

import httpx

from conformance.contract.routes import Routes
from conformance.http.answer import Answer
from conformance.http.transport import SAFE_METHODS
from conformance.http.unreached import Unreached
from conformance.run.canary import is_alive
from conformance.run.session import Session, Workspace

Write = Callable[[], Answer]


class Watch:
    """Sees every answer of a run, and knows which operation was the last that changed something.

    Args:
        in_turn: whether operations are called one after the other, so that one can be told to have done it.
    """

    def __init__(self, workspace: Workspace, *, in_turn: bool) -> None:
        self._workspace = workspace
        self._in_turn = in_turn
        self._routes = Routes(workspace.contract)
        self._last = ""
        self._write: Write | None = None
        workspace.observers.append(self._observe)

    def _observe(self, answer: Answer) -> None:
        operation = self._routes.find(answer.sent.method, answer.sent.path)
        if operation is not None and operation.method not in SAFE_METHODS and answer.status < 400:
            self._last = operation.id

    def accepted(self, write: Write) -> None:
        """Keep a write that was accepted: whether the like is accepted later tells of the whole server."""
        self._write = write

    def ended(self, session: Session, error: httpx.TransportError, operation_id: str) -> bool:
        """Return whether no answer came because the server has ended; if so, note whose call has ended it.

        Where no connection could be made, it had ended before this call.
        """
        if is_alive(session):
            return False
        if not self._in_turn:
            self._workspace.trouble = "the server no longer answers"
            return True
        culprit = self._last if isinstance(error, httpx.ConnectError) and self._last else operation_id
        self._tell(f"the server has ended after {culprit} was called", culprit)
        return True

    def look(self, session: Session, operation_id: str) -> None:
        """See after an operation whether the server still answers, and still takes what it took before."""
        if not self._in_turn or self._workspace.trouble:
            return
        if not is_alive(session):
            self._tell(f"the server has ended after {operation_id} was called", operation_id)
        elif self._write is not None and self._last == operation_id:
            status = self._status_of_the_like(self._write)
            if status >= 500:
                self._tell(f"writes are answered {status} since {operation_id} was called", operation_id)

    def _status_of_the_like(self, write: Write) -> int:
        """Return what a write accepted before is answered now; 0 for no answer. No verdict is made of it."""
        observers = [*self._workspace.observers]
        self._workspace.observers.clear()
        try:
            return write().status
        except (httpx.TransportError, Unreached):
            return 0
        finally:
            self._workspace.observers += observers

    def _tell(self, what: str, operation_id: str) -> None:
        self._workspace.trouble = f"{what}: leave it out, with --exclude {operation_id}"

    def is_switched(self, answer: Answer) -> bool:
        """Return whether an error of the server meets every write since some operation was called."""
        if self._workspace.trouble:
            return True
        if answer.status < 500 or self._write is None or not self._in_turn:
            return False
        culprit = self._last
        if self._status_of_the_like(self._write) != answer.status:
            return False
        self._tell(f"writes are answered {answer.status} since {culprit} was called", culprit)
        return True
