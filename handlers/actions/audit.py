"""Keeping history, in the transaction of the change: audit rows, and versions of templates."""

from collections.abc import Mapping
from typing import Any

from domain.records import AccessProfile, AuditAction, NewAuditLog, NewVersion, UserAccessProfile
from handlers.context import Context
from handlers.replies.history import configuration, dumped
from store.api import WriteTransaction


def record(
    tx: WriteTransaction,
    context: Context,
    action: AuditAction,
    *,
    profile_id: int | None = None,
    user_id: str | None = None,
    previous: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    **metadata: Any,
) -> None:
    """Keep one audit row. The actor is the API key's name, whatever the request says.

    Args:
        tx: the transaction of the change.
        context: the request.
        action: what was done.
        profile_id: the template that it was done to; None for what belongs to no template.
        user_id: the user whom it affects.
        previous: what was.
        new: what is now.
        metadata: what else there is to say; nothing secret.
    """
    tx.audit.add(
        NewAuditLog(
            access_profile_id=profile_id,
            user_id=user_id,
            actor=context.principal.name,
            action=action,
            previous_values=None if previous is None else dumped(previous),
            new_values=None if new is None else dumped(new),
            metadata=dumped(metadata) if metadata else None,
            created_at=context.now,
        )
    )


def record_copy(
    tx: WriteTransaction, context: Context, copy: UserAccessProfile, *, event: str, **values: Any
) -> None:
    """Keep the audit row of a change of a user's copy; `values` are those of `record`."""
    record(
        tx,
        context,
        AuditAction.UPDATE,
        profile_id=copy.parent_profile_id,
        user_id=copy.user_id,
        event=event,
        **values,
    )


def add_version(tx: WriteTransaction, context: Context, profile: AccessProfile) -> Mapping[str, Any]:
    """Keep a template as it stands as a version, and return what the version holds."""
    kept = configuration(profile)
    tx.profiles.add_version(
        NewVersion(
            access_profile_id=profile.id,
            version=profile.version,
            name=profile.name,
            description=profile.description,
            snapshot=dumped(kept),
            changed_by=context.principal.name,
            created_at=context.now,
        )
    )
    return kept


def changed_values(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the members of a template's configuration that differ, as they were and as they are."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}
