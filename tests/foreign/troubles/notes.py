"""An ordinary server: notes that anybody may read and write, in OpenAPI 3.1."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.foreign.troubles.api import Api, Operation, problem
from tests.foreign.troubles.documents import load
from tests.foreign.troubles.messages import Call, Refusal, Reply
from tests.foreign.troubles.security import Credentials

_DEFAULTS: Mapping[str, Any] = {"text": "", "tags": [], "remind_at": None}


class Notes:
    """Keeps notes by their ids; `base` is where their paths begin."""

    def __init__(self, base: str = "", path: str = "/notes") -> None:
        self._path = base + path
        self._lock = threading.Lock()
        self._notes: dict[int, dict[str, Any]] = {}
        self._last = 0

    @property
    def operations(self) -> dict[str, Operation]:
        """A function for each operation of the contract."""
        return {
            "listNotes": self.list,
            "createNote": self.create,
            "getNote": self.get,
            "replaceNote": self.replace,
            "deleteNote": self.delete,
        }

    def list(self, call: Call) -> Reply:
        """Return the notes from an offset on, with a tag where one is asked for."""
        wanted, offset = call.parameters["tag"], call.parameters["offset"]
        with self._lock:
            notes = [note for note in self._notes.values() if wanted is None or wanted in note["tags"]]
        return Reply(200, {"items": notes[offset : offset + call.parameters["limit"]], "total": len(notes)})

    def create(self, call: Call) -> Reply:
        """Keep a note under a new id."""
        with self._lock:
            self._refuse_taken(call.body["title"], None)
            self._last += 1
            note = self._notes[self._last] = {"id": self._last, **_DEFAULTS, **call.body}
        return Reply(201, note, headers={"Location": f"{self._path}/{note['id']}"})

    def get(self, call: Call) -> Reply:
        """Return a note."""
        with self._lock:
            return Reply(200, self._found(call))

    def replace(self, call: Call) -> Reply:
        """Replace a note; what is not sent has its default again."""
        with self._lock:
            number = self._found(call)["id"]
            self._refuse_taken(call.body["title"], number)
            note = self._notes[number] = {"id": number, **_DEFAULTS, **call.body}
        return Reply(200, note)

    def delete(self, call: Call) -> Reply:
        """Forget a note."""
        with self._lock:
            del self._notes[self._found(call)["id"]]
        return Reply(204)

    def _found(self, call: Call) -> dict[str, Any]:
        note = self._notes.get(call.parameters["note_id"])
        if note is None:
            raise Refusal(404, "There is no such note.")
        return note

    def _refuse_taken(self, title: str, besides: int | None) -> None:
        if any(note["title"] == title and note["id"] != besides for note in self._notes.values()):
            raise Refusal(409, "Another note has this title.")


def notes_api(
    document: dict[str, Any] | None = None,
    operations: Mapping[str, Operation] | None = None,
    *,
    base: str = "",
    credentials: Credentials | None = None,
    form: Callable[[Refusal], Reply] = problem,
    kind: type[Api] = Api,
) -> Api:
    """Return a server of notes, with another contract or other operations where they are given."""
    functions = {**Notes(base).operations, **(operations or {})}
    return kind(document or load("notes"), functions, base=base, credentials=credentials, form=form)
