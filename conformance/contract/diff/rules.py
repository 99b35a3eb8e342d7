"""The list of rules: every kind of change, and how bad it is for consumers and for servers.

A request that is *tightened* breaks those who send what was allowed; an answer that is *widened* breaks those
who read it. A server is broken by what makes it fail the new contract although it kept the old one: by every
request that it has to take or to refuse by now, and by every answer that is *tightened*. So a change of a
schema has one rule for each place that a schema can stand in. Where oasdiff has a rule of the same meaning,
ours has its name.
"""

from collections.abc import Set

from conformance.contract.diff.change import Effect, Rule, Severity
from conformance.contract.diff.ratings import OF_CLAUSES, OF_OPERATIONS

_BREAKING, _UNCLEAR, _SAFE = Severity.BREAKING, Severity.UNCLEAR, Severity.SAFE
_LOST, _GAINED = Effect.LOST, Effect.GAINED

_TIGHTER, _WIDER = frozenset({_LOST}), frozenset({_GAINED})
_OTHER, _NOTHING = frozenset(Effect), frozenset[Effect]()

_Effects = frozenset[Effect]


def _upper(name: str) -> dict[str, _Effects]:
    return {
        f"{name}-decreased": _TIGHTER,
        f"{name}-increased": _WIDER,
        f"{name}-set": _TIGHTER,
        f"{name}-unset": _WIDER,
    }


def _lower(name: str) -> dict[str, _Effects]:
    return _upper(name) | {f"{name}-decreased": _WIDER, f"{name}-increased": _TIGHTER}


_OF_SCHEMAS: dict[str, dict[str, _Effects]] = {
    "type": {"type-changed": _OTHER, "type-generalized": _WIDER, "type-specialized": _TIGHTER},
    "nullable": {"became-nullable": _WIDER, "became-not-nullable": _TIGHTER},
    "enum": {
        "enum-value-removed": _TIGHTER,
        "enum-value-added": _WIDER,
        "became-enum": _TIGHTER,
        "became-not-enum": _WIDER,
    },
    "const": {"const-set": _TIGHTER, "const-unset": _WIDER, "const-changed": _OTHER},
    "max": _upper("max"),
    "min": _lower("min"),
    "max-length": _upper("max-length"),
    "min-length": _lower("min-length"),
    "max-items": _upper("max-items"),
    "min-items": _lower("min-items"),
    "max-properties": _upper("max-properties"),
    "min-properties": _lower("min-properties"),
    "multiple-of": {
        "multiple-of-changed": _OTHER,
        "multiple-of-generalized": _WIDER,
        "multiple-of-specialized": _TIGHTER,
        "multiple-of-set": _TIGHTER,
        "multiple-of-unset": _WIDER,
    },
    "unique-items": {"unique-items-set": _TIGHTER, "unique-items-unset": _WIDER},
    "pattern": {"pattern-added": _TIGHTER, "pattern-removed": _WIDER, "pattern-changed": _OTHER},
    "format": {
        "format-added": _TIGHTER,
        "format-removed": _WIDER,
        "format-changed": _OTHER,
        "format-generalized": _WIDER,
        "format-specialized": _TIGHTER,
        "unknown-format-changed": _OTHER,
    },
    "additional-properties": {
        "additional-properties-forbidden": _TIGHTER,
        "additional-properties-allowed": _WIDER,
        "additional-properties-restricted": _TIGHTER,
        "additional-properties-unrestricted": _WIDER,
    },
    "one-of": {"one-of-added": _WIDER, "one-of-removed": _TIGHTER},
    "any-of": {"any-of-added": _WIDER, "any-of-removed": _TIGHTER},
    "composition": {"composition-changed": _OTHER},
    "items": {"items-set": _TIGHTER, "items-unset": _WIDER},
    "keyword": {"keyword-changed": _OTHER},
}
_OF_WHOLE_SCHEMAS = {"values": {"values-lost": _TIGHTER, "values-gained": _WIDER}}
"""What was found by values alone. They are those of a whole body, parameter or header."""

_UNCERTAIN = ("pattern-changed", "composition-changed", "keyword-changed", "unknown-format-changed")
"""What may have its effects: whether one of two patterns holds the other cannot be said in general."""

# {rule: (for consumers, for servers)} in requests, and in answers
_OF_ANNOTATIONS: dict[str, dict[str, tuple[tuple[Severity, Severity], tuple[Severity, Severity]]]] = {
    # Who leaves the member out gets something else.
    "default": {
        "default-value-changed": ((_BREAKING, _BREAKING), (_UNCLEAR, _UNCLEAR)),
        "default-value-added": ((_UNCLEAR, _UNCLEAR), (_UNCLEAR, _UNCLEAR)),
        "default-value-removed": ((_UNCLEAR, _UNCLEAR), (_UNCLEAR, _UNCLEAR)),
    },
    "deprecation": {
        "deprecated": ((_SAFE, _SAFE), (_SAFE, _SAFE)),
        "reactivated": ((_SAFE, _SAFE), (_SAFE, _SAFE)),
    },
    "annotation": {"annotation-changed": ((_UNCLEAR, _UNCLEAR), (_UNCLEAR, _UNCLEAR))},
}

