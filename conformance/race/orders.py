"""Clients that update one profile at once: what comes of it must have come of some order of their calls."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.access_profiles import audit_log, calls
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.race.linearizability import Timed, an_order
from conformance.race.winners import Round
from conformance.run.session import Session

State = tuple[str | None, tuple[str, ...], int, int]
"""Description, tags, limit of the one budget, and version."""

_BEGIN: dict[str, Any] = {
    "description": "",
    "tags": [],
    "budgets": [{"max_limit": 0, "reset_duration": "1d"}],
}


@dataclass(frozen=True, slots=True)
class Update:
    """What was sent, and what was answered."""

    fields: dict[str, Any]
    answer: Answer


def order(session: Session) -> Round:
    """Four clients send three updates each, of the same and of different fields, and the end is looked at."""
    profile_id = calls.create(session, **_BEGIN)["id"]
    plans = [[_fields(client, turn) for turn in range(3)] for client in range(4)]
    updates = _at_once([partial(_updates, session, profile_id, plan) for plan in plans])
    sent = [call for made in updates for call in made]
    answers = [call.call.answer for call in sent]
    refused = [answer for answer in answers if answer.status != 200]
    if refused:
        return Round(f"an update without If-Match was answered {refused[0].status}", (refused[0],))
    found = an_order(sent, _state(_BEGIN | {"version": 1}), _apply)
    after = calls.read(session, profile_id)
    versions = session.call("listAccessProfileVersions", parameters={"profile_id": profile_id})
    log = audit_log.of_profile(session, profile_id)
    if found is None:
        return Round("answers that no order of the updates explains", tuple(answers))
    fault = _end(sent, found, after, versions, log)
    return Round(fault, (*answers, after, versions, log))


def reads(session: Session) -> Round:
    """Two clients write two fields that belong together, while two read them and one lists them."""
    profile_id = calls.create(session, description="0", tags=["0"])["id"]
    is_over = threading.Event()

    def write(client: int) -> list[Answer]:
        pairs = [f"{client}{turn}" for turn in range(6)]
        try:
            return [calls.update(session, profile_id, {"description": p, "tags": [p]}) for p in pairs]
        finally:
            is_over.set()

    def look(read: Callable[[], Answer]) -> list[Answer]:
        seen: list[Answer] = []
        while not is_over.is_set() and len(seen) < 40:
            seen.append(read())
        return seen

    def listed() -> Answer:
        return calls.browse(session, {"search": session.namespace, "limit": 100})

    reader, lister = partial(look, partial(calls.read, session, profile_id)), partial(look, listed)
    _, _, *seen = _at_once([partial(write, 1), partial(write, 2), reader, reader, lister])
    if not any(seen):
        raise Unreached("the writers were done before anybody had read")
    for answers in seen:
        fault = _torn(profile_id, answers)
        if fault is not None:
            return fault
    return Round(None, tuple(answer for answers in seen for answer in answers[-1:]))


def _torn(profile_id: int, answers: Sequence[Answer]) -> Round | None:
    last: Answer | None = None
    newest = 0
    for answer in answers:
        if answer.status != 200:
            return Round(f"a read that was answered {answer.status} while others wrote", (answer,))
        body = answer.json
        rows = body.get("access_profiles") or [body.get("access_profile")]
        [profile] = [row for row in rows if row["id"] == profile_id]
        if profile["tags"] != [profile["description"]]:
            torn = (
                f"description {profile['description']!r} with tags {profile['tags']}, never written together"
            )
            return Round(torn, (answer,))
        if profile["version"] < newest:
            back = f"version {profile['version']} after version {newest}"
            return Round(back, (answer,) if last is None else (last, answer))
        last, newest = answer, profile["version"]
    return None


def _fields(client: int, turn: int) -> dict[str, Any]:
    """Return an update with a value that no other sends; two clients in four send the same field."""
    mark = 10 * client + turn + 1
    each = (
        {"description": f"by {mark}"},
        {"description": f"by {mark}", "tags": [f"t{mark}"]},
        {"tags": [f"t{mark}"]},
        {"budgets": [{"max_limit": mark, "reset_duration": "1d"}]},
    )
    return dict(each[client])


def _updates(session: Session, profile_id: int, plan: Sequence[dict[str, Any]]) -> list[Timed[Update]]:
    made = []
    for fields in plan:
        begun = time.perf_counter()
        answer = calls.update(session, profile_id, fields)
        made.append(Timed(Update(fields, answer), begun, time.perf_counter()))
    return made


def _apply(state: State, update: Update) -> State | None:
    description, tags, limit, version = state
    fields = update.fields
    left = (
        fields.get("description", description),
        tuple(fields.get("tags", tags)),
        fields["budgets"][0]["max_limit"] if "budgets" in fields else limit,
        version + 1,
    )
    return left if _state(update.answer.json["access_profile"]) == left else None


def _state(profile: Any) -> State:
    """Return the state that an answer or a snapshot shows."""
    [budget] = profile["budgets"]
    return profile["description"], tuple(profile["tags"]), budget["max_limit"], profile["version"]


def _end(
    calls: Sequence[Timed[Update]], found: Sequence[int], after: Answer, versions: Answer, log: Answer
) -> str | None:
    """Return what of the end does not follow from the order that explains the answers."""
    due = [_state(calls[index].call.answer.json["access_profile"]) for index in found]
    shown = _state(after.json["access_profile"])
    if shown != due[-1]:
        return f"the end {shown}, where the last update left {due[-1]}"
    kept = {row["version"]: row for row in versions.json["versions"]}
    for state in due:
        if state[3] not in kept:
            return f"no version {state[3]}"
        row = kept[state[3]]
        snapshot = {**json.loads(row["snapshot"]), "description": row["description"], "version": state[3]}
        if _state(snapshot) != state:
            return f"version {state[3]} as {_state(snapshot)}, where the update answered {state}"
    rows = audit_log.actions(log).count("update")
    return None if rows == len(calls) else f"{rows} audit rows `update` of {len(calls)} updates"


def _at_once(clients: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every client in a thread of its own, from one instant on, and return what they return."""
    barrier = threading.Barrier(len(clients))

    def run(client: Callable[[], Any]) -> Any:
        barrier.wait()
        return client()

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(run, clients))
