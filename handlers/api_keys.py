"""API Keys: the credentials of this API."""

from domain import names
from domain.credentials import ALL_SCOPES, issue_api_key
from domain.errors import Fault, NotFound, RulesBroken
from domain.records import AuditAction
from handlers.actions import audit
from handlers.context import Context
from handlers.contract_types import (
    ApiKeyListResponse,
    CreateApiKeyRequest,
    CreateApiKeyResponse,
    MessageResponse,
)
from handlers.replies.errors import ApiError
from handlers.replies.people import api_key_reply
from handlers.replies.reply import NO_STORE, Reply, ok
from handlers.requests.timestamps import future_instant


def list_api_keys(context: Context) -> Reply[ApiKeyListResponse]:
    """Return all keys, ordered by id, without the keys themselves."""
    with context.store.read() as tx:
        keys = tx.api_keys.list()
    return ok({"api_keys": [api_key_reply(key) for key in keys]})


def create_api_key(context: Context, body: CreateApiKeyRequest) -> Reply[CreateApiKeyResponse]:
    """Make a key that may do no more than the key that makes it; it is shown this once."""
    name = names.trimmed(body["name"])
    scopes = sorted(set(body["scopes"]))
    faults = names.faults(name) + _scope_faults(context, body)
    try:
        expires_at = future_instant(body.get("expires_at"), field="expires_at", now=context.now)
    except RulesBroken as error:
        raise RulesBroken([*faults, *error.faults]) from None
    if faults:
        raise RulesBroken(faults)
    _check_ceiling(context, scopes)
    issued = issue_api_key(
        name, scopes, random_text=context.random_text, now=context.now, expires_at=expires_at
    )
    with context.store.write() as tx:
        key = tx.api_keys.add(issued.record)
        audit.record(tx, context, AuditAction.CREATE, new=api_key_reply(key), event="api_key_create")
    return Reply(201, {"api_key": api_key_reply(key), "key": issued.key}, NO_STORE)


def revoke_api_key(context: Context, key_id: int) -> Reply[MessageResponse]:
    """Take a key back; it stays in the list."""
    with context.store.write() as tx:
        key = tx.api_keys.get(key_id)
        if key.revoked_at is not None:
            raise NotFound("API key", key_id)
        revoked = tx.api_keys.revoke(key.name, context.now)
        audit.record(
            tx,
            context,
            AuditAction.DELETE,
            previous=api_key_reply(key),
            new=api_key_reply(revoked),
            event="api_key_revoke",
        )
    return ok({"message": f"The API key {key.name} was revoked."})


def _scope_faults(context: Context, body: CreateApiKeyRequest) -> list[Fault]:
    return [
        Fault(("scopes", index), "unknown_scope", "No operation asks for this permission.")
        for index, scope in enumerate(body["scopes"])
        if scope != ALL_SCOPES and scope not in context.permissions
    ]


def _check_ceiling(context: Context, scopes: list[str]) -> None:
    """Refuse to hand on what the calling key does not hold itself."""
    if lacking := [scope for scope in scopes if not context.principal.may(scope)]:
        raise ApiError(
            "scope_not_held",
            f"This API key lacks {', '.join(lacking)} and cannot give it to another.",
            param=("scopes",),
        )
