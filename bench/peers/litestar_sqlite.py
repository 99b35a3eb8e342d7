"""Litestar with msgspec structs, on SQLite's own driver: as fast as its users can make it. Reads alone."""

import hashlib
import os
import sqlite3
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Litestar, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.params import Parameter
from msgspec import UNSET, Struct, UnsetType

BudgetReset = Literal["1h", "1d", "1w", "1M", "1Q", "1Y"]
RateLimitReset = Literal["1h", "1d", "1w", "1M", "1Y"]


class BudgetResetConfig(Struct):
    quarter_start_month: int


class Budget(Struct):
    id: str
    max_limit: int | float
    reset_duration: BudgetReset
    scope: str
    current_usage: int | float
    last_reset: datetime
    reset_config: BudgetResetConfig | UnsetType = UNSET


class RateLimit(Struct):
    id: str
    token_current_usage: int
    request_current_usage: int
    token_max_limit: int | UnsetType | None = UNSET
    token_reset_duration: RateLimitReset | UnsetType | None = UNSET
    request_max_limit: int | UnsetType | None = UNSET
    request_reset_duration: RateLimitReset | UnsetType | None = UNSET


class ProviderConfig(Struct):
    id: int
    provider_name: str
    all_models_allowed: bool
    allowed_models: list[str]
    budgets: list[Budget]
    rate_limit: RateLimit | UnsetType = UNSET


class MCPToolGroupLink(Struct):
    tool_group_id: int


class MCPServerLink(Struct):
    mcp_server_id: str


class MCPToolOverride(Struct):
    mcp_client_id: str
    tool_name: str
    action: Literal["include", "exclude"]


class AccessProfile(Struct):
    id: int
    name: str
    description: str | None
    is_active: bool
    version: int
    tags: list[str]
    provider_configs: list[ProviderConfig]
    budgets: list[Budget]
    calendar_aligned: bool
    mcp_tool_groups: list[MCPToolGroupLink]
    mcp_servers: list[MCPServerLink]
    mcp_tool_overrides: list[MCPToolOverride]
    created_at: datetime
    updated_at: datetime
    rate_limit: RateLimit | UnsetType = UNSET


class RoleAttachment(Struct):
    id: int
    access_profile_id: int
    role_id: int
    role_name: str
    is_default: bool


class AccessProfileDetail(Struct):
    access_profile: AccessProfile
    roles: list[RoleAttachment]
    user_count: int


class AccessProfileList(Struct):
    access_profiles: list[AccessProfile]
    count: int
    total_count: int
    limit: int
    offset: int


database = sqlite3.connect(os.environ["PEER_DATABASE"].removeprefix("sqlite:///"))
database.row_factory = sqlite3.Row

JSON_COLUMNS: dict[str, Any] = {
    "tags": list[str],
    "provider_configs": list[ProviderConfig],
    "budgets": list[Budget],
    "rate_limit": RateLimit | None,
    "mcp_tool_groups": list[MCPToolGroupLink],
    "mcp_servers": list[MCPServerLink],
    "mcp_tool_overrides": list[MCPToolOverride],
}
DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in JSON_COLUMNS.items()}


async def may_view(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse requests whose key is not known or may not view."""
    kind, _, key = connection.headers.get("authorization", "").partition(" ")
    row = database.execute(
        "SELECT scopes, expires_at, revoked_at FROM api_keys WHERE secret_hash = ?",
        (hashlib.sha256(key.encode()).digest(),),
    ).fetchone()
    now = datetime.now(UTC).isoformat(" ")
    if kind.lower() != "bearer" or row is None or row["revoked_at"] or (row["expires_at"] or "9") <= now:
        raise NotAuthorizedException("The API key is not known.")
    if not {"*", "AccessProfiles:View"} & set(msgspec.json.decode(row["scopes"])):
        raise PermissionDeniedException("The API key has no AccessProfiles:View.")


@get("/api/access-profiles/{profile_id:int}", guards=[may_view])
async def get_access_profile(
    profile_id: Annotated[int, Parameter(ge=1, le=2**53 - 1)],
) -> AccessProfileDetail:
    row = database.execute("SELECT * FROM access_profiles WHERE id = ?", (profile_id,)).fetchone()
    if row is None:
        raise NotFoundException(f"There is no access profile {profile_id}.")
    roles = database.execute("SELECT * FROM role_attachments WHERE access_profile_id = ?", (profile_id,))
    return AccessProfileDetail(
        answered(row),
        [RoleAttachment(**{**role, "is_default": bool(role["is_default"])}) for role in map(dict, roles)],
        row["user_count"],
    )


@get("/api/access-profiles", guards=[may_view])
async def list_access_profiles(
    limit: Annotated[int, Parameter(ge=1, le=100)] = 50,
    offset: Annotated[int, Parameter(ge=0)] = 0,
    search: str | None = None,
    is_active: bool | None = None,
) -> AccessProfileList:
    where, values = "1", list[Any]()
    if search:
        where += " AND instr(lower(name), lower(?))"
        values.append(search)
    if is_active is not None:
        where += " AND is_active = ?"
        values.append(is_active)
    total = database.execute(f"SELECT count(*) FROM access_profiles WHERE {where}", values).fetchone()[0]
    rows = database.execute(
        f"SELECT * FROM access_profiles WHERE {where} ORDER BY id LIMIT ? OFFSET ?",
        [*values, limit, offset],
    ).fetchall()
    return AccessProfileList([answered(row) for row in rows], len(rows), total, limit, offset)


def answered(row: sqlite3.Row) -> AccessProfile:
    made = {name: row[name] for name in AccessProfile.__struct_fields__}
    for name, decoder in DECODERS.items():
        made[name] = decoder.decode(row[name])
    for name in ("created_at", "updated_at"):
        made[name] = datetime.fromisoformat(row[name]).replace(tzinfo=UTC)
    for name in ("is_active", "calendar_aligned"):
        made[name] = bool(row[name])
    if made["rate_limit"] is None:
        made["rate_limit"] = UNSET
    return AccessProfile(**made)


app = Litestar([get_access_profile, list_access_profiles], openapi_config=None)
