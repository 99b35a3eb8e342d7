"""The windows of a user's copy at chosen instants, on every backend; which ones they are is the domain's."""

from typing import Any

import pytest

from domain.records import ResetDuration
from domain.windows import window_end, window_start
from handlers.context import Context
from handlers.replies.timestamps import instant
from tests.handlers.people import assign, shown
from tests.handlers.samples import active, at

ANCHOR = "2026-01-31T10:30:00"


@pytest.mark.parametrize("now", ["2026-01-31T07:30:00", "2026-03-02T10:29:59", "2027-02-01T00:00:00"])
@pytest.mark.parametrize("aligned", [True, False])
def test_each_line_shows_the_window_of_its_duration(holder: Context, now: str, aligned: bool) -> None:
    then, present = at(holder, ANCHOR), at(holder, now)
    quarters: Any = {"reset_config": {"quarter_start_month": 2}}
    lines: Any = [
        {"max_limit": 1, "reset_duration": each, **(quarters if each == "1Q" else {})}
        for each in ResetDuration
    ]
    limit: Any = {
        "token_max_limit": 9,
        "token_reset_duration": "1h",
        "request_max_limit": 9,
        "request_reset_duration": "1M",
    }
    body: Any = {"name": "a", "budgets": lines, "rate_limit": limit, "calendar_aligned": aligned}
    assign(then, "ada", active(then, body))

    [copy] = shown(present, "ada")

    def window(duration: ResetDuration) -> tuple[str, str]:
        start, end = (
            bound(
                duration,
                anchor=then.now,
                now=present.now,
                calendar_aligned=aligned,
                quarter_start_month=2,
            )
            for bound in (window_start, window_end)
        )
        return instant(start), instant(end)

    assert [(line["last_reset"], line["next_reset"]) for line in copy["budgets"]] == [
        window(duration) for duration in ResetDuration
    ]
    found = copy["rate_limit"]
    assert (found["token_last_reset"], found["token_next_reset"]) == window(ResetDuration.HOUR)
    assert (found["request_last_reset"], found["request_next_reset"]) == window(ResetDuration.MONTH)
