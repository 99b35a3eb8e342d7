"""Partial updates of a policy: what one asks for, and what becomes of the lines that are stored.

A list that is sent takes the place of the stored one. Its lines are found among the stored ones, first by id,
then by what tells them apart in that list: the reset duration of a budget, the name of a provider. A line
that is found keeps its id, and its clock as long as its windows stay the same.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, Literal, TypeVar

from domain import policies
from domain.alignment import realigned
from domain.errors import Fault, Path
from domain.lines import LineFactory, share_windows
from domain.records import (
    Budget,
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    Policy,
    PolicyTerms,
    ProviderConfig,
    ProviderTerms,
    RateLimit,
    RateLimitTerms,
)

MAX_PROVIDER_CONFIGS = 100
MAX_BUDGETS = 100
MAX_TAGS = 50

_Line = TypeVar("_Line")
_Value = TypeVar("_Value")


class Keep(Enum):
    """The type of `KEEP`."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
"""Leaves a value as it is, where None removes it."""


@dataclass(frozen=True, slots=True)
class BudgetEdit:
    """A budget that is sent, with the id of the stored one that it stands for."""

    terms: BudgetTerms
    id: str | None = None


@dataclass(frozen=True, slots=True)
class RateLimitEdit:
    """A rate limit that is sent, with the id of the stored one that it stands for."""

    terms: RateLimitTerms
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderEdit:
    """A provider config that is sent, with the id of the stored one that it stands for."""

    provider_name: str
    all_models_allowed: bool = False
    allowed_models: tuple[str, ...] = ()
    budgets: tuple[BudgetEdit, ...] = ()
    rate_limit: RateLimitEdit | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyEdit:
    """What a partial update says of a policy.

    None leaves a value as it is. For the rate limit `KEEP` does so, and None removes it.
    """

    provider_configs: tuple[ProviderEdit, ...] | None = None
    budgets: tuple[BudgetEdit, ...] | None = None
    rate_limit: RateLimitEdit | Literal[Keep.KEEP] | None = KEEP
    calendar_aligned: bool | None = None
    tool_groups: tuple[int, ...] | None = None
    servers: tuple[str, ...] | None = None
    tool_overrides: tuple[MCPToolOverride, ...] | None = None


def size_faults(edit: PolicyEdit, tags: tuple[str, ...] | None) -> list[Fault]:
    """Return which lists of an update are too long, in the order of the body; only lists that are sent count.

    Args:
        edit: what the update says of the policy.
        tags: the tags that it sends, or None.
    """
    lists: list[tuple[Path, int, int]] = []
    if tags is not None:
        lists.append((("tags",), len(tags), MAX_TAGS))
    if edit.provider_configs is not None:
        lists.append((("provider_configs",), len(edit.provider_configs), MAX_PROVIDER_CONFIGS))
        lists += (
            (("provider_configs", index, "budgets"), len(config.budgets), MAX_BUDGETS)
            for index, config in enumerate(edit.provider_configs)
        )
    if edit.budgets is not None:
        lists.append((("budgets",), len(edit.budgets), MAX_BUDGETS))
    return [
        Fault(path, "too_many", f"This list may have {most} entries at most, not {length}.")
        for path, length, most in lists
        if length > most
    ]


def merged_terms(kept: Policy, edit: PolicyEdit) -> PolicyTerms:
    """Return what the policy would say after an edit, as it was sent: neither checked nor normalised."""
    stored = policies.terms_of(kept)
    return PolicyTerms(
        provider_configs=(
            stored.provider_configs
            if edit.provider_configs is None
            else tuple(_provider_terms(config) for config in edit.provider_configs)
        ),
        budgets=stored.budgets if edit.budgets is None else tuple(line.terms for line in edit.budgets),
        rate_limit=stored.rate_limit if edit.rate_limit is KEEP else _rate_limit_terms(edit.rate_limit),
        calendar_aligned=_sent(edit.calendar_aligned, stored.calendar_aligned),
        mcp=MCPGrants(
            tool_groups=_sent(edit.tool_groups, stored.mcp.tool_groups),
            servers=_sent(edit.servers, stored.mcp.servers),
            tool_overrides=_sent(edit.tool_overrides, stored.mcp.tool_overrides),
        ),
    )


def faults(kept: Policy, edit: PolicyEdit) -> list[Fault]:
    """Return every rule that the policy would break after an edit; see `policies.faults`.

    Faults are placed in what is sent: where only `mcp_servers` is, the server is to blame for its conflict
    with a stored override.
    """
    terms = merged_terms(kept, edit)
    found = policies.faults(terms)
    if edit.servers is None or edit.tool_overrides is not None:
        return found

    def placed(fault: Fault) -> Fault:
        match fault.path:
            case ("mcp_tool_overrides", int(index)):
                client = terms.mcp.tool_overrides[index].mcp_client_id
                return replace(fault, path=("mcp_servers", terms.mcp.servers.index(client)))
        return fault

    return [placed(fault) for fault in found]


