"""The list of rules: every kind of change, how bad it is, and whom it breaks.

A request that is *tightened* breaks those who send what was allowed; an answer that is *widened* breaks those
who read it. So a change of a schema has one rule for each place that a schema can stand in. Where oasdiff has
a rule of the same meaning, ours has its name.
"""

from conformance.contract.diff.change import Party, Rule, Severity

_BREAKING, _UNCLEAR, _SAFE = Severity.BREAKING, Severity.UNCLEAR, Severity.SAFE

_Rating = tuple[Severity, Severity]
"""How bad it is in a request, and in an answer."""

_TIGHTER: _Rating = (_BREAKING, _SAFE)
_WIDER: _Rating = (_SAFE, _BREAKING)
_OTHER: _Rating = (_BREAKING, _BREAKING)
_UNKNOWN: _Rating = (_UNCLEAR, _UNCLEAR)
_NOTHING: _Rating = (_SAFE, _SAFE)


def _upper(name: str) -> dict[str, _Rating]:
    return {
        f"{name}-decreased": _TIGHTER,
        f"{name}-increased": _WIDER,
        f"{name}-set": _TIGHTER,
        f"{name}-unset": _WIDER,
    }


def _lower(name: str) -> dict[str, _Rating]:
    return _upper(name) | {f"{name}-decreased": _WIDER, f"{name}-increased": _TIGHTER}


_OF_SCHEMAS: dict[str, dict[str, _Rating]] = {
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
    # Whether one pattern holds another cannot be said in general.
    "pattern": {"pattern-added": _TIGHTER, "pattern-removed": _WIDER, "pattern-changed": _UNKNOWN},
    "format": {
        "format-added": _TIGHTER,
        "format-removed": _WIDER,
        "format-changed": _OTHER,
        "format-generalized": _WIDER,
        "format-specialized": _TIGHTER,
    },
    # Who leaves the field out gets something else.
    "default": {
        "default-value-changed": (_BREAKING, _UNCLEAR),
        "default-value-added": _UNKNOWN,
        "default-value-removed": _UNKNOWN,
    },
    "additional-properties": {
        "additional-properties-forbidden": (_BREAKING, _SAFE),
        # A reader who refuses unknown fields does so against the advice of everybody; but it may.
        "additional-properties-allowed": (_SAFE, _UNCLEAR),
        "additional-properties-restricted": _TIGHTER,
        "additional-properties-unrestricted": _WIDER,
    },
    "all-of": {"all-of-added": _TIGHTER, "all-of-removed": _WIDER},
    "one-of": {"one-of-added": _WIDER, "one-of-removed": _TIGHTER},
    "any-of": {"any-of-added": _WIDER, "any-of-removed": _TIGHTER},
    "composition": {"composition-changed": _UNKNOWN},
    "items": {"items-set": _TIGHTER, "items-unset": _WIDER},
    "deprecation": {"deprecated": _NOTHING, "reactivated": _NOTHING},
    "keyword": {"keyword-changed": _UNKNOWN},
}

IN_REQUESTS = ("request-parameter", "request-body", "request-property")
IN_ANSWERS = ("response-header", "response-body", "response-property")
IGNORED = ("request-read-only-property", "response-write-only-property")
"""What may stand there, but does not count: nothing about it is more than unclear."""

_SERVERS = frozenset({Party.SERVERS})
_BOTH = frozenset(Party)

# aspect: {rule: severity}
_OF_PROPERTIES: dict[str, dict[str, Severity]] = {
    "request-property": {
        "new-required-request-property": _BREAKING,
        "new-optional-request-property": _SAFE,
        "request-property-removed": _UNCLEAR,
        "request-property-removed-from-closed-object": _BREAKING,
    },
    "request-property-required": {
        "request-property-became-required": _BREAKING,
        "request-property-became-optional": _SAFE,
    },
    "request-read-only-property-required": {
        "request-read-only-property-became-required": _SAFE,
        "request-read-only-property-became-optional": _SAFE,
    },
    "request-property-read-only": {
        "request-property-became-read-only": _BREAKING,
        "request-property-became-not-read-only": _UNCLEAR,
    },
    "response-property": {
        "response-required-property-added": _SAFE,
        "response-optional-property-added": _SAFE,
        "response-property-added-to-closed-object": _UNCLEAR,
        "response-required-property-removed": _BREAKING,
        "response-optional-property-removed": _BREAKING,
    },
    "response-property-required": {
        "response-property-became-optional": _BREAKING,
        "response-property-became-required": _SAFE,
    },
    "response-write-only-property-required": {
        "response-write-only-property-became-required": _SAFE,
        "response-write-only-property-became-optional": _SAFE,
    },
    "response-property-write-only": {
        "response-property-became-write-only": _BREAKING,
        "response-property-became-not-write-only": _SAFE,
    },
}

