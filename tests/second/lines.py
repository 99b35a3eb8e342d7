"""The lines of a profile: provider configs, budgets and rate limits, with their ids and windows."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.second.faults import Document
from tests.second.rules import without_repeats


def _falling_ids() -> Iterator[int]:
    last = 2**62 + secrets.randbelow(2**62)
    while True:
        yield last
        last -= 1 + secrets.randbelow(2**32)


_ids = _falling_ids()


def fresh_id() -> int:
    """Return an id that nobody has. Ids fall: their order is not that of creation."""
    return next(_ids)


def fresh_token(kind: str) -> str:
    """Return the id of a budget or a rate limit."""
    return f"{kind}:{secrets.token_urlsafe(12)}"


def instant(moment: datetime) -> str:
    """Return an instant in RFC 3339, in whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def content(sent: Document, kept: Document, now: datetime) -> Document:
    """Return a profile's content: what is sent, what is kept, and for the rest the defaults."""
    aligned = bool(sent.get("calendar_aligned", kept.get("calendar_aligned")))
    made: Document = {
        "calendar_aligned": aligned,
        "name": sent.get("name", kept.get("name")),
        "description": sent.get("description", kept.get("description")),
    }
    for name in ("mcp_tool_overrides", "mcp_servers", "mcp_tool_groups", "tags"):
        made[name] = without_repeats(sent[name]) if name in sent else kept.get(name, [])
    made["budgets"], made["provider_configs"] = kept.get("budgets", []), kept.get("provider_configs", [])
    if "budgets" in sent:
        made["budgets"] = _budgets(sent["budgets"], made["budgets"], "total", aligned, now)
    if "provider_configs" in sent:
        made["provider_configs"] = _provider_configs(
            sent["provider_configs"], made["provider_configs"], aligned, now
        )
    limit = _rate_limit(sent["rate_limit"], kept) if "rate_limit" in sent else kept.get("rate_limit")
    return made if limit is None else {**made, "rate_limit": limit}


def _matched(sent: list[Document], stored: list[Document], trait: str) -> list[Document]:
    """Return the stored line of each sent one, or {}: by `id` first, then by a trait, none of them twice."""
    free = list(stored)
    found: list[Document] = [{} for _ in sent]
    for member in ("id", trait):
        for place, line in enumerate(sent):
            match = next((row for row in free if _same(row[member], line.get(member))), None)
            if not found[place] and match is not None:
                free.remove(match)
                found[place] = match
    return found


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _provider_configs(
    sent: list[Document], stored: list[Document], aligned: bool, now: datetime
) -> list[Document]:
    made = []
    for line, old in zip(sent, _matched(sent, stored, "provider_name"), strict=True):
        models = without_repeats(line.get("allowed_models", []))
        is_all = models == ["*"]
        config: Document = {
            "provider_name": line["provider_name"],
            "budgets": _budgets(
                line.get("budgets", []),
                old.get("budgets", []),
                f"provider:{line['provider_name']}",
                aligned,
                now,
            ),
            "allowed_models": [] if is_all else models,
            "all_models_allowed": is_all or line.get("all_models_allowed", False),
            "id": old.get("id") or fresh_id(),
        }
        limit = _rate_limit(line.get("rate_limit"), old)
        made.append(config if limit is None else {**config, "rate_limit": limit})
    return made


def _budgets(
    sent: list[Document], stored: list[Document], scope: str, aligned: bool, now: datetime
) -> list[Document]:
    made = []
    for line, old in zip(sent, _matched(sent, stored, "reset_duration"), strict=True):
        window, before = _window(line), _window(old)
        budget = {
            **window,
            "scope": scope,
            "max_limit": line["max_limit"],
            "current_usage": 0,
            "last_reset": old["last_reset"] if window == before else _begin(window, aligned, now),
            "id": old.get("id") or fresh_token("budget"),
        }
        made.append(budget)
    return made


def _rate_limit(sent: Document | None, owner: Document) -> Document | None:
    if sent is None:
        return None
    old = owner.get("rate_limit") or {}
    limits = {name: value for name, value in sent.items() if value is not None}
    return {
        "request_current_usage": 0,
        "token_current_usage": 0,
        **limits,
        "id": old.get("id") or fresh_token("limit"),
    }


def _window(line: Document) -> Document:
    return {name: value for name, value in line.items() if name in ("reset_duration", "reset_config")}


def _begin(window: Document, aligned: bool, now: datetime) -> str:
    """Return when the window of a line that begins now began."""
    duration = window["reset_duration"]
    if not aligned or duration == "1h":
        return instant(now)
    day = datetime(now.year, now.month, now.day, tzinfo=UTC)
    if duration == "1w":
        day -= timedelta(days=day.weekday())
    elif duration == "1M":
        day = day.replace(day=1)
    elif duration == "1Y":
        day = day.replace(month=1, day=1)
    elif duration == "1Q":
        first = window.get("reset_config", {"quarter_start_month": 1})["quarter_start_month"]
        months = 12 * day.year + day.month - 1
        months -= (months - (first - 1)) % 3
        day = day.replace(year=months // 12, month=months % 12 + 1, day=1)
    return instant(day)
