"""The rules of a policy, and how terms come into force."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import Fault, Path
from domain.lines import LineFactory
from domain.records import (
    BudgetTerms,
    MCPGrants,
    OverrideAction,
    Policy,
    PolicyTerms,
    ProviderConfig,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)

ALL_MODELS = "*"
"""The entry of `allowed_models` that stands for every model."""


def faults(terms: PolicyTerms) -> list[Fault]:
    """Return every rule that a policy breaks, in the order of the body.

    The paths are those of the contract's request body. Rules: one config for each provider, one budget for
    each reset duration in a list, paired rate limits, `reset_config` for quarters only, `*` alone, and no MCP
    grant that takes back what it gives (clauses AP-CRE-015 to 020 and 024).
    """
    found: list[Fault] = []
    seen: set[str] = set()
    for index, provider in enumerate(terms.provider_configs):
        path: Path = ("provider_configs", index)
        if provider.provider_name in seen:
            found.append(
                Fault(
                    (*path, "provider_name"),
                    "duplicate",
                    f'"{provider.provider_name}" already has a provider config in this profile.',
                )
            )
        seen.add(provider.provider_name)
        found += _provider_faults(provider, path)
    found += _budget_faults(terms.budgets, ("budgets",))
    found += _rate_limit_faults(terms.rate_limit, ("rate_limit",))
    found += mcp_faults(terms.mcp)
    return found


def _provider_faults(provider: ProviderTerms, path: Path) -> Iterator[Fault]:
    if ALL_MODELS in provider.allowed_models and set(provider.allowed_models) != {ALL_MODELS}:
        yield Fault(
            (*path, "allowed_models", provider.allowed_models.index(ALL_MODELS)),
            "wildcard_with_names",
            '"*" stands for all models: send it alone, or name the models without it.',
        )
    yield from _budget_faults(provider.budgets, (*path, "budgets"))
    yield from _rate_limit_faults(provider.rate_limit, (*path, "rate_limit"))


def _budget_faults(budgets: Sequence[BudgetTerms], path: Path) -> Iterator[Fault]:
    seen: set[ResetDuration] = set()
    for index, budget in enumerate(budgets):
        duration = budget.reset_duration
        if duration in seen:
            yield Fault(
                (*path, index, "reset_duration"),
                "duplicate",
                f'This list already has a budget with the reset duration "{duration}".',
            )
        seen.add(duration)
        if budget.quarter_start_month is not None and duration is not ResetDuration.QUARTER:
            yield Fault(
                (*path, index, "reset_config"),
                "not_applicable",
                f'Only a reset duration of "1Q" takes a reset_config, not "{duration}".',
            )


def _rate_limit_faults(terms: RateLimitTerms | None, path: Path) -> Iterator[Fault]:
    if terms is None:
        return
    pairs = (
        ("token", terms.token_max_limit, terms.token_reset_duration),
        ("request", terms.request_max_limit, terms.request_reset_duration),
    )
    for name, maximum, duration in pairs:
        if maximum is not None and duration is None:
            yield Fault(
                (*path, f"{name}_reset_duration"),
                "required",
                f"A {name}_max_limit needs a {name}_reset_duration.",
            )
        if maximum is None and duration is not None:
            yield Fault(
                (*path, f"{name}_max_limit"),
                "required",
                f"A {name}_reset_duration needs a {name}_max_limit.",
            )
    if terms == RateLimitTerms():
        yield Fault(path, "empty", "Set token_max_limit or request_max_limit, or leave the rate limit out.")


def mcp_faults(mcp: MCPGrants) -> Iterator[Fault]:
    """Yield every MCP grant that takes back what another gives."""
    whole = set(mcp.servers)
    actions: dict[tuple[str, str], OverrideAction] = {}
    for index, override in enumerate(mcp.tool_overrides):
        path: Path = ("mcp_tool_overrides", index)
        excludes = override.action is OverrideAction.EXCLUDE
        if excludes and override.mcp_client_id in whole:
            yield Fault(
                path,
                "mcp_conflict",
                f'mcp_servers grants "{override.mcp_client_id}" whole, so its tool "{override.tool_name}" '
                "cannot be excluded: grant the tools by a group or by include overrides instead.",
            )
        tool = (override.mcp_client_id, override.tool_name)
        if actions.setdefault(tool, override.action) is not override.action:
            yield Fault(
                path,
                "mcp_conflict",
                f'"{override.tool_name}" of "{override.mcp_client_id}" is both included and excluded.',
            )


def normalised(terms: PolicyTerms) -> PolicyTerms:
    """Return terms without repetitions, and with `["*"]` read as all models (clauses AP-CRE-022 and 024)."""

    def provider(given: ProviderTerms) -> ProviderTerms:
        models = tuple(dict.fromkeys(given.allowed_models))
        if models == (ALL_MODELS,):
            return replace(given, all_models_allowed=True, allowed_models=())
        return replace(given, allowed_models=models)

    return replace(
        terms,
        provider_configs=tuple(provider(given) for given in terms.provider_configs),
        mcp=MCPGrants(
            tool_groups=tuple(dict.fromkeys(terms.mcp.tool_groups)),
            servers=tuple(dict.fromkeys(terms.mcp.servers)),
            tool_overrides=tuple(dict.fromkeys(terms.mcp.tool_overrides)),
        ),
    )


def instantiate(
    terms: PolicyTerms,
    *,
    line_id: Callable[[], str],
    provider_config_id: Callable[[], int],
    now: datetime,
) -> Policy:
    """Return the policy that terms make from `now` on: fresh ids, fresh windows, no usage.

    Args:
        terms: terms without faults.
        line_id: gives the id of a budget or rate limit, never the same twice.
        provider_config_id: gives the id of a provider config, never the same twice.
        now: the anchor of every window, UTC.
    """
    lines = LineFactory(line_id=line_id, calendar_aligned=terms.calendar_aligned, now=now)
    return Policy(
        provider_configs=tuple(
            ProviderConfig(
                id=provider_config_id(),
                provider_name=provider.provider_name,
                all_models_allowed=provider.all_models_allowed,
                allowed_models=provider.allowed_models,
                budgets=tuple(lines.budget(line) for line in provider.budgets),
                rate_limit=None if provider.rate_limit is None else lines.rate_limit(provider.rate_limit),
            )
            for provider in terms.provider_configs
        ),
        budgets=tuple(lines.budget(line) for line in terms.budgets),
        rate_limit=None if terms.rate_limit is None else lines.rate_limit(terms.rate_limit),
        calendar_aligned=terms.calendar_aligned,
        mcp=terms.mcp,
    )


def terms_of(policy: Policy) -> PolicyTerms:
    """Return what an operator would set to get this policy."""
    return PolicyTerms(
        provider_configs=tuple(
            ProviderTerms(
                provider_name=config.provider_name,
                all_models_allowed=config.all_models_allowed,
                allowed_models=config.allowed_models,
                budgets=tuple(line.terms for line in config.budgets),
                rate_limit=None if config.rate_limit is None else config.rate_limit.terms,
            )
            for config in policy.provider_configs
        ),
        budgets=tuple(line.terms for line in policy.budgets),
        rate_limit=None if policy.rate_limit is None else policy.rate_limit.terms,
        calendar_aligned=policy.calendar_aligned,
        mcp=policy.mcp,
    )
