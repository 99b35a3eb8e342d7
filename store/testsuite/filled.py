"""A store with rows of every kind, and every way to change them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from domain.records import AccessProfile, AuditAction, Group, Role, UserAccessProfile
from store.api import ProfileFilter, WriteTransaction
from store.testsuite.samples import (
    NOW,
    audit_row,
    full_policy,
    new_copy,
    new_key,
    new_profile,
    new_version,
    user,
    virtual_key,
)


@dataclass(frozen=True)
class Filled:
    """Some of the rows that `fill` added.

    Attributes:
        profile: a profile, which is attached to both roles.
        unattached: one that is attached to the first role alone.
        role: the first role.
        other_role: the second one.
        ada: the copy of the profile that ada holds.
        bob: the one that bob holds.
    """

    profile: AccessProfile
    unattached: AccessProfile
    role: Role
    other_role: Role
    ada: UserAccessProfile
    bob: UserAccessProfile


def fill(tx: WriteTransaction) -> Filled:
    """Add rows of every kind, two of each that `change_everything` changes or deletes."""
    profiles = [tx.profiles.add(new_profile(name, tags=["eu"], is_active=True)) for name in "abc"]
    roles = [tx.roles.add(name, None, NOW) for name in ("Sales", "Legal")]
    copies = []
    for group_id in ("g", "h"):
        tx.users.add_group(Group(group_id, group_id))
    for number, user_id in enumerate(("ada", "bob", "eve")):
        tx.users.add(user(user_id, roles[number % 2].id, "g"))
        for profile in profiles:
            copy = tx.copies.add(new_copy(user_id, profile.id, roles[number % 2].id))
            tx.virtual_keys.add(virtual_key(f"{user_id} {profile.name}", copy))
            copies.append(copy)
    tx.users.add(user("dan"))
    for profile in profiles:
        tx.profiles.add_version(new_version(profile))
        for role in roles if profile is not profiles[-1] else roles[:1]:
            tx.roles.attach(profile.id, role.id, is_default=True)
        tx.audit.add(audit_row(AuditAction.CREATE, profile_id=profile.id))
    for name in ("ci", "revoked"):
        tx.api_keys.add(new_key(name))
    tx.api_keys.revoke("revoked", NOW)
    return Filled(profiles[0], profiles[-1], roles[0], roles[1], copies[0], copies[len(profiles)])


def change_everything(tx: WriteTransaction) -> None:
    """Write in every way that there is, to a store that was filled."""
    changed, deleted, shown = tx.profiles.list(ProfileFilter(), limit=3, offset=0).rows
    saved = replace(changed, name="d", tags=("us",), policy=full_policy(), version=2)
    tx.profiles.save(saved, read_version=1)
    tx.profiles.add_version(new_version(saved))
    tx.profiles.set_active(shown.id, is_active=False, by_operator=True)
    tx.profiles.delete(deleted.id)
    tx.profiles.reserve_provider_config_ids(3)
    sales, legal = tx.roles.list()
    tx.roles.save(replace(sales, name="Retail"))
    tx.roles.delete(legal.id)
    tx.roles.detach(shown.id, sales.id)
    tx.roles.attach(changed.id, sales.id, is_default=False)
    tx.users.add_group(Group("i", "i"))
    tx.users.save(user("ada", None, "h", "i"))
    tx.users.delete("eve")
    first, second, _ = tx.copies.of_user("bob")
    tx.copies.save(replace(first, name="Renamed", policy=full_policy(), expires_at=NOW))
    tx.copies.delete(second.id)
    tx.virtual_keys.delete("ada a")
    tx.api_keys.revoke("ci", NOW + timedelta(days=1))
    tx.api_keys.add(new_key("ci", "secret of the same name"))
    fill_again(tx)


def fill_again(tx: WriteTransaction) -> None:
    """Add a row of every kind that `fill` did not add."""
    profile = tx.profiles.add(new_profile("e", tags=["us"]))
    tx.profiles.add_version(new_version(profile))
    role = tx.roles.add("Writer", "Writes.", NOW)
    tx.roles.attach(profile.id, role.id, is_default=True)
    tx.users.add(user("zoe", role.id, "h"))
    copy = tx.copies.add(new_copy("zoe", profile.id, role.id))
    tx.virtual_keys.add(virtual_key("zoe e", copy))
    tx.api_keys.add(new_key("ops", "another secret"))
    tx.audit.add(audit_row(AuditAction.UPDATE, user_id="zoe"))
