"""What is told while a self-test runs, where there is no terminal."""

from io import StringIO

from rich.console import Console

from conformance.selftest.text import Watcher
from conformance.selftest.trials import Outcome, Trial


def _told(*ends: float, outcome: Outcome = Outcome.QUIET) -> list[str]:
    """Return the lines about trials that end at these seconds."""
    written = StringIO()
    now = [0.0]
    with Watcher(Console(file=written), lambda: now[0]) as watcher:
        for now[0] in ends:
            watcher.observe(Trial("variant", "whole_seconds, seed 1", "whole_seconds", outcome), len(ends))
    return written.getvalue().splitlines()


def test_the_first_trial_and_the_last_are_told_of() -> None:
    assert _told(0.1, 0.2, 0.3, 0.4) == [
        "1 of 4 tried: variants, 0 to look at",
        "4 of 4 tried: variants, 0 to look at",
    ]


def test_long_trials_are_told_of_one_by_one_and_short_ones_every_ten_seconds() -> None:
    told = _told(27, 54, 54.1, 63.9, 64, 64.1, 91)

    assert [line.split()[0] for line in told] == ["1", "2", "5", "7"]


def test_an_alarm_is_counted_as_it_comes() -> None:
    assert _told(1, 2, outcome=Outcome.ALARM)[0] == "1 of 2 tried: variants, 1 to look at"
