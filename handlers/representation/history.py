"""Versions and audit rows, and the JSON that they hold."""

import json
from collections.abc import Mapping
from typing import Any

from domain import records
from handlers import contract_types
from handlers.representation.instants import instant
from handlers.representation.templates import access_profile

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
    stripped: dict[str, Any] = _stripped(access_profile(profile))
    return stripped


def dumped(values: Mapping[str, Any]) -> str:
    """Return values as the JSON that a version or an audit row holds."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


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


def _stripped(value: Any) -> Any:
    # Most members are neither: they are seen here, where that costs no call.
    if isinstance(value, dict):
        return {
            name: _stripped(member) if isinstance(member, (dict, list)) else member
            for name, member in value.items()
            if name not in _NOT_CONFIGURATION
        }
    return [_stripped(item) if isinstance(item, (dict, list)) else item for item in value]
