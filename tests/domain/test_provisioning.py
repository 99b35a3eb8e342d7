"""What a change of role takes and gives."""

from dataclasses import replace

import pytest

from domain.provisioning import RoleChange, displaced_defaults, role_change
from domain.records import (
    AccessProfile,
    BudgetTerms,
    PolicyTerms,
    ResetDuration,
    RoleAttachment,
    UserAccessProfile,
)
from tests.domain.samples import at, in_force

NOW = at("2026-05-13T09:41")
POLICY = in_force(PolicyTerms(budgets=(BudgetTerms(20, ResetDuration.MONTH),)), NOW)
ANALYST, ENGINEER, LEAD = 5, 6, 7


def profile(profile_id: int, *, is_active: bool = True) -> AccessProfile:
    return AccessProfile(
        id=profile_id,
        name=f"profile {profile_id}",
        description=None,
        tags=(),
        is_active=is_active,
        version=1,
        policy=POLICY,
        created_at=NOW,
        updated_at=NOW,
    )


def held(profile_id: int | None, *, by: int | None) -> UserAccessProfile:
    return UserAccessProfile(
        id=100 + (profile_id or 0),
        user_id="ada",
        parent_profile_id=profile_id,
        name=f"profile {profile_id}",
        policy=replace(POLICY, budgets=(replace(POLICY.budgets[0], current_usage_micros=19),)),
        created_at=NOW,
        is_active=True,
        expires_at=None,
        granted_by_role_id=by,
    )


def change(
    *copies: UserAccessProfile,
    old: int | None = ANALYST,
    new: int | None = ENGINEER,
    defaults: tuple[AccessProfile, ...] = (),
) -> RoleChange:
    return role_change(copies, old_role_id=old, new_role_id=new, defaults=defaults)


def test_what_the_old_role_granted_is_swapped_for_what_the_new_one_grants() -> None:
    old_copy, offered = held(1, by=ANALYST), profile(2)

    assert change(old_copy, defaults=(offered,)) == RoleChange(remove=(old_copy,), grant=(offered,))


def test_what_was_given_directly_stays() -> None:
    assert change(held(1, by=None), held(2, by=None)) == RoleChange()


def test_what_was_given_directly_stays_so_when_the_new_role_grants_it_as_well() -> None:
    assert change(held(1, by=None), defaults=(profile(1),)) == RoleChange()


def test_what_both_roles_grant_stays_and_changes_its_grant_alone() -> None:
    copy = held(1, by=ANALYST)

    assert change(copy, defaults=(profile(1),)) == RoleChange(
        regrant=(replace(copy, granted_by_role_id=ENGINEER),)
    )


def test_what_a_third_role_granted_stays() -> None:
    assert change(held(1, by=LEAD), defaults=(profile(1),)) == RoleChange()


def test_a_first_role_grants_its_defaults() -> None:
    copy, offered = held(1, by=None), profile(2)

    assert change(copy, old=None, defaults=(offered,)) == RoleChange(grant=(offered,))


def test_the_loss_of_a_role_takes_what_it_granted() -> None:
    copy = held(1, by=ANALYST)

    assert change(copy, held(2, by=None), new=None) == RoleChange(remove=(copy,))


def test_a_copy_whose_template_is_gone_goes_with_its_role() -> None:
    orphan = held(None, by=ANALYST)

    assert change(orphan, defaults=(profile(1),)).remove == (orphan,)


def test_a_deactivated_profile_is_not_provisioned() -> None:
    assert change(defaults=(profile(1, is_active=False),)) == RoleChange()


def test_a_deactivated_profile_that_both_roles_grant_is_left_working() -> None:
    copy = held(1, by=ANALYST)

    assert change(copy, defaults=(profile(1, is_active=False),)).regrant == (
        replace(copy, granted_by_role_id=ENGINEER),
    )


@pytest.mark.parametrize("role", [ANALYST, None])
def test_the_same_role_changes_nothing(role: int | None) -> None:
    assert change(held(1, by=ANALYST), old=role, new=role, defaults=(profile(2),)) == RoleChange()


def test_a_new_default_displaces_the_one_before_it() -> None:
    attachments = tuple(
        RoleAttachment(number, number, ANALYST, "Analyst", is_default)
        for number, is_default in ((1, True), (2, False), (3, True))
    )

    assert displaced_defaults(attachments, 3) == attachments[:1]
    assert displaced_defaults(attachments, 2) == (attachments[0], attachments[2])
