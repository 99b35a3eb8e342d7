"""From the contract's request bodies to the domain's terms."""

from collections.abc import Sequence

from domain.amounts import to_micros
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
    ProviderConfigInput,
    RateLimitInput,
)


def policy_terms(body: CreateAccessProfileRequest) -> PolicyTerms:
    """Return the terms that a body states; what it leaves out has its default."""
    return PolicyTerms(
        provider_configs=tuple(_provider_terms(config) for config in body.get("provider_configs", ())),
        budgets=_budget_terms(body.get("budgets", ())),
        rate_limit=_rate_limit_terms(body.get("rate_limit")),
        calendar_aligned=body.get("calendar_aligned", False),
        mcp=MCPGrants(
            tool_groups=tuple(link["tool_group_id"] for link in body.get("mcp_tool_groups", ())),
            servers=tuple(link["mcp_server_id"] for link in body.get("mcp_servers", ())),
            tool_overrides=tuple(
                MCPToolOverride(
                    override["mcp_client_id"], override["tool_name"], OverrideAction(override["action"])
                )
                for override in body.get("mcp_tool_overrides", ())
            ),
        ),
    )


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
