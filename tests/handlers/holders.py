"""Users who hold copies: how to make them of handlers, charge them, and look at what they hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from domain.lines import with_lines
from domain.records import AuditLog, User, UserAccessProfile, VirtualKey
from handlers.access_profiles import activate_access_profile
from handlers.context import Context
from handlers.contract_types import AssignProfileResponse, CreateAccessProfileRequest
from handlers.contract_types import UserAccessProfile as ShownCopy
from handlers.user_access_profiles import assign_user_access_profile, list_user_access_profiles
from store.api import AuditFilter
from tests.handlers.samples import create


def at(context: Context, when: str | datetime) -> Context:
    """Return the context at another instant, UTC."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when).replace(tzinfo=UTC)
    return replace(context, now=when)


def add_users(context: Context, *user_ids: str) -> None:
    """Keep users without role and groups."""
    with context.store.write() as tx:
        for user_id in user_ids:
            tx.users.add(User(user_id, user_id, f"{user_id}@example.com", None, context.now))


def active(context: Context, body: CreateAccessProfileRequest) -> int:
    """Create an active profile and return its id."""
    profile_id = create(context, body)["id"]
    activate_access_profile(context, profile_id)
    return profile_id


def assign(
    context: Context, user_id: str, profile_id: int, expires_at: str | None = None
) -> AssignProfileResponse:
    """Give a user a copy and return what was answered."""
    body = {"profile_id": profile_id, "expires_at": expires_at}
    return assign_user_access_profile(context, user_id, body).body  # type: ignore[arg-type]


def shown(context: Context, user_id: str) -> list[ShownCopy]:
    """Return the copies that a user holds, as they are answered."""
    return list(list_user_access_profiles(context, user_id).body["access_profiles"])


def charge(context: Context, copy_id: int, *, dollars: float = 0, tokens: int = 0, requests: int = 0) -> None:
    """Add usage to every line of a copy."""
    with context.store.write() as tx:
        copy = tx.copies.get(copy_id)
        policy = with_lines(
            copy.policy,
            budget=lambda line: replace(
                line, current_usage_micros=line.current_usage_micros + round(dollars * 1_000_000)
            ),
            rate_limit=lambda line: replace(
                line,
                token_current_usage=line.token_current_usage + tokens,
                request_current_usage=line.request_current_usage + requests,
            ),
        )
        tx.copies.save(replace(copy, policy=policy))


def kept(context: Context, *user_ids: str) -> list[tuple[Sequence[UserAccessProfile], Sequence[VirtualKey]]]:
    """Return the copies and virtual keys of users as the store has them."""
    with context.store.read() as tx:
        return [(tx.copies.of_user(each), tx.virtual_keys.of_user(each)) for each in user_ids]


def audit_rows(context: Context) -> Sequence[AuditLog]:
    """Return every audit row, the newest first."""
    with context.store.read() as tx:
        return tx.audit.list(AuditFilter(), limit=100, offset=0).rows
