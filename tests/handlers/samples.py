"""Requests, and how to make them of a handler."""

from collections.abc import Sequence
from datetime import UTC, datetime

from handlers.access_profiles import create_access_profile, get_access_profile, list_access_profiles
from handlers.context import Context
from handlers.contract_types import (
    AccessProfile,
    AccessProfileDetailResponse,
    AccessProfileListResponse,
    CreateAccessProfileRequest,
)

NOW = datetime(2026, 5, 13, 9, 41, 7, 250_000, tzinfo=UTC)


def create(context: Context, body: CreateAccessProfileRequest) -> AccessProfile:
    """Create a profile and return it as it was answered."""
    return create_access_profile(context, body).body["access_profile"]


def create_named(context: Context, *names: str, tags: Sequence[str] = ()) -> list[int]:
    """Create profiles of these names and return their ids."""
    return [create(context, {"name": name, "tags": list(tags)})["id"] for name in names]


def read(context: Context, profile_id: int) -> AccessProfileDetailResponse:
    """Read a profile."""
    body = get_access_profile(context, profile_id).body
    assert body is not None
    return body


def page(
    context: Context,
    *,
    limit: int = 25,
    offset: int = 0,
    search: str | None = None,
    tags: str | None = None,
    is_active: bool | None = None,
) -> AccessProfileListResponse:
    """List profiles; what is left out has the contract's default."""
    return list_access_profiles(context, limit, offset, search, tags, is_active).body
