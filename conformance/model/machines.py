"""What histories are made of: Hypothesis draws the steps, and each is taken in lock-step as it is drawn."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.model.history import History, Step
from conformance.model.records import PROPAGATED, Fields
from conformance.model.values import CONDITIONS, CONFIGURATION, NAMES, PICK, POLICY, USERS, fields_of, some
from conformance.model.world import World

_Thing = TypeVar("_Thing")


class Stop(BaseException):
    """Ends a search at once. Hypothesis lets it through, and so repeats and shrinks nothing itself."""


@dataclass(frozen=True)
class Hooks:
    """What a search does around its histories.

    Attributes:
        begin: makes a history.
        may_go_on: is asked before each step; it may raise `Stop`.
        failed: is told of a history that came to an end by an exception.
        concluded: is told of a history that came to its own end.
        is_trivial: says that this is the first history, which Hypothesis makes the simplest of all.
    """

    begin: Callable[[], History]
    may_go_on: Callable[[], None]
    failed: Callable[[History, Exception], None]
    concluded: Callable[[History], None]
    is_trivial: Callable[[], bool]


@dataclass(frozen=True)
class _Kind:
    """A kind of step: what is drawn for it, what takes it, and when there is something to take it on."""

    take: Callable[..., None]
    drawn: st.SearchStrategy[Fields]
    fits: Callable[[Any], object]
    weight: int


def kind(
    fits: Callable[[Any], object] = lambda _: True, weight: int = 1, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], _Kind]:
    """Make a kind of step of a method of a machine."""
    return lambda take: _Kind(take, st.fixed_dictionaries(drawn), fits, weight)


class Machine(RuleBasedStateMachine):
    """A history that Hypothesis draws.

    There is one rule for all kinds of steps. Of many rules Hypothesis would leave a part out of each history,
    which pays in thousands of histories and not in ten.
    """

    hooks: ClassVar[Hooks]
    kinds: ClassVar[tuple[_Kind, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = [each for each in vars(cls).values() if isinstance(each, _Kind)]
        cls.kinds = (*cls.kinds, *(each for each in own for _ in range(each.weight)))

    def __init__(self) -> None:
        super().__init__()
        self.hooks.may_go_on()
        self.history: Any = self.hooks.begin()
        self._counts: dict[str, int] = {}
        self._is_over = self.hooks.is_trivial()

    @property
    def world(self) -> World:
        """What the history made so far."""
        return cast("World", self.history.world)

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """Take one step of a kind that fits."""
        chosen = data.draw(st.sampled_from([each for each in self.kinds if each.fits(self)]))
        chosen.take(self, **data.draw(chosen.drawn))

    def take(self, step: str, /, **arguments: Any) -> None:
        """Take one step of the history."""
        if not self._is_over:
            self._run(lambda: self.history.take(Step(step, arguments)))

    def teardown(self) -> None:
        """Compare everything at the end of a history that came to no other end."""
        if self.history.steps and not self._is_over:
            self._run(self.history.conclude)
            self.hooks.concluded(self.history)

    def _run(self, action: Callable[[], None]) -> None:
        try:
            self.hooks.may_go_on()
            action()
        except Stop:
            self._is_over = True
            raise
        except Exception as error:
            self._is_over = True
            self.hooks.failed(self.history, error)
            raise Stop from error

    def label(self, letter: str) -> str:
        """Return a label that this history has not used."""
        self._counts[letter] = self._counts.get(letter, 0) + 1
        return f"{letter}{self._counts[letter]}"

    def profile(self, pick: int) -> str:
        """Return one of the templates that are there."""
        return _picked(self.world.profiles, pick)


def _there_are(*kinds: str) -> Callable[[Machine], object]:
    return lambda machine: all(getattr(machine.world, kind) for kind in kinds)


def is_something_held(machine: "PeopleMachine") -> object:
    """Return whether any user holds a copy."""
    return machine.held()


def is_a_budget_held(machine: "PeopleMachine") -> object:
    """Return whether any user holds a copy with a budget."""
    return machine.held(with_budget=True)


class TemplateMachine(Machine):
    """Histories of templates alone."""

    @kind(name=NAMES, fields=fields_of(CONFIGURATION))
    def _create(self, name: str, fields: Fields) -> None:
        self.take("create", label=self.label("p"), name=name, fields=fields)

    @kind(_there_are("profiles"), pick=PICK, name=NAMES)
    def _clone(self, pick: int, name: str) -> None:
        self.take("clone", profile=self.profile(pick), label=self.label("p"), name=name)

    @kind(
        _there_are("profiles"),
        weight=2,
        pick=PICK,
        fields=fields_of({"name": NAMES, **CONFIGURATION}),
        condition=CONDITIONS,
    )
    def _update(self, pick: int, fields: Fields, condition: str | None) -> None:
        self.take("update", profile=self.profile(pick), fields=fields, condition=condition)

    @kind(_there_are("profiles"), pick=PICK, active=st.booleans(), condition=CONDITIONS)
    def _set_active(self, pick: int, active: bool, condition: str | None) -> None:
        self.take("set_active", profile=self.profile(pick), active=active, condition=condition)

    @kind(_there_are("profiles"), pick=PICK, condition=CONDITIONS)
    def _delete(self, pick: int, condition: str | None) -> None:
        self.take("delete", profile=self.profile(pick), condition=condition)


class PeopleMachine(TemplateMachine):
    """Histories of templates, roles, users and what these hold."""

    @initialize(is_staffed=st.sampled_from([True, True, True, False]))
    def staff(self, is_staffed: bool) -> None:
        """Most histories begin with a template that three users hold, so that much can follow."""
        if not is_staffed:
            return
        budgets = [{"max_limit": 5, "reset_duration": "1d"}]
        profile, role = self.label("p"), self.label("r")
        self.take("create", label=profile, name="a", fields={"budgets": budgets})
        self.take("create_role", label=role, name="a")
        self.take("attach", profile=profile, roles=[role], default=True)
        self.take("create_user", user="u1", role=role)
        self.take("create_user", user="u2", role=role)
        self.take("create_user", user="u3")
        self.take("assign", user="u3", profile=profile)

    # Roles

    @kind(name=NAMES)
    def _create_role(self, name: str) -> None:
        self.take("create_role", label=self.label("r"), name=name)

    @kind(_there_are("roles"), pick=PICK, name=NAMES)
    def _rename_role(self, pick: int, name: str) -> None:
        self.take("rename_role", role=self.role(pick), name=name)

    @kind(_there_are("roles"), pick=PICK)
    def _delete_role(self, pick: int) -> None:
        self.take("delete_role", role=self.role(pick))

    @kind(
        _there_are("profiles", "roles"),
        pick=PICK,
        roles=st.lists(PICK, min_size=1, max_size=2),
        default=st.booleans(),
        apply=st.booleans(),
    )
    def _attach(self, pick: int, roles: list[int], default: bool, apply: bool) -> None:
        labels = list(dict.fromkeys(self.known_role(role) for role in roles))
        self.take("attach", profile=self.profile(pick), roles=labels, default=default, apply=apply)

    @kind(_there_are("profiles", "roles"), pick=PICK, role=PICK)
    def _detach(self, pick: int, role: int) -> None:
        self.take("detach", profile=self.profile(pick), role=self.role(role))

    # Users

    @kind(user=USERS, role=st.none() | PICK)
    def _create_user(self, user: str, role: int | None) -> None:
        known = role if self.world.roles else None
        self.take("create_user", user=user, role=None if known is None else self.known_role(known))

    @kind(_there_are("users", "roles"), pick=PICK, role=st.none() | PICK)
    def _change_role(self, pick: int, role: int | None) -> None:
        self.take("change_role", user=self.user(pick), role=None if role is None else self.known_role(role))

    @kind(_there_are("users"), pick=PICK, groups=some(["g1", "g2"]))
    def _set_groups(self, pick: int, groups: list[str]) -> None:
        self.take("set_groups", user=self.user(pick), groups=groups)

    @kind(_there_are("users"), pick=PICK)
    def _delete_user(self, pick: int) -> None:
        self.take("delete_user", user=self.user(pick))

    @kind(_there_are("users", "profiles"), user=PICK, pick=PICK)
    def _assign(self, user: int, pick: int) -> None:
        self.take("assign", user=self.user(user), profile=self.profile(pick))

    # What users hold

    @kind(is_something_held, pick=PICK)
    def _detach_user(self, pick: int) -> None:
        user, profile = _picked(self.held(), pick)
        self.take("detach_user", user=user, profile=profile)

    @kind(is_something_held, pick=PICK, fields=fields_of(POLICY), reset_usage=st.booleans())
    def _update_and_propagate(self, pick: int, fields: Fields, reset_usage: bool) -> None:
        # These two mostly follow each other.
        _, profile = _picked(self.held(), pick)
        self.take("update", profile=profile, fields=fields)
        chosen = sorted(fields) or list(PROPAGATED)
        self.take("propagate", profile=profile, fields=chosen, reset_usage=reset_usage)

    @kind(
        is_something_held,
        pick=PICK,
        fields=st.just(list(PROPAGATED)) | some(PROPAGATED, at_least=1),
        users=st.none() | st.none() | some(["u1", "u2", "u3"], at_least=1),
        groups=st.none() | st.none() | some(["g1", "g2"], at_least=1),
        reset_usage=st.booleans(),
        dry=st.sampled_from([False, False, True]),
    )
    def _propagate(self, pick: int, users: list[str] | None, groups: list[str] | None, **drawn: Any) -> None:
        _, profile = _picked(self.held(), pick)
        self.take("propagate", profile=profile, users=users, groups=groups, **drawn)

    @kind(
        is_a_budget_held,
        pick=PICK,
        number=PICK,
        amount=st.integers(1, 9),
        cycles=st.none() | st.integers(1, 3),
    )
    def _set_override(self, pick: int, **drawn: Any) -> None:
        user, profile = _picked(self.held(with_budget=True), pick)
        self.take("set_override", user=user, profile=profile, **drawn)

    @kind(is_a_budget_held, pick=PICK, number=PICK)
    def _clear_override(self, pick: int, number: int) -> None:
        user, profile = _picked(self.held(with_budget=True), pick)
        self.take("clear_override", user=user, profile=profile, number=number)

    @kind(is_something_held, pick=PICK, name=st.none() | NAMES)
    def _add_key(self, pick: int, name: str | None) -> None:
        user, profile = _picked(self.held(), pick)
        self.take("add_key", user=user, profile=profile, name=name)

    @kind(is_something_held, pick=PICK, name=NAMES, is_named=st.booleans())
    def _add_user_key(self, pick: int, name: str, is_named: bool) -> None:
        user, profile = _picked(self.held(), pick)
        self.take("add_user_key", user=user, name=name, profile=profile if is_named else None)

    @kind(is_something_held, pick=PICK, number=PICK)
    def _delete_key(self, pick: int, number: int) -> None:
        user, profile = _picked(self.held(), pick)
        self.take("delete_key", user=user, profile=profile, number=number)

    def user(self, pick: int) -> str:
        """Return one of the users who are there."""
        return _picked(self.world.users, pick)

    def role(self, pick: int) -> str:
        """Return one of the roles that are there."""
        return _picked(self.world.roles, pick)

    def known_role(self, pick: int) -> str:
        """Return one of the roles that are there, or now and then one that is gone."""
        known = [label for kind, label in self.history.ids if kind == "role"]
        return _picked(known, pick) if pick > 9 else self.role(pick)

    def held(self, *, with_budget: bool = False) -> list[tuple[str, str]]:
        """Return every user with a template that the user holds a copy of; on request, one with a budget."""
        return [
            (user.label, profile.label)
            for profile, user, copy in self.world.copies()
            if not with_budget or any(kind == "budget" for _, kind, _ in copy.lines)
        ]


def _picked(things: Iterable[_Thing], pick: int) -> _Thing:
    found = list(things)
    return found[pick % len(found)]
