"""What the changes of a schema do: rated by their rules, unless its values show otherwise."""

import json
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import NamedTuple

from conformance.contract.diff.change import Change, Effect, Party, Severity, worst
from conformance.contract.diff.judging import Judge
from conformance.contract.diff.naming import subject
from conformance.contract.diff.objects import change
from conformance.contract.diff.rules import of_effects
from conformance.contract.diff.views import View

_SHOWN = 200
_CONSEQUENCES = {
    Effect.LOST: "was allowed, and is not any more",
    Effect.GAINED: "is allowed, and was not before",
}


class Found(NamedTuple):
    """A change that a rule describes, and the schemas that it is of; without one, the schemas alone."""

    change: Change | None
    old: View
    new: View
    place: str

    @property
    def judge(self) -> Judge:
        """Return what compares their values."""
        return Judge(self.old.stated, self.new.stated, self.place.startswith("request"))


def judged(found: list[Found], whole: Found) -> Iterator[Change]:
    """Yield the changes as bad as they are, and what becomes of values that no change explains.

    Args:
        found: the changes of a schema and of those in it.
        whole: the schema itself.
    """
    ruled_out = {effect for effect in Effect if whole.judge.rules_out(effect)}
    explained: set[Effect] = set()
    for each in found:
        assert each.change is not None  # noqa: S101  only the whole has none
        if not each.change.rule.effects:
            yield each.change
            continue
        told, effects = _judged(each, each.change, ruled_out)
        explained |= effects
        yield told
    known = [each.change for each in found if each.change is not None and not each.change.rule.effects]
    for effect in Effect:
        if effect not in ruled_out | explained and _matters(whole, effect, known):
            yield from _unexplained(whole, effect)


def _judged(found: Found, stated: Change, ruled_out: Set[Effect]) -> tuple[Change, frozenset[Effect]]:
    """Return the change as bad as its effects are, and the effects that it has."""
    rule, judge = stated.rule, found.judge
    left = [each for each in Effect if each in rule.effects - ruled_out and not judge.rules_out(each)]
    if rule.is_certain:
        consumers, servers = of_effects(found.place, frozenset(left))
        return replace(stated, consumers=consumers, servers=servers), frozenset(left)
    drawn = {effect: judge.draw(effect) for effect in left}
    has = frozenset(effect for effect in left if drawn[effect].found)
    known = of_effects(found.place, has)
    unclear = of_effects(found.place, frozenset(left) - has, Severity.UNCLEAR)
    consumers, servers = (worst(pair) for pair in zip(known, unclear, strict=True))
    proofs = [_proof(drawn[effect].value, effect) for effect in left if effect in has]
    if Severity.UNCLEAR in (consumers, servers):
        tried = max(drawn[effect].tried for effect in left if effect not in has)
        proofs.append(f"Nothing proves that it is safe; of {tried} values that were tried, none differs.")
    return replace(stated, consumers=consumers, servers=servers, proof=" ".join(proofs)), has


def _matters(whole: Found, effect: Effect, known: list[Change]) -> bool:
    """Return whether an effect would break somebody whom nothing else is known to break."""
    severities = dict(zip(Party, of_effects(whole.place, {effect}), strict=True))
    return any(
        severity is Severity.BREAKING
        and all(each.for_party(party) is not Severity.BREAKING for each in known)
        for party, severity in severities.items()
    )


def _unexplained(whole: Found, effect: Effect) -> Iterator[Change]:
    drawn = whole.judge.draw(effect)
    if not drawn.found:
        return
    rule = f"{whole.place}-values-{effect}"
    message = "allows other values, by what its parts say together"
    made = change(rule, whole.old.at(), whole.new.at(), subject(whole.new.node), message)
    consumers, servers = of_effects(whole.place, {effect})
    yield replace(made, consumers=consumers, servers=servers, proof=_proof(drawn.value, effect))


def _proof(value: object, effect: Effect) -> str:
    text = json.dumps(value, ensure_ascii=False)
    told = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return f"{told} {_CONSEQUENCES[effect]}."
