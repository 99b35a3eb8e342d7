"""Propagation: a copy takes chosen fields from its template."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from domain.alignment import realigned
from domain.errors import RulesBroken
from domain.lines import LineFactory, same_windows, share_windows
from domain.policies import mcp_faults
from domain.records import Budget, MCPGrants, Policy, ProviderConfig, RateLimit
from domain.usage import rolled_forward, without_usage


class PropagatedField(StrEnum):
    """A field that can be taken from a template."""

    PROVIDER_CONFIGS = "provider_configs"
    BUDGETS = "budgets"
    RATE_LIMIT = "rate_limit"
    MCP_TOOL_GROUPS = "mcp_tool_groups"
    MCP_SERVERS = "mcp_servers"
    MCP_TOOL_OVERRIDES = "mcp_tool_overrides"


ALIGNING_FIELDS = frozenset({PropagatedField.BUDGETS, PropagatedField.RATE_LIMIT})
"""The fields that take the template's calendar alignment along.

It is one setting for all windows of a policy. Provider configs leave it: a change of models alone must not
move the clocks of the whole copy, and to choose `budgets` or `rate_limit` as well is always possible.
"""


def new_provider_configs(copy: Policy, template: Policy, fields: frozenset[PropagatedField]) -> int:
    """Return exactly how many ids of provider configs `propagated` will ask for."""
    if PropagatedField.PROVIDER_CONFIGS not in fields:
        return 0
    held = {config.provider_name for config in copy.provider_configs}
    return sum(config.provider_name not in held for config in template.provider_configs)


def propagated(
    copy: Policy,
    template: Policy,
    fields: frozenset[PropagatedField],
    *,
    reset_usage: bool,
    line_id: Callable[[], str],
    provider_config_id: Callable[[], int],
    now: datetime,
) -> Policy:
    """Return a copy's policy, rolled forward, with the chosen fields of its template.

    A line of the copy survives when the template has one in its place: in the same scope, with the same
    windows (of a rate limit, for one counter at least). It keeps its id, clock, usage and override; of a rate
    limit, each counter keeps its own. Other lines are the copy's own, with fresh ids and no usage.

    Args:
        copy: the policy of a user's copy.
        template: the policy of the template. Its usage and ids are never taken.
        fields: what to take.
        reset_usage: whether usage in the chosen fields becomes 0. Windows stay.
        line_id: gives the id of a budget or rate limit, never the same twice.
        provider_config_id: gives the id of a provider config, never the same twice.
        now: when it happens, UTC.

    Raises:
        RulesBroken: the chosen fields do not go together with what the copy has in the others.
    """
    aligned = template.calendar_aligned if fields & ALIGNING_FIELDS else copy.calendar_aligned
    copy = realigned(rolled_forward(copy, now), aligned, now)
    lines = LineFactory(line_id=line_id, calendar_aligned=aligned, now=now)
    kept = without_usage(copy) if reset_usage else copy
    field = PropagatedField
    mcp = _mcp(copy.mcp, template.mcp, fields)
    # Every field is whole, and without faults, from one of the two. Only MCP grants are judged across fields.
    if faults := list(mcp_faults(mcp)):
        raise RulesBroken(faults)
    return Policy(
        provider_configs=(
            _provider_configs(kept.provider_configs, template.provider_configs, lines, provider_config_id)
            if field.PROVIDER_CONFIGS in fields
            else copy.provider_configs
        ),
        budgets=(
            _budgets(kept.budgets, template.budgets, lines) if field.BUDGETS in fields else copy.budgets
        ),
        rate_limit=(
            _rate_limit(kept.rate_limit, template.rate_limit, lines)
            if field.RATE_LIMIT in fields
            else copy.rate_limit
        ),
        calendar_aligned=aligned,
        mcp=mcp,
    )


def _provider_configs(
    kept: Sequence[ProviderConfig],
    template: Sequence[ProviderConfig],
    lines: LineFactory,
    provider_config_id: Callable[[], int],
) -> tuple[ProviderConfig, ...]:
    held = {config.provider_name: config for config in kept}

    def taken(config: ProviderConfig) -> ProviderConfig:
        found = held.get(config.provider_name)
        return ProviderConfig(
            id=provider_config_id() if found is None else found.id,
            provider_name=config.provider_name,
            all_models_allowed=config.all_models_allowed,
            allowed_models=config.allowed_models,
            budgets=_budgets(() if found is None else found.budgets, config.budgets, lines),
            rate_limit=_rate_limit(None if found is None else found.rate_limit, config.rate_limit, lines),
        )

    return tuple(taken(config) for config in template)


def _budgets(kept: Sequence[Budget], template: Sequence[Budget], lines: LineFactory) -> tuple[Budget, ...]:
    def taken(line: Budget) -> Budget:
        found = next((held for held in kept if same_windows(held.terms, line.terms)), None)
        return lines.budget(line.terms, found)

    return tuple(taken(line) for line in template)


def _rate_limit(kept: RateLimit | None, template: RateLimit | None, lines: LineFactory) -> RateLimit | None:
    if template is None:
        return None
    if kept is not None and share_windows(kept.terms, template.terms):
        return lines.rate_limit(template.terms, kept)
    return lines.rate_limit(template.terms)


def _mcp(copy: MCPGrants, template: MCPGrants, fields: frozenset[PropagatedField]) -> MCPGrants:
    def source(field: PropagatedField) -> MCPGrants:
        return template if field in fields else copy

    return MCPGrants(
        tool_groups=source(PropagatedField.MCP_TOOL_GROUPS).tool_groups,
        servers=source(PropagatedField.MCP_SERVERS).servers,
        tool_overrides=source(PropagatedField.MCP_TOOL_OVERRIDES).tool_overrides,
    )
