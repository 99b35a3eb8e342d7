"""Virtual Keys: the credentials that users send to inference."""

from domain import names
from domain.credentials import IssuedVirtualKey
from domain.errors import NotFound
from domain.records import UserAccessProfile
from handlers.actions import audit
from handlers.actions.provisioning import add_key, held_copy
from handlers.context import Context
from handlers.contract_types import (
    AddUserVirtualKeyRequest,
    AddVirtualKeyRequest,
    AddVirtualKeyResponse,
    MessageResponse,
    VirtualKeyListResponse,
)
from handlers.replies.copies import issued_virtual_key, virtual_key
from handlers.replies.errors import ApiError
from handlers.replies.reply import NO_STORE, Reply, ok
from store.api import WriteTransaction


def add_user_access_profile_virtual_key(
    context: Context, user_id: str, profile_id: int, body: AddVirtualKeyRequest | None
) -> Reply[AddVirtualKeyResponse]:
    """Make one more key for a copy that the user holds; its value is shown this once."""
    given = body or {}
    name = names.accepted(given["name"]) if "name" in given else None
    description = given.get("description")
    with context.store.write() as tx:
        issued = _add(tx, context, held_copy(tx, user_id, profile_id), name, description)
    return ok({"virtual_key": issued_virtual_key(issued)}, NO_STORE)


def add_user_virtual_key(
    context: Context, user_id: str, body: AddUserVirtualKeyRequest
) -> Reply[AddVirtualKeyResponse]:
    """Make one more key for the copy that is named, or for the user's oldest."""
    name = names.accepted(body["name"])
    with context.store.write() as tx:
        if "profile_id" in body:
            copy = held_copy(tx, user_id, body["profile_id"])
        else:
            copy = _oldest_copy(tx, user_id)
        issued = _add(tx, context, copy, name, body.get("description"))
    return ok({"virtual_key": issued_virtual_key(issued)}, NO_STORE)


def list_user_virtual_keys(context: Context, user_id: str) -> Reply[VirtualKeyListResponse]:
    """Return the keys of a user, the oldest first, masked."""
    with context.store.read() as tx:
        tx.users.get(user_id)
        keys = tx.virtual_keys.of_user(user_id)
    return ok({"virtual_keys": [virtual_key(key) for key in keys]})


def delete_user_access_profile_virtual_key(
    context: Context, user_id: str, vk_id: str
) -> Reply[MessageResponse]:
    """Delete one key of a user; the copy and its other keys stay."""
    with context.store.write() as tx:
        tx.users.get(user_id)
        key = tx.virtual_keys.get(vk_id)
        if key.user_id != user_id:
            # Another user's key is no key here, in the same words.
            raise NotFound("virtual key", vk_id)
        copy = tx.copies.get(key.user_access_profile_id)
        tx.virtual_keys.delete(vk_id)
        audit.record_copy(tx, context, copy, event="vk_delete", vk_id=key.id, vk_name=key.name)
    return ok({"message": f"The virtual key {vk_id} was deleted."})


def _add(
    tx: WriteTransaction,
    context: Context,
    copy: UserAccessProfile,
    name: str | None,
    description: str | None,
) -> IssuedVirtualKey:
    issued = add_key(tx, context, copy, name, description)
    key = issued.record
    audit.record_copy(tx, context, copy, event="vk_add", vk_id=key.id, vk_name=key.name)
    return issued


def _oldest_copy(tx: WriteTransaction, user_id: str) -> UserAccessProfile:
    tx.users.get(user_id)
    copies = tx.copies.of_user(user_id)
    if not copies:
        raise ApiError("profile_not_held", f"{user_id} holds no access profile: assign one first.")
    return copies[0]
