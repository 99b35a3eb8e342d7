"""Pairs of schemas, by what became of the values that they allow: in requests and in answers, both ways."""

from typing import Any

from tests.conformance.contract.diff.documents import with_schema
from tests.conformance.contract.diff.pairs import BREAKS, SAFE, Pair, Verdict, both_ways

SAME, NARROWER, WIDER, OTHER = "same", "narrower", "wider", "other"

_MIRRORED = {SAME: SAME, NARROWER: WIDER, WIDER: NARROWER, OTHER: OTHER}
_IN_REQUESTS = {
    SAME: Verdict(SAFE, SAFE),
    NARROWER: Verdict(BREAKS, BREAKS),
    WIDER: Verdict(SAFE, BREAKS),
    OTHER: Verdict(BREAKS, BREAKS),
}
_IN_ANSWERS = {
    SAME: Verdict(SAFE, SAFE),
    NARROWER: Verdict(SAFE, BREAKS),
    WIDER: Verdict(BREAKS, SAFE),
    OTHER: Verdict(BREAKS, BREAKS),
}

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
OBJECT: dict[str, Any] = {"type": "object"}
LIST: dict[str, Any] = {"type": "array", "items": TEXT}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    stated: dict[str, Any] = {"type": "object", "properties": properties}
    return stated | {"required": list(required)} if required else stated


def _pet(kind: str, **properties: Any) -> dict[str, Any]:
    return _object("kind", kind={"type": "string", "enum": [kind]}, **properties)


CAT, DOG, FISH = _pet("cat", lives=WHOLE), _pet("dog", bark=TEXT), _pet("fish", fins=WHOLE)
NAMED, AGED = _object("name", name=TEXT), _object(age=WHOLE)

