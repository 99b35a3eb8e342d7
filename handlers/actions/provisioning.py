"""Giving copies of profiles to users, and taking them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.credentials import IssuedVirtualKey, issue_virtual_key
from domain.policies import instantiate, terms_of
from domain.provisioning import role_change
from domain.records import (
    AccessProfile,
    NewUserAccessProfile,
    Policy,
    PolicyTerms,
    UserAccessProfile,
    VirtualKey,
)
from handlers.actions import audit
from handlers.context import Context
from handlers.replies.errors import ApiError
from store.api import ReadTransaction, WriteTransaction


@dataclass(frozen=True, slots=True)
class GivenCopy:
    """A new copy, with the virtual key that came with it."""

    copy: UserAccessProfile
    key: IssuedVirtualKey


def give_copy(
    tx: WriteTransaction,
    context: Context,
    profile: AccessProfile,
    user_id: str,
    *,
    granted_by_role_id: int | None = None,
    expires_at: datetime | None = None,
) -> GivenCopy:
    """Give a user a copy of a profile, with ids and windows of its own, one virtual key and its audit row.

    Raises:
        NotFound: there is no such user.
        Conflict: the user holds a copy of this profile already.
    """
    copy = tx.copies.add(
        NewUserAccessProfile(
            user_id=user_id,
            parent_profile_id=profile.id,
            name=profile.name,
            policy=instantiated(tx, context, terms_of(profile.policy)),
            created_at=context.now,
            expires_at=expires_at,
            granted_by_role_id=granted_by_role_id,
        )
    )
    given = GivenCopy(copy, add_key(tx, context, copy))
    audit.record_copy(tx, context, copy, event="user_assign", granted_by_role_id=granted_by_role_id)
    return given


def instantiated(tx: WriteTransaction, context: Context, terms: PolicyTerms) -> Policy:
    """Return the policy that terms make now, with ids that nothing else has."""
    provider_config_ids = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
    return instantiate(
        terms,
        line_id=context.new_id,
        provider_config_id=provider_config_ids.__next__,
        now=context.now,
    )


def add_key(
    tx: WriteTransaction,
    context: Context,
    copy: UserAccessProfile,
    name: str | None = None,
    description: str | None = None,
) -> IssuedVirtualKey:
    """Make a virtual key of a copy, under a name of its own when none is given.

    Raises:
        Conflict: another virtual key has the name.
    """
    key_id = context.new_id()
    issued = issue_virtual_key(
        key_id,
        name or f"{copy.user_id}/{copy.name}/{key_id[:8]}",
        description,
        user_id=copy.user_id,
        copy_id=copy.id,
        random_text=context.random_text,
        now=context.now,
    )
    tx.virtual_keys.add(issued.record)
    return issued


def take_copy(tx: WriteTransaction, context: Context, copy: UserAccessProfile) -> Sequence[VirtualKey]:
    """Delete a copy with its virtual keys, keep its audit row, and return the keys. All go, or none."""
    keys = keys_of(tx, copy)
    tx.copies.delete(copy.id)
    names = [key.name for key in keys]
    audit.record_copy(tx, context, copy, event="user_detach", deleted_vk_names=names)
    return keys


def change_role(
    tx: WriteTransaction, context: Context, user_id: str, old_role_id: int | None, new_role_id: int | None
) -> None:
    """Take what the old role gave and give what the new role's default gives; see `domain.provisioning`."""
    defaults = [
        tx.profiles.get(attachment.access_profile_id).profile
        for attachment in (() if new_role_id is None else tx.roles.attachments(new_role_id))
        if attachment.is_default
    ]
    change = role_change(
        tx.copies.of_user(user_id), old_role_id=old_role_id, new_role_id=new_role_id, defaults=defaults
    )
    for copy in change.remove:
        take_copy(tx, context, copy)
    for copy in change.regrant:
        tx.copies.save(copy)
    for profile in change.grant:
        give_copy(tx, context, profile, user_id, granted_by_role_id=new_role_id)


def held_copy(tx: ReadTransaction | WriteTransaction, user_id: str, profile_id: int) -> UserAccessProfile:
    """Return the copy of a profile that a user holds; one without a template goes by its own id.

    Raises:
        NotFound: there is no such user.
        ApiError: 404, as the user holds no such copy.
    """
    tx.users.get(user_id)
    found = tx.copies.find(user_id, profile_id)
    if found is not None:
        return found
    for copy in tx.copies.of_user(user_id):
        if copy.parent_profile_id is None and copy.id == profile_id:
            return copy
    raise ApiError("profile_not_held", f"{user_id} does not hold the access profile {profile_id}.")


def keys_of(tx: ReadTransaction | WriteTransaction, copy: UserAccessProfile) -> Sequence[VirtualKey]:
    """Return the virtual keys that a copy made, the oldest first."""
    return [key for key in tx.virtual_keys.of_user(copy.user_id) if key.user_access_profile_id == copy.id]
