"""The life of a profile, by the client that openapi-python-client generates.

The generated package must be importable; `BASE_URL` and `API_KEY` say where the server is. Every answer is
read by its type, so that mypy proves what the server then confirms.
"""

import json
import os
from typing import TypeVar

from access_profiles_client import AuthenticatedClient
from access_profiles_client.api.access_profiles import (
    create_access_profile,
    delete_access_profile,
    get_access_profile,
    list_access_profiles,
    update_access_profile,
)
from access_profiles_client.api.budget_overrides import (
    delete_user_access_profile_budget_override,
    update_user_access_profile_budget_override,
)
from access_profiles_client.api.history import (
    get_access_profile_version,
    list_access_profile_audit_logs_by_id,
    list_access_profile_versions,
)
from access_profiles_client.api.propagation import propagate_access_profile
from access_profiles_client.api.role_attachments import (
    attach_roles_to_access_profile,
    detach_role_from_access_profile,
)
from access_profiles_client.api.roles import create_role
from access_profiles_client.api.user_access_profiles import (
    detach_user_access_profile,
    list_user_access_profiles,
)
from access_profiles_client.api.users import create_user
from access_profiles_client.api.virtual_keys import (
    add_user_access_profile_virtual_key,
    delete_user_access_profile_virtual_key,
    list_user_virtual_keys,
)
from access_profiles_client.models import (
    AccessProfile,
    AccessProfileDetailResponse,
    AccessProfileListResponse,
    AccessProfileResponse,
    AddVirtualKeyRequest,
    AddVirtualKeyResponse,
    AttachRolesRequest,
    AttachRolesResponse,
    AuditLogListResponse,
    BifrostError,
    BudgetInput,
    BudgetOverrideRequest,
    BudgetOverrideResponse,
    BudgetResetDuration,
    CreateAccessProfileRequest,
    CreateUserRequest,
    DetachUserProfileResponse,
    ErrorCode,
    MessageResponse,
    OverrideMode,
    PropagatedField,
    PropagateRequest,
    PropagateResponse,
    ProviderConfigInput,
    RateLimit,
    RateLimitInput,
    RateLimitResetDuration,
    Role,
    RoleRequest,
    RoleResponse,
    UpdateAccessProfileRequest,
    UserAccessProfile,
    UserAccessProfileListResponse,
    UserResponse,
    VersionListResponse,
    VersionResponse,
    VirtualKeyListResponse,
)
from access_profiles_client.types import UNSET

T = TypeVar("T")
MEMBERS = ["ada.lovelace", "alan.turing"]


def main() -> None:
    """Create a profile, give it to people, change it, and take it away again."""
    client = AuthenticatedClient(
        os.environ["BASE_URL"], os.environ["API_KEY"], raise_on_unexpected_status=True
    )
    with client:
        profile = create_and_change(client)
        role = give_to_members(client, profile)
        raise_a_budget(client, profile)
        add_virtual_keys(client, profile)
        propagate(client, profile)
        read_the_history(client, profile)
        take_away(client, profile, role)


def answered(kind: type[T], answer: object) -> T:
    """Return an answer that is of the kind expected."""
    assert isinstance(answer, kind), answer
    return answer


def create_and_change(client: AuthenticatedClient) -> AccessProfile:
    """Create a profile, read it, and change it with `If-Match`. A change that comes too late is refused."""
    wanted = CreateAccessProfileRequest(
        name="Translator",
        description=None,
        tags=["eu"],
        provider_configs=[ProviderConfigInput(provider_name="openai", allowed_models=["gpt-4o-mini"])],
        budgets=[BudgetInput(max_limit=20, reset_duration=BudgetResetDuration.MONTH)],
        rate_limit=RateLimitInput(request_max_limit=60, request_reset_duration=RateLimitResetDuration.HOUR),
    )
    created = answered(
        AccessProfileResponse, create_access_profile.sync(client=client, body=wanted)
    ).access_profile
    assert not created.is_active
    assert answered(RateLimit, created.rate_limit).request_max_limit == 60

    read = get_access_profile.sync_detailed(created.id, client=client)
    assert answered(AccessProfileDetailResponse, read.parsed).access_profile == created
    tag = read.headers["ETag"]
    assert get_access_profile.sync_detailed(created.id, client=client, if_none_match=tag).status_code == 304

    change = UpdateAccessProfileRequest(description="For the translators.", rate_limit=None)
    changed = answered(
        AccessProfileResponse,
        update_access_profile.sync(created.id, client=client, body=change, if_match=tag),
    ).access_profile
    assert (changed.version, changed.description) == (2, "For the translators.")
    assert changed.rate_limit is UNSET

    late = UpdateAccessProfileRequest(tags=["late"])
    refusal = answered(
        BifrostError, update_access_profile.sync(created.id, client=client, body=late, if_match=tag)
    )
    assert (refusal.status_code, refusal.error.code) == (412, ErrorCode.PRECONDITION_FAILED)
    return changed