_EITHER = [
    # allOf
    (
        "a part of an allOf more",
        {"allOf": [NAMED, AGED]},
        {"allOf": [NAMED, AGED, {"required": ["age"]}]},
        NARROWER,
    ),
    ("an allOf instead of the whole", _object("name", name=TEXT, age=WHOLE), {"allOf": [NAMED, AGED]}, SAME),
    ("an allOf of one", NAMED, {"allOf": [NAMED]}, SAME),
    ("parts of an allOf in another order", {"allOf": [NAMED, AGED]}, {"allOf": [AGED, NAMED]}, SAME),
    (
        "a member that moves within an allOf",
        {"allOf": [_object("name", name=TEXT, age=WHOLE), _object(tag=TEXT)]},
        {"allOf": [_object("name", name=TEXT), _object(tag=TEXT, age=WHOLE)]},
        SAME,
    ),
    (
        "required that moves within an allOf",
        {"allOf": [_object("name", name=TEXT), AGED]},
        {"allOf": [_object(name=TEXT), AGED | {"required": ["name"]}]},
        SAME,
    ),
    ("an allOf that limits a length", TEXT | {"maxLength": 9}, {"allOf": [TEXT, {"maxLength": 5}]}, NARROWER),
    (
        "an allOf that limits no more",
        TEXT | {"maxLength": 5},
        {"allOf": [TEXT | {"maxLength": 5}, {"maxLength": 9}]},
        SAME,
    ),
    (
        "an allOf that nothing keeps",
        TEXT,
        {"allOf": [TEXT, WHOLE]},
        NARROWER,
    ),
    (
        "a limit within an allOf",
        {"allOf": [NAMED, _object(age=WHOLE | {"maximum": 9})]},
        {"allOf": [NAMED, _object(age=WHOLE | {"maximum": 8})]},
        NARROWER,
    ),
    (
        "an allOf within an allOf",
        {"allOf": [NAMED, AGED, _object(tag=TEXT)]},
        {"allOf": [{"allOf": [NAMED, AGED]}, _object(tag=TEXT)]},
        SAME,
    ),
    (
        "a member of two parts that becomes stricter in one",
        {"allOf": [_object(n=WHOLE), _object(n={"minimum": 1})]},
        {"allOf": [_object(n=WHOLE | {"maximum": 5}), _object(n={"minimum": 1})]},
        NARROWER,
    ),
    # oneOf and anyOf
    ("a branch more", {"oneOf": [CAT, DOG]}, {"oneOf": [CAT, DOG, FISH]}, WIDER),
    ("a branch more of anyOf", {"anyOf": [TEXT]}, {"anyOf": [TEXT, WHOLE]}, WIDER),
    ("branches in another order", {"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT]}, SAME),
    ("another branch in the place of one", {"oneOf": [CAT, DOG]}, {"oneOf": [CAT, FISH]}, OTHER),
    ("oneOf instead of the only schema", CAT, {"oneOf": [CAT, DOG]}, WIDER),
    ("a branch that was all there was", CAT, {"oneOf": [CAT]}, SAME),
    ("oneOf instead of anyOf where branches are apart", {"anyOf": [CAT, DOG]}, {"oneOf": [CAT, DOG]}, SAME),
    (
        "oneOf instead of anyOf where branches overlap",
        {"anyOf": [TEXT, {"maxLength": 3}]},
        {"oneOf": [TEXT, {"maxLength": 3}]},
        NARROWER,
    ),
    (
        "a stricter branch",
        {"oneOf": [CAT, DOG]},
        {"oneOf": [CAT, _pet("dog", bark=TEXT | {"maxLength": 3})]},
        NARROWER,
    ),
    (
        "two branches that changed",
        {"oneOf": [CAT, DOG]},
        {"oneOf": [_pet("cat", lives=WHOLE | {"maximum": 9}), _pet("dog", bark=TEXT | {"maxLength": 3})]},
        NARROWER,
    ),
    (
        "two branches of which one is wider and one is stricter",
        {"oneOf": [_pet("cat", lives=WHOLE | {"maximum": 9}), DOG]},
        {"oneOf": [CAT, _pet("dog", bark=TEXT | {"maxLength": 3})]},
        OTHER,
    ),
    ("a branch that holds another", {"anyOf": [TEXT]}, {"anyOf": [TEXT, TEXT | {"maxLength": 3}]}, SAME),
    (
        "a branch that makes another ambiguous",
        {"oneOf": [TEXT]},
        {"oneOf": [TEXT, TEXT | {"maxLength": 3}]},
        NARROWER,
    ),
    (
        "an enum split into branches",
        {"type": "string", "enum": ["a", "b"]},
        {"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["b"]}]},
        SAME,
    ),
    (
        "members drawn into the branches",
        _object("kind", kind={"type": "string", "enum": ["cat", "dog"]}) | {"additionalProperties": False},
        {
            "oneOf": [
                _object("kind", kind={"type": "string", "enum": ["cat"]}) | {"additionalProperties": False},
                _object("kind", kind={"type": "string", "enum": ["dog"]}) | {"additionalProperties": False},
            ]
        },
        SAME,
    ),
    ("a type instead of two branches", {"oneOf": [WHOLE, TEXT]}, WHOLE, NARROWER),
    ("number instead of whole or broken", {"anyOf": [WHOLE, NUMBER]}, NUMBER, SAME),
    ("a limit beside oneOf", {"oneOf": [TEXT, WHOLE]}, {"oneOf": [TEXT, WHOLE], "maxLength": 5}, NARROWER),
    (
        "anyOf instead of a longer text",
        TEXT | {"maxLength": 5},
        {"anyOf": [TEXT | {"maxLength": 3}, TEXT | {"minLength": 3, "maxLength": 5}]},
        SAME,
    ),
    # not
    ("not, where nothing was forbidden", TEXT, TEXT | {"not": {"enum": ["root"]}}, NARROWER),
    (
        "not of more",
        TEXT | {"not": {"enum": ["root"]}},
        TEXT | {"not": {"enum": ["root", "admin"]}},
        NARROWER,
    ),
    ("not of what cannot be", TEXT, TEXT | {"not": {"type": "integer"}}, SAME),
    ("not of a long text is a short one", TEXT | {"maxLength": 4}, TEXT | {"not": {"minLength": 5}}, SAME),
    ("not of another type", {"not": TEXT}, {"not": NUMBER}, OTHER),
    ("not within a member", _object(a=TEXT), _object(a=TEXT | {"not": {"enum": ["x"]}}), NARROWER),
    ("not twice", TEXT, {"not": {"not": TEXT}}, SAME),
    # plain keywords
    ("a shorter text", TEXT | {"maxLength": 9}, TEXT | {"maxLength": 8}, NARROWER),
    ("a smallest length of 0", TEXT, TEXT | {"minLength": 0}, SAME),
    ("a length where there is no text", WHOLE, WHOLE | {"maxLength": 3}, SAME),
    ("a limit written as 1.0", WHOLE | {"minimum": 1}, WHOLE | {"minimum": 1.0}, SAME),
    (
        "an enum written as 1.0",
        {"type": "integer", "enum": [1, 2]},
        {"type": "integer", "enum": [1.0, 2]},
        SAME,
    ),
    (
        "a bound that is exclusive",
        WHOLE | {"minimum": 0},
        WHOLE | {"minimum": 0, "exclusiveMinimum": True},
        NARROWER,
    ),
    (
        "an exclusive bound of whole numbers",
        WHOLE | {"minimum": 0, "exclusiveMinimum": True},
        WHOLE | {"minimum": 1},
        SAME,
    ),
    (
        "a limit that multiples of 5 do not feel",
        WHOLE | {"multipleOf": 5, "maximum": 10},
        WHOLE | {"multipleOf": 5, "maximum": 14},
        SAME,
    ),
    ("multiples of more", WHOLE | {"multipleOf": 2}, WHOLE | {"multipleOf": 4}, NARROWER),
    ("other multiples", WHOLE | {"multipleOf": 2}, WHOLE | {"multipleOf": 3}, OTHER),
    ("a format that texts have to have", TEXT, TEXT | {"format": "date"}, NARROWER),
    ("another format", TEXT | {"format": "date"}, TEXT | {"format": "date-time"}, OTHER),
    ("a format for people alone", TEXT, TEXT | {"format": "password"}, SAME),
    ("fewer whole numbers by format", WHOLE | {"format": "int64"}, WHOLE | {"format": "int32"}, NARROWER),
    (
        "int32 within stricter limits",
        WHOLE | {"minimum": 0, "maximum": 9},
        WHOLE | {"minimum": 0, "maximum": 9, "format": "int32"},
        SAME,
    ),
    ("another pattern", TEXT | {"pattern": "^a+$"}, TEXT | {"pattern": "^b+$"}, OTHER),
    (
        "a pattern that allows less",
        TEXT | {"pattern": "^[a-z]{1,9}$"},
        TEXT | {"pattern": "^[a-z]{1,5}$"},
        NARROWER,
    ),
    (
        "a pattern that an enum keeps",
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["a", "b"], "pattern": "^[ab]$"},
        SAME,
    ),
    ("a value less", {"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a"]}, NARROWER),
    (
        "a value that its length forbids",
        {"type": "string", "maxLength": 3, "enum": ["abc", "abcdef"]},
        {"type": "string", "maxLength": 3, "enum": ["abc"]},
        SAME,
    ),
    (
        "values in another order",
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["b", "a"]},
        SAME,
    ),
    (
        "a value twice",
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["a", "b", "b"]},
        SAME,
    ),
    ("another type", TEXT, WHOLE, OTHER),
    ("number instead of whole number", WHOLE, NUMBER, WIDER),
    ("whole numbers by multiples of 1", WHOLE, NUMBER | {"multipleOf": 1}, SAME),
    ("null", TEXT, TEXT | {"nullable": True}, WIDER),
    ("null, for a reference", {"allOf": [NAMED]}, {"allOf": [NAMED], "nullable": True}, WIDER),
    ("null that is not so", TEXT, TEXT | {"nullable": False}, SAME),
    # lists
    ("fewer elements", LIST | {"maxItems": 3}, LIST | {"maxItems": 2}, NARROWER),
    ("no element twice", LIST, LIST | {"uniqueItems": True}, NARROWER),
    (
        "no element twice of at most one",
        LIST | {"maxItems": 1},
        LIST | {"maxItems": 1, "uniqueItems": True},
        SAME,
    ),
    ("shorter elements", LIST, {"type": "array", "items": TEXT | {"maxLength": 5}}, NARROWER),
    ("elements of any kind", LIST, {"type": "array", "items": {}}, WIDER),
    ("elements of either kind", LIST, {"type": "array", "items": {"oneOf": [TEXT, WHOLE]}}, WIDER),
    # objects
    ("a member that has to be there", NAMED | {"required": []}, NAMED, NARROWER),
    ("a member of another type", _object(a=TEXT), _object(a=WHOLE), OTHER),
    (
        "a stricter member of a member",
        _object(a=_object(b=TEXT)),
        _object(a=_object(b=TEXT | {"maxLength": 5})),
        NARROWER,
    ),
    ("no other members", _object(a=TEXT), _object(a=TEXT) | {"additionalProperties": False}, NARROWER),
    (
        "other members that are allowed anyhow",
        _object(a=TEXT),
        _object(a=TEXT) | {"additionalProperties": True},
        SAME,
    ),
    ("other members of any kind", _object(a=TEXT), _object(a=TEXT) | {"additionalProperties": {}}, SAME),
    (
        "other members that are texts",
        _object(a=TEXT) | {"additionalProperties": True},
        _object(a=TEXT) | {"additionalProperties": TEXT},
        NARROWER,
    ),
    (
        "a map of shorter texts",
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": TEXT | {"maxLength": 5}},
        NARROWER,
    ),
    ("at most two members", OBJECT, OBJECT | {"maxProperties": 2}, NARROWER),
    ("one of no members at least", NAMED, NAMED | {"minProperties": 1}, SAME),
    ("an object that may be anything", OBJECT, {}, WIDER),
    ("a member that is required twice", NAMED, NAMED | {"required": ["name", "name"]}, SAME),
]

