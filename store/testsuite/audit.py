"""The audit log."""

from datetime import timedelta

import pytest

from domain.records import AuditAction, AuditLog, NewAuditLog
from store.api import AuditFilter, Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.samples import NOW, UNKNOWN, add_profiles, add_users, audit_row


def add(store: Store, *rows: NewAuditLog) -> list[AuditLog]:
    with store.write() as tx:
        return [tx.audit.add(row) for row in rows]


def listed(store: Store, audit_filter: AuditFilter | None = None) -> list[AuditLog]:
    with store.read() as tx:
        page = tx.audit.list(audit_filter or AuditFilter(), limit=1000, offset=0)
    assert page.total_count == len(page.rows)
    return list(page.rows)


ROWS = (
    audit_row(AuditAction.CREATE, profile_id=1),
    audit_row(AuditAction.UPDATE, profile_id=1, user_id="ada"),
    audit_row(AuditAction.CREATE, profile_id=2),
    audit_row(AuditAction.UPDATE, user_id="bob"),
    audit_row(AuditAction.PROPAGATE, profile_id=2, user_id="ada"),
    audit_row(AuditAction.UPDATE, profile_id=1, user_id="bob"),
)


class AuditSuite(StoreFixtures):
    """The audit log."""

    def test_an_audit_row_is_read_as_it_was_added(self, store: Store) -> None:
        full = NewAuditLog(7, "ops", AuditAction.CLONE, NOW, "ada", '{"a": "日本"}', "{}", '{"n": 1}')
        bare = NewAuditLog(None, "", AuditAction.DEACTIVATE, NOW + timedelta(microseconds=1))

        [first, second] = add(store, full, bare)

        assert first == AuditLog(
            first.id, 7, "ada", "ops", AuditAction.CLONE, '{"a": "日本"}', "{}", '{"n": 1}', NOW
        )
        assert second == AuditLog(
            second.id, None, None, "", AuditAction.DEACTIVATE, None, None, None, bare.created_at
        )
        assert listed(store) == [second, first]

    def test_every_action_can_be_kept_and_asked_for(self, store: Store) -> None:
        added = {row.action: row for row in add(store, *map(audit_row, AuditAction))}

        assert {action: listed(store, AuditFilter(action=action)) for action in AuditAction} == {
            action: [row] for action, row in added.items()
        }
        assert all(isinstance(row.action, AuditAction) for row in listed(store))

    def test_audit_rows_are_listed_by_id_the_newest_first_whatever_their_instants(self, store: Store) -> None:
        instants = [NOW, NOW - timedelta(days=1), NOW + timedelta(days=1), NOW]

        added = add(store, *(NewAuditLog(1, "ops", AuditAction.UPDATE, instant) for instant in instants))

        ids = [row.id for row in added]
        assert ids == sorted(set(ids))
        assert listed(store) == added[::-1]

    @pytest.mark.parametrize(
        ("audit_filter", "expected"),
        [
            (AuditFilter(), [5, 4, 3, 2, 1, 0]),
            (AuditFilter(access_profile_id=1), [5, 1, 0]),
            (AuditFilter(action="update"), [5, 3, 1]),
            (AuditFilter(user_id="ada"), [4, 1]),
            (AuditFilter(access_profile_id=1, action="update"), [5, 1]),
            (AuditFilter(access_profile_id=2, user_id="ada"), [4]),
            (AuditFilter(action="update", user_id="bob"), [5, 3]),
            (AuditFilter(access_profile_id=1, action="update", user_id="bob"), [5]),
            (AuditFilter(access_profile_id=2, action="update"), []),
            (AuditFilter(access_profile_id=UNKNOWN), []),
            (AuditFilter(action="UPDATE"), []),
            (AuditFilter(action="no action"), []),
            (AuditFilter(action=""), []),
            (AuditFilter(user_id="Ada"), []),
            (AuditFilter(user_id=""), []),
        ],
    )
    def test_conditions_on_audit_rows_are_joined_by_and(
        self, store: Store, audit_filter: AuditFilter, expected: list[int]
    ) -> None:
        added = add(store, *ROWS)

        assert listed(store, audit_filter) == [added[place] for place in expected]

    @pytest.mark.parametrize(
        ("limit", "offset", "expected"),
        [(2, 0, [5, 3]), (2, 2, [1]), (1, 1, [3]), (25, 0, [5, 3, 1]), (2, 3, []), (2, 2_147_483_647, [])],
    )
    def test_a_page_of_audit_rows_has_its_rows_and_the_total(
        self, store: Store, limit: int, offset: int, expected: list[int]
    ) -> None:
        added = add(store, *ROWS)

        with store.read() as tx:
            page = tx.audit.list(AuditFilter(action="update"), limit=limit, offset=offset)

        assert page.rows == tuple(added[place] for place in expected)
        assert page.total_count == 3

    def test_audit_rows_outlive_what_they_tell_of(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        add_users(store, "ada")
        added = add(store, audit_row(AuditAction.DELETE, profile_id=profile_id, user_id="ada"))

        with store.write() as tx:
            tx.profiles.delete(profile_id)
            tx.users.delete("ada")

        about = AuditFilter(access_profile_id=profile_id, user_id="ada")
        assert listed(store) == listed(store, about) == added

    def test_an_audit_row_may_tell_of_what_never_was(self, store: Store) -> None:
        added = add(store, audit_row(AuditAction.DELETE, profile_id=UNKNOWN, user_id="nobody"))

        assert listed(store) == added
