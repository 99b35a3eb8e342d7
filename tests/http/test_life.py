"""Random lives of profiles over HTTP, in which time passes and users spend.

The histories and the model are those of the conformance suite. Here the clock can be moved and the store
looked into, and so windows end, overrides run out and usage is there to be kept or reset.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import domain.usage
from conformance.access_profiles.holdings import windows
from conformance.contract import document
from conformance.http.answer import Answer
from conformance.http.deadline import Deadline
from conformance.model.explore import Exploration, Scope, explore, shortest
from conformance.model.history import Inapplicable
from conformance.model.holdings import HoldingHistory
from conformance.model.machines import HELD, HELD_BUDGET, PeopleMachine, kind, step
from conformance.model.records import Copy, Profile, User
from conformance.model.values import PICK
from conformance.model.world import World
from conformance.run.session import Workspace
from domain.lines import with_lines
from domain.propagation import propagated
from domain.records import Budget
from domain.usage import rolled_forward
from tests.http.conftest import DURABLE
from tests.http.life_server import LifeServer, life_server

STORES: dict[str, Callable[[Path], str]] = {"memory": lambda _folder: "memory:", **DURABLE}


class Life(HoldingHistory):
    """A history on a server whose clock and store are at hand."""

    server: LifeServer

    def spend(self, user: str, profile: str, amount: int) -> None:
        """Charge every line of a copy, as the gateway does; there is no operation for it."""
        found = self.profile(profile)
        if user not in found.copies:
            raise Inapplicable(user)
        with self.server.store.write() as tx:
            kept = tx.copies.find(self.named(user), self.ids["profile", profile])
            assert kept is not None
            policy = with_lines(
                rolled_forward(kept.policy, self.server.clock.now),
                budget=lambda line: replace(
                    line, current_usage_micros=line.current_usage_micros + amount * 10**6
                ),
                rate_limit=lambda line: replace(
                    line, request_current_usage=line.request_current_usage + amount
                ),
            )
            tx.copies.save(replace(kept, policy=policy))
        copy = found.copies[user]
        self.world.roll_forward(copy)
        for line in copy.lines.values():
            line.usage += amount
        self.touched_users.add(user)

    def time_passes(self, hours: int) -> None:
        self.server.clock.forward(timedelta(hours=hours))
        self.touched_users |= self.world.users.keys()

    def compare_copy(self, user: User, profile: Profile, copy: Copy, shown: Any, answer: Answer) -> None:
        super().compare_copy(user, profile, copy, shown, answer)
        for window in windows(shown):
            assert window.begin <= self.server.clock.now < window.end, window


class LifeMachine(PeopleMachine):
    spend = step(HELD, weight=3, amount=st.integers(1, 20))

    @kind(HELD, weight=2, amount=st.integers(1, 20), reset=st.booleans())
    def usage_meets_a_propagation(self, user: str, profile: str, amount: int, reset: bool) -> None:
        self.take("spend", user=user, profile=profile, amount=amount)
        self.take("propagate", profile=profile, fields=["budgets", "rate_limit"], reset_usage=reset)

    time_passes = step(weight=2, hours=st.sampled_from([1, 23, 24, 48, 7 * 24, 30 * 24]))

    @kind(HELD_BUDGET, weight=2, number=PICK, cycles=st.integers(1, 2))
    def an_override_runs_out(self, cycles: int, **chosen: Any) -> None:
        self.take("set_override", **chosen, amount=5, cycles=cycles)
        self.take("time_passes", hours=24 * cycles)


def lived(server: LifeServer, seed: int, histories: int, shrinking: float = 20) -> Exploration:
    with Workspace(document.load(), server.target, seed) as workspace:

        def begin() -> Life:
            life = Life(workspace.session("life"), world=World(now=server.clock))
            life.server = server
            return life

        found = explore(LifeMachine, begin, Scope(seed, histories, steps=30), Deadline.within(None))
        if found.failure is not None:
            short = shortest(found.failure, begin, Deadline.within(shrinking))
            pytest.fail(f"{short.contradiction}\n" + "\n".join(map(str, short.steps)))
    if found.obstacle is not None:
        raise found.obstacle
    return found


@pytest.mark.parametrize("backend", STORES)
def test_every_life_is_as_the_clauses_say(backend: str, tmp_path: Path) -> None:
    with life_server(STORES[backend](tmp_path)) as server:
        assert lived(server, seed=1, histories=5).histories >= 4


def keeps_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a propagation not hear of `reset_usage`."""

    def deaf(*arguments: Any, **options: Any) -> Any:
        return propagated(*arguments, **{**options, "reset_usage": False})

    monkeypatch.setattr("handlers.propagation.propagated", deaf)


def lasts_a_window_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an override be there for one window more than it was set for."""
    sound = domain.usage.override_cycles_remaining

    def longer(budget: Budget, **at: Any) -> int | None:
        override = budget.override
        if override is None or override.cycles_total is None:
            return sound(budget, **at)
        later = replace(override, cycles_total=override.cycles_total + 1)
        remaining = sound(replace(budget, override=later), **at)
        return None if remaining is None else max(1, remaining - 1)

    monkeypatch.setattr(domain.usage, "override_cycles_remaining", longer)


@pytest.mark.parametrize("mistake", [keeps_usage, lasts_a_window_longer])
def test_a_mistake_that_shows_only_with_usage_and_time_is_found(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)
    with life_server("memory:") as server, pytest.raises(pytest.fail.Exception, match="of p1"):
        lived(server, seed=3, histories=40, shrinking=0)