def give_to_members(client: AuthenticatedClient, profile: AccessProfile) -> Role:
    """Create a role with members, and make the profile its default. Every member gets a copy."""
    role = answered(RoleResponse, create_role.sync(client=client, body=RoleRequest(name="Translation"))).role
    for member in MEMBERS:
        person = CreateUserRequest(id=member, name=member, email=f"{member}@example.com", role_id=role.id)
        assert answered(UserResponse, create_user.sync(client=client, body=person)).user.role_id == role.id

    attach = AttachRolesRequest(role_ids=[role.id], is_default=True, apply_to_existing=True)
    attached = attach_roles_to_access_profile.sync(profile.id, client=client, body=attach)
    assert answered(AttachRolesResponse, attached).users_applied == len(MEMBERS)

    listed = answered(
        AccessProfileListResponse, list_access_profiles.sync(client=client, is_active=True, tags="eu")
    )
    assert [row.id for row in listed.access_profiles] == [profile.id]
    return role


def copy_of(client: AuthenticatedClient, member: str) -> UserAccessProfile:
    """Return the only copy that a member holds."""
    listed = answered(UserAccessProfileListResponse, list_user_access_profiles.sync(member, client=client))
    [copy] = listed.access_profiles
    return copy


def raise_a_budget(client: AuthenticatedClient, profile: AccessProfile) -> None:
    """Raise one member's budget for three windows, and take the raise back."""
    member = MEMBERS[0]
    [budget] = copy_of(client, member).budgets
    place = (member, profile.id, budget.id)
    more = BudgetOverrideRequest(amount=5, mode=OverrideMode.CYCLES, cycles=3)

    raised = update_user_access_profile_budget_override.sync(*place, client=client, body=more)
    assert answered(BudgetOverrideResponse, raised).effective_max_limit == 25
    assert copy_of(client, member).budgets[0].override_cycles_remaining == 3

    lowered = delete_user_access_profile_budget_override.sync(*place, client=client)
    assert answered(BudgetOverrideResponse, lowered).effective_max_limit == 20


def add_virtual_keys(client: AuthenticatedClient, profile: AccessProfile) -> None:
    """Add a key with a name and one without a body, and delete one of them."""
    member = MEMBERS[0]
    named = AddVirtualKeyRequest(name="ada-notebook")
    keys = [
        answered(AddVirtualKeyResponse, answer).virtual_key
        for answer in (
            add_user_access_profile_virtual_key.sync(member, profile.id, client=client, body=named),
            add_user_access_profile_virtual_key.sync(member, profile.id, client=client),
        )
    ]
    assert keys[0].name == "ada-notebook"
    assert all(key.value.startswith("sk-bf-") for key in keys)

    gone = delete_user_access_profile_virtual_key.sync(member, keys[1].id, client=client)
    answered(MessageResponse, gone)
    listed = answered(VirtualKeyListResponse, list_user_virtual_keys.sync(member, client=client)).virtual_keys
    assert keys[0].id in {key.id for key in listed}
    assert keys[1].id not in {key.id for key in listed}
    assert keys[0].value not in {key.value for key in listed}


def propagate(client: AuthenticatedClient, profile: AccessProfile) -> None:
    """Change the budget, and bring the change to the copies: first to see how many, then in earnest."""
    change = UpdateAccessProfileRequest(
        budgets=[BudgetInput(max_limit=30, reset_duration=BudgetResetDuration.MONTH)]
    )
    answered(AccessProfileResponse, update_access_profile.sync(profile.id, client=client, body=change))

    for dry_run, limit in ((True, 20), (False, 30)):
        order = PropagateRequest(fields=[PropagatedField.BUDGETS], dry_run=dry_run)
        done = answered(
            PropagateResponse, propagate_access_profile.sync(profile.id, client=client, body=order)
        )
        assert (done.user_ids, done.applied) == (MEMBERS, not dry_run)
        assert [copy_of(client, member).budgets[0].max_limit for member in MEMBERS] == [limit, limit]


def read_the_history(client: AuthenticatedClient, profile: AccessProfile) -> None:
    """Read the versions and the audit log."""
    listed = answered(
        VersionListResponse, list_access_profile_versions.sync(profile.id, client=client)
    ).versions
    assert [version.version for version in listed] == [3, 2, 1]
    first = answered(VersionResponse, get_access_profile_version.sync(profile.id, 1, client=client)).version
    assert first == listed[-1]
    assert json.loads(first.snapshot)["name"] == "Translator"

    log = answered(
        AuditLogListResponse,
        list_access_profile_audit_logs_by_id.sync(profile.id, client=client, action="propagate"),
    )
    assert (log.total_count, log.audit_logs[0].access_profile_id) == (1, profile.id)


def take_away(client: AuthenticatedClient, profile: AccessProfile, role: Role) -> None:
    """Detach the role and the members, and delete the profile. While somebody holds a copy, it stays."""
    answered(MessageResponse, detach_role_from_access_profile.sync(profile.id, role.id, client=client))
    held = answered(BifrostError, delete_access_profile.sync(profile.id, client=client))
    assert (held.status_code, held.error.code) == (409, ErrorCode.PROFILE_IN_USE)

    for member in MEMBERS:
        answered(
            DetachUserProfileResponse, detach_user_access_profile.sync(member, profile.id, client=client)
        )
    answered(MessageResponse, delete_access_profile.sync(profile.id, client=client))
    gone = answered(BifrostError, get_access_profile.sync(profile.id, client=client))
    assert (gone.status_code, gone.error.code) == (404, ErrorCode.ACCESS_PROFILE_NOT_FOUND)


main()
