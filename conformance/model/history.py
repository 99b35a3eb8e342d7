"""One history: calls that are sent to the target and made in the model, and what both come to."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.resources import parameters_of
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.model import attribution
from conformance.model.attribution import Act
from conformance.model.world import World
from conformance.run import expect
from conformance.run.response_schemas import response_fault
from conformance.run.session import Session
from conformance.run.verdict import Violation

_THINGS = ("profile", "role", "user")
"""What has an id in paths: `profile_id`."""
_READING = ("query", "parameters")
_SECRET = re.compile(r"sk-bf-[A-Za-z0-9]{32}|bfst-[A-Za-z0-9]{44}")


@dataclass(frozen=True)
class Step:
    """One step of a history: the method of it, and labels and values that are its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Inapplicable(Exception):
    """A step speaks of something that is not there, so that there is nothing to do."""


class Contradiction(Exception):
    """The target does what no server may do that keeps the clause."""

    def __init__(self, clause_id: str, expected: str, actual: str, answers: Iterable[Answer] = ()) -> None:
        super().__init__(f"{clause_id}: expected {expected}, got {actual}")
        self.clause_id = clause_id
        self.expected = expected
        self.actual = actual
        self.answers = tuple(answers)


class History:
    """What all histories have in common: steps, names, ids and judgement.

    Attributes:
        steps: the steps that were taken.
        lines: each call of a step that was to change something, for a reader.
        ids: what the server calls things, by kind and label.
        act: the last of these calls.
        begun: how many answers there were when the present step began.
        is_concluding: whether the last step was taken.
        effects: how many calls were to change something so far.
    """

    def __init__(
        self, session: Session, is_claimed: Callable[[str], bool] = lambda _: True, world: World | None = None
    ) -> None:
        self.session = session
        self.world = world or World()
        self.is_claimed = is_claimed
        self.prefix = f"{session.name()}-"
        self.steps: list[Step] = []
        self.lines: list[str] = []
        self.ids: dict[tuple[str, str], Any] = {}
        self.act = Act()
        self.begun = 0
        self.effects = 0
        self.is_concluding = False
        self._bound: dict[tuple[str, object], Any] = {}
        self._kept: dict[tuple[str, Any], object] = {}

    def take(self, step: Step, *, closely: bool = True) -> None:
        """Take one step, and compare what is seen afterwards, unless it is not to look `closely`.

        Raises:
            Contradiction: target and clauses disagree.
            Unreached: the server is not ready (503).
            httpx.TransportError: there was no answer.
        """
        self.begun = len(self.session.answers)
        with self._judging():
            try:
                getattr(self, step.name)(**step.arguments)
            except Inapplicable:
                return
            except Contradiction:
                self.steps.append(step)
                raise
            self.steps.append(step)
            if closely:
                self.observe()

    def conclude(self) -> None:
        """Compare everything that the history made; raise what `take` raises."""
        self.begun = len(self.session.answers)
        self.is_concluding = True
        with self._judging():
            self.observe_all()

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """Treat an answer without the shape that it is to have as a contradiction, too."""
        try:
            yield
        except Violation as violation:
            broken = attribution.of_difference("fields", self.act)
            raise Contradiction(broken, violation.expected, violation.actual, violation.answers) from None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            for answer in self.session.answers[self.begun :]:
                fault = response_fault(self.session.contract, answer)
                if fault is not None:
                    stated = "an answer in the shape that the contract states"
                    broken = attribution.of_difference("fields", self.act)
                    raise Contradiction(broken, stated, fault, [answer]) from None
            raise

    def observe(self) -> None:
        """Compare what the last step may have touched."""
        raise NotImplementedError

    def observe_all(self) -> None:
        """Compare everything that the history made."""
        raise NotImplementedError

    def named(self, label: str) -> str:
        """Return the name on the server of what the history calls by a label."""
        return self.prefix + label

    def labelled(self, name: Any) -> str:
        """Return a name of the server's as the history calls it."""
        return str(name).removeprefix(self.prefix)

    # Calls

    def write(
        self,
        operation_id: str,
        said: Mapping[str, Any],
        refusals: Iterable[tuple[int, str]] = (),
        *,
        success: int = 200,
        targets: Iterable[str] | None = None,
        changed: bool = True,
        dry: bool = False,
        secret: bool = False,
        **request: Any,
    ) -> Answer | None:
        """Send a call, demand its status, and return its answer; None when it is refused, as it is to be.

        `refusals` are the statuses that are due, each with the clause that says so; without any, it is to
        succeed. Of several that are due no clause says which comes first. Only an answer that is to show a
        secret may hold one. `said` is how a reader is told of the arguments; things that it names stand in
        the operation's path, and a template among them is what the call is about, if `targets` does not say.
        """
        refusals = tuple(refusals)
        if not all(self.is_claimed(clause_id) for _, clause_id in refusals):
            raise Inapplicable(operation_id)
        self.effects += not refusals and changed and not dry
        about = [said["profile"]] if targets is None and "profile" in said else targets or ()
        self.act = Act(operation_id, frozenset(about), bool(refusals), changed, dry)
        answer = self._call(operation_id, said, request)
        words = [operation_id, *(f"{name}={_short(value)}" for name, value in said.items())]
        self.lines.append(" ".join(words) + f" -> {answer.status}")
        wanted = [status for status, _ in refusals] or [success]
        clause_id = refusals[0][1] if refusals else attribution.of_answer(operation_id)
        if answer.status not in wanted:
            expected = f"status {' or '.join(map(str, wanted))} for {operation_id}"
            raise Contradiction(clause_id, expected, answer.exchange.answer()[:600], [answer])
        self._judge_secrets(answer, allowed=secret and not refusals)
        return None if refusals else answer

    def _call(self, operation_id: str, said: Mapping[str, Any], request: dict[str, Any]) -> Answer:
        """Send a call, with the things that it is about in its path."""
        operation = self.session.contract.operation(operation_id)
        stated = parameters_of(operation.path if operation else "")
        named = {f"{kind}_id": self.id_of(kind, said[kind]) for kind in _THINGS if f"{kind}_id" in stated}
        if named:
            request = request | {"parameters": named | request.get("parameters", {})}
        answer = self.session.call(operation_id, **request)
        if answer.status == 503:
            raise Unreached(f"the server is not ready: {answer.exchange.answer()[:300]}")
        return answer

    def id_of(self, kind: str, label: str) -> Any:
        """Return what the server calls a thing: users are called as the history wishes."""
        return self.named(label) if kind == "user" else self.ids[kind, label]

    def read(self, operation_id: str, *, missing: str = "", **said: Any) -> Answer:
        """Send a call that changes nothing. The answer is 200, or 404 where `missing` is its clause."""
        request: dict[str, Any] = {name: said.pop(name) for name in _READING if name in said}
        answer = self._call(operation_id, said, request)
        wanted = 404 if missing else 200
        if answer.status != wanted:
            clause_id = missing or attribution.of_difference("list", self.act)
            raise Contradiction(
                clause_id, f"status {wanted} for {operation_id}", answer.exchange.answer()[:600], [answer]
            )
        self._judge_secrets(answer, allowed=False)
        return answer

    def _judge_secrets(self, answer: Answer, *, allowed: bool) -> None:
        if not allowed and _SECRET.search(answer.text):
            raise Contradiction("AP-VKA-001", "no key in clear in this answer", "a key in clear", [answer])

    # Judgement

    def agrees(
        self,
        aspect: str,
        what: str,
        actual: Any,
        expected: Any,
        answer: Answer,
        *,
        label: str | None = None,
        clause_id: str | None = None,
    ) -> bool:
        """Return whether both are the same JSON; False only where the clause that breaks is not claimed.

        Raises:
            Contradiction: they differ, and the clause is claimed.
        """
        if expect.same(actual, expected):
            return True
        return self.fails(
            aspect, f"{what} = {expect.show(expected)}", expect.show(actual), answer, label, clause_id
        )

    def fails(
        self,
        aspect: str,
        expected: str,
        actual: str,
        answer: Answer,
        label: str | None = None,
        clause_id: str | None = None,
    ) -> bool:
        """Raise a contradiction, or return False where the clause is not claimed."""
        broken = clause_id or attribution.of_difference(aspect, self.act, label)
        if not self.is_claimed(broken):
            return False
        raise Contradiction(broken, expected, actual, [answer])

    def bind(self, kind: str, number: object, shown: Any, clause_id: str, answer: Answer) -> None:
        """Hold an id of the server's to one thing of the model: it stays, and no other thing has it."""
        if not self.is_claimed(clause_id):
            return
        known = self._bound.setdefault((kind, number), shown)
        if known != shown:
            raise Contradiction(clause_id, f"the id {known} of a {kind}, as before", str(shown), [answer])
        owner = self._kept.setdefault((kind, shown), number)
        if owner != number:
            raise Contradiction(clause_id, f"an id of its own for each {kind}", f"{shown} twice", [answer])

    def is_bound(self, kind: str, shown: Any) -> bool:
        """Return whether an id of the server's belongs to a thing of the model."""
        return (kind, shown) in self._kept

    def shown(self, kind: str, number: int) -> Any:
        """Return the id that the server has shown of one thing of the model; None when it has not."""
        return self._bound.get((kind, number))

    def known(self, kind: str, number: int, learn: Callable[[], object]) -> Any:
        """Return the id that the server has shown of one thing of the model; `learn` looks if it has not."""
        if (kind, number) not in self._bound:
            learn()
        return self._bound[kind, number]

    def stays(
        self, kind: str, thing: object, shown: Any, answer: Answer, clause_id: str, label: str | None = None
    ) -> None:
        """Hold something to the value with which it was first seen."""
        known = self._bound.setdefault((kind, thing), shown)
        self.agrees(kind, f"{kind} as before", shown, known, answer, label=label, clause_id=clause_id)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
