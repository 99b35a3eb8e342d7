"""What the server shows of profiles and copies, and what the model expects it to show."""

from datetime import datetime
from typing import Any

from tests.http.life_model import Copy, Limits, Profile


def lines(limits: Limits) -> list[dict[str, Any]]:
    return [{"max_limit": limit, "reset_duration": duration} for duration, limit in limits.items()]


def line_ids(holder: Any) -> list[str]:
    return [budget["id"] for budget in holder["budgets"]]


def shown_template(detail: Any) -> object:
    template = detail["access_profile"]
    return (
        template["name"],
        [
            (budget["reset_duration"], budget["max_limit"], budget["current_usage"])
            for budget in template["budgets"]
        ],
        template["tags"],
        template["description"],
        template["is_active"],
        template["version"],
        {role["role_id"]: role["is_default"] for role in detail["roles"]},
        detail["user_count"],
    )


def expected_template(profile: Profile, roles: dict[str, int]) -> object:
    return (
        profile.name,
        [(duration, limit, 0) for duration, limit in profile.limits.items()],
        profile.tags,
        profile.description,
        profile.is_active,
        profile.version,
        {roles[name]: is_default for name, is_default in profile.roles.items()},
        len(profile.copies),
    )


def shown_copy(copy: Any) -> object:
    budgets = {
        budget["reset_duration"]: (
            budget["max_limit"],
            budget["current_usage"],
            budget["effective_max_limit"],
        )
        for budget in copy["budgets"]
    }
    return budgets, copy["granted_by_role_id"], set(copy["virtual_key_ids"])


def expected_copy(copy: Copy, roles: dict[str, int], now: datetime) -> object:
    now_lines = {duration: line.at(now, duration) for duration, line in copy.lines.items()}
    budgets = {
        duration: (line.limit, line.usage, line.limit + line.raised_by)
        for duration, line in now_lines.items()
    }
    return budgets, copy.granted_by and roles[copy.granted_by], copy.keys
