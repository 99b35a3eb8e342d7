"""What the FastAPI peers take and answer, as Pydantic models."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bench.peers import tables

BudgetReset = Literal["1h", "1d", "1w", "1M", "1Q", "1Y"]
RateLimitReset = Literal["1h", "1d", "1w", "1M", "1Y"]
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
Limit = Annotated[int, Field(ge=1, le=2**53 - 1)]


class Input(BaseModel):
    """Part of a request: it has no members that nobody knows."""

    model_config = ConfigDict(extra="forbid")


class BudgetResetConfig(Input):
    quarter_start_month: int = Field(ge=1, le=12)


class BudgetInput(Input):
    max_limit: float = Field(ge=0, le=1_000_000_000)
    reset_duration: BudgetReset
    reset_config: BudgetResetConfig | None = None


class RateLimitInput(Input):
    token_max_limit: Limit | None = None
    token_reset_duration: RateLimitReset | None = None
    request_max_limit: Limit | None = None
    request_reset_duration: RateLimitReset | None = None


class ProviderConfigInput(Input):
    provider_name: Name
    all_models_allowed: bool = False
    allowed_models: list[Name] = []
    budgets: list[BudgetInput] = []
    rate_limit: RateLimitInput | None = None


class MCPToolGroupLink(Input):
    tool_group_id: Id


class MCPServerLink(Input):
    mcp_server_id: Name


class MCPToolOverride(Input):
    mcp_client_id: Name
    tool_name: Name
    action: Literal["include", "exclude"]


class CreateAccessProfileRequest(Input):
    name: Name
    description: str | None = None
    tags: list[Name] = []
    provider_configs: list[ProviderConfigInput] = []
    budgets: list[BudgetInput] = []
    rate_limit: RateLimitInput | None = None
    calendar_aligned: bool = False
    mcp_tool_groups: list[MCPToolGroupLink] = []
    mcp_servers: list[MCPServerLink] = []
    mcp_tool_overrides: list[MCPToolOverride] = []


class Answer(BaseModel):
    """Part of an answer, also made from a row."""

    model_config = ConfigDict(from_attributes=True)


class Budget(Answer):
    id: str
    max_limit: float
    reset_duration: BudgetReset
    reset_config: BudgetResetConfig | None = None
    scope: str
    current_usage: float
    last_reset: datetime


class RateLimit(Answer):
    id: str
    token_current_usage: int
    request_current_usage: int
    token_max_limit: int | None = None
    token_reset_duration: RateLimitReset | None = None
    request_max_limit: int | None = None
    request_reset_duration: RateLimitReset | None = None


class ProviderConfig(Answer):
    id: int
    provider_name: str
    all_models_allowed: bool
    allowed_models: list[str]
    budgets: list[Budget]
    rate_limit: RateLimit | None = None


class AccessProfile(Answer):
    id: int
    name: str
    description: str | None
    is_active: bool
    version: int
    tags: list[str]
    provider_configs: list[ProviderConfig]
    budgets: list[Budget]
    rate_limit: RateLimit | None = None
    calendar_aligned: bool
    mcp_tool_groups: list[MCPToolGroupLink]
    mcp_servers: list[MCPServerLink]
    mcp_tool_overrides: list[MCPToolOverride]
    created_at: datetime
    updated_at: datetime


class RoleAttachment(Answer):
    id: int
    access_profile_id: int
    role_id: int
    role_name: str
    is_default: bool


class AccessProfileDetail(Answer):
    access_profile: AccessProfile
    roles: list[RoleAttachment]
    user_count: int


class AccessProfileAnswer(Answer):
    access_profile: AccessProfile


class AccessProfileList(Answer):
    access_profiles: list[AccessProfile]
    count: int
    total_count: int
    limit: int
    offset: int


def profile(row: tables.AccessProfile) -> AccessProfile:
    made = AccessProfile.model_validate(row)
    if row.rate_limit is None:
        made.model_fields_set.discard("rate_limit")
    return made


def detail(row: tables.AccessProfile) -> AccessProfileDetail:
    """Return a row, with its roles, as it is answered."""
    return AccessProfileDetail(
        access_profile=profile(row),
        roles=[RoleAttachment.model_validate(role) for role in row.roles],
        user_count=row.user_count,
    )
