"""How bad a change of an operation or a clause is: for consumers, and for servers."""

from conformance.contract.diff.change import Severity

_BREAKING, _UNCLEAR, _SAFE = Severity.BREAKING, Severity.UNCLEAR, Severity.SAFE

_Rating = tuple[Severity, Severity]

_BREAKS_BOTH: _Rating = (_BREAKING, _BREAKING)
_BREAKS_CONSUMERS: _Rating = (_BREAKING, _SAFE)
_BREAKS_SERVERS: _Rating = (_SAFE, _BREAKING)
_UNCLEAR_TO_BOTH: _Rating = (_UNCLEAR, _UNCLEAR)
_UNCLEAR_TO_CONSUMERS: _Rating = (_UNCLEAR, _SAFE)
_BREAKS_NOBODY: _Rating = (_SAFE, _SAFE)

# aspect: {rule: rating}
OF_OPERATIONS: dict[str, dict[str, _Rating]] = {
    "operation": {
        "api-path-removed-without-deprecation": _BREAKS_CONSUMERS,
        "api-path-removed-after-deprecation": _BREAKS_CONSUMERS,
        # A path that stays refuses the method by now.
        "api-removed-without-deprecation": _BREAKS_BOTH,
        "api-removed-after-deprecation": _BREAKS_BOTH,
        "endpoint-added": _BREAKS_SERVERS,
    },
    # Programs that are generated from the contract call it by its id.
    "operation-id": {
        "api-operation-id-changed": _BREAKS_CONSUMERS,
        "api-operation-id-removed": _BREAKS_CONSUMERS,
        "api-operation-id-added": _BREAKS_NOBODY,
    },
    "tag": {"api-tag-removed": _UNCLEAR_TO_CONSUMERS, "api-tag-added": _UNCLEAR_TO_CONSUMERS},
    "deprecation": {"endpoint-deprecated": _BREAKS_NOBODY, "endpoint-reactivated": _BREAKS_NOBODY},
    "parameter": {
        "new-required-request-parameter": _BREAKS_BOTH,
        "new-optional-request-parameter": _BREAKS_SERVERS,
        "request-parameter-removed": _BREAKS_CONSUMERS,
        "request-required-parameter-removed": _BREAKS_BOTH,
        "request-header-parameter-removed": _UNCLEAR_TO_CONSUMERS,
        "request-required-header-parameter-removed": (_UNCLEAR, _BREAKING),
    },
    "parameter-name": {"request-path-parameter-renamed": _UNCLEAR_TO_CONSUMERS},
    "parameter-required": {
        "request-parameter-became-required": _BREAKS_BOTH,
        "request-parameter-became-optional": _BREAKS_SERVERS,
    },
    "parameter-serialization": {"request-parameter-serialization-changed": _BREAKS_BOTH},
    "body": {
        "request-body-added-required": _BREAKS_BOTH,
        "request-body-added-optional": _BREAKS_SERVERS,
        "request-body-removed": _BREAKS_BOTH,
    },
    "body-required": {
        "request-body-became-required": _BREAKS_BOTH,
        "request-body-became-optional": _BREAKS_SERVERS,
    },
    "body-media-type": {
        "request-body-media-type-removed": _BREAKS_BOTH,
        "request-body-media-type-added": _BREAKS_SERVERS,
    },
    "status": {
        "response-success-status-removed": _BREAKS_BOTH,
        # A range, or the default, says what stands for it by now.
        "response-success-status-specialized": _BREAKS_SERVERS,
        "response-success-status-generalized": _BREAKS_CONSUMERS,
        # What is stated can be brought about, and has to come then.
        "response-success-status-added": _BREAKS_BOTH,
        "response-non-success-status-removed": _BREAKS_SERVERS,
        "response-non-success-status-specialized": _BREAKS_SERVERS,
        "response-non-success-status-generalized": _BREAKS_NOBODY,
        "response-non-success-status-added": _BREAKS_SERVERS,
    },
    "media-type": {
        "response-media-type-removed": _BREAKS_BOTH,
        "response-media-type-added": _BREAKS_NOBODY,
    },
    "header": {
        "required-response-header-removed": _BREAKS_CONSUMERS,
        "optional-response-header-removed": _BREAKS_CONSUMERS,
        "required-response-header-added": _BREAKS_SERVERS,
        "optional-response-header-added": _BREAKS_NOBODY,
    },
    "header-required": {
        "response-header-became-optional": _BREAKS_CONSUMERS,
        "response-header-became-required": _BREAKS_SERVERS,
    },
    "link": {
        "response-link-removed": _UNCLEAR_TO_CONSUMERS,
        "response-link-changed": _UNCLEAR_TO_BOTH,
        "response-link-added": _BREAKS_NOBODY,
    },
    "security": {"api-security-added": _BREAKS_BOTH, "api-security-removed": _BREAKS_SERVERS},
    "security-alternative": {
        "api-security-alternative-removed": _BREAKS_BOTH,
        "api-security-alternative-added": _BREAKS_SERVERS,
    },
    "security-scope": {
        "api-security-scope-added": _BREAKS_BOTH,
        "api-security-scope-removed": _BREAKS_SERVERS,
    },
    "security-scheme": {"api-security-scheme-changed": _BREAKS_BOTH},
    "callback": {"callback-added": _BREAKS_SERVERS, "callback-removed": _BREAKS_CONSUMERS},
    "callback-body": {"callback-body-added": _BREAKS_SERVERS, "callback-body-removed": _BREAKS_CONSUMERS},
    "permission": {
        "x-permission-changed": _BREAKS_BOTH,
        "x-permission-added": _BREAKS_BOTH,
        "x-permission-removed": _BREAKS_SERVERS,
    },
    "server": {"server-removed": _BREAKS_CONSUMERS, "server-added": _BREAKS_SERVERS},
    "error-code": {"error-code-removed": _BREAKS_BOTH, "error-code-added": _BREAKS_CONSUMERS},
    "extension": {"extension-changed": _UNCLEAR_TO_BOTH},
    "other": {"other-changed": _UNCLEAR_TO_BOTH},
    # What schemas allow is compared by the version that they are written in.
    "openapi": {"openapi-version-changed": _BREAKS_NOBODY},
    "version": {"version-changed": _BREAKS_NOBODY},
    "description": {"description-changed": _BREAKS_NOBODY},
    "example": {"example-changed": _BREAKS_NOBODY},
    "unused": {"unused-component-changed": _BREAKS_NOBODY},
}

