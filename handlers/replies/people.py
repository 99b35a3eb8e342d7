"""Roles, users and API keys."""

from domain import records
from handlers import contract_types
from handlers.replies.timestamps import instant, instant_or_none


def role_reply(record: records.Role) -> contract_types.Role:
    """Return a role."""
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "created_at": instant(record.created_at),
    }


def user_reply(record: records.User) -> contract_types.User:
    """Return a user."""
    return {
        "id": record.id,
        "name": record.name,
        "email": record.email,
        "role_id": record.role_id,
        "group_ids": list(record.group_ids),
        "created_at": instant(record.created_at),
    }


def api_key_reply(record: records.ApiKey) -> contract_types.ApiKey:
    """Return an API key, of which only the first characters are known."""
    return {
        "id": record.id,
        "name": record.name,
        "key_prefix": record.key_prefix,
        "scopes": list(record.scopes),
        "created_at": instant(record.created_at),
        "expires_at": instant_or_none(record.expires_at),
        "revoked_at": instant_or_none(record.revoked_at),
    }
