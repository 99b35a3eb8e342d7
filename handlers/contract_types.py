"""The contract's schemas as types. Generated from openapi.yaml by `make types`; do not edit."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

BudgetResetDuration: TypeAlias = Literal['1h', '1d', '1w', '1M', '1Q', '1Y']


RateLimitResetDuration: TypeAlias = Literal['1h', '1d', '1w', '1M', '1Y']


class BudgetResetConfig(TypedDict):
    """
    Where quarters begin. Only for a `reset_duration` of `1Q`.
    """

    quarter_start_month: int


class Budget(TypedDict):
    """
    The most that may be spent in one window.
    """

    id: str
    max_limit: float
    reset_duration: BudgetResetDuration
    reset_config: NotRequired[BudgetResetConfig]
    scope: str
    current_usage: float
    last_reset: str


class BudgetInput(TypedDict):
    """
    A budget in a request.
    """

    max_limit: float
    reset_duration: BudgetResetDuration
    reset_config: NotRequired[BudgetResetConfig]
    id: NotRequired[str]
    scope: NotRequired[str]
    current_usage: NotRequired[float]
    last_reset: NotRequired[str]


class RateLimit(TypedDict):
    """
    The most tokens and requests in one window each. A limit that is not set is absent.
    """

    id: str
    token_max_limit: NotRequired[int | None]
    token_reset_duration: NotRequired[RateLimitResetDuration]
    request_max_limit: NotRequired[int | None]
    request_reset_duration: NotRequired[RateLimitResetDuration]
    token_current_usage: int
    request_current_usage: int


class RateLimitInput(TypedDict):
    """
    A rate limit in a request. A maximum needs its reset duration, and the other way round; at least one maximum is set. `null` stands for no rate limit.
    """

    token_max_limit: NotRequired[int | None]
    token_reset_duration: NotRequired[RateLimitResetDuration]
    request_max_limit: NotRequired[int | None]
    request_reset_duration: NotRequired[RateLimitResetDuration]
    id: NotRequired[str]
    token_current_usage: NotRequired[int]
    request_current_usage: NotRequired[int]


class ProviderConfig(TypedDict):
    """
    What a profile allows at one provider.
    """

    id: int
    provider_name: str
    all_models_allowed: bool
    allowed_models: list[str]
    budgets: list[Budget]
    rate_limit: NotRequired[RateLimit]


class ProviderConfigInput(TypedDict):
    """
    A provider config in a request.
    """

    provider_name: str
    all_models_allowed: NotRequired[bool]
    allowed_models: NotRequired[list[str]]
    budgets: NotRequired[list[BudgetInput]]
    rate_limit: NotRequired[RateLimitInput | None]
    id: NotRequired[int]


class MCPToolGroupLink(TypedDict):
    """
    Grants the tools of a group.
    """

    tool_group_id: int


class MCPServerLink(TypedDict):
    """
    Grants every tool of an MCP server.
    """

    mcp_server_id: str


class MCPToolOverride(TypedDict):
    """
    Adds one tool, or takes one away that a group granted.
    """

    mcp_client_id: str
    tool_name: str
    action: Literal['include', 'exclude']


class AccessProfile(TypedDict):
    """
    A reusable policy.
    """

    id: int
    name: str
    description: str | None
    is_active: bool
    version: int
    tags: list[str]
    provider_configs: list[ProviderConfig]
    budgets: list[Budget]
    rate_limit: NotRequired[RateLimit]
    calendar_aligned: bool
    mcp_tool_groups: list[MCPToolGroupLink]
    mcp_servers: list[MCPServerLink]
    mcp_tool_overrides: list[MCPToolOverride]
    created_at: str
    updated_at: str


class CreateAccessProfileRequest(TypedDict):
    """
    A profile to create.
    """

    name: str
    description: NotRequired[str | None]
    tags: NotRequired[list[str]]
    provider_configs: NotRequired[list[ProviderConfigInput]]
    budgets: NotRequired[list[BudgetInput]]
    rate_limit: NotRequired[RateLimitInput | None]
    calendar_aligned: NotRequired[bool]
    mcp_tool_groups: NotRequired[list[MCPToolGroupLink]]
    mcp_servers: NotRequired[list[MCPServerLink]]
    mcp_tool_overrides: NotRequired[list[MCPToolOverride]]
    id: NotRequired[int]
    is_active: NotRequired[bool]
    version: NotRequired[int]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]


class AccessProfileRoleAttachment(TypedDict):
    """
    That a role gives a profile to its members.
    """

    id: int
    access_profile_id: int
    role_id: int
    role_name: str
    is_default: bool


class AccessProfileResponse(TypedDict):
    access_profile: AccessProfile


class AccessProfileDetailResponse(TypedDict):
    access_profile: AccessProfile
    roles: list[AccessProfileRoleAttachment]
    user_count: int


class AccessProfileListResponse(TypedDict):
    access_profiles: list[AccessProfile]
    count: int
    total_count: int
    limit: int
    offset: int


class UpdateAccessProfileRequest(TypedDict):
    """
    The fields of a profile to change. What is absent is kept.
    """

    name: NotRequired[str]
    description: NotRequired[str | None]
    tags: NotRequired[list[str]]
    provider_configs: NotRequired[list[ProviderConfigInput]]
    budgets: NotRequired[list[BudgetInput]]
    rate_limit: NotRequired[RateLimitInput | None]
    calendar_aligned: NotRequired[bool | None]
    mcp_tool_groups: NotRequired[list[MCPToolGroupLink]]
    mcp_servers: NotRequired[list[MCPServerLink]]
    mcp_tool_overrides: NotRequired[list[MCPToolOverride]]
    id: NotRequired[int]
    is_active: NotRequired[bool]
    version: NotRequired[int]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]


class CloneProfileRequest(TypedDict):
    """
    The clone's name, and what it is for.
    """

    name: str
    description: NotRequired[str | None]


PropagatedField: TypeAlias = Literal[
    'provider_configs',
    'budgets',
    'rate_limit',
    'mcp_tool_groups',
    'mcp_servers',
    'mcp_tool_overrides',
]


UserId: TypeAlias = str


GroupId: TypeAlias = str


class PropagateRequest(TypedDict):
    """
    Which fields to set in copies, and in whose.
    """

    fields: list[PropagatedField]
    dry_run: NotRequired[bool]
    user_ids: NotRequired[list[UserId]]
    group_ids: NotRequired[list[GroupId]]
    reset_usage: NotRequired[bool]


class PropagateResponse(TypedDict):
    affected_users: int
    failed_users: int
    skipped_users: int
    user_ids: list[str]
    fields: list[PropagatedField]
    applied: bool
    vk_sync_errors: list[str]


RoleId: TypeAlias = int


class AttachRolesRequest(TypedDict):
    """
    The roles to attach, and what their members get.
    """

    role_ids: list[RoleId]
    is_default: NotRequired[bool]
    apply_to_existing: NotRequired[bool]


class AttachRolesResponse(TypedDict):
    message: str
    users_applied: int


class MessageResponse(TypedDict):
    message: str


class AccessProfileVersion(TypedDict):
    """
    How a profile stood after a change.
    """

    id: int
    access_profile_id: int
    version: int
    name: str
    description: str | None
    snapshot: str
    changed_by: str
    created_at: str


class VersionListResponse(TypedDict):
    versions: list[AccessProfileVersion]


class VersionResponse(TypedDict):
    version: AccessProfileVersion


class AccessProfileAuditLog(TypedDict):
    """
    One row of the audit log.
    """

    id: int
    access_profile_id: int | None
    user_id: str | None
    actor: str
    action: str
    previous_values: str | None
    new_values: str | None
    metadata: str | None
    created_at: str


class AuditLogListResponse(TypedDict):
    audit_logs: list[AccessProfileAuditLog]
    total_count: int


class UserRateLimit(TypedDict):
    """
    A rate limit of a user's copy, as it is now. A limit that is not set is absent.
    """

    id: str
    token_max_limit: NotRequired[int]
    token_reset_duration: NotRequired[RateLimitResetDuration]
    token_current_usage: int
    token_last_reset: NotRequired[str]
    token_next_reset: NotRequired[str]
    request_max_limit: NotRequired[int]
    request_reset_duration: NotRequired[RateLimitResetDuration]
    request_current_usage: int
    request_last_reset: NotRequired[str]
    request_next_reset: NotRequired[str]


class AssignProfileRequest(TypedDict):
    """
    The profile to assign.
    """

    profile_id: int
    expires_at: NotRequired[str | None]


class IssuedVirtualKey(TypedDict):
    """
    A virtual key with its value in clear, which is shown this once.
    """

    id: str
    name: str
    value: str


class DetachUserProfileResponse(TypedDict):
    message: str
    deleted_vk_names: list[str]
    deleted_vk_count: int


OverrideMode: TypeAlias = Literal['cycles', 'forever']


class BudgetOverrideRequest(TypedDict):
    """
    A temporary raise of one user's budget.
    """

    amount: float
    mode: OverrideMode
    cycles: NotRequired[int]


class GovernanceBudget(TypedDict):
    """
    A budget of a user's copy, in the form of the governance API.
    """

    id: str
    max_limit: float
    reset_duration: str
    reset_config: NotRequired[BudgetResetConfig]
    calendar_aligned: bool
    last_reset: str
    current_usage: float
    override_amount: NotRequired[float]
    override_mode: NotRequired[OverrideMode]
    override_cycles_remaining: NotRequired[int]
    override_cycles_total: NotRequired[int]
    override_anchor_reset: NotRequired[str]
    config_hash: str
    created_at: str
    updated_at: str


class BudgetOverrideResponse(TypedDict):
    budget: GovernanceBudget
    effective_max_limit: float


class AddVirtualKeyRequest(TypedDict):
    """
    What to call a new virtual key.
    """

    name: NotRequired[str]
    description: NotRequired[str | None]


class AddUserVirtualKeyRequest(TypedDict):
    """
    What to call a new virtual key, and which copy it belongs to.
    """

    name: str
    description: NotRequired[str | None]
    profile_id: NotRequired[int]


class AddVirtualKeyResponse(TypedDict):
    virtual_key: IssuedVirtualKey


class VirtualKey(TypedDict):
    """
    A virtual key, masked.
    """

    id: str
    name: str
    value: str
    is_access_profile_managed: bool


class VirtualKeyListResponse(TypedDict):
    virtual_keys: list[VirtualKey]


class Role(TypedDict):
    """
    A role of the organisation.
    """

    id: int
    name: str
    description: str | None
    created_at: str


class RoleRequest(TypedDict):
    """
    A role to create.
    """

    name: str
    description: NotRequired[str | None]
    id: NotRequired[int]
    created_at: NotRequired[str]


class UpdateRoleRequest(TypedDict):
    """
    The fields of a role to change. What is absent is kept.
    """

    name: NotRequired[str]
    description: NotRequired[str | None]
    id: NotRequired[int]
    created_at: NotRequired[str]


class RoleResponse(TypedDict):
    role: Role


class RoleDetailResponse(TypedDict):
    role: Role
    access_profiles: list[AccessProfileRoleAttachment]
    user_count: int


class RoleListResponse(TypedDict):
    roles: list[Role]


class User(TypedDict):
    """
    A person who may hold copies of profiles.
    """

    id: str
    name: str
    email: str
    role_id: int | None
    group_ids: list[str]
    created_at: str


class CreateUserRequest(TypedDict):
    """
    A user to create.
    """

    id: str
    name: str
    email: str
    role_id: NotRequired[int | None]
    group_ids: NotRequired[list[GroupId]]
    created_at: NotRequired[str]


class UpdateUserRoleRequest(TypedDict):
    """
    The role to give to a user.
    """

    role_id: int | None


class UpdateUserGroupsRequest(TypedDict):
    """
    The groups that a user is to be a member of.
    """

    group_ids: list[GroupId]


class UserResponse(TypedDict):
    user: User


class UserListResponse(TypedDict):
    users: list[User]
    count: int
    total_count: int
    limit: int
    offset: int


class ApiKey(TypedDict):
    """
    An API key, without the key itself.
    """

    id: int
    name: str
    key_prefix: str
    scopes: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class ApiKeyListResponse(TypedDict):
    api_keys: list[ApiKey]


Scope: TypeAlias = str


class CreateApiKeyRequest(TypedDict):
    """
    An API key to make.
    """

    name: str
    scopes: list[Scope]
    expires_at: NotRequired[str | None]


class CreateApiKeyResponse(TypedDict):
    api_key: ApiKey
    key: str


ErrorCode: TypeAlias = Literal[
    'access_profile_not_found',
    'api_key_expired',
    'api_key_not_found',
    'api_key_revoked',
    'attachment_not_found',
    'body_too_large',
    'budget_not_found',
    'credentials_missing',
    'credentials_not_accepted',
    'internal_error',
    'invalid_json',
    'media_type_not_supported',
    'method_not_allowed',
    'name_taken',
    'path_not_found',
    'permission_missing',
    'precondition_failed',
    'profile_already_held',
    'profile_in_use',
    'profile_inactive',
    'profile_not_held',
    'role_not_found',
    'scope_not_held',
    'store_unavailable',
    'user_exists',
    'user_not_found',
    'validation_failed',
    'version_not_found',
    'virtual_key_not_found',
]


ErrorType: TypeAlias = Literal[
    'invalid_request', 'authentication', 'permission', 'not_found', 'conflict', 'server'
]


RequestPart: TypeAlias = Literal['body', 'header', 'path', 'query']


FieldError = TypedDict(
    'FieldError',
    {
        'in': RequestPart,
        'pointer': str,
        'code': str,
        'message': str,
    },
)


class Error(TypedDict):
    type: ErrorType
    code: ErrorCode
    message: str
    param: NotRequired[str]


class ExtraFields(TypedDict):
    errors: NotRequired[list[FieldError]]


class BifrostError(TypedDict):
    """
    The error envelope. Every answer of 400 and above has this shape.
    """

    event_id: str
    is_bifrost_error: bool
    status_code: int
    error: Error
    extra_fields: ExtraFields


class UserBudget(TypedDict):
    """
    A budget of a user's copy, as it is now.
    """

    id: str
    max_limit: float
    reset_duration: BudgetResetDuration
    reset_config: NotRequired[BudgetResetConfig]
    scope: str
    current_usage: float
    last_reset: str
    next_reset: str
    effective_max_limit: float
    override_amount: NotRequired[float]
    override_mode: NotRequired[OverrideMode]
    override_cycles_remaining: NotRequired[int]
    override_cycles_total: NotRequired[int]
    override_anchor_reset: NotRequired[str]


class UserProviderConfig(TypedDict):
    """
    What a user's copy allows at one provider.
    """

    id: int
    provider_name: str
    all_models_allowed: bool
    allowed_models: list[str]
    budgets: list[UserBudget]
    rate_limit: NotRequired[UserRateLimit]


class UserAccessProfile(TypedDict):
    """
    A user's copy of a profile, with counters of its own.
    """

    id: int
    user_id: str
    parent_profile_id: int | None
    name: str
    is_active: bool
    expires_at: str | None
    virtual_key_ids: list[str]
    virtual_key_values: dict[str, str]
    provider_configs: list[UserProviderConfig]
    budgets: list[UserBudget]
    rate_limit: NotRequired[UserRateLimit]
    calendar_aligned: bool
    mcp_tool_groups: list[MCPToolGroupLink]
    mcp_servers: list[MCPServerLink]
    mcp_tool_overrides: list[MCPToolOverride]
    granted_by_role_id: int | None
    created_at: str


class UserAccessProfileListResponse(TypedDict):
    access_profiles: list[UserAccessProfile]


class AssignProfileResponse(TypedDict):
    access_profile: UserAccessProfile
    virtual_key: IssuedVirtualKey