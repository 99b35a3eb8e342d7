"""What ends a run early: a server that one of its own operations has ended, or made refuse every write.

A contract of others may state an operation that shuts its server down, or a maintenance switch. Then every
verdict that follows has one cause, which is told once, with the name of the operation.
"""

from collections.abc import Callable

import httpx

from conformance.contract.document import Operation
from conformance.http.answer import Answer
from conformance.http.transport import SAFE_METHODS
from conformance.http.unreached import Unreached
from conformance.run.canary import is_alive
from conformance.run.session import Session, Workspace

Write = Callable[[], Answer]


def gone(workspace: Workspace, *, names: bool) -> str:
    """Return a sentence about a server that has ended, with the operations that may have ended it."""
    return (
        workspace.recent.after("the server has ended", "after") if names else "the server no longer answers"
    )


class Watch:
    """Knows a write that was accepted, and names the operations that may have ended the server.

    Args:
        in_turn: whether operations are called one after the other, so that some can be told to have done it.
    """

    def __init__(self, workspace: Workspace, *, in_turn: bool) -> None:
        self._workspace = workspace
        self._in_turn = in_turn
        self._write: Write | None = None

    def accepted(self, write: Write) -> None:
        """Keep a write that was accepted: whether the like is accepted later tells of the whole server."""
        self._write = write

    def ended(self, session: Session, operation: Operation) -> bool:
        """Return whether no answer came to an operation because the server has ended."""
        if is_alive(session):
            return False
        self._workspace.recent.note(operation)
        self._workspace.trouble = gone(self._workspace, names=self._in_turn)
        return True

    def look(self, session: Session, operation: Operation) -> None:
        """See after an operation whether the server still answers, and still takes what it took before."""
        if not self._in_turn or self._workspace.trouble:
            return
        if not is_alive(session):
            self._workspace.trouble = gone(self._workspace, names=True)
        elif self._write is not None and operation.method not in SAFE_METHODS:
            status = self._status_of_the_like(self._write)
            if status >= 500:
                self._tell(status)

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

    def _tell(self, status: int) -> None:
        self._workspace.trouble = self._workspace.recent.after(f"writes are answered {status}", "since")

    def is_switched(self, answer: Answer) -> bool:
        """Return whether an error of the server meets every write since some operation was called."""
        if self._workspace.trouble:
            return True
        if answer.status < 500 or self._write is None or not self._in_turn:
            return False
        if self._status_of_the_like(self._write) != answer.status:
            return False
        self._tell(answer.status)
        return True
