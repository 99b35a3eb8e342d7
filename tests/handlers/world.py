"""What is there before a request, and how one is refused."""

from typing import Any

from domain.errors import Conflict, DomainError, NotFound
from handlers.context import Context
from handlers.replies.errors import ApiError, from_domain
from tests.handlers.samples import call

HELD, CHANGED, SPARE, RETIRED = 1, 2, 3, 4
"""Profiles: Ada and Bob hold `HELD`, which the role `SALES` gives. `CHANGED` differs from Ada's copy of it.
`SPARE` is new, grants two servers and nobody has it. `RETIRED` was deactivated and excludes a tool."""

SALES, OPS = 1, 2
"""Roles: Bob's, and one without members."""

API_KEY = 1
TEMPLATES_BUDGET, BUDGET, LATER_BUDGET, LAPTOP = "id-1", "id-7", "id-9", "id-11"
"""The budgets of `HELD`, of Ada's copy of it, which is overridden, and of her copy of `CHANGED`; her key."""

MCP_SERVERS = [{"mcp_server_id": "jira"}, {"mcp_server_id": "github"}]
MCP_EXCLUSION = [{"mcp_client_id": "github", "tool_name": "delete", "action": "exclude"}]


def build(context: Context) -> None:
    """Make what requests work on."""
    for name, extra in (
        ("Held", {}),
        ("Changed", {}),
        ("Spare", {"mcp_servers": MCP_SERVERS}),
        ("Retired", {"mcp_tool_overrides": MCP_EXCLUSION}),
    ):
        budgets = [{"max_limit": 10, "reset_duration": "1M"}]
        call(context, "createAccessProfile", {"name": name, "budgets": budgets, **extra})
    for profile_id in (HELD, CHANGED):
        call(context, "activateAccessProfile", profile_id)
    call(context, "deactivateAccessProfile", RETIRED)
    for name in ("Sales", "Ops"):
        call(context, "createRole", {"name": name})
    call(context, "attachRolesToAccessProfile", HELD, {"role_ids": [SALES], "is_default": True})
    for user_id, fields in (("ada", {"group_ids": ["x"]}), ("bob", {"role_id": SALES}), ("eve", {})):
        body = {"id": user_id, "name": user_id, "email": f"{user_id}@example.com", **fields}
        call(context, "createUser", body)
    given = call(context, "assignUserAccessProfile", "ada", {"profile_id": HELD})["access_profile"]
    later = call(context, "assignUserAccessProfile", "ada", {"profile_id": CHANGED})["access_profile"]
    forever = {"amount": 5, "mode": "forever"}
    call(context, "updateUserAccessProfileBudgetOverride", "ada", HELD, BUDGET, forever)
    raised = {"budgets": [{"max_limit": 20, "reset_duration": "1M"}]}
    call(context, "updateAccessProfile", CHANGED, None, raised)
    call(context, "createApiKey", {"name": "ci", "scopes": ["AccessProfiles:View"]})
    laptop = call(context, "addUserVirtualKey", "ada", {"name": "laptop"})["virtual_key"]
    lines = [copy["budgets"][0]["id"] for copy in (given, later)]
    assert [*lines, laptop["id"]] == [BUDGET, LATER_BUDGET, LAPTOP]


def refusal(context: Context, operation_id: str, *arguments: Any) -> str:
    """Return how a request is refused: the code and what it is about, or each broken rule and its place."""
    try:
        return f"answered: {call(context, operation_id, *arguments)}"
    except ApiError as refused:
        error, about = refused, []
    except NotFound as refused:
        error, about = from_domain(refused), [str(refused.key)]
    except Conflict as refused:
        error, about = from_domain(refused), [refused.value]
    except DomainError as refused:
        error, about = from_domain(refused), []
    if error.faults:
        return ", ".join(f"{each.fault.code} {_pointer(each.fault.path)}" for each in error.faults)
    place = [] if error.param is None else [_pointer(error.param)]
    return " ".join([error.code, *place, *about])


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join(f"/{part}" for part in path)
