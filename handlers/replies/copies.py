"""Users' copies of profiles as they are at one instant, and their virtual keys."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain import records, usage
from domain.amounts import to_dollars
from domain.credentials import IssuedVirtualKey
from handlers import contract_types
from handlers.replies.templates import (
    BUDGET_DURATIONS,
    RATE_LIMIT_DURATIONS,
    mcp_servers,
    mcp_tool_groups,
    mcp_tool_overrides,
)
from handlers.replies.timestamps import instant, instant_or_none


def user_access_profile(
    copy: records.UserAccessProfile, keys: Iterable[records.VirtualKey], now: datetime
) -> contract_types.UserAccessProfile:
    """Return a copy as it stands at `now`.

    Args:
        copy: the copy as it is kept.
        keys: the virtual keys that it made, the oldest first.
        now: the time of the request.
    """
    policy = usage.rolled_forward(copy.policy, now)
    lines = _Lines(policy.calendar_aligned, now)
    masked = {key.id: key.masked_value for key in keys}
    body: contract_types.UserAccessProfile = {
        "id": copy.id,
        "user_id": copy.user_id,
        "parent_profile_id": copy.parent_profile_id,
        "name": copy.name,
        "is_active": copy.is_usable(now),
        "expires_at": instant_or_none(copy.expires_at),
        "virtual_key_ids": list(masked),
        "virtual_key_values": masked,
        "provider_configs": [lines.provider_config(config) for config in policy.provider_configs],
        "budgets": [lines.budget(line, "total") for line in policy.budgets],
        "calendar_aligned": policy.calendar_aligned,
        "mcp_tool_groups": mcp_tool_groups(policy.mcp),
        "mcp_servers": mcp_servers(policy.mcp),
        "mcp_tool_overrides": mcp_tool_overrides(policy.mcp),
        "granted_by_role_id": copy.granted_by_role_id,
        "created_at": instant(copy.created_at),
    }
    if policy.rate_limit is not None:
        body["rate_limit"] = lines.rate_limit(policy.rate_limit)
    return body


def governance_budget(
    line: records.Budget, *, calendar_aligned: bool, now: datetime
) -> contract_types.BudgetOverrideResponse:
    """Return a budget in the form of the governance API, with the limit in force; it is rolled forward."""
    terms = line.terms
    body: contract_types.GovernanceBudget = {
        "id": line.id,
        "max_limit": to_dollars(terms.max_limit_micros),
        "reset_duration": BUDGET_DURATIONS[terms.reset_duration],
        "calendar_aligned": calendar_aligned,
        "last_reset": instant(line.last_reset),
        "current_usage": to_dollars(line.current_usage_micros),
        "config_hash": _config_hash(terms),
        "created_at": instant(line.created_at),
        "updated_at": instant(now),
    }
    if terms.quarter_start_month is not None:
        body["reset_config"] = {"quarter_start_month": terms.quarter_start_month}
    override = line.override
    if override is not None:
        body["override_amount"] = to_dollars(override.amount_micros)
        body["override_mode"] = override.mode.value
        body["override_anchor_reset"] = instant(override.anchor)
        remaining = usage.override_cycles_remaining(line, calendar_aligned=calendar_aligned, now=now)
        if override.cycles_total is not None and remaining is not None:
            body["override_cycles_total"] = override.cycles_total
            body["override_cycles_remaining"] = remaining
    limit = usage.effective_limit_micros(line, calendar_aligned=calendar_aligned, now=now)
    return {"budget": body, "effective_max_limit": to_dollars(limit)}


def virtual_key(key: records.VirtualKey) -> contract_types.VirtualKey:
    """Return a virtual key, masked. Every key is made by a copy here."""
    return {"id": key.id, "name": key.name, "value": key.masked_value, "is_access_profile_managed": True}


def issued_virtual_key(issued: IssuedVirtualKey) -> contract_types.IssuedVirtualKey:
    """Return a virtual key in clear, for the one answer that shows it."""
    return {"id": issued.record.id, "name": issued.record.name, "value": issued.value}


@dataclass(frozen=True, slots=True)
class _Lines:
    """Represents the lines of one policy that is rolled forward."""

    calendar_aligned: bool
    now: datetime

    def provider_config(self, config: records.ProviderConfig) -> contract_types.UserProviderConfig:
        scope = f"provider:{config.provider_name}"
        body: contract_types.UserProviderConfig = {
            "id": config.id,
            "provider_name": config.provider_name,
            "all_models_allowed": config.all_models_allowed,
            "allowed_models": list(config.allowed_models),
            "budgets": [self.budget(line, scope) for line in config.budgets],
        }
        if config.rate_limit is not None:
            body["rate_limit"] = self.rate_limit(config.rate_limit)
        return body

    def budget(self, line: records.Budget, scope: str) -> contract_types.UserBudget:
        shared = governance_budget(line, calendar_aligned=self.calendar_aligned, now=self.now)
        next_reset = usage.next_budget_reset(line, calendar_aligned=self.calendar_aligned, now=self.now)
        budget = shared["budget"]
        body: contract_types.UserBudget = {
            "id": line.id,
            "max_limit": budget["max_limit"],
            "reset_duration": BUDGET_DURATIONS[line.terms.reset_duration],
            "scope": scope,
            "current_usage": budget["current_usage"],
            "last_reset": budget["last_reset"],
            "next_reset": instant(next_reset),
            "effective_max_limit": shared["effective_max_limit"],
        }
        if "reset_config" in budget:
            body["reset_config"] = budget["reset_config"]
        if "override_amount" in budget:
            body["override_amount"] = budget["override_amount"]
            body["override_mode"] = budget["override_mode"]
            body["override_anchor_reset"] = budget["override_anchor_reset"]
        if "override_cycles_total" in budget:
            body["override_cycles_total"] = budget["override_cycles_total"]
            body["override_cycles_remaining"] = budget["override_cycles_remaining"]
        return body

    def rate_limit(self, line: records.RateLimit) -> contract_types.UserRateLimit:
        terms = line.terms
        body: contract_types.UserRateLimit = {
            "id": line.id,
            "token_current_usage": line.token_current_usage,
            "request_current_usage": line.request_current_usage,
        }
        if terms.token_max_limit is not None and terms.token_reset_duration is not None:
            body["token_max_limit"] = terms.token_max_limit
            body["token_reset_duration"] = RATE_LIMIT_DURATIONS[terms.token_reset_duration]
            body["token_last_reset"] = instant(line.token_last_reset)
            body["token_next_reset"] = self._next(terms.token_reset_duration, line)
        if terms.request_max_limit is not None and terms.request_reset_duration is not None:
            body["request_max_limit"] = terms.request_max_limit
            body["request_reset_duration"] = RATE_LIMIT_DURATIONS[terms.request_reset_duration]
            body["request_last_reset"] = instant(line.request_last_reset)
            body["request_next_reset"] = self._next(terms.request_reset_duration, line)
        return body

    def _next(self, duration: records.ResetDuration, line: records.RateLimit) -> str:
        end = usage.next_counter_reset(
            duration, anchor=line.created_at, calendar_aligned=self.calendar_aligned, now=self.now
        )
        return instant(end)


def _config_hash(terms: records.BudgetTerms) -> str:
    text = f"{terms.max_limit_micros}/{terms.reset_duration}/{terms.quarter_start_month}"
    return hashlib.sha256(text.encode()).hexdigest()