OF_CLAUSES: dict[str, dict[str, _Rating]] = {
    "clause": {
        "clause-removed": _BREAKS_CONSUMERS,
        # The removal of the operation is the break.
        "clause-removed-with-operation": _BREAKS_NOBODY,
        # A server that conformed need not conform any more.
        "clause-added": _BREAKS_SERVERS,
        "clause-added-as-advice": _BREAKS_NOBODY,
        "clause-added-with-operation": _BREAKS_NOBODY,
    },
    "clause-level": {"clause-level-lowered": _BREAKS_CONSUMERS, "clause-level-raised": _BREAKS_SERVERS},
    "clause-text": {
        "clause-reworded": _UNCLEAR_TO_BOTH,
        "clause-error-code-changed": _BREAKS_BOTH,
        "clause-id-reused": _BREAKS_BOTH,
    },
    "clause-id": {"clause-id-changed": _BREAKS_BOTH},
    "clause-profile": {"clause-profile-changed": _BREAKS_BOTH},
    "clause-operation": {"clause-moved": _UNCLEAR_TO_BOTH},
    "clause-error-code": {"clause-names-removed-error-code": _BREAKS_BOTH},
    "profile": {"profile-removed": _BREAKS_BOTH, "profile-added": _BREAKS_NOBODY},
    "profile-text": {"profile-reworded": _UNCLEAR_TO_BOTH},
}
