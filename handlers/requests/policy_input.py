"""From the contract's request bodies to the domain's terms and edits."""

from collections.abc import Sequence
from typing import TypeVar

from domain.amounts import to_micros
from domain.edits import KEEP, BudgetEdit, PolicyEdit, ProviderEdit, RateLimitEdit
from domain.records import (
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)
from handlers.contract_types import (
    BudgetInput,
    CreateAccessProfileRequest,
    MCPServerLink,
    MCPToolGroupLink,
    ProviderConfigInput,
    RateLimitInput,
    UpdateAccessProfileRequest,
)
from handlers.contract_types import MCPToolOverride as MCPToolOverrideInput

IdT = TypeVar("IdT", int, str)


def policy_terms(body: CreateAccessProfileRequest) -> PolicyTerms:
    """Return the terms that a body states; what it leaves out has its default."""
    return PolicyTerms(
        provider_configs=tuple(_provider_terms(config) for config in body.get("provider_configs", ())),
        budgets=_budget_terms(body.get("budgets", ())),
        rate_limit=_rate_limit_terms(body.get("rate_limit")),
        calendar_aligned=body.get("calendar_aligned", False),
        mcp=MCPGrants(
            tool_groups=_tool_groups(body.get("mcp_tool_groups", ())),
            servers=_servers(body.get("mcp_servers", ())),
            tool_overrides=_tool_overrides(body.get("mcp_tool_overrides", ())),
        ),
    )


def policy_edit(body: UpdateAccessProfileRequest) -> PolicyEdit:
    """Return what a body asks to change; what it leaves out is kept."""
    rate_limit = body.get("rate_limit")
    return PolicyEdit(
        provider_configs=(
            tuple(_provider_edit(config) for config in body["provider_configs"])
            if "provider_configs" in body
            else None
        ),
        budgets=_budget_edits(body["budgets"]) if "budgets" in body else None,
        rate_limit=_rate_limit_edit(rate_limit) if "rate_limit" in body else KEEP,
        calendar_aligned=body.get("calendar_aligned"),
        tool_groups=_tool_groups(body["mcp_tool_groups"]) if "mcp_tool_groups" in body else None,
        servers=_servers(body["mcp_servers"]) if "mcp_servers" in body else None,
        tool_overrides=(
            _tool_overrides(body["mcp_tool_overrides"]) if "mcp_tool_overrides" in body else None
        ),
    )


def _tool_groups(links: Sequence[MCPToolGroupLink]) -> tuple[int, ...]:
    return tuple(link["tool_group_id"] for link in links)


def _servers(links: Sequence[MCPServerLink]) -> tuple[str, ...]:
    return tuple(link["mcp_server_id"] for link in links)


def _tool_overrides(overrides: Sequence[MCPToolOverrideInput]) -> tuple[MCPToolOverride, ...]:
    return tuple(
        MCPToolOverride(override["mcp_client_id"], override["tool_name"], OverrideAction(override["action"]))
        for override in overrides
    )


def _provider_edit(config: ProviderConfigInput) -> ProviderEdit:
    terms = _provider_terms(config)
    return ProviderEdit(
        provider_name=terms.provider_name,
        all_models_allowed=terms.all_models_allowed,
        allowed_models=terms.allowed_models,
        budgets=_budget_edits(config.get("budgets", ())),
        rate_limit=_rate_limit_edit(config.get("rate_limit")),
        id=_id(config.get("id"), int),
    )


def _budget_edits(budgets: Sequence[BudgetInput]) -> tuple[BudgetEdit, ...]:
    return tuple(
        BudgetEdit(terms, _id(budget.get("id"), str))
        for terms, budget in zip(_budget_terms(budgets), budgets, strict=True)
    )


def _rate_limit_edit(rate_limit: RateLimitInput | None) -> RateLimitEdit | None:
    terms = _rate_limit_terms(rate_limit)
    if terms is None or rate_limit is None:
        return None
    return RateLimitEdit(terms, _id(rate_limit.get("id"), str))


def _id(value: object, kind: type[IdT]) -> IdT | None:
    """Return the id that was sent, or None: a field that the server sets may hold anything."""
    return value if isinstance(value, kind) and not isinstance(value, bool) else None


def _provider_terms(config: ProviderConfigInput) -> ProviderTerms:
    return ProviderTerms(
        provider_name=config["provider_name"],
        all_models_allowed=config.get("all_models_allowed", False),
        allowed_models=tuple(config.get("allowed_models", ())),
        budgets=_budget_terms(config.get("budgets", ())),
        rate_limit=_rate_limit_terms(config.get("rate_limit")),
    )


def _budget_terms(budgets: Sequence[BudgetInput]) -> tuple[BudgetTerms, ...]:
    return tuple(
        BudgetTerms(
            max_limit_micros=to_micros(budget["max_limit"]),
            reset_duration=ResetDuration(budget["reset_duration"]),
            quarter_start_month=(
                budget["reset_config"]["quarter_start_month"] if "reset_config" in budget else None
            ),
        )
        for budget in budgets
    )


def _rate_limit_terms(rate_limit: RateLimitInput | None) -> RateLimitTerms | None:
    if rate_limit is None:
        return None
    token_duration = rate_limit.get("token_reset_duration")
    request_duration = rate_limit.get("request_reset_duration")
    return RateLimitTerms(
        token_max_limit=rate_limit.get("token_max_limit"),
        token_reset_duration=token_duration and ResetDuration(token_duration),
        request_max_limit=rate_limit.get("request_max_limit"),
        request_reset_duration=request_duration and ResetDuration(request_duration),
    )
