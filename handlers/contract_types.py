"""The contract's schemas as types. Generated from openapi.yaml by `make types`; do not edit."""

from __future__ import annotations

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


ErrorCode: TypeAlias = Literal[
    'access_profile_not_found',
    'body_too_large',
    'credentials_missing',
    'credentials_not_accepted',
    'api_key_expired',
    'api_key_revoked',
    'internal_error',
    'invalid_json',
    'media_type_not_supported',
    'method_not_allowed',
    'name_taken',
    'path_not_found',
    'permission_missing',
    'store_unavailable',
    'validation_failed',
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