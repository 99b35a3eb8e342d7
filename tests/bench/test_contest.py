"""The benchmark compares equals, and counts right."""

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from bench.contest.agreement import agree
from bench.contest.chart import chart
from bench.contest.contestants import Contestant
from bench.contest.entrants import ENTRANTS, contestants
from bench.contest.load import Request, Slice, write_requests
from bench.contest.report import rows
from bench.contest.rounds import Measured
from bench.contest.works import (
    BARE,
    FASTAPI,
    OURS,
    OURS_POSTGRES,
    OURS_POSTGRES_ANEW,
    WORKS,
    Work,
    one_profile,
)

PROFILES = 120
# The benchmark compares all of them before it times any; to start a database for it here is too much.
AGREED = [
    work
    for work in WORKS
    if work.agreed
    and not work.two_cores
    and not work.equal_load
    and work.first not in {OURS_POSTGRES, OURS_POSTGRES_ANEW}
]

MISSING = [name for name in ("fastapi", "litestar", "psycopg_pool") if find_spec(name) is None]
with_peers = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed, as only `make bench` needs them: {', '.join(MISSING)}"
)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Contestant]]:
    names = {name for work in AGREED for name in work.contestants}
    folder = tmp_path_factory.mktemp("contest")
    with contestants(folder, PROFILES, names, server_cpu=min(os.sched_getaffinity(0))) as running:
        yield running


@with_peers
@pytest.mark.parametrize("work", AGREED, ids=lambda work: work.name)
def test_everybody_answers_the_same_json(work: Work, started: Mapping[str, Contestant]) -> None:
    compared = [started[name] for name in work.contestants if name != BARE]
    for request, _ in zip(work.draw(random.Random(2), compared[0].keys, PROFILES), range(3), strict=False):
        agree(compared, request, made=work.creates)


@with_peers
def test_another_answer_is_told_of(started: Mapping[str, Contestant]) -> None:
    refused = replace(started[FASTAPI], keys=["another"])

    with pytest.raises(click.ClickException, match=f"{FASTAPI} answers GET /api/access-profiles/1 unlike"):
        agree([started[OURS], refused], Request("/api/access-profiles/1", "any"))


def test_every_work_has_somebody_who_does_it() -> None:
    known = {entrant.name for entrant in ENTRANTS} | {BARE}

    assert {name for work in WORKS for name in work.contestants} == known
    assert all(set(work.targets) <= set(work.others) for work in WORKS)


def test_requests_are_written_with_their_length(tmp_path: Path) -> None:
    written = write_requests(
        tmp_path / "requests", [Request("/a", "key", method="POST", body=b"{}\n"), Request("/b", "key")]
    ).read_bytes()
    length, _, rest = written.partition(b"\n")
    first, second = rest[: int(length)], rest[int(length) :]

    assert first.startswith(b"POST /a HTTP/1.1\r\n")
    assert first.endswith(b"Content-Length: 3\r\n\r\n{}\n")
    assert second.partition(b"\n")[2].startswith(b"GET /b HTTP/1.1\r\n")


def _slice(rate: int, p99_ms: float) -> Slice:
    return Slice(requests=rate, seconds=1, refused=0, broken=0, p50_ms=1, p99_ms=p99_ms, cpu_us=1e6 / rate)


@pytest.mark.parametrize(("equal_load", "ratio"), [(False, 4.0), (True, 3.0)])
def test_ratios_are_taken_within_a_round(equal_load: bool, ratio: float) -> None:
    work = Work("any", one_profile, OURS, [FASTAPI], {FASTAPI: 3.5}, equal_load=equal_load)
    slices = {
        OURS: [_slice(4000, 2), _slice(40, 200), _slice(400, 20)],
        FASTAPI: [_slice(1000, 6), _slice(10, 600), _slice(100, 60)],
    }

    (row,) = rows([Measured(work, slices)])

    assert (row["ratio"], row["quartiles"], row["cpu_ratio"]) == (ratio, [ratio, ratio], 4.0)
    assert row["met"] is (ratio >= 3.5)


def test_the_chart_shows_every_row_and_runs_no_script() -> None:
    row = {"work": "GET", "rival": FASTAPI, "ratio": 2.5, "target": None}

    drawn = chart([row, {**row, "work": "POST", "target": 2}]).decode()

    assert f"GET / {FASTAPI}" in drawn
    assert f"POST / {FASTAPI}" in drawn
    assert "<script" not in drawn