IN_REQUESTS = ("request-parameter", "request-body", "request-property")
IN_ANSWERS = ("response-header", "response-body", "response-property")
IGNORED = ("request-read-only-property", "response-write-only-property")
"""What may stand there, but does not count: nothing about it is more than unclear."""

# {rule: (for consumers, for servers, what it does to the values)}
_OF_PROPERTIES: dict[str, dict[str, tuple[Severity, Severity, _Effects]]] = {
    "request-property": {
        "new-required-request-property": (_BREAKING, _BREAKING, _NOTHING),
        "new-optional-request-property": (_SAFE, _BREAKING, _NOTHING),
        # Whoever sends it is not refused, and not heard either.
        "request-required-property-removed": (_UNCLEAR, _BREAKING, _NOTHING),
        "request-optional-property-removed": (_UNCLEAR, _SAFE, _NOTHING),
        "request-property-removed-from-closed-object": (_BREAKING, _BREAKING, _NOTHING),
    },
    "request-property-required": {
        "request-property-became-required": (_BREAKING, _BREAKING, _TIGHTER),
        "request-property-became-optional": (_SAFE, _BREAKING, _WIDER),
    },
    "request-read-only-property-required": {
        "request-read-only-property-became-required": (_SAFE, _SAFE, _NOTHING),
        "request-read-only-property-became-optional": (_SAFE, _SAFE, _NOTHING),
    },
    "request-property-read-only": {
        "request-property-became-read-only": (_BREAKING, _BREAKING, _NOTHING),
        "request-property-became-not-read-only": (_UNCLEAR, _BREAKING, _NOTHING),
    },
    "response-property": {
        "response-required-property-added": (_SAFE, _BREAKING, _NOTHING),
        "response-optional-property-added": (_SAFE, _SAFE, _NOTHING),
        "response-required-property-added-to-closed-object": (_BREAKING, _BREAKING, _NOTHING),
        "response-optional-property-added-to-closed-object": (_BREAKING, _SAFE, _NOTHING),
        "response-required-property-removed": (_BREAKING, _SAFE, _NOTHING),
        "response-optional-property-removed": (_BREAKING, _SAFE, _NOTHING),
        "response-property-removed-from-closed-object": (_BREAKING, _BREAKING, _NOTHING),
    },
    "response-property-required": {
        "response-property-became-optional": (_BREAKING, _SAFE, _WIDER),
        "response-property-became-required": (_SAFE, _BREAKING, _TIGHTER),
    },
    "response-write-only-property-required": {
        "response-write-only-property-became-required": (_SAFE, _SAFE, _NOTHING),
        "response-write-only-property-became-optional": (_SAFE, _SAFE, _NOTHING),
    },
    "response-property-write-only": {
        "response-property-became-write-only": (_BREAKING, _BREAKING, _NOTHING),
        "response-property-became-not-write-only": (_SAFE, _SAFE, _NOTHING),
    },
}


def of_effects(place: str, effects: Set[Effect], as_bad: Severity = _BREAKING) -> tuple[Severity, Severity]:
    """Return what it does to consumers and to servers when a schema loses or gains values in a place."""
    if place in IGNORED and as_bad is _BREAKING:
        as_bad = _UNCLEAR
    in_request = place.startswith("request")
    consumers = (_LOST if in_request else _GAINED) in effects
    servers = bool(effects) if in_request else _LOST in effects
    return as_bad if consumers else _SAFE, as_bad if servers else _SAFE


def _of_place(place: str) -> list[Rule]:
    rules = []
    of_whole = {} if place.endswith("property") else _OF_WHOLE_SCHEMAS
    for aspect, ratings in (_OF_SCHEMAS | of_whole).items():
        for suffix, effects in ratings.items():
            is_certain = suffix not in _UNCERTAIN
            severities = of_effects(place, effects, _BREAKING if is_certain else _UNCLEAR)
            rules.append(Rule(f"{place}-{suffix}", *severities, f"{place}-{aspect}", effects, is_certain))
    for aspect, stated in _OF_ANNOTATIONS.items():
        for suffix, (in_request, in_answer) in stated.items():
            severities = in_request if place.startswith("request") else in_answer
            if place in IGNORED and _BREAKING in severities:
                severities = _UNCLEAR, _UNCLEAR
            rules.append(Rule(f"{place}-{suffix}", *severities, f"{place}-{aspect}"))
    return rules


def _rules() -> list[Rule]:
    rules = [rule for place in (*IN_REQUESTS, *IN_ANSWERS, *IGNORED) for rule in _of_place(place)]
    for aspect, properties in _OF_PROPERTIES.items():
        for name, (consumers, servers, effects) in properties.items():
            rules.append(Rule(name, consumers, servers, aspect, effects))
    for group in (OF_OPERATIONS, OF_CLAUSES):
        for aspect, ratings in group.items():
            rules += [Rule(name, *severities, aspect) for name, severities in ratings.items()]
    return rules


RULES: dict[str, Rule] = {rule.id: rule for rule in _rules()}
"""Every rule by its id."""
