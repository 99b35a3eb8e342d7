"""The catalogue of errors: every `error.code` of the contract with its status, and which refusal is which.

This is the one place below the server that knows HTTP's numbers for failures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Conflict, DomainError, Fault, NotFound, RulesBroken, Unavailable
from handlers.contract_types import ErrorCode, ErrorType, RequestPart


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How one code is answered."""

    status: int
    type: ErrorType


CATALOGUE: Mapping[ErrorCode, ErrorKind] = {
    "access_profile_not_found": ErrorKind(404, "not_found"),
    "api_key_expired": ErrorKind(401, "authentication"),
    "api_key_not_found": ErrorKind(404, "not_found"),
    "api_key_revoked": ErrorKind(401, "authentication"),
    "attachment_not_found": ErrorKind(404, "not_found"),
    "body_too_large": ErrorKind(413, "invalid_request"),
    "budget_not_found": ErrorKind(404, "not_found"),
    "credentials_missing": ErrorKind(401, "authentication"),
    "credentials_not_accepted": ErrorKind(401, "authentication"),
    "internal_error": ErrorKind(500, "server"),
    "invalid_json": ErrorKind(400, "invalid_request"),
    "media_type_not_supported": ErrorKind(415, "invalid_request"),
    "method_not_allowed": ErrorKind(405, "invalid_request"),
    "name_taken": ErrorKind(409, "conflict"),
    "path_not_found": ErrorKind(404, "not_found"),
    "permission_missing": ErrorKind(403, "permission"),
    "precondition_failed": ErrorKind(412, "conflict"),
    "profile_already_held": ErrorKind(409, "conflict"),
    "profile_in_use": ErrorKind(409, "conflict"),
    "profile_inactive": ErrorKind(409, "conflict"),
    "profile_not_held": ErrorKind(404, "not_found"),
    "role_not_found": ErrorKind(404, "not_found"),
    "scope_not_held": ErrorKind(403, "permission"),
    "store_unavailable": ErrorKind(503, "server"),
    "user_exists": ErrorKind(409, "conflict"),
    "user_not_found": ErrorKind(404, "not_found"),
    "validation_failed": ErrorKind(400, "invalid_request"),
    "version_not_found": ErrorKind(404, "not_found"),
    "virtual_key_not_found": ErrorKind(404, "not_found"),
}

NOT_FOUND: Mapping[str, ErrorCode] = {
    "API key": "api_key_not_found",
    "access profile": "access_profile_not_found",
    "attachment": "attachment_not_found",
    "budget": "budget_not_found",
    "role": "role_not_found",
    "user": "user_not_found",
    "version": "version_not_found",
    "virtual key": "virtual_key_not_found",
}
"""The code for each kind of object that a request can name."""

RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One fault of a request: the part of it, the place as a path, the rule and what to do."""

    part: RequestPart
    fault: Fault


class ApiError(Exception):
    """A failure as the contract states it.

    Attributes:
        code: one of the catalogue.
        message: a sentence for people that says what to do. It holds no secret and no value of the request
            that is longer than a name.
        faults: every fault of the request, when its content is what is wrong.
        param: the path of the value to blame, when there are no faults.
        headers: headers that the answer needs.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        faults: Sequence[RequestFault] = (),
        param: Sequence[str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.faults = tuple(faults)
        self.param = tuple(param) if param is not None else None
        self.headers = dict(headers or {})

    @property
    def kind(self) -> ErrorKind:
        """How the code is answered."""
        return CATALOGUE[self.code]


def validation_failed(faults: Sequence[RequestFault]) -> ApiError:
    """Return the 400 that lists faults."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    message = f"The request has {count}: {faults[0].fault.message}"
    return ApiError("validation_failed", message, faults=faults)


def from_domain(error: DomainError) -> ApiError:
    """Return the answer to a refusal of the domain or the store."""
    match error:
        case RulesBroken():
            return validation_failed([RequestFault("body", fault) for fault in error.faults])
        case NotFound():
            return ApiError(NOT_FOUND[error.kind], str(error))
        case Conflict(field="name"):
            return ApiError("name_taken", str(error), param=("name",))
        case Conflict(kind="user"):
            return ApiError("user_exists", str(error), param=("id",))
        case Conflict(kind="copy"):
            return ApiError("profile_already_held", "The user holds a copy of this access profile already.")
        case Unavailable():
            # The cause is in the log: it may name files and hosts.
            return ApiError(
                "store_unavailable",
                "The store cannot be used at the moment. Try again.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
    raise error
