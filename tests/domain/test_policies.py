"""What may stand together in a policy."""

import pytest
from hypothesis import given

from domain.errors import Path
from domain.policies import faults, normalised
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
from tests.domain.samples import DAY, HOUR, MONTH, QUARTER
from tests.domain.strategies import POLICY_TERMS, repeatable

INCLUDE, EXCLUDE = OverrideAction.INCLUDE, OverrideAction.EXCLUDE


def found(terms: PolicyTerms) -> list[tuple[Path, str]]:
    return [(fault.path, fault.code) for fault in faults(terms)]


def budgets(*durations: ResetDuration) -> tuple[BudgetTerms, ...]:
    return tuple(BudgetTerms(1_000_000, duration) for duration in durations)


def with_overrides(*overrides: tuple[str, str, OverrideAction], servers: tuple[str, ...] = ()) -> PolicyTerms:
    tool_overrides = tuple(MCPToolOverride(*override) for override in overrides)
    return PolicyTerms(mcp=MCPGrants(servers=servers, tool_overrides=tool_overrides))


@repeatable
@given(POLICY_TERMS)
def test_legal_terms_have_no_fault(terms: PolicyTerms) -> None:
    assert faults(terms) == []


def providers(*names: str) -> PolicyTerms:
    return PolicyTerms(provider_configs=tuple(map(ProviderTerms, names)))


def models(*names: str) -> PolicyTerms:
    return PolicyTerms(provider_configs=(ProviderTerms("openai", allowed_models=names),))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (providers("openai", "azure", "openai"), [(("provider_configs", 2, "provider_name"), "duplicate")]),
        (
            PolicyTerms(budgets=budgets(DAY, MONTH, DAY, DAY)),
            [(("budgets", index, "reset_duration"), "duplicate") for index in (2, 3)],
        ),
        *[
            (models(*names), [(("provider_configs", 0, "allowed_models", index), "wildcard_with_names")])
            for *names, index in (("*", "gpt-4o", 0), ("gpt-4o", "*", 1), ("gpt-4o", "*", "*", 1))
        ],
        (
            with_overrides(("github", "read", INCLUDE), ("github", "delete", EXCLUDE), servers=("github",)),
            [(("mcp_tool_overrides", 1), "mcp_conflict")],
        ),
        *[
            (
                with_overrides(*(("github", "delete", action) for action in order)),
                [(("mcp_tool_overrides", 1), "mcp_conflict")],
            )
            for order in ((INCLUDE, EXCLUDE), (EXCLUDE, INCLUDE))
        ],
    ],
)
def test_what_does_not_go_together_is_a_fault_of_the_second(
    terms: PolicyTerms, expected: list[tuple[Path, str]]
) -> None:
    assert found(terms) == expected


@pytest.mark.parametrize(
    "terms",
    [
        providers("openai", "OpenAI"),
        PolicyTerms(
            provider_configs=tuple(ProviderTerms(name, budgets=budgets(DAY)) for name in ("a", "b")),
            budgets=budgets(DAY),
        ),
        *[models(*names) for names in (["*"], ["*", "*"], ["gpt-*"], [])],
        with_overrides(("github", "delete", EXCLUDE), servers=("GitHub", "other")),
        with_overrides(("github", "delete", EXCLUDE)),
        with_overrides(("a", "run", INCLUDE), ("b", "run", EXCLUDE)),
        with_overrides(("a", "run", EXCLUDE), ("a", "run", EXCLUDE)),
    ],
)
def test_what_differs_in_its_name_or_its_place_goes_together(terms: PolicyTerms) -> None:
    assert found(terms) == []


def test_messages_name_what_is_wrong() -> None:
    [twice] = faults(providers("openai", "openai"))
    [conflict] = faults(with_overrides(("github", "delete", EXCLUDE), servers=("github",)))

    assert twice.message == '"openai" already has a provider config in this profile.'
    assert '"github"' in conflict.message
    assert '"delete"' in conflict.message


@pytest.mark.parametrize("duration", [each for each in ResetDuration if each is not QUARTER])
def test_only_quarters_take_a_start_month(duration: ResetDuration) -> None:
    budget = BudgetTerms(0, duration, quarter_start_month=1)

    assert found(PolicyTerms(budgets=(budget,))) == [(("budgets", 0, "reset_config"), "not_applicable")]
    assert found(PolicyTerms(budgets=(BudgetTerms(0, QUARTER, quarter_start_month=1),))) == []


