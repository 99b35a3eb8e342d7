"""Bodies are made legal where the schema cannot say what a server may refuse."""

from typing import Any

import pytest

from conformance.access_profiles import samples
from conformance.access_profiles.legal_bodies import legal, owned, unclashing


def _unclashing(*, is_update: bool = False, **fields: Any) -> dict[str, Any]:
    return unclashing(fields, ["Roles:View"], is_update=is_update)


def test_what_stands_twice_stands_once() -> None:
    month = samples.budget("1M")
    mended = _unclashing(
        budgets=[month, samples.budget("1d"), month],
        provider_configs=[samples.provider("a", budgets=[month, month]), samples.provider("a")],
    )

    assert mended["budgets"] == [month, samples.budget("1d")]
    assert mended["provider_configs"] == [samples.provider("a", budgets=[month])]


def test_reset_config_goes_with_quarters_alone() -> None:
    quarter = samples.budget("1Q", reset_config={"quarter_start_month": 2})

    assert legal({"budgets": [{**quarter, "reset_duration": "1M"}]}) == {"budgets": [quarter]}
    assert _unclashing(budgets=[{**quarter, "reset_duration": "1M"}, quarter]) == {"budgets": [quarter]}


@pytest.mark.parametrize(
    ("drawn", "added"),
    [
        ({}, {"token_max_limit": 1, "token_reset_duration": "1h"}),
        ({"token_reset_duration": "1d"}, {"token_max_limit": 1}),
        ({"token_max_limit": 5}, {"token_reset_duration": "1h"}),
        ({"token_max_limit": None}, {"request_max_limit": 1, "request_reset_duration": "1h"}),
        ({"request_max_limit": 5, "request_reset_duration": "1d", "token_max_limit": None}, {}),
    ],
)
def test_a_rate_limit_has_a_maximum_and_each_maximum_its_duration(
    drawn: dict[str, Any], added: dict[str, Any]
) -> None:
    made = legal({"provider_configs": [{"rate_limit": drawn}]})

    assert made == {"provider_configs": [{"rate_limit": drawn | added}]}


def test_overrides_do_not_clash() -> None:
    include, exclude = samples.override("include"), samples.override("exclude")
    other = samples.override("exclude", client="jira")
    granted = [{"mcp_server_id": "jira"}]

    assert _unclashing(mcp_tool_overrides=[include, exclude])["mcp_tool_overrides"] == [include]
    assert _unclashing(mcp_tool_overrides=[other], mcp_servers=granted)["mcp_tool_overrides"] == []


def test_the_star_stands_alone() -> None:
    mended = _unclashing(provider_configs=[samples.provider(allowed_models=["a", "*"])])

    assert mended["provider_configs"][0]["allowed_models"] == ["*"]


@pytest.mark.parametrize("body", [None, [], "x", {"budgets": 1, "provider_configs": [2], "rate_limit": "x"}])
def test_what_is_no_profile_is_left_alone(body: Any) -> None:
    assert legal(body) == body


def test_a_sample_is_legal() -> None:
    sample = samples.full("n")

    assert legal(sample) == sample
    assert _unclashing(**sample) == sample


@pytest.mark.parametrize(
    ("drawn", "mended"),
    [
        ({"mode": "forever", "cycles": 3}, {"mode": "forever"}),
        ({"mode": "cycles"}, {"mode": "cycles", "cycles": 1}),
        ({"mode": "cycles", "cycles": 0}, {"mode": "forever"}),
        ({"mode": "cycles", "cycles": 3}, {"mode": "cycles", "cycles": 3}),
        ({"expires_at": "0004-02-29T00:00:00Z"}, {"expires_at": "2400-02-29T00:00:00Z"}),
        ({"expires_at": None}, {"expires_at": None}),
        ({"scopes": ["0", "1"]}, {"scopes": ["Roles:View", "Roles:View"]}),
    ],
)
def test_a_good_body_keeps_the_rules_of_its_operation(drawn: dict[str, Any], mended: dict[str, Any]) -> None:
    assert _unclashing(**drawn) == mended


def test_an_update_fits_whatever_is_stored() -> None:
    links = [{"mcp_server_id": "jira"}]
    tags = [str(n) for n in range(60)]

    mended = _unclashing(mcp_servers=links, tags=tags, is_update=True)

    assert mended == {"mcp_servers": links, "mcp_tool_overrides": [], "tags": tags[:50]}


def test_groups_are_the_runs_own_and_what_is_none_stays() -> None:
    for given, made in ((["finance", "", 7], ["cf-finance", "", 7]), ("x", "x")):
        assert owned({"group_ids": given}, "cf-{}".format) == {"group_ids": made}
