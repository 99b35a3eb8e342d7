"""What a store must refuse, down to the words that a caller gets to read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from domain.errors import Conflict, NotFound, StaleVersion
from domain.records import Group, Role, UserAccessProfile
from store.api import Store, WriteTransaction
from store.testsuite.content import content_of
from store.testsuite.filled import Filled, fill
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.samples import (
    NOW,
    UNKNOWN,
    new_copy,
    new_key,
    new_profile,
    new_version,
    user,
    virtual_key,
)


@contextmanager
def not_found(kind: str, key: object) -> Iterator[None]:
    """Expect that the block is refused because a row is missing."""
    with pytest.raises(NotFound) as refused:
        yield
    assert (refused.value.kind, refused.value.key) == (kind, key)
    assert str(refused.value) == f"There is no {kind} {key}."


@contextmanager
def conflict(kind: str, field: str, value: str) -> Iterator[None]:
    """Expect that the block is refused because a unique value is taken."""
    with pytest.raises(Conflict) as refused:
        yield
    assert (refused.value.kind, refused.value.field, refused.value.value) == (kind, field, value)
    assert str(refused.value).endswith(f' {kind} with the {field} "{value}" exists already.')


@contextmanager
def stale(kind: str, key: object, *, read: int, kept: int) -> Iterator[None]:
    """Expect that the block is refused because what was read has changed since."""
    with pytest.raises(StaleVersion) as refused:
        yield
    error = refused.value
    assert (error.kind, error.key, error.read, error.kept) == (kind, key, read, kept)
    assert str(error) == f"The {kind} {key} is at version {kept}, no longer at {read}. Read it again."


Work: TypeAlias = Callable[[Any, Filled], object]
"""What is refused: done in a unit of work, to a store with the rows that `fill` added."""

Told: TypeAlias = tuple[str, ...] | tuple[str, int]
"""What a refusal says: the kind and the key of what is missing, or kind, field and value of what is taken."""

Row: TypeAlias = tuple[Told | Callable[[Filled], Told], Work]
"""What a refusal says, which may depend on the rows, and what is refused."""

Refusal: TypeAlias = Callable[..., AbstractContextManager[None]]


def no_version(number: int) -> Callable[[Filled], Told]:
    """Return what is said of a version that a profile has not."""
    return lambda kept: ("version", f"{number} of access profile {kept.profile.id}")


def attach(tx: WriteTransaction, profile_id: int, role_id: int) -> None:
    tx.roles.attach(profile_id, role_id, is_default=True)


def add_key(tx: WriteTransaction, copy: UserAccessProfile, key_id: str = "new", **values: str) -> None:
    tx.virtual_keys.add(virtual_key(key_id, copy, **values))


def told_of(told: Told | Callable[[Filled], Told], kept: Filled) -> Told:
    return told(kept) if callable(told) else told


def check_refused(store: Store, refusal: Refusal, told: Told | Callable[[Filled], Told], work: Work) -> None:
    """Check that a write is refused, that nothing of it is kept, and that its transaction may go on."""
    with store.write() as tx:
        kept = fill(tx)
    before = content_of(store)
    said = told_of(told, kept)

    with refusal(*said), store.write() as tx:
        work(tx, kept)
    assert content_of(store) == before

    with store.write() as tx:
        with refusal(*said):
            work(tx, kept)
        tx.roles.delete(tx.roles.add("after", None, NOW).id)
    assert content_of(store) == before


NO_PROFILE, NO_ROLE, NO_COPY = ("access profile", UNKNOWN), ("role", UNKNOWN), ("copy", UNKNOWN)
NO_USER = ("user", "zoe")
HIDDEN = ("API key", "secret", "bfst-01234567...")
"""The error shows what may be shown of a secret."""

READS: Mapping[str, Row] = {
    "profile": (NO_PROFILE, lambda tx, _: tx.profiles.get(UNKNOWN)),
    "version 0": (no_version(0), lambda tx, kept: tx.profiles.version(kept.profile.id, 0)),
    "version 2": (no_version(2), lambda tx, kept: tx.profiles.version(kept.profile.id, 2)),
    "last version": (no_version(UNKNOWN), lambda tx, kept: tx.profiles.version(kept.profile.id, UNKNOWN)),
    "version of no profile": (
        ("version", f"1 of access profile {UNKNOWN}"),
        lambda tx, _: tx.profiles.version(UNKNOWN, 1),
    ),
    "role": (NO_ROLE, lambda tx, _: tx.roles.get(UNKNOWN)),
    "user in another case": (("user", "Ada"), lambda tx, _: tx.users.get("Ada")),
    "beginning of a user": (("user", "ad"), lambda tx, _: tx.users.get("ad")),
    "user without an id": (("user", ""), lambda tx, _: tx.users.get("")),
    "copy": (NO_COPY, lambda tx, _: tx.copies.get(UNKNOWN)),
    "virtual key": (("virtual key", "Ada a"), lambda tx, _: tx.virtual_keys.get("Ada a")),
    "API key": (("API key", UNKNOWN), lambda tx, _: tx.api_keys.get(UNKNOWN)),
    "last API key": (("API key", 2**63 - 1), lambda tx, _: tx.api_keys.get(2**63 - 1)),
}
"""Reads of what is not there."""

WRITES: Mapping[str, Row] = {
    "save no profile": (
        NO_PROFILE,
        lambda tx, kept: tx.profiles.save(replace(kept.profile, id=UNKNOWN), read_version=1),
    ),
    "activate no profile": (NO_PROFILE, lambda tx, _: tx.profiles.set_active(UNKNOWN, is_active=True)),
    "delete no profile": (NO_PROFILE, lambda tx, _: tx.profiles.delete(UNKNOWN)),
    "add a version of no profile": (
        NO_PROFILE,
        lambda tx, kept: tx.profiles.add_version(new_version(replace(kept.profile, id=UNKNOWN))),
    ),
    "save no role": (NO_ROLE, lambda tx, _: tx.roles.save(Role(UNKNOWN, "Sales", None, NOW))),
    "delete no role": (NO_ROLE, lambda tx, _: tx.roles.delete(UNKNOWN)),
    "attach to no role": (NO_ROLE, lambda tx, kept: attach(tx, kept.profile.id, UNKNOWN)),
    "attach no profile": (NO_PROFILE, lambda tx, kept: attach(tx, UNKNOWN, kept.role.id)),
    "attach no profile to no role": (NO_PROFILE, lambda tx, _: attach(tx, UNKNOWN, UNKNOWN - 1)),
    "detach what is not attached": (
        lambda kept: ("attachment", f"of access profile {kept.unattached.id} to role {kept.other_role.id}"),
        lambda tx, kept: tx.roles.detach(kept.unattached.id, kept.other_role.id),
    ),
    "add a user of no role": (NO_ROLE, lambda tx, _: tx.users.add(user("new", UNKNOWN))),
    "add a user in no group": (("group", "i"), lambda tx, _: tx.users.add(user("new", None, "g", "i"))),
    "save no user": (NO_USER, lambda tx, _: tx.users.save(user("zoe"))),
    "save a user of no role": (NO_ROLE, lambda tx, _: tx.users.save(user("ada", UNKNOWN))),
    "save a user in no group": (("group", "i"), lambda tx, _: tx.users.save(user("ada", None, "i"))),
    "delete no user": (NO_USER, lambda tx, _: tx.users.delete("zoe")),
    "add a copy of no user": (NO_USER, lambda tx, kept: tx.copies.add(new_copy("zoe", kept.profile.id))),
    "add a copy of no profile": (NO_PROFILE, lambda tx, _: tx.copies.add(new_copy("ada", UNKNOWN))),
    "add a copy of neither": (NO_USER, lambda tx, _: tx.copies.add(new_copy("zoe", UNKNOWN))),
    "add a copy by no role": (
        NO_ROLE,
        lambda tx, kept: tx.copies.add(new_copy("dan", kept.profile.id, UNKNOWN)),
    ),
    "save no copy": (NO_COPY, lambda tx, kept: tx.copies.save(replace(kept.ada, id=UNKNOWN))),
    "save a copy by no role": (
        NO_ROLE,
        lambda tx, kept: tx.copies.save(replace(kept.ada, name="lost", granted_by_role_id=UNKNOWN)),
    ),
    "delete no copy": (NO_COPY, lambda tx, _: tx.copies.delete(UNKNOWN)),
    "add a key of no copy": (NO_COPY, lambda tx, kept: add_key(tx, replace(kept.ada, id=UNKNOWN))),
    "add a key of another's copy": (
        lambda kept: ("copy", kept.bob.id),
        lambda tx, kept: add_key(tx, replace(kept.ada, id=kept.bob.id)),
    ),
    "add a key of no user": (
        lambda kept: ("copy", kept.ada.id),
        lambda tx, kept: add_key(tx, replace(kept.ada, user_id="zoe")),
    ),
    "delete no virtual key": (("virtual key", "new"), lambda tx, _: tx.virtual_keys.delete("new")),
    "revoke no API key": (("API key", "new"), lambda tx, _: tx.api_keys.revoke("new", NOW)),
    "revoke in another case": (("API key", "CI"), lambda tx, _: tx.api_keys.revoke("CI", NOW)),
    "revoke again": (("API key", "revoked"), lambda tx, _: tx.api_keys.revoke("revoked", NOW)),
}
"""Writes that need what is not there."""

TAKEN: Mapping[str, Row] = {
    "name of a profile": (("access profile", "name", "a"), lambda tx, _: tx.profiles.add(new_profile("a"))),
    "name of another profile": (
        ("access profile", "name", "c"),
        lambda tx, kept: tx.profiles.save(replace(kept.profile, name="c", version=2), read_version=1),
    ),
    "version": (
        ("version", "number", "1"),
        lambda tx, kept: tx.profiles.add_version(new_version(kept.profile, "another")),
    ),
    "name of a role": (("role", "name", "Sales"), lambda tx, _: tx.roles.add("Sales", None, NOW)),
    "name of another role": (
        ("role", "name", "Legal"),
        lambda tx, kept: tx.roles.save(replace(kept.role, name="Legal")),
    ),
    "id of a user": (("user", "id", "ada"), lambda tx, _: tx.users.add(user("ada"))),
    "id of a user, before its role": (
        ("user", "id", "ada"),
        lambda tx, _: tx.users.add(user("ada", UNKNOWN)),
    ),
    "id of a group": (("group", "id", "g"), lambda tx, _: tx.users.add_group(Group("g", "taken"))),
    "copy of a profile": (
        lambda kept: ("copy", "access profile", str(kept.profile.id)),
        lambda tx, kept: tx.copies.add(new_copy("ada", kept.profile.id)),
    ),
    # Also for another user, and never with the secret in the sentence.
    "id of a virtual key": (
        ("virtual key", "id", "ada a"),
        lambda tx, kept: add_key(tx, kept.bob, "ada a", name="new", secret="new"),
    ),
    "secret of a virtual key": (
        ("virtual key", "secret", "sk-…new"),
        lambda tx, kept: add_key(tx, kept.bob, secret="ada a"),
    ),
    "name of a virtual key": (
        ("virtual key", "name", "Key ada a"),
        lambda tx, kept: add_key(tx, kept.bob, name="Key ada a"),
    ),
    "name of an API key": (("API key", "name", "ci"), lambda tx, _: tx.api_keys.add(new_key("ci", "new"))),
    "secret of an API key": (HIDDEN, lambda tx, _: tx.api_keys.add(new_key("new", "ci"))),
    "secret of a revoked API key": (HIDDEN, lambda tx, _: tx.api_keys.add(new_key("new", "revoked"))),
    "secret of an API key, before its name": (HIDDEN, lambda tx, _: tx.api_keys.add(new_key("ci"))),
}
"""Values that there can be only one of."""


class RefusalSuite(StoreFixtures):
    """What is refused, and that it leaves everything as it was."""

    @pytest.mark.parametrize("read", READS)
    def test_what_is_not_there_cannot_be_read(self, store: Store, read: str) -> None:
        told, work = READS[read]
        with store.write() as tx:
            kept = fill(tx)

        for unit in (store.read, store.write):
            with not_found(*told_of(told, kept)), unit() as tx:
                work(tx, kept)

    @pytest.mark.parametrize("write", WRITES)
    def test_what_is_not_there_cannot_be_changed_or_referred_to(self, store: Store, write: str) -> None:
        check_refused(store, not_found, *WRITES[write])

    @pytest.mark.parametrize("value", TAKEN)
    def test_what_is_unique_is_taken_once(self, store: Store, value: str) -> None:
        check_refused(store, conflict, *TAKEN[value])
