"""What histories are made of: Hypothesis draws the steps, and each is taken in lock-step as it is drawn."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
class Choice:
    """Arguments of a step that depend on what is there.

    Attributes:
        arguments: gives them, from the machine and what was drawn.
        fits: says whether there is anything to choose from.
        drawn: what is drawn for them, if anything.
    """

    arguments: Callable[[Any, Any], Fields]
    fits: Callable[[Any], object] = lambda _: True
    drawn: st.SearchStrategy[Any] | None = PICK


@dataclass(frozen=True)
class _Kind:
    """A kind of step: what is chosen and drawn for it, how often it is there to draw, and what takes it."""

    choices: tuple[Choice, ...]
    drawn: st.SearchStrategy[Fields]
    weight: int
    take: Callable[..., None] | None = None

    def fits(self, machine: "Machine") -> bool:
        """Return whether there is something to take it on."""
        return all(choice.fits(machine) for choice in self.choices)

    def arguments(self, machine: "Machine", drawn: Fields) -> Fields:
        """Return the arguments that what was drawn stands for."""
        chosen: Fields = {}
        for number, choice in enumerate(self.choices):
            chosen |= choice.arguments(machine, drawn.pop(_place(number), None))
        return chosen | drawn


def _place(number: int) -> str:
    """Return where a choice stands among the arguments that are drawn as they are."""
    return f"choice {number}"


def step(*choices: Choice, weight: int = 1, **drawn: st.SearchStrategy[Any]) -> _Kind:
    """Return a kind of step, which is called as it is in the history."""
    chosen = {
        _place(number): choice.drawn for number, choice in enumerate(choices) if choice.drawn is not None
    }
    return _Kind(choices, st.fixed_dictionaries(chosen | drawn), weight)


def kind(
    *choices: Choice, weight: int = 1, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], _Kind]:
    """Make a kind of step of a method of a machine, where the history has no step that is as it is drawn."""
    return lambda take: replace(step(*choices, weight=weight, **drawn), take=take)


class Machine(RuleBasedStateMachine):
    """A history that Hypothesis draws.

    There is one rule for all kinds of steps. Of many rules Hypothesis would leave a part out of each history,
    which pays in thousands of histories and not in ten.
    """

    hooks: ClassVar[Hooks]
    kinds: ClassVar[tuple[tuple[str, _Kind], ...]] = ()

    def __init_subclass__(cls) -> None:
        own = [(name, each) for name, each in vars(cls).items() if isinstance(each, _Kind)]
        cls.kinds = (*cls.kinds, *(named for named in own for _ in range(named[1].weight)))

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
        name, chosen = data.draw(st.sampled_from([each for each in self.kinds if each[1].fits(self)]))
        arguments = chosen.arguments(self, data.draw(chosen.drawn))
        if chosen.take is None:
            self.take(name, **arguments)
        else:
            chosen.take(self, **arguments)

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


def _one_of(argument: str, things: str) -> Choice:
    """Choose one of the things that are there."""
    return Choice(
        lambda machine, pick: {argument: _picked(getattr(machine.world, things), pick)}, _there_are(things)
    )


def _new(letter: str) -> Choice:
    """Call something as nothing is called yet."""
    return Choice(lambda machine, _: {"label": machine.label(letter)}, drawn=None)


def _there_are(things: str) -> Callable[[Machine], object]:
    return lambda machine: getattr(machine.world, things)


def _held(*, with_budget: bool = False) -> Choice:
    """Choose a user, and a template that the user holds a copy of; on request, one with a budget."""

    def chosen(machine: "PeopleMachine", pick: int) -> Fields:
        user, profile = _picked(machine.held(with_budget=with_budget), pick)
        return {"user": user, "profile": profile}

    return Choice(chosen, lambda machine: machine.held(with_budget=with_budget))


PROFILE, USER, ROLE = _one_of("profile", "profiles"), _one_of("user", "users"), _one_of("role", "roles")
HELD, HELD_BUDGET = _held(), _held(with_budget=True)
HELD_PROFILE = Choice(lambda machine, pick: {"profile": _picked(machine.held(), pick)[1]}, HELD.fits)
ROLE_OR_NONE = Choice(
    lambda machine, pick: {"role": None if pick is None else machine.known_role(pick)},
    _there_are("roles"),
    st.none() | PICK,
)
ROLES = Choice(
    lambda machine, picks: {"roles": list(dict.fromkeys(map(machine.known_role, picks)))},
    _there_are("roles"),
    st.lists(PICK, min_size=1, max_size=2),
)


class TemplateMachine(Machine):
    """Histories of templates alone."""

    create = step(_new("p"), name=NAMES, fields=fields_of(CONFIGURATION))
    clone = step(PROFILE, _new("p"), name=NAMES)
    update = step(PROFILE, weight=2, fields=fields_of({"name": NAMES, **CONFIGURATION}), condition=CONDITIONS)
    set_active = step(PROFILE, active=st.booleans(), condition=CONDITIONS)
    delete = step(PROFILE, condition=CONDITIONS)


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

    create_role = step(_new("r"), name=NAMES)
    rename_role = step(ROLE, name=NAMES)
    delete_role = step(ROLE)
    attach = step(PROFILE, ROLES, default=st.booleans(), apply=st.booleans())
    detach = step(PROFILE, ROLE)

    @kind(user=USERS, role=st.none() | PICK)
    def create_user(self, user: str, role: int | None) -> None:
        """Create a user, whatever roles there are."""
        known = role if self.world.roles else None
        self.take("create_user", user=user, role=None if known is None else self.known_role(known))

    change_role = step(USER, ROLE_OR_NONE)
    set_groups = step(USER, groups=some(["g1", "g2"]))
    delete_user = step(USER)
    assign = step(USER, PROFILE)
    detach_user = step(HELD)

    @kind(HELD_PROFILE, fields=fields_of(POLICY), reset_usage=st.booleans())
    def update_and_propagate(self, profile: str, fields: Fields, reset_usage: bool) -> None:
        """Take two steps, which mostly follow each other."""
        self.take("update", profile=profile, fields=fields)
        chosen = sorted(fields) or list(PROPAGATED)
        self.take("propagate", profile=profile, fields=chosen, reset_usage=reset_usage)

    propagate = step(
        HELD_PROFILE,
        fields=st.just(list(PROPAGATED)) | some(PROPAGATED, at_least=1),
        users=st.none() | st.none() | some(["u1", "u2", "u3"], at_least=1),
        groups=st.none() | st.none() | some(["g1", "g2"], at_least=1),
        reset_usage=st.booleans(),
        dry=st.sampled_from([False, False, True]),
    )
    set_override = step(
        HELD_BUDGET, number=PICK, amount=st.integers(1, 9), cycles=st.none() | st.integers(1, 3)
    )
    clear_override = step(HELD_BUDGET, number=PICK)
    add_key = step(HELD, name=st.none() | NAMES)

    @kind(HELD, name=NAMES, is_named=st.booleans())
    def add_user_key(self, user: str, profile: str, name: str, is_named: bool) -> None:
        """Add a key to a copy that is named, or to whichever it is."""
        self.take("add_user_key", user=user, name=name, profile=profile if is_named else None)

    delete_key = step(HELD, number=PICK)

    def known_role(self, pick: int) -> str:
        """Return one of the roles that are there, or now and then one that is gone."""
        known: list[str] = [label for kind, label in self.history.ids if kind == "role"]
        return _picked(known if pick > 9 else list(self.world.roles), pick)

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
