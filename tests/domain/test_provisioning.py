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


OWN, DIRECT, ORPHAN = held(1, by=ANALYST), held(1, by=None), held(None, by=ANALYST)
REGRANTED = replace(OWN, granted_by_role_id=ENGINEER)
OTHER_DIRECT = held(2, by=None)
SAME, OTHER = profile(1), profile(2)
RETIRED = profile(1, is_active=False)


@pytest.mark.parametrize(
    ("copies", "roles", "defaults", "expected"),
    [
        pytest.param([OWN], (ANALYST, ENGINEER), [OTHER], RoleChange((OWN,), (OTHER,)), id="a swap"),
        pytest.param([DIRECT, OTHER_DIRECT], (ANALYST, ENGINEER), [], RoleChange(), id="given directly"),
        pytest.param([DIRECT], (ANALYST, ENGINEER), [SAME], RoleChange(), id="given directly and granted"),
        pytest.param(
            [OWN], (ANALYST, ENGINEER), [SAME], RoleChange(regrant=(REGRANTED,)), id="granted by both"
        ),
        pytest.param(
            [held(1, by=LEAD)], (ANALYST, ENGINEER), [SAME], RoleChange(), id="granted by a third role"
        ),
        pytest.param([DIRECT], (None, ENGINEER), [OTHER], RoleChange(grant=(OTHER,)), id="a first role"),
        pytest.param([OWN, OTHER_DIRECT], (ANALYST, None), [], RoleChange((OWN,)), id="no role any more"),
        pytest.param(
            [ORPHAN], (ANALYST, ENGINEER), [SAME], RoleChange((ORPHAN,), (SAME,)), id="a template is gone"
        ),
        pytest.param([], (ANALYST, ENGINEER), [RETIRED], RoleChange(), id="a deactivated profile"),
        pytest.param(
            [OWN],
            (ANALYST, ENGINEER),
            [RETIRED],
            RoleChange(regrant=(REGRANTED,)),
            id="a deactivated profile that both grant",
        ),
        pytest.param([OWN], (ANALYST, ANALYST), [OTHER], RoleChange(), id="the same role"),
        pytest.param([OWN], (None, None), [OTHER], RoleChange(), id="still no role"),
    ],
)
def test_a_change_of_role_swaps_what_roles_grant_and_nothing_else(
    copies: list[UserAccessProfile],
    roles: tuple[int | None, int | None],
    defaults: list[AccessProfile],
    expected: RoleChange,
) -> None:
    old, new = roles

    assert role_change(copies, old_role_id=old, new_role_id=new, defaults=defaults) == expected


def test_a_new_default_displaces_the_one_before_it() -> None:
    attachments = tuple(
        RoleAttachment(number, number, ANALYST, "Analyst", is_default)
        for number, is_default in ((1, True), (2, False), (3, True))
    )

    assert displaced_defaults(attachments, 3) == attachments[:1]
    assert displaced_defaults(attachments, 2) == (attachments[0], attachments[2])
