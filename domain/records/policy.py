"""What a policy is made of.

*Terms* are what an operator sets. A *line* (`Budget`, `RateLimit`, `ProviderConfig`) is terms in force:
they have an id, a clock and usage. A template's usage stays 0; only the copies of users are charged.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ResetDuration(StrEnum):
    """The length of a window. `1Q` is legal for budgets only."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1M"
    QUARTER = "1Q"
    YEAR = "1Y"


class OverrideAction(StrEnum):
    """What an MCP tool override does."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class OverrideMode(StrEnum):
    """How long a budget override lasts: a number of windows, or until it is removed."""

    CYCLES = "cycles"
    FOREVER = "forever"


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """The most that may be spent in one window.

    Attributes:
        max_limit_micros: micro-dollars; 0 allows nothing.
        reset_duration: the window's length.
        quarter_start_month: 1 to 12, for `1Q` only; None stands for January.
    """

    max_limit_micros: int
    reset_duration: ResetDuration
    quarter_start_month: int | None = None


@dataclass(frozen=True, slots=True)
class BudgetOverride:
    """A temporary raise of one copy's budget.

    Attributes:
        amount_micros: micro-dollars on top of the limit.
        cycles_total: how many windows it lasts, the first included; None with `forever`.
        anchor: the begin of the window in which it was set; what is left is counted from it.
    """

    amount_micros: int
    mode: OverrideMode
    cycles_total: int | None
    anchor: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget in force.

    Attributes:
        id: unique among all budgets of all profiles and copies.
        terms: what the operator set.
        created_at: the anchor of rolling windows.
        last_reset: the begin of the window that `current_usage_micros` belongs to.
        current_usage_micros: micro-dollars spent in that window.
        override: a raise of the limit; only budgets of copies have one.
    """

    id: str
    terms: BudgetTerms
    created_at: datetime
    last_reset: datetime
    current_usage_micros: int = 0
    override: BudgetOverride | None = None


@dataclass(frozen=True, slots=True)
class RateLimitTerms:
    """The most tokens and requests in one window each; a maximum and its duration go together."""

    token_max_limit: int | None = None
    token_reset_duration: ResetDuration | None = None
    request_max_limit: int | None = None
    request_reset_duration: ResetDuration | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit in force; the two counters have windows of their own."""

    id: str
    terms: RateLimitTerms
    created_at: datetime
    token_last_reset: datetime
    request_last_reset: datetime
    token_current_usage: int = 0
    request_current_usage: int = 0


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """What is allowed at one provider."""

    provider_name: str
    all_models_allowed: bool = False
    allowed_models: tuple[str, ...] = ()
    budgets: tuple[BudgetTerms, ...] = ()
    rate_limit: RateLimitTerms | None = None


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What is allowed at one provider, in force."""

    id: int
    provider_name: str
    all_models_allowed: bool
    allowed_models: tuple[str, ...]
    budgets: tuple[Budget, ...]
    rate_limit: RateLimit | None


@dataclass(frozen=True, slots=True)
class MCPToolOverride:
    """Adds one tool of an MCP client, or takes away one that a tool group granted."""

    mcp_client_id: str
    tool_name: str
    action: OverrideAction


@dataclass(frozen=True, slots=True)
class MCPGrants:
    """The MCP tools that a profile grants."""

    tool_groups: tuple[int, ...] = ()
    servers: tuple[str, ...] = ()
    tool_overrides: tuple[MCPToolOverride, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """All that an operator sets of a profile but its name, description and tags."""

    provider_configs: tuple[ProviderTerms, ...] = ()
    budgets: tuple[BudgetTerms, ...] = ()
    rate_limit: RateLimitTerms | None = None
    calendar_aligned: bool = False
    mcp: MCPGrants = MCPGrants()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy in force: of a template, or of a user's copy."""

    provider_configs: tuple[ProviderConfig, ...]
    budgets: tuple[Budget, ...]
    rate_limit: RateLimit | None
    calendar_aligned: bool
    mcp: MCPGrants