_OF_OPERATIONS: dict[str, dict[str, Severity]] = {
    "operation": {
        "api-path-removed-without-deprecation": _BREAKING,
        "api-removed-without-deprecation": _BREAKING,
        "api-removed-after-deprecation": _UNCLEAR,
        "endpoint-added": _SAFE,
    },
    "operation-id": {
        "api-operation-id-changed": _BREAKING,
        "api-operation-id-removed": _BREAKING,
        "api-operation-id-added": _SAFE,
    },
    "tag": {"api-tag-removed": _UNCLEAR, "api-tag-added": _UNCLEAR},
    "deprecation": {"endpoint-deprecated": _SAFE, "endpoint-reactivated": _SAFE},
    "parameter": {
        "new-required-request-parameter": _BREAKING,
        "new-optional-request-parameter": _SAFE,
        "request-parameter-removed": _BREAKING,
        "request-header-parameter-removed": _UNCLEAR,
    },
    "parameter-name": {"request-path-parameter-renamed": _UNCLEAR},
    "parameter-required": {
        "request-parameter-became-required": _BREAKING,
        "request-parameter-became-optional": _SAFE,
    },
    "parameter-serialization": {"request-parameter-serialization-changed": _BREAKING},
    "body": {
        "request-body-added-required": _BREAKING,
        "request-body-added-optional": _SAFE,
        "request-body-removed": _BREAKING,
    },
    "body-required": {"request-body-became-required": _BREAKING, "request-body-became-optional": _SAFE},
    "body-media-type": {"request-body-media-type-removed": _BREAKING, "request-body-media-type-added": _SAFE},
    "status": {
        "response-success-status-removed": _BREAKING,
        "response-success-status-added": _UNCLEAR,
        "response-non-success-status-removed": _UNCLEAR,
        "response-non-success-status-added": _SAFE,
    },
    "media-type": {"response-media-type-removed": _BREAKING, "response-media-type-added": _SAFE},
    "schema": {"schema-added": _UNCLEAR, "schema-removed": _UNCLEAR},
    "header": {
        "required-response-header-removed": _BREAKING,
        "optional-response-header-removed": _BREAKING,
        "response-header-added": _SAFE,
    },
    "header-required": {
        "response-header-became-optional": _BREAKING,
        "response-header-became-required": _SAFE,
    },
    "link": {
        "response-link-removed": _UNCLEAR,
        "response-link-changed": _UNCLEAR,
        "response-link-added": _SAFE,
    },
    "security": {"api-security-added": _BREAKING, "api-security-removed": _UNCLEAR},
    "security-alternative": {
        "api-security-alternative-removed": _BREAKING,
        "api-security-alternative-added": _SAFE,
    },
    "security-scope": {"api-security-scope-added": _BREAKING, "api-security-scope-removed": _UNCLEAR},
    "security-scheme": {"api-security-scheme-changed": _BREAKING},
    "permission": {
        "x-permission-changed": _BREAKING,
        "x-permission-added": _BREAKING,
        "x-permission-removed": _UNCLEAR,
    },
    "server": {"server-removed": _BREAKING, "server-added": _SAFE},
    "error-code": {"error-code-removed": _BREAKING, "error-code-added": _UNCLEAR},
    "extension": {"extension-changed": _UNCLEAR},
    "other": {"other-changed": _UNCLEAR},
    "openapi": {"openapi-version-changed": _UNCLEAR},
    "version": {"version-changed": _SAFE},
    "description": {"description-changed": _SAFE},
    "example": {"example-changed": _SAFE},
    "unused": {"unused-component-changed": _SAFE},
}

# aspect: {rule: (severity, whom it breaks)}
_OF_CLAUSES: dict[str, dict[str, tuple[Severity, frozenset[Party]]]] = {
    "clause": {
        "clause-removed": (_BREAKING, frozenset({Party.CONSUMERS})),
        # The removal of the operation is the break.
        "clause-removed-with-operation": (_SAFE, frozenset({Party.CONSUMERS})),
        # A server that conformed need not conform any more.
        "clause-added": (_BREAKING, _SERVERS),
        "clause-added-as-advice": (_SAFE, _SERVERS),
        "clause-added-with-operation": (_SAFE, _SERVERS),
    },
    "clause-level": {
        "clause-level-lowered": (_BREAKING, frozenset({Party.CONSUMERS})),
        "clause-level-raised": (_BREAKING, _SERVERS),
    },
    "clause-text": {
        "clause-reworded": (_UNCLEAR, _BOTH),
        "clause-error-code-changed": (_BREAKING, _BOTH),
        "clause-id-reused": (_BREAKING, _BOTH),
    },
    "clause-id": {"clause-id-changed": (_BREAKING, _BOTH)},
    "clause-profile": {"clause-profile-changed": (_BREAKING, _BOTH)},
    "clause-operation": {"clause-moved": (_UNCLEAR, _BOTH)},
    "clause-error-code": {"clause-names-removed-error-code": (_BREAKING, _BOTH)},
    "profile": {"profile-removed": (_BREAKING, _BOTH), "profile-added": (_SAFE, _SERVERS)},
    "profile-text": {"profile-reworded": (_UNCLEAR, _BOTH)},
}


def _rules() -> list[Rule]:
    rules = []
    for place in (*IN_REQUESTS, *IN_ANSWERS, *IGNORED):
        for aspect, ratings in _OF_SCHEMAS.items():
            for suffix, (in_request, in_answer) in ratings.items():
                severity = in_request if place.startswith("request") else in_answer
                if place in IGNORED and severity is _BREAKING:
                    severity = _UNCLEAR
                rules.append(Rule(f"{place}-{suffix}", severity, f"{place}-{aspect}"))
    for group in (_OF_PROPERTIES, _OF_OPERATIONS):
        for aspect, severities in group.items():
            rules += [Rule(name, severity, aspect) for name, severity in severities.items()]
    for aspect, told in _OF_CLAUSES.items():
        rules += [Rule(name, severity, aspect, breaks) for name, (severity, breaks) in told.items()]
    return rules


RULES: dict[str, Rule] = {rule.id: rule for rule in _rules()}