_OF_31 = [
    ("const instead of an enum of one", {"enum": ["a"]}, {"const": "a"}, SAME),
    ("another const", {"const": "a"}, {"const": "b"}, OTHER),
    ("null as a type", TEXT, {"type": ["string", "null"]}, WIDER),
    ("null as a branch", {"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}, SAME),
    ("nullable, which 3.1 does not know", TEXT, TEXT | {"nullable": True}, SAME),
    ("a list of one type", TEXT, {"type": ["string"]}, SAME),
    ("a type more", TEXT, {"type": ["string", "integer"]}, WIDER),
    ("an exclusive bound as a number", WHOLE | {"exclusiveMaximum": 5}, WHOLE | {"maximum": 4}, SAME),
    ("first elements", {"type": "array"}, {"type": "array", "prefixItems": [WHOLE]}, NARROWER),
    (
        "other first elements",
        {"type": "array", "prefixItems": [WHOLE]},
        {"type": "array", "prefixItems": [TEXT]},
        OTHER,
    ),
    (
        "a longer prefix",
        {"type": "array", "prefixItems": [WHOLE]},
        {"type": "array", "prefixItems": [WHOLE, TEXT]},
        NARROWER,
    ),
    ("an element that has to be there", {"type": "array"}, {"type": "array", "contains": WHOLE}, NARROWER),
    (
        "a stricter contains",
        {"type": "array", "contains": NUMBER},
        {"type": "array", "contains": WHOLE},
        NARROWER,
    ),
    (
        "more that it has to contain",
        {"type": "array", "contains": WHOLE},
        {"type": "array", "contains": WHOLE, "minContains": 2},
        NARROWER,
    ),
    (
        "a member that needs another",
        _object(a=TEXT, b=TEXT),
        _object(a=TEXT, b=TEXT) | {"dependentRequired": {"a": ["b"]}},
        NARROWER,
    ),
    (
        "a member that needs one that is required",
        _object("b", a=TEXT, b=TEXT),
        _object("b", a=TEXT, b=TEXT) | {"dependentRequired": {"a": ["b"]}},
        SAME,
    ),
    (
        "a member that needs a schema",
        _object(a=TEXT, b=WHOLE),
        _object(a=TEXT, b=WHOLE) | {"dependentSchemas": {"a": {"required": ["b"]}}},
        NARROWER,
    ),
    (
        "names of members",
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": TEXT, "propertyNames": {"maxLength": 3}},
        NARROWER,
    ),
    (
        "members by patterns",
        OBJECT | {"additionalProperties": TEXT},
        OBJECT | {"additionalProperties": TEXT, "patternProperties": {"^x-": WHOLE}},
        OTHER,
    ),
    (
        "if and then",
        _object(a=TEXT, b=TEXT),
        _object(a=TEXT, b=TEXT) | {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        NARROWER,
    ),
    ("if alone", _object(a=TEXT), _object(a=TEXT) | {"if": {"required": ["a"]}}, SAME),
    (
        "nothing that is not stated",
        {"allOf": [NAMED, AGED]},
        {"allOf": [NAMED, AGED], "unevaluatedProperties": False},
        NARROWER,
    ),
    ("a schema that is true", {}, {"not": {"not": {}}}, SAME),
    ("a member that may be anything", _object(a={}), _object(a=True), SAME),
    ("a member that may not be there", _object(a=TEXT), _object(a=False), NARROWER),
    (
        "not of a const",
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["a", "b"], "not": {"const": "b"}},
        NARROWER,
    ),
]


def _pairs(version: str, rows: list[tuple[str, Any, Any, str]]) -> list[Pair]:
    found = []
    for name, old, new, relation in rows:
        for place, verdicts in (("request-body", _IN_REQUESTS), ("response-body", _IN_ANSWERS)):
            before, after = (with_schema(place, schema) | {"openapi": version} for schema in (old, new))
            told = f"{place}, {version[:3]}: {name}"
            found += both_ways(told, before, after, verdicts[relation], verdicts[_MIRRORED[relation]])
    return found


PAIRS = [*_pairs("3.0.3", _EITHER), *_pairs("3.1.0", _OF_31)]
