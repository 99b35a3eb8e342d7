"""Bodies that Schemathesis draws are mended where the schema cannot say what a server may refuse."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.access_profiles import samples
from conformance.access_profiles.legal_bodies import Names, StandIns, owned, repaired


def _stand_ins() -> StandIns:
    return StandIns(Names("cf-1-"), lambda: 70, lambda: 71, scopes=["Roles:View"])


def _repaired(**fields: Any) -> dict[str, Any]:
    mended = repaired({"name": "n", **fields}, _stand_ins())
    return {key: value for key, value in mended.items() if key != "name"}


@pytest.mark.parametrize("length", [1, 8, 9, 100, 254, 255])
def test_names_are_fresh_and_keep_the_length_that_was_drawn(length: int) -> None:
    names = _stand_ins()
    first, second = (repaired({"name": "n" * length}, names)["name"] for _ in range(2))

    assert first != second
    assert first.startswith("cf-1-")
    assert len(first) == max(length, len("cf-1-f1-"))


@pytest.mark.parametrize("name", ["", " ", "n" * 256, "a\nb", 7, None])
def test_a_name_that_is_wrong_stays_wrong(name: Any) -> None:
    assert repaired({"name": name}, _stand_ins())["name"] == name


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
    assert repaired(body, _stand_ins()) == body


def test_a_sample_needs_no_repair() -> None:
    sample = samples.full("n")
    mended = repaired(sample, _stand_ins())

    assert {**mended, "name": "n"} == sample


@pytest.mark.parametrize(
    ("drawn", "mended"),
    [
        ({"role_id": 5}, {"role_id": 70}),
        ({"role_id": None}, {"role_id": None}),
        ({"role_ids": [5, 6, 0, "7", True]}, {"role_ids": [70, 70, 0, "7", True]}),
        ({"profile_id": 7}, {"profile_id": 71}),
        ({"profile_id": 2**63}, {"profile_id": 2**63}),
        ({"group_ids": ["finance", ""]}, {"group_ids": ["cf-1-gfinance", ""]}),
        ({"id": "ada"}, {"id": "cf-1-f1-"}),
        ({"id": ".ada"}, {"id": ".ada"}),
        ({"mode": "forever", "cycles": 3}, {"mode": "forever", "cycles": 3}),
    ],
)
def test_a_bad_body_names_what_the_run_made_and_stays_bad(
    drawn: dict[str, Any], mended: dict[str, Any]
) -> None:
    assert owned(drawn, _stand_ins()) == mended


def test_without_a_stand_in_an_id_is_one_that_nobody_has() -> None:
    assert owned({"role_id": 5}, StandIns(Names("cf-1-")))["role_id"] > 2**62


@pytest.mark.parametrize(
    ("drawn", "mended"),
    [
        ({"mode": "forever", "cycles": 3}, {"mode": "forever"}),
        ({"mode": "cycles"}, {"mode": "cycles", "cycles": 1}),
        ({"mode": "cycles", "cycles": 3}, {"mode": "cycles", "cycles": 3}),
        ({"expires_at": "0004-02-29T00:00:00Z"}, {"expires_at": "2400-02-29T00:00:00Z"}),
        ({"expires_at": None}, {"expires_at": None}),
        ({"scopes": ["0", "1"]}, {"scopes": ["Roles:View", "Roles:View"]}),
    ],
)
def test_a_good_body_keeps_the_rules_of_its_operation(drawn: dict[str, Any], mended: dict[str, Any]) -> None:
    assert _repaired(**drawn) == mended


def test_an_update_fits_whatever_is_stored() -> None:
    links = [{"mcp_server_id": "jira"}]
    tags = [str(n) for n in range(60)]
    mended = repaired({"mcp_servers": links, "tags": tags}, _stand_ins(), is_update=True)

    assert mended == {"mcp_servers": links, "mcp_tool_overrides": [], "tags": tags[:50]}
