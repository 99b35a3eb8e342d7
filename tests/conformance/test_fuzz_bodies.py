"""Bodies that Schemathesis draws are mended where the schema cannot say what a server may refuse."""

from __future__ import annotations

from typing import Any

import pytest

from conformance import samples
from conformance.fuzz.bodies import Names, repaired


def _repaired(**fields: Any) -> dict[str, Any]:
    mended = repaired({"name": "n", **fields}, Names("cf-1-"))
    return {key: value for key, value in mended.items() if key != "name"}


@pytest.mark.parametrize("length", [1, 8, 9, 100, 254, 255])
def test_names_are_fresh_and_keep_the_length_that_was_drawn(length: int) -> None:
    names = Names("cf-1-")
    first, second = (repaired({"name": "n" * length}, names)["name"] for _ in range(2))

    assert first != second
    assert first.startswith("cf-1-")
    assert len(first) == max(length, len("cf-1-f1-"))


@pytest.mark.parametrize("name", ["", " ", "n" * 256, "a\nb", 7, None])
def test_a_name_that_is_wrong_stays_wrong(name: Any) -> None:
    assert repaired({"name": name}, Names("cf-1-"))["name"] == name


def test_what_stands_twice_stands_once() -> None:
    month = samples.budget("1M")
    mended = _repaired(
        budgets=[month, samples.budget("1d"), month],
        provider_configs=[samples.provider("a", budgets=[month, month]), samples.provider("a")],
    )

    assert mended["budgets"] == [month, samples.budget("1d")]
    assert mended["provider_configs"] == [samples.provider("a", budgets=[month])]


def test_reset_config_stays_with_quarters_alone() -> None:
    config = {"quarter_start_month": 2}
    mended = _repaired(
        budgets=[samples.budget("1M", reset_config=config), samples.budget("1Q", reset_config=config)]
    )

    assert mended["budgets"] == [samples.budget("1M"), samples.budget("1Q", reset_config=config)]


@pytest.mark.parametrize(
    ("drawn", "mended"),
    [
        ({}, None),
        ({"token_reset_duration": "1h"}, None),
        ({"token_max_limit": None, "token_reset_duration": "1h"}, None),
        ({"token_max_limit": 5}, {"token_max_limit": 5, "token_reset_duration": "1h"}),
        (
            {"request_max_limit": 5, "request_reset_duration": "1d", "token_max_limit": None},
            {"request_max_limit": 5, "request_reset_duration": "1d"},
        ),
    ],
)
def test_rate_limits_become_whole_or_none(drawn: dict[str, Any], mended: dict[str, Any] | None) -> None:
    assert _repaired(rate_limit=drawn) == {"rate_limit": mended}


def test_overrides_do_not_clash() -> None:
    include, exclude = samples.override("include"), samples.override("exclude")
    other = samples.override("exclude", client="jira")
    granted = [{"mcp_server_id": "jira"}]

    assert _repaired(mcp_tool_overrides=[include, exclude])["mcp_tool_overrides"] == [include]
    assert _repaired(mcp_tool_overrides=[other], mcp_servers=granted)["mcp_tool_overrides"] == []


def test_the_star_stands_alone() -> None:
    mended = _repaired(provider_configs=[samples.provider(allowed_models=["a", "*"])])

    assert mended["provider_configs"][0]["allowed_models"] == ["*"]


@pytest.mark.parametrize("body", [None, [], "x", {"budgets": 1, "provider_configs": [2], "rate_limit": "x"}])
def test_what_is_no_profile_is_left_alone(body: Any) -> None:
    assert repaired(body, Names("cf-1-")) == body


def test_a_sample_needs_no_repair() -> None:
    sample = samples.full("n")
    mended = repaired(sample, Names("cf-1-"))

    assert {**mended, "name": "n"} == sample
