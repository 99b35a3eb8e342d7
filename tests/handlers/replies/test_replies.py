from datetime import UTC, datetime

import pytest

from domain.records import (
    AccessProfile,
    Budget,
    BudgetTerms,
    MCPGrants,
    Policy,
    ProviderConfig,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
    RoleAttachment,
)
from handlers.replies.templates import access_profile, role_attachment
from handlers.replies.timestamps import instant

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def profile(
    *,
    budgets: tuple[Budget, ...] = (),
    rate_limit: RateLimit | None = None,
    provider_configs: tuple[ProviderConfig, ...] = (),
) -> AccessProfile:
    policy = Policy(provider_configs, budgets, rate_limit, calendar_aligned=False, mcp=MCPGrants())
    return AccessProfile(
        7, "a", None, (), is_active=True, version=3, policy=policy, created_at=NOW, updated_at=NOW
    )


def rate_limit(terms: RateLimitTerms, *, tokens: int = 0, requests: int = 0) -> RateLimit:
    return RateLimit("r", terms, NOW, NOW, NOW, tokens, requests)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "2026-03-01T08:00:00Z"),
        (datetime(2026, 3, 1, 8, 0, 0, 123, tzinfo=UTC), "2026-03-01T08:00:00.000123Z"),
        (datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "2026-12-31T23:59:59.999999Z"),
        (datetime(1999, 1, 2, 3, 4, 5, tzinfo=UTC), "1999-01-02T03:04:05Z"),
    ],
)
def test_an_instant_is_rfc_3339_in_utc(value: datetime, text: str) -> None:
    assert instant(value) == text


def test_a_rate_limit_that_is_not_set_is_absent() -> None:
    body = access_profile(profile(provider_configs=(ProviderConfig(1, "a", False, (), (), None),)))

    assert "rate_limit" not in body
    assert "rate_limit" not in body["provider_configs"][0]


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        (
            RateLimitTerms(100, ResetDuration.HOUR, None, None),
            {"token_max_limit": 100, "token_reset_duration": "1h"},
        ),
        (
            RateLimitTerms(None, None, 5, ResetDuration.YEAR),
            {"request_max_limit": 5, "request_reset_duration": "1Y"},
        ),
        (
            RateLimitTerms(1, ResetDuration.DAY, 2, ResetDuration.WEEK),
            {
                "token_max_limit": 1,
                "token_reset_duration": "1d",
                "request_max_limit": 2,
                "request_reset_duration": "1w",
            },
        ),
    ],
)
def test_a_maximum_that_is_not_set_is_absent(terms: RateLimitTerms, fields: dict[str, object]) -> None:
    body = access_profile(profile(rate_limit=rate_limit(terms, tokens=3, requests=4)))

    assert body["rate_limit"] == {"id": "r", "token_current_usage": 3, "request_current_usage": 4, **fields}


@pytest.mark.parametrize(
    ("micros", "dollars"),
    [(0, 0), (20_000_000, 20), (100_000, 0.1), (1, 0.000001), (10**18, 10**12), (1_500_000, 1.5)],
)
def test_amounts_are_dollars(micros: int, dollars: float) -> None:
    line = Budget("b", BudgetTerms(micros, ResetDuration.DAY), NOW, NOW, current_usage_micros=micros)

    [body] = access_profile(profile(budgets=(line,)))["budgets"]

    assert body["max_limit"] == body["current_usage"] == dollars
    assert type(body["max_limit"]) is type(dollars)


def test_a_budgets_scope_says_whose_it_is() -> None:
    line = Budget("b", BudgetTerms(1, ResetDuration.DAY), NOW, NOW)
    config = ProviderConfig(1, "openai", False, (), (line,), None)

    body = access_profile(profile(budgets=(line,), provider_configs=(config,)))

    assert body["budgets"][0]["scope"] == "total"
    assert body["provider_configs"][0]["budgets"][0]["scope"] == "provider:openai"


@pytest.mark.parametrize(("month", "config"), [(None, None), (1, {"quarter_start_month": 1})])
def test_a_reset_config_is_there_when_it_was_set(month: int | None, config: dict[str, int] | None) -> None:
    line = Budget("b", BudgetTerms(1, ResetDuration.QUARTER, month), NOW, NOW)

    [body] = access_profile(profile(budgets=(line,)))["budgets"]

    assert body.get("reset_config") == config
    assert ("reset_config" in body) is (config is not None)


def test_an_attachment_has_its_five_fields() -> None:
    assert role_attachment(RoleAttachment(2, 7, 5, "Analyst", is_default=True)) == {
        "id": 2,
        "access_profile_id": 7,
        "role_id": 5,
        "role_name": "Analyst",
        "is_default": True,
    }
