"""Requests to the world that `build` makes, and how they are refused, some with a part of the work done."""

from collections.abc import Sequence
from typing import Any

from tests.handlers.samples import UNKNOWN
from tests.handlers.world import (
    API_KEY,
    BUDGET,
    CHANGED,
    HELD,
    LAPTOP,
    MCP_EXCLUSION,
    MCP_SERVERS,
    OPS,
    RETIRED,
    SALES,
    SPARE,
    TEMPLATES_BUDGET,
)

ADA = {"id": "ada", "name": "Ada", "email": "a@example.com", "group_ids": ["z"]}
FAN = {**ADA, "id": "fan", "role_id": 99}
TWICE = [{"max_limit": 1, "reset_duration": "1d"}] * 2
QUARTERS_START = {"max_limit": 1, "reset_duration": "1d", "reset_config": {"quarter_start_month": 1}}
FIVE_FOREVER = {"amount": 5, "mode": "forever"}
ALL_AT_ONCE = {"is_default": True, "apply_to_existing": True}
VIEW = "AccessProfiles:View"
UNKNOWN_SCOPES = ["Nothing:View", VIEW, "*", VIEW.lower(), "AccessProfiles:*", "Nothing:View"]

PROFILES = [
    ("createAccessProfile", ({"name": "Held"},), "name_taken /name Held"),
    ("createAccessProfile", ({"name": " Held"},), "name_taken /name Held"),
    ("createAccessProfile", ({"name": "Held\u3000\n"},), "name_taken /name Held"),
    ("createAccessProfile", ({"name": "Held", "rate_limit": {}},), "empty /rate_limit"),
    (
        "createAccessProfile",
        (
            {
                "name": " \u2003\t",
                "provider_configs": [{"provider_name": "a"}, {"provider_name": "a"}],
                "budgets": [QUARTERS_START],
            },
        ),
        "empty /name, duplicate /provider_configs/1/provider_name, not_applicable /budgets/0/reset_config",
    ),
    ("getAccessProfile", (99,), "access_profile_not_found 99"),
    ("getAccessProfile", (UNKNOWN,), f"access_profile_not_found {UNKNOWN}"),
    ("updateAccessProfile", (99, None, {"tags": ["eu"]}), "access_profile_not_found 99"),
    ("updateAccessProfile", (HELD, None, {"name": " Spare", "budgets": []}), "name_taken /name Spare"),
    ("updateAccessProfile", (HELD, '"v0"', {"tags": ["eu"]}), "precondition_failed"),
    (
        "updateAccessProfile",
        (HELD, None, {"name": " ", "tags": ["eu"] * 51, "budgets": TWICE, "rate_limit": {}}),
        "empty /name, too_many /tags, duplicate /budgets/1/reset_duration, empty /rate_limit",
    ),
    # A conflict with what is stored is placed in what is sent.
    (
        "updateAccessProfile",
        (SPARE, None, {"mcp_tool_overrides": MCP_EXCLUSION, "budgets": TWICE}),
        "duplicate /budgets/1/reset_duration, mcp_conflict /mcp_tool_overrides/0",
    ),
    (
        "updateAccessProfile",
        (RETIRED, None, {"mcp_servers": MCP_SERVERS, "budgets": TWICE}),
        "duplicate /budgets/1/reset_duration, mcp_conflict /mcp_servers/1",
    ),
    ("deleteAccessProfile", (99, None), "access_profile_not_found 99"),
    ("deleteAccessProfile", (HELD, None), "profile_in_use"),
    ("deleteAccessProfile", (SPARE, '"v0"'), "precondition_failed"),
    ("activateAccessProfile", (99,), "access_profile_not_found 99"),
    ("deactivateAccessProfile", (99,), "access_profile_not_found 99"),
    ("cloneAccessProfile", (HELD, {"name": "Spare"}), "name_taken /name Spare"),
    ("cloneAccessProfile", (HELD, {"name": " Held "}), "name_taken /name Held"),
    ("cloneAccessProfile", (99, {"name": "   "}), "empty /name"),
    ("cloneAccessProfile", (99, {"name": "Clone"}), "access_profile_not_found 99"),
    ("propagateAccessProfile", (99, {"fields": ["budgets"]}), "access_profile_not_found 99"),
    ("propagateAccessProfile", (99, {"fields": ["budgets"], "dry_run": True}), "access_profile_not_found 99"),
    ("listAccessProfileVersions", (99,), "access_profile_not_found 99"),
    ("getAccessProfileVersion", (99, 1), "version_not_found 1 of access profile 99"),
    ("getAccessProfileVersion", (HELD, 2), f"version_not_found 2 of access profile {HELD}"),
    ("getAccessProfileVersion", (HELD, UNKNOWN), f"version_not_found {UNKNOWN} of access profile {HELD}"),
]

