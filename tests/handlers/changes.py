"""Requests by operation, with their arguments, to the world that `build` makes: changes, and what is none."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tests.handlers.kept import Told
from tests.handlers.world import (
    API_KEY,
    BUDGET,
    CHANGED,
    HELD,
    LAPTOP,
    LATER_BUDGET,
    OPS,
    RETIRED,
    SALES,
    SPARE,
)

Arguments: TypeAlias = tuple[Any, ...]

EVERY_ROLE = {"role_ids": [SALES, OPS], "is_default": True, "apply_to_existing": True}
DAN = {"id": "dan", "name": "Dan", "email": "dan@example.com", "role_id": SALES}

CHANGES: Mapping[str, tuple[Arguments, Sequence[Told]]] = {
    "createAccessProfile": (({"name": "Fresh"},), [("create", 5, None, None)]),
    "updateAccessProfile": ((HELD, None, {"tags": ["eu"]}), [("update", HELD, None, None)]),
    "deleteAccessProfile": ((SPARE, None), [("delete", SPARE, None, None)]),
    "activateAccessProfile": ((SPARE,), [("activate", SPARE, None, None)]),
    "deactivateAccessProfile": ((HELD,), [("deactivate", HELD, None, None)]),
    "cloneAccessProfile": ((HELD, {"name": "Clone"}), [("clone", 5, None, None)]),
    "propagateAccessProfile": ((CHANGED, {"fields": ["budgets"]}), [("propagate", CHANGED, None, None)]),
    # The role's default so far is displaced, and Bob, who is a member, gets a copy.
    "attachRolesToAccessProfile": (
        (CHANGED, EVERY_ROLE),
        [
            ("attach_role", HELD, None, None),
            ("update", CHANGED, "bob", "user_assign"),
            ("attach_role", CHANGED, None, None),
        ],
    ),
    "detachRoleFromAccessProfile": ((HELD, SALES), [("detach_role", HELD, None, None)]),
    "assignUserAccessProfile": (("eve", {"profile_id": HELD}), [("update", HELD, "eve", "user_assign")]),
    "detachUserAccessProfile": (("ada", HELD), [("update", HELD, "ada", "user_detach")]),
    "updateUserAccessProfileBudgetOverride": (
        ("ada", HELD, BUDGET, {"amount": 6, "mode": "forever"}),
        [("update", HELD, "ada", "override_set")],
    ),
    "deleteUserAccessProfileBudgetOverride": (
        ("ada", HELD, BUDGET),
        [("update", HELD, "ada", "override_clear")],
    ),
    "addUserAccessProfileVirtualKey": (("ada", CHANGED, None), [("update", CHANGED, "ada", "vk_add")]),
    "addUserVirtualKey": (("bob", {"name": "notebook"}), [("update", HELD, "bob", "vk_add")]),
    "deleteUserAccessProfileVirtualKey": (("ada", LAPTOP), [("update", HELD, "ada", "vk_delete")]),
    "createRole": (({"name": "Research"},), [("create", None, None, "role_create")]),
    "updateRole": ((SALES, {"description": "Sells."}), [("update", None, None, "role_update")]),
    "deleteRole": (
        (SALES,),
        [("delete", None, None, "role_delete"), ("detach_role", HELD, None, "role_delete")],
    ),
    "createUser": ((DAN,), [("create", None, "dan", "user_create"), ("update", HELD, "dan", "user_assign")]),
    "deleteUser": (
        ("ada",),
        [
            ("update", HELD, "ada", "user_detach"),
            ("update", CHANGED, "ada", "user_detach"),
            ("delete", None, "ada", "user_delete"),
        ],
    ),
    "updateUserRole": (
        ("bob", {"role_id": None}),
        [("update", None, "bob", "user_role"), ("update", HELD, "bob", "user_detach")],
    ),
    "updateUserGroups": (("ada", {"group_ids": ["x", "y"]}), [("update", None, "ada", "user_groups")]),
    "createApiKey": (
        ({"name": "dashboard", "scopes": ["*"]},),
        [("create", None, None, "api_key_create")],
    ),
    "revokeApiKey": ((API_KEY,), [("delete", None, None, "api_key_revoke")]),
}
"""One change by each operation of the contract that is no GET, and the audit rows that it makes, in order."""

THE_SAME = {"name": " Held ", "tags": [], "budgets": [{"max_limit": 10, "reset_duration": "1M"}]}

NO_CHANGES: Sequence[tuple[str, Arguments]] = [
    ("updateAccessProfile", (HELD, None, {})),
    ("updateAccessProfile", (HELD, None, THE_SAME)),
    ("activateAccessProfile", (HELD,)),
    ("deactivateAccessProfile", (RETIRED,)),
    ("propagateAccessProfile", (CHANGED, {"fields": ["budgets"], "dry_run": True})),
    ("propagateAccessProfile", (HELD, {"fields": ["provider_configs", "budgets", "rate_limit"]})),
    (
        "attachRolesToAccessProfile",
        (HELD, {"role_ids": [SALES], "is_default": True, "apply_to_existing": True}),
    ),
    ("updateUserAccessProfileBudgetOverride", ("ada", HELD, BUDGET, {"amount": 5, "mode": "forever"})),
    ("deleteUserAccessProfileBudgetOverride", ("ada", CHANGED, LATER_BUDGET)),
    ("updateRole", (SALES, {})),
    ("updateRole", (SALES, {"name": "Sales"})),
    ("updateRole", (SALES, {"name": " Sales "})),
    ("updateRole", (SALES, {"description": None})),
    ("updateUserRole", ("bob", {"role_id": SALES})),
    ("updateUserRole", ("ada", {"role_id": None})),
    ("updateUserGroups", ("ada", {"group_ids": ["x", "x"]})),
]
"""Requests that are answered as if they changed something, and find it done."""
