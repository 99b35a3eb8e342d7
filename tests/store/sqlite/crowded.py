"""A store in which everything that can grow has grown to the same number."""

from dataclasses import replace

from domain.records import AuditAction, Group, NewAuditLog, NewVersion
from store.api import WriteTransaction
from store.testsuite.samples import NOW, new_copy, new_key, new_profile, user, virtual_key

PROFILE, ROLE, USER, GROUP = 1, 1, "user000", "group000"
"""Those that everything hangs on: attachments, tags and versions, members, copies and memberships."""


LONER = "loner"
"""A user who holds nothing."""


def tags(number: int) -> tuple[str, ...]:
    """Return so many tags."""
    return tuple(f"tag {n}" for n in range(number))


def groups(number: int) -> tuple[str, ...]:
    """Return the ids of so many groups."""
    return tuple(f"group{n:03}" for n in range(number))


def crowd(tx: WriteTransaction, number: int) -> None:
    """Fill an empty store with so many of everything, and of everything about the first of each kind."""
    for n in range(number):
        tx.profiles.add(new_profile(f"profile {n}", tags=tags(number), is_active=n % 2 == 0))
        tx.roles.add(f"role {n}", None, NOW)
        tx.users.add_group(Group(f"group{n:03}", f"Group {n}"))
        tx.api_keys.add(new_key(f"key {n}"))
        tx.audit.add(NewAuditLog(PROFILE, "ada", next(iter(AuditAction)), NOW, user_id=USER))
    for n in range(number):
        tx.roles.attach(PROFILE, n + 1, is_default=False)
        tx.roles.attach(n + 1, ROLE, is_default=False)
        tx.profiles.add_version(NewVersion(PROFILE, n + 1, "profile 0", None, "{}", "ada", NOW))
        member = replace(user(f"user{n:03}", ROLE), group_ids=groups(number) if n == 0 else (GROUP,))
        tx.users.add(member)
    tx.users.add(user(LONER))
    tx.roles.add("attached to nothing", None, NOW)
    for n in range(number):
        copy = tx.copies.add(new_copy(USER, n + 1))
        if n > 0:
            tx.copies.add(new_copy(f"user{n:03}", PROFILE))
        tx.virtual_keys.add(virtual_key(f"key{n:03}", copy))
        tx.virtual_keys.add(virtual_key(f"more{n:03}", tx.copies.get(1)))