ROLES = [
    ("createRole", ({"name": " Sales "},), "name_taken /name Sales"),
    *[("createRole", ({"name": name},), "empty /name") for name in ("", " ", "\u2003")],
    *[("updateRole", (SALES, {"name": name}), "empty /name") for name in ("", " ", "\u2003")],
    ("updateRole", (OPS, {"name": "Sales", "description": "lost"}), "name_taken /name Sales"),
    ("getRole", (UNKNOWN,), f"role_not_found {UNKNOWN}"),
    ("updateRole", (UNKNOWN, {"name": "x"}), f"role_not_found {UNKNOWN}"),
    ("deleteRole", (UNKNOWN,), f"role_not_found {UNKNOWN}"),
    ("attachRolesToAccessProfile", (99, {"role_ids": [99]}), "access_profile_not_found 99"),
    (
        "attachRolesToAccessProfile",
        (SPARE, {"role_ids": [SALES, 99, UNKNOWN], **ALL_AT_ONCE}),
        "unknown_role /role_ids/1, unknown_role /role_ids/2",
    ),
    (
        "attachRolesToAccessProfile",
        (RETIRED, {"role_ids": [SALES, 99], **ALL_AT_ONCE}),
        "unknown_role /role_ids/1, profile_inactive /apply_to_existing",
    ),
    *[
        (
            "detachRoleFromAccessProfile",
            of,
            "attachment_not_found of access profile {} to role {}".format(*of),
        )
        for of in ((HELD, OPS), (HELD, UNKNOWN), (99, SALES))
    ],
]

USERS = [
    ("createUser", (ADA,), "user_exists /id ada"),
    ("createUser", (FAN,), "unknown_role /role_id"),
    ("createUser", ({**FAN, "name": " "},), "empty /name"),
    ("getUser", ("nobody",), "user_not_found nobody"),
    ("deleteUser", ("nobody",), "user_not_found nobody"),
    ("updateUserRole", ("bob", {"role_id": 99}), "unknown_role /role_id"),
    *[("updateUserRole", ("nobody", {"role_id": i}), "user_not_found nobody") for i in (SALES, 99, None)],
    *[("updateUserGroups", ("nobody", {"group_ids": i}), "user_not_found nobody") for i in (["y"], [])],
]

COPIES = [
    ("listUserAccessProfiles", ("nobody",), "user_not_found nobody"),
    ("assignUserAccessProfile", ("eve", {"profile_id": SPARE}), "profile_inactive /profile_id"),
    ("assignUserAccessProfile", ("eve", {"profile_id": RETIRED}), "profile_inactive /profile_id"),
    ("assignUserAccessProfile", ("eve", {"profile_id": UNKNOWN}), "unknown_profile /profile_id"),
    ("assignUserAccessProfile", ("ada", {"profile_id": HELD}), f"profile_already_held {HELD}"),
    ("assignUserAccessProfile", ("nobody", {"profile_id": HELD}), "user_not_found nobody"),
    ("detachUserAccessProfile", ("eve", HELD), "profile_not_held"),
    ("detachUserAccessProfile", ("ada", UNKNOWN), "profile_not_held"),
    # The id of her copy of `CHANGED`, whose template is there.
    ("detachUserAccessProfile", ("ada", SPARE), "profile_not_held"),
    ("detachUserAccessProfile", ("nobody", HELD), "user_not_found nobody"),
    *[
        (operation, (user_id, profile_id, budget_id, *body), told)
        for operation, body in (
            ("updateUserAccessProfileBudgetOverride", [FIVE_FOREVER]),
            ("deleteUserAccessProfileBudgetOverride", []),
        )
        for user_id, profile_id, budget_id, told in (
            ("nobody", HELD, BUDGET, "user_not_found nobody"),
            ("eve", HELD, BUDGET, "profile_not_held"),
            ("ada", SPARE, BUDGET, "profile_not_held"),
            ("ada", CHANGED, BUDGET, f"budget_not_found {BUDGET}"),
            ("bob", HELD, BUDGET, f"budget_not_found {BUDGET}"),
            ("ada", HELD, TEMPLATES_BUDGET, f"budget_not_found {TEMPLATES_BUDGET}"),
            ("ada", HELD, "", "budget_not_found "),
        )
    ],
    *[
        ("updateUserAccessProfileBudgetOverride", ("ada", HELD, BUDGET, {"amount": 5, **fields}), told)
        for fields, told in (
            ({"mode": "cycles"}, "required /cycles"),
            ({"mode": "cycles", "cycles": 0}, "required /cycles"),
            ({"mode": "forever", "cycles": 1}, "not_applicable /cycles"),
        )
    ],
]