def new_provider_configs(kept: Policy, edit: PolicyEdit) -> int:
    """Return exactly how many ids of provider configs `edited` will ask for."""
    return _found_configs(kept.provider_configs, edit.provider_configs or ()).count(None)


def edited(
    kept: Policy,
    edit: PolicyEdit,
    *,
    line_id: Callable[[], str],
    provider_config_id: Callable[[], int],
    now: datetime,
) -> Policy:
    """Return the policy after an edit, which equals the stored one when the edit changes nothing.

    What was sent is normalised here; what was not sent stays.

    An amount may change freely. A changed duration or quarter's start begins a window without usage at `now`.
    A changed alignment moves the clocks of all lines; see `alignment.realigned`.

    Args:
        kept: the stored policy, of a template or a copy. Its terms are normalised.
        edit: an edit whose `merged_terms` have no faults.
        line_id: gives the id of a budget or rate limit, never the same twice.
        provider_config_id: gives the id of a provider config, never the same twice.
        now: when the edit happens, UTC.
    """
    terms = policies.normalised(merged_terms(kept, edit))
    kept = realigned(kept, terms.calendar_aligned, now)
    lines = LineFactory(line_id=line_id, calendar_aligned=terms.calendar_aligned, now=now)

    def provider(found: ProviderConfig | None, sent: ProviderEdit, terms: ProviderTerms) -> ProviderConfig:
        return ProviderConfig(
            id=provider_config_id() if found is None else found.id,
            provider_name=terms.provider_name,
            all_models_allowed=terms.all_models_allowed,
            allowed_models=terms.allowed_models,
            budgets=_edited_budgets(() if found is None else found.budgets, sent.budgets, lines),
            rate_limit=_edited_rate_limit(
                None if found is None else found.rate_limit, sent.rate_limit, lines
            ),
        )

    configs = kept.provider_configs
    if edit.provider_configs is not None:
        found = _found_configs(configs, edit.provider_configs)
        configs = tuple(map(provider, found, edit.provider_configs, terms.provider_configs))
    return Policy(
        provider_configs=configs,
        budgets=kept.budgets if edit.budgets is None else _edited_budgets(kept.budgets, edit.budgets, lines),
        rate_limit=(
            kept.rate_limit
            if edit.rate_limit is KEEP
            else _edited_rate_limit(kept.rate_limit, edit.rate_limit, lines)
        ),
        calendar_aligned=terms.calendar_aligned,
        mcp=terms.mcp,
    )


def _sent(value: _Value | None, stored: _Value) -> _Value:
    return stored if value is None else value


def _provider_terms(config: ProviderEdit) -> ProviderTerms:
    return ProviderTerms(
        provider_name=config.provider_name,
        all_models_allowed=config.all_models_allowed,
        allowed_models=config.allowed_models,
        budgets=tuple(line.terms for line in config.budgets),
        rate_limit=_rate_limit_terms(config.rate_limit),
    )


def _rate_limit_terms(edit: RateLimitEdit | None) -> RateLimitTerms | None:
    return None if edit is None else edit.terms


def _edited_budgets(
    kept: Sequence[Budget], edits: Sequence[BudgetEdit], lines: LineFactory
) -> tuple[Budget, ...]:
    found = _found(
        [(line.id, line.terms.reset_duration, line) for line in kept],
        [(edit.id, edit.terms.reset_duration) for edit in edits],
    )
    return tuple(lines.budget(edit.terms, line) for edit, line in zip(edits, found, strict=True))


def _edited_rate_limit(
    kept: RateLimit | None, edit: RateLimitEdit | None, lines: LineFactory
) -> RateLimit | None:
    if edit is None:
        return None
    if kept is not None and (edit.id == kept.id or share_windows(edit.terms, kept.terms)):
        return lines.rate_limit(edit.terms, kept)
    return lines.rate_limit(edit.terms)


def _found_configs(
    kept: Sequence[ProviderConfig], edits: Sequence[ProviderEdit]
) -> list[ProviderConfig | None]:
    return _found(
        [(config.id, config.provider_name, config) for config in kept],
        [(edit.id, edit.provider_name) for edit in edits],
    )


def _found(
    kept: Iterable[tuple[Hashable, Hashable, _Line]], sent: Sequence[tuple[Hashable, Hashable]]
) -> list[_Line | None]:
    """Return for each line that is sent the stored one that it stands for. No stored line is found twice.

    Args:
        kept: id, key and line of each stored one.
        sent: id (or None) and key of each that is sent.
    """
    left = {line_id: (key, line) for line_id, key, line in kept}
    # All ids before any key: a line that names its id must not lose it to an earlier one with the same key.
    by_id = [left.pop(line_id, None) for line_id, _ in sent]
    by_key = dict(left.values())
    return [
        by_key.pop(key, None) if entry is None else entry[1]
        for entry, (_, key) in zip(by_id, sent, strict=True)
    ]