@pytest.mark.parametrize(
    ("rate_limit", "expected"),
    [
        (RateLimitTerms(token_max_limit=1), [(("rate_limit", "token_reset_duration"), "required")]),
        (RateLimitTerms(token_reset_duration=HOUR), [(("rate_limit", "token_max_limit"), "required")]),
        (RateLimitTerms(request_max_limit=1), [(("rate_limit", "request_reset_duration"), "required")]),
        (RateLimitTerms(request_reset_duration=DAY), [(("rate_limit", "request_max_limit"), "required")]),
        (
            RateLimitTerms(token_max_limit=1, request_reset_duration=DAY),
            [
                (("rate_limit", "token_reset_duration"), "required"),
                (("rate_limit", "request_max_limit"), "required"),
            ],
        ),
        (
            RateLimitTerms(token_max_limit=1, token_reset_duration=HOUR, request_max_limit=1),
            [(("rate_limit", "request_reset_duration"), "required")],
        ),
        (RateLimitTerms(), [(("rate_limit",), "empty")]),
        (RateLimitTerms(token_max_limit=1, token_reset_duration=HOUR), []),
        (RateLimitTerms(request_max_limit=1, request_reset_duration=HOUR), []),
    ],
)
def test_a_maximum_and_its_reset_duration_go_together(
    rate_limit: RateLimitTerms, expected: list[tuple[Path, str]]
) -> None:
    in_provider = PolicyTerms(
        provider_configs=(ProviderTerms("a"), ProviderTerms("b", rate_limit=rate_limit))
    )

    assert found(PolicyTerms(rate_limit=rate_limit)) == expected
    assert found(in_provider) == [(("provider_configs", 1, *path), code) for path, code in expected]


def test_every_fault_is_found_in_the_order_of_the_body() -> None:
    terms = PolicyTerms(
        provider_configs=(
            ProviderTerms("openai", allowed_models=("*", "x"), budgets=budgets(DAY, DAY)),
            ProviderTerms("openai", rate_limit=RateLimitTerms()),
        ),
        budgets=(BudgetTerms(0, HOUR, quarter_start_month=2), *budgets(HOUR)),
        rate_limit=RateLimitTerms(token_max_limit=5),
        mcp=MCPGrants(servers=("a",), tool_overrides=(MCPToolOverride("a", "t", EXCLUDE),)),
    )

    assert found(terms) == [
        (("provider_configs", 0, "allowed_models", 0), "wildcard_with_names"),
        (("provider_configs", 0, "budgets", 1, "reset_duration"), "duplicate"),
        (("provider_configs", 1, "provider_name"), "duplicate"),
        (("provider_configs", 1, "rate_limit"), "empty"),
        (("budgets", 0, "reset_config"), "not_applicable"),
        (("budgets", 1, "reset_duration"), "duplicate"),
        (("rate_limit", "token_reset_duration"), "required"),
        (("mcp_tool_overrides", 0), "mcp_conflict"),
    ]


def test_repetitions_are_dropped_and_the_first_place_counts() -> None:
    override = MCPToolOverride("github", "read", INCLUDE)
    terms = PolicyTerms(
        provider_configs=(ProviderTerms("openai", allowed_models=("b", "a", "b")),),
        mcp=MCPGrants(tool_groups=(4, 1, 4), servers=("y", "x", "y"), tool_overrides=(override, override)),
    )

    assert normalised(terms) == PolicyTerms(
        provider_configs=(ProviderTerms("openai", allowed_models=("b", "a")),),
        mcp=MCPGrants(tool_groups=(4, 1), servers=("y", "x"), tool_overrides=(override,)),
    )


@pytest.mark.parametrize("names", [["*"], ["*", "*"]])
def test_the_wildcard_is_read_as_all_models(names: list[str]) -> None:
    assert normalised(models(*names)).provider_configs == (ProviderTerms("openai", all_models_allowed=True),)


def test_a_list_beside_all_models_is_kept() -> None:
    terms = PolicyTerms(
        provider_configs=(ProviderTerms("a", all_models_allowed=True, allowed_models=("x",)),)
    )

    assert normalised(terms) == terms


@repeatable
@given(POLICY_TERMS)
def test_normalising_twice_changes_nothing_and_breaks_no_rule(terms: PolicyTerms) -> None:
    once = normalised(terms)

    assert normalised(once) == once
    assert faults(once) == []
    assert (once.budgets, once.rate_limit) == (terms.budgets, terms.rate_limit)
