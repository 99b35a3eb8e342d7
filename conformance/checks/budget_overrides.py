"""Overrides: one budget of one copy is raised for a while, and nothing else."""

from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_QUARTERLY = 10
_FOREVER = {"amount": 5, "mode": "forever"}
_TERMS: dict[str, Any] = {
    "budgets": [samples.quarterly(2, _QUARTERLY), samples.budget("1d", 2)],
    "provider_configs": [samples.provider("openai", budgets=[samples.budget("1M", 7.5)])],
}


class _Copy:
    """A user's copy of a new profile, and the overrides of its budgets."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held = fixtures.held(session, **_TERMS)
        self.user_id, self.profile_id = self._held.place
        self.budget_id = str(self.read()["budgets"][0]["id"])

    def read(self) -> Object:
        """The copy as it is listed."""
        return fixtures.copy(self._session, *self._held.place)

    def put(self, body: Object, **place: Any) -> Answer:
        """Sends an override of the quarterly budget, or of what other parameters name."""
        return calls.set_override(self._session, *self._place(**place), body)

    def delete(self, **place: Any) -> Answer:
        """Removes the override of the quarterly budget, or of what other parameters name."""
        return calls.clear_override(self._session, *self._place(**place))

    def _place(self, **other: Any) -> list[Any]:
        return [other.get(name, getattr(self, name)) for name in ("user_id", "profile_id", "budget_id")]


@check("AP-OVR-001")
def effective_limit(session: Session) -> None:
    """Raises a copy's budget and a provider's budget by 5.25.

    `effective_max_limit` is to be the limit and 5.25, in the answer and in the list of the user's copies.
    """
    copy = _Copy(session)
    provider_budget = copy.read()["provider_configs"][0]["budgets"][0]["id"]
    for budget_id, limit in ((copy.budget_id, _QUARTERLY), (provider_budget, 7.5)):
        answer = copy.put({"amount": 5.25, "mode": "cycles", "cycles": 2}, budget_id=budget_id)
        _is_raised(answer, limit, 5.25)
    listed = copy.read()
    for line, raised in (
        (listed["budgets"][0], _QUARTERLY + 5.25),
        (listed["provider_configs"][0]["budgets"][0], 12.75),
    ):
        expect.fields(line, answer, effective_max_limit=raised)


@check("AP-OVR-002")
def cycles_remaining(session: Session) -> None:
    """Sets an override for three windows, then one forever.

    `override_cycles_remaining` is to be 3 and then absent, in the answer and in the list.
    """
    copy = _Copy(session)
    for body, remaining in (({"amount": 5, "mode": "cycles", "cycles": 3}, 3), (_FOREVER, None)):
        answer = copy.put(body)
        expect.status(answer, 200)
        for line in (expect.member(answer, "budget"), copy.read()["budgets"][0]):
            expect.fields(line, answer, override_cycles_remaining=remaining)


@check("AP-OVR-003")
def second_replaces_first(session: Session) -> None:
    """Raises a budget by 50, and then by 5 for one window.

    The limit is to be raised by 5 alone, in the answer and in the list, and the mode is to be the second's.
    """
    copy = _Copy(session)
    expect.status(copy.put({"amount": 50, "mode": "forever"}), 200)
    answer = copy.put({"amount": 5, "mode": "cycles", "cycles": 1})
    _is_raised(answer, _QUARTERLY, 5)
    line = copy.read()["budgets"][0]
    expect.fields(line, answer, effective_max_limit=_QUARTERLY + 5, override_mode="cycles")


@check("AP-OVR-004")
def nothing_else(session: Session) -> None:
    """Overrides one budget of one of two holders, and looks at all else that there is.

    The other budgets of the copy, the other user's copy, and the template are to be as they were.
    """
    copy = _Copy(session)
    other = fixtures.holder(session, copy.profile_id)
    before = copy.read()
    with (
        expect.unchanged("the other user's copy", fixtures.copy, session, other, copy.profile_id),
        expect.unchanged("the template", calls.profile, session, copy.profile_id),
    ):
        answer = copy.put(_FOREVER)
        expect.status(answer, 200)
    after = copy.read()
    expect.equal(after["budgets"][1:], before["budgets"][1:], "the other budgets", answer)
    expect.equal(after["provider_configs"], before["provider_configs"], "the provider's budgets", answer)


@check("AP-OVR-005")
def cycles_by_mode(session: Session) -> None:
    """Sends `cycles` without a number, `cycles` with 0, and `forever` with 2; each is to be 400.

    The budget is to be as it was. `forever` with 0 is to be 200.
    """
    copy = _Copy(session)
    without = {"amount": 5, "mode": "cycles"}
    for body in (without, {**without, "cycles": 0}, {**_FOREVER, "cycles": 2}):
        with expect.unchanged("the copy after a refusal", copy.read):
            expect.status(copy.put(body), 400)
    expect.status(copy.put({**_FOREVER, "cycles": 0}), 200)


@check("AP-OVR-006")
def amounts(session: Session) -> None:
    """Sends amounts of 0, -0.5 and -10; each is to be 400, and the budget to be as it was."""
    copy = _Copy(session)
    with expect.unchanged("the copy after the refusals", copy.read):
        for amount in (0, -0.5, -10):
            expect.status(copy.put({**_FOREVER, "amount": amount}), 400)


@check("AP-OVR-007")
def not_there(session: Session) -> None:
    """Overrides with the ids of no user, of profiles not held or not there, and of budgets of others.

    Those are the template's budget, another user's, and none at all. Each is to be 404, and all budgets to be
    as they were.
    """
    copy, other = _Copy(session), _Copy(session)
    with expect.unchanged("the copies after the refusals", lambda: [copy.read(), other.read()]):
        places: tuple[Object, ...] = (
            {"user_id": session.name()},
            {"profile_id": other.profile_id},
            {"profile_id": calls.LARGEST_ID},
            *({"budget_id": budget_id} for budget_id in _foreign_budgets(session, copy, other)),
        )
        for place in places:
            expect.status(copy.put(_FOREVER, **place), 404)


@check("AP-OVD-001")
def removed(session: Session) -> None:
    """Overrides a budget and removes the override.

    The budget is to have no `override_amount` and its own limit, in the answer and in the list.
    """
    copy = _Copy(session)
    before = copy.read()
    expect.status(copy.put(_FOREVER), 200)
    answer = copy.delete()
    _is_raised(answer, _QUARTERLY, None)
    expect.equal(copy.read()["budgets"], before["budgets"], "the budgets in the list", answer)


@check("AP-OVD-002")
def nothing_to_remove(session: Session) -> None:
    """Removes an override where there was never one, and one override twice; each is to be 200."""
    copy = _Copy(session)
    _is_raised(copy.delete(), _QUARTERLY, None)
    expect.status(copy.put(_FOREVER), 200)
    for _ in range(2):
        _is_raised(copy.delete(), _QUARTERLY, None)


@check("AP-OVD-003")
def nothing_there(session: Session) -> None:
    """Removes the overrides of the template's budget, another user's, and none at all; each is to be 404.

    The other user's override is to stay.
    """
    copy, other = _Copy(session), _Copy(session)
    expect.status(other.put(_FOREVER), 200)
    with expect.unchanged("the other user's copy", other.read):
        for budget_id in _foreign_budgets(session, copy, other):
            expect.status(copy.delete(budget_id=budget_id), 404)


def _foreign_budgets(session: Session, copy: _Copy, other: _Copy) -> list[str]:
    """The ids of budgets that are not the copy's: the template's, another user's, and one of nobody."""
    template = calls.profile(session, copy.profile_id)
    return [str(template["budgets"][0]["id"]), other.budget_id, session.name()]


def _is_raised(answer: Answer, limit: float, amount: float | None) -> None:
    """The answer is 200 and shows a budget with this limit, raised by this amount, or by none."""
    expect.status(answer, 200)
    expect.fields(expect.member(answer, "budget"), answer, max_limit=limit, override_amount=amount)
    expect.members(answer, effective_max_limit=limit + (amount or 0))