KEYS = [
    ("listUserVirtualKeys", ("nobody",), "user_not_found nobody"),
    ("addUserAccessProfileVirtualKey", ("nobody", HELD, None), "user_not_found nobody"),
    ("addUserVirtualKey", ("nobody", {"name": "k"}), "user_not_found nobody"),
    ("addUserAccessProfileVirtualKey", ("ada", SPARE, None), "profile_not_held"),
    ("addUserAccessProfileVirtualKey", ("eve", HELD, None), "profile_not_held"),
    ("addUserVirtualKey", ("ada", {"name": "k", "profile_id": SPARE}), "profile_not_held"),
    ("addUserVirtualKey", ("eve", {"name": "k"}), "profile_not_held"),
    *[
        (operation, (*of, {"name": name}), told)
        for operation, of in (
            ("addUserAccessProfileVirtualKey", ["ada", HELD]),
            ("addUserAccessProfileVirtualKey", ["bob", HELD]),
            ("addUserVirtualKey", ["ada"]),
            ("addUserVirtualKey", ["bob"]),
        )
        for name, told in (
            ("laptop", "name_taken /name laptop"),
            ("\tlaptop ", "name_taken /name laptop"),
            (" \u2003", "empty /name"),
        )
    ],
    ("deleteUserAccessProfileVirtualKey", ("bob", LAPTOP), f"virtual_key_not_found {LAPTOP}"),
    ("deleteUserAccessProfileVirtualKey", ("ada", "no-key"), "virtual_key_not_found no-key"),
    ("deleteUserAccessProfileVirtualKey", ("nobody", LAPTOP), "user_not_found nobody"),
    ("createApiKey", ({"name": "ci", "scopes": ["*"]},), "name_taken /name ci"),
    (
        "createApiKey",
        ({"name": "new", "scopes": UNKNOWN_SCOPES},),
        ", ".join(f"unknown_scope /scopes/{index}" for index in (0, 3, 4, 5)),
    ),
    (
        "createApiKey",
        ({"name": "\u2003", "scopes": ["Nothing:View"], "expires_at": "1999-01-01T00:00:00Z"},),
        "empty /name, unknown_scope /scopes/0, not_in_the_future /expires_at",
    ),
    ("revokeApiKey", (API_KEY + 1,), f"api_key_not_found {API_KEY + 1}"),
    ("revokeApiKey", (UNKNOWN,), f"api_key_not_found {UNKNOWN}"),
]

ENDS = [
    (operation, (*of, {**body, "expires_at": text}), f"{code} /expires_at")
    for operation, of, body in (
        ("assignUserAccessProfile", ["eve"], {"profile_id": HELD}),
        ("createApiKey", [], {"name": "new", "scopes": [VIEW]}),
    )
    for text, code in (
        ("2026-05-13T09:41:07.250Z", "not_in_the_future"),
        ("2026-05-13T09:41:07Z", "not_in_the_future"),
        ("2026-05-13T14:41:07.250+05:00", "not_in_the_future"),
        ("1970-01-01T00:00:00Z", "not_in_the_future"),
        ("2100-02-30T00:00:00Z", "format"),
        ("2026-05-13T25:00:00Z", "format"),
        ("0001-01-01T00:00:00+23:59", "format"),
    )
]

REFUSALS: Sequence[tuple[str, tuple[Any, ...], str]] = [*PROFILES, *ROLES, *USERS, *COPIES, *KEYS, *ENDS]
"""Operation, arguments, and the refusal as `refusal` tells it."""
