"""What happens to clocks when calendar alignment is turned on or off."""

from dataclasses import replace
from datetime import datetime

from domain.lines import with_lines
from domain.records import Budget, Policy, RateLimit, ResetDuration
from domain.usage import budget_window_start, override_cycles_remaining, rolled_forward
from domain.windows import window_start


def realigned(policy: Policy, calendar_aligned: bool, now: datetime) -> Policy:
    """Return the policy with calendar alignment on or off; the same object when it is so already.

    The policy is rolled forward first. Usage stays; `last_reset` moves to the begin of the window that holds
    `now` under the changed setting, but never back: the next reset is the end of that window. Overrides
    keep the number of cycles that they have left, counted from that window on. Hours are never aligned and
    stay.
    """
    if policy.calendar_aligned == calendar_aligned:
        return policy

    def budget(line: Budget) -> Budget:
        if line.terms.reset_duration is ResetDuration.HOUR:
            return line
        start = budget_window_start(line, calendar_aligned=calendar_aligned, now=now)
        override = line.override
        remaining = override_cycles_remaining(line, calendar_aligned=policy.calendar_aligned, now=now)
        if override is not None and remaining is not None:
            override = replace(override, cycles_total=remaining, anchor=start)
        return replace(line, last_reset=max(line.last_reset, start), override=override)

    def rate_limit(line: RateLimit) -> RateLimit:
        def moved(duration: ResetDuration | None, last_reset: datetime) -> datetime:
            if duration is None:
                return last_reset
            start = window_start(duration, anchor=line.created_at, now=now, calendar_aligned=calendar_aligned)
            return max(last_reset, start)

        return replace(
            line,
            token_last_reset=moved(line.terms.token_reset_duration, line.token_last_reset),
            request_last_reset=moved(line.terms.request_reset_duration, line.request_last_reset),
        )

    moved_lines = with_lines(rolled_forward(policy, now), budget=budget, rate_limit=rate_limit)
    return replace(moved_lines, calendar_aligned=calendar_aligned)
