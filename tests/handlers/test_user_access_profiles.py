"""listUserAccessProfiles and assignUserAccessProfile, on every backend."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.credentials import hash_key
from domain.errors import Conflict
from handlers.access_profiles import update_access_profile
from handlers.context import Context
from handlers.contract_types import UpdateAccessProfileRequest
from handlers.user_access_profiles import assign_user_access_profile, detach_user_access_profile
from tests.handlers.kept import Row, everything, log, rows_since
from tests.handlers.people import assign, charge, shown
from tests.handlers.samples import NOW, active, at, read
from tests.store.wrappers import FaultyStore, Moment

BOUGHT = "sk-bf-" + "Planted9" * 4


def test_a_new_copy_is_answered_and_listed_in_force(holder: Context) -> None:
    profile_id = active(
        holder,
        {
            "name": "Analyst",
            "provider_configs": [
                {"provider_name": "openai", "budgets": [{"max_limit": 0.1, "reset_duration": "1h"}]}
            ],
            "budgets": [{"max_limit": 9, "reset_duration": "1Q", "reset_config": {"quarter_start_month": 3}}],
            "rate_limit": {"token_max_limit": 7, "token_reset_duration": "1w"},
            "calendar_aligned": True,
            "mcp_servers": [{"mcp_server_id": "warehouse"}],
        },
    )

    given = assign(holder, "ada", profile_id, "2026-06-01T02:00:00+02:00")

    [key_id] = given["access_profile"]["virtual_key_ids"]
    assert given["access_profile"] == {
        "id": 1,
        "user_id": "ada",
        "parent_profile_id": profile_id,
        "name": "Analyst",
        "is_active": True,
        "expires_at": "2026-06-01T00:00:00Z",
        "virtual_key_ids": [key_id],
        "virtual_key_values": {key_id: "sk-bf-0000...0001"},
        "provider_configs": [
            {
                "id": 2,
                "provider_name": "openai",
                "all_models_allowed": False,
                "allowed_models": [],
                "budgets": [
                    {
                        "id": "id-4",
                        "max_limit": 0.1,
                        "reset_duration": "1h",
                        "scope": "provider:openai",
                        "current_usage": 0,
                        "last_reset": "2026-05-13T09:41:07.250000Z",
                        "next_reset": "2026-05-13T10:41:07.250000Z",
                        "effective_max_limit": 0.1,
                    }
                ],
            }
        ],
        "budgets": [
            {
                "id": "id-5",
                "max_limit": 9,
                "reset_duration": "1Q",
                "reset_config": {"quarter_start_month": 3},
                "scope": "total",
                "current_usage": 0,
                "last_reset": "2026-03-01T00:00:00Z",
                "next_reset": "2026-06-01T00:00:00Z",
                "effective_max_limit": 9,
            }
        ],
        "rate_limit": {
            "id": "id-6",
            "token_max_limit": 7,
            "token_reset_duration": "1w",
            "token_current_usage": 0,
            "token_last_reset": "2026-05-11T00:00:00Z",
            "token_next_reset": "2026-05-18T00:00:00Z",
            "request_current_usage": 0,
        },
        "calendar_aligned": True,
        "mcp_tool_groups": [],
        "mcp_servers": [{"mcp_server_id": "warehouse"}],
        "mcp_tool_overrides": [],
        "granted_by_role_id": None,
        "created_at": "2026-05-13T09:41:07.250000Z",
    }
    assert shown(holder, "ada") == [given["access_profile"]]


def test_no_id_of_a_line_is_used_twice(holder: Context) -> None:
    profile_id = active(
        holder,
        {
            "name": "Analyst",
            "provider_configs": [
                {"provider_name": "openai", "budgets": [{"max_limit": 1, "reset_duration": "1d"}]},
                {"provider_name": "azure"},
            ],
            "budgets": [{"max_limit": 1, "reset_duration": "1d"}],
        },
    )
    assign(holder, "ada", profile_id)
    assign(holder, "bob", profile_id)

    copies = [*shown(holder, "ada"), *shown(holder, "bob")]
    holders: list[Any] = [read(holder, profile_id)["access_profile"], *copies]
    configs = [config["id"] for each in holders for config in each["provider_configs"]]
    lines = [line["id"] for each in holders for line in each["budgets"]]
    lines += [line["id"] for each in holders for c in each["provider_configs"] for line in c["budgets"]]
    keys = [key_id for copy in copies for key_id in copy["virtual_key_ids"]]
    assert sorted(configs) == [1, 2, 3, 4, 5, 6]
    assert len({*lines, *keys}) == len(lines) + len(keys) == 8


def test_a_copy_has_the_policy_that_the_profile_has_by_then(holder: Context) -> None:
    profile_id = active(holder, {"name": "Analyst", "budgets": [{"max_limit": 1, "reset_duration": "1d"}]})
    assign(holder, "ada", profile_id)
    change: UpdateAccessProfileRequest = {
        "name": "Chief",
        "budgets": [{"max_limit": 2, "reset_duration": "1d"}],
    }
    update_access_profile(holder, profile_id, None, change)
    assign(holder, "bob", profile_id)

    before, after = shown(holder, "ada")[0], shown(holder, "bob")[0]
    assert (before["name"], before["budgets"][0]["max_limit"]) == ("Analyst", 1)
    assert (after["name"], after["budgets"][0]["max_limit"]) == ("Chief", 2)


def test_a_list_has_what_one_user_holds_in_the_order_of_the_ids(holder: Context) -> None:
    first, second = (active(holder, {"name": name}) for name in ("a", "b"))
    for user_id, profile_id in (("ada", second), ("bob", first), ("ada", first)):
        assign(holder, user_id, profile_id)

    assert [copy["parent_profile_id"] for copy in shown(holder, "ada")] == [second, first]
    assert [copy["parent_profile_id"] for copy in shown(holder, "bob")] == [first]


def test_usage_is_shown_in_its_window_and_gone_in_the_next_without_a_write(holder: Context) -> None:
    profile_id = active(
        holder,
        {
            "name": "Analyst",
            "budgets": [{"max_limit": 50, "reset_duration": "1d"}],
            "rate_limit": {
                "token_max_limit": 100,
                "token_reset_duration": "1h",
                "request_max_limit": 10,
                "request_reset_duration": "1d",
            },
        },
    )
    copy_id = assign(holder, "ada", profile_id)["access_profile"]["id"]
    charge(holder, copy_id, dollars=12.25, tokens=5, requests=7)
    before = everything(holder)
    readonly = replace(holder, store=FaultyStore(holder.store, lambda moment: moment != Moment.READ_BEGINS))

    def usage(now: datetime) -> tuple[float, int, int]:
        [copy] = shown(at(readonly, now), "ada")
        limit = copy["rate_limit"]
        return (
            copy["budgets"][0]["current_usage"],
            limit["token_current_usage"],
            limit["request_current_usage"],
        )

    just = timedelta(microseconds=1)
    assert usage(NOW + timedelta(hours=1) - just) == (12.25, 5, 7)
    assert usage(NOW + timedelta(hours=1)) == (12.25, 0, 7)
    assert usage(NOW + timedelta(days=1) - just) == (12.25, 0, 7)
    assert usage(NOW + timedelta(days=40)) == (0, 0, 0)
    assert everything(holder) == before
    assert usage(NOW) == (12.25, 5, 7)


def test_the_values_of_keys_are_answered_once_and_kept_nowhere(holder: Context) -> None:
    planted = replace(holder, random_text=lambda length: BOUGHT[-length:])
    profile_id = active(holder, {"name": "Analyst"})

    given = assign(planted, "ada", profile_id)
    key_id = given["virtual_key"]["id"]

    assert given["virtual_key"]["value"] == BOUGHT
    assert given["access_profile"]["virtual_key_values"] == {key_id: "sk-bf-Plan...ted9"}
    assert shown(holder, "ada")[0]["virtual_key_values"] == {key_id: "sk-bf-Plan...ted9"}
    with holder.store.read() as tx:
        found = tx.virtual_keys.find(hash_key(BOUGHT))
        assert found is not None
        assert found.id == key_id
        everything = repr(tx.virtual_keys.of_user("ada")) + repr(log(holder))
    detached = detach_user_access_profile(holder, "ada", profile_id).body
    assert BOUGHT[6:] not in everything + repr(detached) + repr(log(holder))


def test_the_answer_with_a_key_is_not_to_be_stored(holder: Context) -> None:
    reply = assign_user_access_profile(holder, "ada", {"profile_id": active(holder, {"name": "a"})})

    assert reply.status == 201
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_copy_ends_at_the_instant_and_is_listed_all_the_same(holder: Context) -> None:
    profile_id = active(holder, {"name": "Analyst"})
    end = NOW + timedelta(days=1)
    assign(holder, "ada", profile_id, end.isoformat())

    just = timedelta(microseconds=1)
    assert [copy["is_active"] for copy in shown(at(holder, end - just), "ada")] == [True]
    assert [copy["is_active"] for copy in shown(at(holder, end), "ada")] == [False]
    with pytest.raises(Conflict):
        assign(at(holder, end), "ada", profile_id)
    assert detach_user_access_profile(at(holder, end), "ada", profile_id).body["deleted_vk_count"] == 1


@pytest.mark.parametrize(
    ("text", "kept_as"),
    [
        ((NOW + timedelta(microseconds=1)).isoformat(), "2026-05-13T09:41:07.250001Z"),
        ("2026-05-13t23:59:59z", "2026-05-13T23:59:59Z"),
        ("2026-05-13T23:30:00-02:00", "2026-05-14T01:30:00Z"),
    ],
)
def test_an_end_is_kept_in_utc(holder: Context, text: str, kept_as: str) -> None:
    assign(holder, "ada", active(holder, {"name": "Analyst"}), text)

    assert [copy["expires_at"] for copy in shown(holder, "ada")] == [kept_as]


def test_giving_and_taking_make_a_row_each_with_user_and_keys(holder: Context) -> None:
    profile_id = active(holder, {"name": "Analyst"})
    before = log(holder)
    name = assign(holder, "ada", profile_id)["virtual_key"]["name"]
    detach_user_access_profile(holder, "ada", profile_id)

    assert rows_since(holder, before) == [
        Row("update", profile_id, "ada", {"event": "user_assign", "granted_by_role_id": None}),
        Row("update", profile_id, "ada", {"event": "user_detach", "deleted_vk_names": [name]}),
    ]
