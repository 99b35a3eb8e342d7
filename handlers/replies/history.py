"""Versions and audit rows, and the JSON that they hold."""

from collections.abc import Mapping
from typing import Any

import msgspec

from domain import records
from handlers import contract_types
from handlers.replies.templates import access_profile
from handlers.replies.timestamps import instant

_NOT_CONFIGURATION = frozenset(
    {
        "current_usage",
        "token_current_usage",
        "request_current_usage",
        "last_reset",
        "created_at",
        "updated_at",
        "is_active",
    }
)


def configuration(profile: records.AccessProfile) -> dict[str, Any]:
    """Return a template without usage, times and state: what a version is a version of."""
    document: dict[str, Any] = {**access_profile(profile)}
    # A list that grows while it is walked: a call for each of 100 members takes longer than all else.
    values: list[Any] = [document]
    for value in values:
        if isinstance(value, dict):
            for name in value.keys() & _NOT_CONFIGURATION:
                del value[name]
            values += value.values()
        elif isinstance(value, list):
            values += value
    return document


def dumped(values: Mapping[str, Any]) -> str:
    """Return values as the JSON that a version or an audit row holds."""
    return msgspec.json.encode(values).decode()


def access_profile_version(version: records.AccessProfileVersion) -> contract_types.AccessProfileVersion:
    """Return a version."""
    return {
        "id": version.id,
        "access_profile_id": version.access_profile_id,
        "version": version.version,
        "name": version.name,
        "description": version.description,
        "snapshot": version.snapshot,
        "changed_by": version.changed_by,
        "created_at": instant(version.created_at),
    }


def audit_log(row: records.AuditLog) -> contract_types.AccessProfileAuditLog:
    """Return an audit row."""
    return {
        "id": row.id,
        "access_profile_id": row.access_profile_id,
        "user_id": row.user_id,
        "actor": row.actor,
        "action": row.action.value,
        "previous_values": row.previous_values,
        "new_values": row.new_values,
        "metadata": row.metadata,
        "created_at": instant(row.created_at),
    }
