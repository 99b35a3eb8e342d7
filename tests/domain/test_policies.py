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


def test_a_provider_that_stands_twice_is_a_fault_of_the_second() -> None:
    terms = PolicyTerms(
        provider_configs=(ProviderTerms("openai"), ProviderTerms("azure"), ProviderTerms("openai"))
    )

    assert found(terms) == [(("provider_configs", 2, "provider_name"), "duplicate")]
    assert faults(terms)[0].message == '"openai" already has a provider config in this profile.'


def test_providers_are_compared_exactly() -> None:
    assert found(PolicyTerms(provider_configs=(ProviderTerms("openai"), ProviderTerms("OpenAI")))) == []


def test_a_reset_duration_that_stands_twice_in_a_list_is_a_fault_of_the_second() -> None:
    assert found(PolicyTerms(budgets=budgets(DAY, MONTH, DAY, DAY))) == [
        (("budgets", 2, "reset_duration"), "duplicate"),
        (("budgets", 3, "reset_duration"), "duplicate"),
    ]


def test_a_reset_duration_may_stand_in_two_lists() -> None:
    providers = (ProviderTerms("a", budgets=budgets(DAY)), ProviderTerms("b", budgets=budgets(DAY)))

    assert found(PolicyTerms(provider_configs=providers, budgets=budgets(DAY))) == []


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


@pytest.mark.parametrize(
    ("models", "index"), [(("*", "gpt-4o"), 0), (("gpt-4o", "*"), 1), (("gpt-4o", "*", "*"), 1)]
)
def test_the_wildcard_stands_alone(models: tuple[str, ...], index: int) -> None:
    terms = PolicyTerms(provider_configs=(ProviderTerms("openai", allowed_models=models),))

    assert found(terms) == [(("provider_configs", 0, "allowed_models", index), "wildcard_with_names")]


@pytest.mark.parametrize("models", [("*",), ("*", "*"), ("gpt-*",), ()])
def test_the_wildcard_alone_and_patterns_are_legal(models: tuple[str, ...]) -> None:
    assert found(PolicyTerms(provider_configs=(ProviderTerms("openai", allowed_models=models),))) == []


def test_a_whole_server_and_an_exclusion_from_it_contradict_each_other() -> None:
    terms = with_overrides(("github", "read", INCLUDE), ("github", "delete", EXCLUDE), servers=("github",))

    assert found(terms) == [(("mcp_tool_overrides", 1), "mcp_conflict")]
    assert '"github"' in faults(terms)[0].message
    assert '"delete"' in faults(terms)[0].message


def test_an_exclusion_without_the_whole_server_is_legal() -> None:
    assert found(with_overrides(("github", "delete", EXCLUDE), servers=("GitHub", "other"))) == []
    assert found(with_overrides(("github", "delete", EXCLUDE))) == []


@pytest.mark.parametrize("order", [(INCLUDE, EXCLUDE), (EXCLUDE, INCLUDE)])
def test_a_tool_that_is_included_and_excluded_is_a_fault_of_the_second(
    order: tuple[OverrideAction, OverrideAction],
) -> None:
    terms = with_overrides(*(("github", "delete", action) for action in order))

    assert found(terms) == [(("mcp_tool_overrides", 1), "mcp_conflict")]


def test_the_same_tool_of_two_clients_and_an_override_sent_twice_are_legal() -> None:
    assert found(with_overrides(("a", "run", INCLUDE), ("b", "run", EXCLUDE))) == []
    assert found(with_overrides(("a", "run", EXCLUDE), ("a", "run", EXCLUDE))) == []


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


@pytest.mark.parametrize("models", [("*",), ("*", "*")])
def test_the_wildcard_is_read_as_all_models(models: tuple[str, ...]) -> None:
    terms = PolicyTerms(provider_configs=(ProviderTerms("openai", allowed_models=models),))

    assert normalised(terms).provider_configs == (ProviderTerms("openai", all_models_allowed=True),)


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
