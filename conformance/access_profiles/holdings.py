"""What a user holds: copies of profiles with their windows, and virtual keys. For checks that judge these."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conformance.access_profiles import calls
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.session import Session

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
    answer = calls.copies(session, user_id)
    return calls.listed(answer), answer


def keys(session: Session, user_id: str) -> tuple[list[Object], Answer]:
    """Return the keys that `listUserVirtualKeys` shows of a user, and its answer, which is to be 200."""
    answer = calls.keys(session, user_id)
    return expect.rows(answer, "virtual_keys"), answer


def copies_are(session: Session, user_id: str, wanted: list[Object], what: str = "the copies") -> None:
    """Demand that the list of a user's copies is just this."""
    found, answer = copies(session, user_id)
    expect.equal(found, wanted, what, answer)


def keys_are(session: Session, user_id: str, wanted: list[Object], what: str = "the keys") -> None:
    """Demand that the list of a user's keys is just this."""
    found, answer = keys(session, user_id)
    expect.equal(found, wanted, what, answer)


def only_copy(session: Session, user_id: str) -> tuple[Object, Answer]:
    """Demand that a user holds one copy, and return it with the answer that shows it."""
    found, answer = copies(session, user_id)
    expect.equal(len(found), 1, "the number of copies", answer)
    return found[0], answer


def have_keys(session: Session, numbers: dict[str, int]) -> None:
    """Demand that users have so many keys."""
    for user_id, number in numbers.items():
        found, answer = keys(session, user_id)
        expect.equal(len(found), number, "the number of keys", answer)


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


def configs(policy: Object) -> list[Object]:
    """Return the provider configs of a profile or a copy."""
    return [config for config in policy.get("provider_configs") or [] if isinstance(config, dict)]


def budgets(policy: Object) -> list[Object]:
    """Return every budget of a profile or a copy: its own, then those of its providers."""
    return [line for holder in (policy, *configs(policy)) for line in holder.get("budgets") or []]


def rate_limits(policy: Object) -> list[Object]:
    """Return every rate limit of a profile or a copy: its own, then those of its providers."""
    return [holder["rate_limit"] for holder in (policy, *configs(policy)) if holder.get("rate_limit")]


def lines(policy: Object) -> list[Object]:
    """Return every budget and every rate limit of a profile or a copy."""
    return [*budgets(policy), *rate_limits(policy)]


def usage(line: Object) -> list[Any]:
    """Return the usage that a budget has, or each counter of a rate limit."""
    return [value for name, value in line.items() if name.endswith("current_usage")]


def kinds(*policies: Object) -> dict[str, list[Any]]:
    """Return the ids of all that profiles or copies are made of, by the name of their kind."""
    return {
        kind: [line.get("id") for policy in policies for line in of_kind(policy)]
        for kind, of_kind in (
            ("provider configs", configs),
            ("budgets", budgets),
            ("rate limits", rate_limits),
        )
    }


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
