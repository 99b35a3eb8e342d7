"""User Access Profiles: the copies that users hold, with their usage."""

from collections.abc import Sequence

from domain.errors import Fault, NotFound, RulesBroken
from domain.records import ProfileDetail, VirtualKey
from handlers.actions.provisioning import give_copy, held_copy, take_copy
from handlers.context import Context
from handlers.contract_types import (
    AssignProfileRequest,
    AssignProfileResponse,
    DetachUserProfileResponse,
    UserAccessProfileListResponse,
)
from handlers.replies.copies import issued_virtual_key, user_access_profile
from handlers.replies.errors import ApiError
from handlers.replies.reply import NO_STORE, Reply, ok
from handlers.requests.timestamps import future_instant
from store.api import WriteTransaction


def list_user_access_profiles(context: Context, user_id: str) -> Reply[UserAccessProfileListResponse]:
    """Return the copies that a user holds as they are now, ordered by id."""
    with context.store.read() as tx:
        tx.users.get(user_id)
        copies = tx.copies.of_user(user_id)
        keys = tx.virtual_keys.of_user(user_id)
    return ok(
        {
            "access_profiles": [
                user_access_profile(copy, _made_by(copy.id, keys), context.now) for copy in copies
            ]
        }
    )


def assign_user_access_profile(
    context: Context, user_id: str, body: AssignProfileRequest
) -> Reply[AssignProfileResponse]:
    """Give a user a copy of an active profile, with one virtual key that is shown this once."""
    expires_at = future_instant(body.get("expires_at"), field="expires_at", now=context.now)
    with context.store.write() as tx:
        tx.users.get(user_id)
        profile = _named(tx, body["profile_id"]).profile
        if not profile.is_active:
            raise ApiError(
                "profile_inactive",
                f"The access profile {profile.id} is inactive and is given to nobody: activate it first.",
                param=("profile_id",),
            )
        given = give_copy(tx, context, profile, user_id, expires_at=expires_at)
    return Reply(
        201,
        {
            "access_profile": user_access_profile(given.copy, [given.key.record], context.now),
            "virtual_key": issued_virtual_key(given.key),
        },
        NO_STORE,
    )


def detach_user_access_profile(
    context: Context, user_id: str, profile_id: int
) -> Reply[DetachUserProfileResponse]:
    """Delete a user's copy with every virtual key that it made."""
    with context.store.write() as tx:
        keys = take_copy(tx, context, held_copy(tx, user_id, profile_id))
    return ok(
        {
            "message": f"{user_id} no longer holds the access profile {profile_id}.",
            "deleted_vk_names": [key.name for key in keys],
            "deleted_vk_count": len(keys),
        }
    )


def _named(tx: WriteTransaction, profile_id: int) -> ProfileDetail:
    try:
        return tx.profiles.get(profile_id)
    except NotFound as error:
        raise RulesBroken([Fault(("profile_id",), "unknown_profile", str(error))]) from None


def _made_by(copy_id: int, keys: Sequence[VirtualKey]) -> Sequence[VirtualKey]:
    return [key for key in keys if key.user_access_profile_id == copy_id]
