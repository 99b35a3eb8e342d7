"""What a user holds: copies of profiles with their windows, and virtual keys. For checks that judge these."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conformance.access_profiles import calls
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.session import Session

Object = dict[str, Any]

_KEY_START = "sk-bf-"


@dataclass(frozen=True, slots=True)
class Window:
    """The present window of a budget or of one counter of a rate limit."""

    place: str
    duration: str
    begin: datetime
    end: datetime
    quarter_start_month: int = 1


def copies(session: Session, user_id: str) -> tuple[list[Object], Answer]:
    """Return the copies that `listUserAccessProfiles` shows of a user, and its answer, which is to be 200."""
    answer = session.call("listUserAccessProfiles", parameters={"user_id": user_id})
    return calls.listed(answer), answer


def keys(session: Session, user_id: str) -> tuple[list[Object], Answer]:
    """Return the keys that `listUserVirtualKeys` shows of a user, and its answer, which is to be 200."""
    answer = session.call("listUserVirtualKeys", parameters={"user_id": user_id})
    return expect.rows(answer, "virtual_keys"), answer


def ids(rows: list[Object]) -> list[Any]:
    """Return the ids of rows, in their order."""
    return [row.get("id") for row in rows]


def issued(answer: Answer, *wanted: int) -> Object:
    """Demand one of these statuses (200 if none is given) and a key in clear, and return the key."""
    expect.status(answer, *(wanted or (200,)))
    key = expect.member(answer, "virtual_key")
    good = isinstance(key, dict) and isinstance(key.get("id"), str) and isinstance(key.get("name"), str)
    expect.holds(good, "a `virtual_key` with an id and a name", answer.exchange.answer()[:300], answer)
    value = str(key.get("value"))
    good = value.startswith(_KEY_START)
    expect.holds(good, f"a value that begins with {_KEY_START}", f"{value[:6]}…", answer)
    return dict(key)


def hidden(value: str, *answers: Answer) -> None:
    """None of these answers shows a key: neither its value nor half of what is secret in it."""
    secret = value.removeprefix(_KEY_START)
    half = max(1, len(secret) // 2)
    pieces = {secret[start : start + half] for start in range(len(secret) - half + 1)}
    for answer in answers:
        shown = any(piece in answer.text for piece in pieces)
        expect.holds(not shown, "no value of a virtual key", "the value, whole or most of it", answer)


def budgets(copy: Object) -> Iterator[Object]:
    """Yield every budget of a profile or a copy: its own, then those of its providers."""
    for holder in (copy, *copy["provider_configs"]):
        yield from holder["budgets"]


def rate_limits(copy: Object) -> list[Object]:
    """Return every rate limit of a profile or a copy: its own, then those of its providers."""
    return [holder["rate_limit"] for holder in (copy, *copy["provider_configs"]) if holder.get("rate_limit")]


def windows(copy: Object) -> Iterator[Window]:
    """Yield every window of a copy: one for each budget, and for each limit that a rate limit sets."""
    for budget in budgets(copy):
        yield Window(
            place=f"the budget {budget['scope']} {budget['reset_duration']}",
            duration=budget["reset_duration"],
            begin=instant(budget["last_reset"]),
            end=instant(budget["next_reset"]),
            quarter_start_month=(budget.get("reset_config") or {}).get("quarter_start_month", 1),
        )
    for limit in rate_limits(copy):
        for counter in ("token", "request"):
            if limit.get(f"{counter}_max_limit") is not None:
                duration = limit[f"{counter}_reset_duration"]
                yield Window(
                    place=f"the {counter} limit {duration}",
                    duration=duration,
                    begin=instant(limit[f"{counter}_last_reset"]),
                    end=instant(limit[f"{counter}_next_reset"]),
                )


def instant(text: str) -> datetime:
    """Return the instant that an answer states."""
    return datetime.fromisoformat(text)
