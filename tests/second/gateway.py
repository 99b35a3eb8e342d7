"""From a request to its answer: route, key, permission, parameters, body, operation."""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.second import bodies, parameters, strict_json
from tests.second.faults import Document, Refusal, envelope
from tests.second.keys import Key, KeyRing
from tests.second.operations import Call, Operations, Reply
from tests.second.wire import Request

_FAMILIES = ("/api/governance", "/api")
_LARGEST_BODY = 1_048_576
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_JSON_TYPE = re.compile(r'application/json *(; *charset *= *"?utf-8"? *)?', re.IGNORECASE)
_PERMISSIONS = {"GET": "View", "POST": "Create", "PUT": "Update", "DELETE": "Delete"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method of a path does."""

    perform: str
    body: Callable[[Any], Document] | None = None
    query: dict[str, Callable[[str], Any]] | None = None
    conditions: tuple[str, ...] = ()


_ROUTES: dict[str, dict[str, Operation]] = {
    "": {
        "GET": Operation("list_profiles", query=parameters.PROFILE_FILTERS),
        "POST": Operation("create_profile", bodies.new_profile),
    },
    "/audit-logs": {"GET": Operation("list_audit_rows", query=parameters.AUDIT_FILTERS)},
    "/{profile_id}": {
        "GET": Operation("read_profile", conditions=("If-None-Match",)),
        "PUT": Operation("update_profile", bodies.changes, conditions=("If-Match",)),
        "DELETE": Operation("delete_profile", conditions=("If-Match",)),
    },
    "/{profile_id}/activate": {"PUT": Operation("activate_profile", conditions=("If-Match",))},
    "/{profile_id}/deactivate": {"PUT": Operation("deactivate_profile", conditions=("If-Match",))},
    "/{profile_id}/clone": {"POST": Operation("clone_profile", bodies.clone)},
    "/{profile_id}/versions": {"GET": Operation("list_versions")},
    "/{profile_id}/versions/{version}": {"GET": Operation("read_version")},
    "/{profile_id}/audit-logs": {"GET": Operation("list_audit_rows", query=parameters.AUDIT_FILTERS)},
}
_PATHS = [
    (re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), operations)
    for path, operations in _ROUTES.items()
]


class Gateway(Operations):
    """The server without its sockets."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__()
        self.keys = keys

    def answer(self, request: Request) -> Reply:
        """Return the answer to a request; what goes wrong is an answer too."""
        sent = request.headers.get_all("X-Request-Id", [])
        known = len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0])
        event_id = sent[0] if known else secrets.token_hex(16)
        try:
            reply = self.performed(request)
        except Refusal as refusal:
            reply = self.refused(refusal, event_id)
        except OSError:
            # The client has gone.
            raise
        except Exception:
            logging.getLogger(__name__).exception("request %s", event_id)
            reply = self.refused(Refusal(500, "internal_error", "This should not happen."), event_id)
        return Reply(reply.status, reply.document, {**reply.headers, "X-Request-Id": event_id})

    def performed(self, request: Request) -> Reply:
        """Perform a request in the order in which its refusals win."""
        key = self.keys.holder(request.headers.get_all("Authorization", []))
        family, found, operations = self.route(request.path)
        method = "GET" if request.method == "HEAD" else request.method
        operation = operations.get(method)
        if operation is None:
            return self.without_operation(request.method, operations)
        self.permit(key, f"AccessProfiles:{_PERMISSIONS[method]}")
        tags = {
            name: parameters.entity_tags(name, request.headers.get_all(name, []))
            for name in operation.conditions
        }
        call = Call(
            key=key,
            path=parameters.path_ids(found),
            query=parameters.query(request.query, operation.query or {}),
            body=self.formed(operation, self.document(request)) if operation.body else {},
            if_match=tags.get("If-Match"),
            if_none_match=tags.get("If-None-Match"),
            base=f"http://{request.headers.get('Host', 'localhost')}{family}/access-profiles",
        )
        with self.lock:
            reply: Reply = getattr(self, operation.perform)(call)
        return reply

    def route(self, path: str) -> tuple[str, dict[str, str], dict[str, Operation]]:
        """Return the family of a path, the ids in it, and its operations."""
        for family in _FAMILIES:
            stem = f"{family}/access-profiles"
            for pattern, operations in _PATHS:
                if path.startswith(stem) and (match := pattern.fullmatch(path.removeprefix(stem))):
                    return family, match.groupdict(), operations
        raise Refusal(404, "path_not_found", "Nothing is here.")

    def without_operation(self, method: str, operations: dict[str, Operation]) -> Reply:
        """Answer OPTIONS, and refuse every other method."""
        also = ["HEAD", "OPTIONS"] if "GET" in operations else ["OPTIONS"]
        headers = {"Allow": ", ".join([*operations, *also])}
        if method == "OPTIONS":
            return Reply(204, None, headers)
        raise Refusal(405, "method_not_allowed", f"{method} does nothing here.", headers=headers)

    def permit(self, key: Key, permission: str) -> None:
        """Refuse a key that lacks a permission."""
        if not key.may(permission):
            raise Refusal(403, "permission_missing", f"The key {key.name!r} has no {permission}.")

    def document(self, request: Request) -> Any:
        """Return the JSON value that a body holds."""
        types = request.headers.get_all("Content-Type", [])
        coded = request.headers.get("Content-Encoding", "identity").lower() != "identity"
        if len(types) != 1 or not _JSON_TYPE.fullmatch(types[0].strip()) or coded:
            raise Refusal(415, "media_type_not_supported", "Only application/json in UTF-8 is read here.")
        octets = request.read(_LARGEST_BODY + 1)
        if len(octets) > _LARGEST_BODY:
            raise Refusal(413, "body_too_large", f"{_LARGEST_BODY} octets are the most.")
        return self.parsed(octets)

    def formed(self, operation: Operation, document: Any) -> Document:
        """Return what a body says, in the form that the operation takes."""
        return operation.body(document) if operation.body else {}

    def parsed(self, octets: bytes) -> Any:
        """Return the value of a JSON text."""
        return strict_json.parse(octets)

    def refused(self, refusal: Refusal, event_id: str) -> Reply:
        """Return the answer that refuses a request."""
        return Reply(refusal.status, envelope(refusal, event_id), refusal.headers)
