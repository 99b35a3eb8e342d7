"""What came of it: a table for people, JSON for machines."""

import json
import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.contest.rounds import Measured, Rules

PACKAGES = (
    "connexion", "fastapi", "flask", "httptools", "litestar", "msgspec", "pydantic", "sqlalchemy",
    "starlette", "uvicorn", "uvloop",
)  # fmt: skip


def document(measured: Sequence[Measured], rules: Rules) -> dict[str, Any]:
    """Return everything that was measured."""
    return {
        "environment": environment(),
        "rounds": rules.rounds,
        "seconds": rules.seconds,
        "profiles": rules.profiles,
        "ratios": list(rows(measured)),
        "slices": {
            each.work.name: {name: [asdict(one) for one in slices] for name, slices in each.slices.items()}
            for each in measured
        },
    }


def environment() -> Mapping[str, Any]:
    """Return what figures depend on."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": models[0].partition(":")[2].strip() if models else platform.processor(),
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def rows(measured: Sequence[Measured]) -> Iterator[Mapping[str, Any]]:
    """Return a row for each work and rival: the median ratio, its quartiles, and what it is meant to be."""
    for each in measured:
        for rival in each.work.others:
            ratios = each.ratios(rival)
            low, median, high = (
                statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0], ratios[0], ratios[0])
            )
            target = each.work.targets.get(rival)
            yield {
                "work": each.work.name,
                "rival": rival,
                "ratio": round(median, 2),
                "quartiles": [round(low, 2), round(high, 2)],
                "cpu_ratio": round(each.cpu_ratio(rival), 2),
                "target": target,
                "met": None if target is None else median >= target,
                "rates": [
                    round(statistics.median(one.rate for one in each.slices[name]))
                    for name in (each.work.first, rival)
                ],
                "p99_ms": [
                    round(statistics.median(one.p99_ms for one in each.slices[name]), 2)
                    for name in (each.work.first, rival)
                ],
            }


def show(measured: Sequence[Measured], console: Console) -> None:
    """Print the ratios."""
    table = Table(title="Times the rival's requests per second (of p99: times our milliseconds)")
    table.add_column("work")
    table.add_column("rival")
    for name in ("ratio", "quartiles", "CPU", "target", "met", "a second", "p99 ms"):
        table.add_column(name, justify="right")
    for row in rows(measured):
        table.add_row(
            row["work"],
            row["rival"],
            f"{row['ratio']:.2f}",
            "{:.2f}-{:.2f}".format(*row["quartiles"]),
            f"{row['cpu_ratio']:.2f}",
            "" if row["target"] is None else f"{row['target']:g}",
            {True: "yes", False: "NO", None: ""}[row["met"]],
            "{:,} : {:,}".format(*row["rates"]),
            "{:.1f} : {:.1f}".format(*row["p99_ms"]),
        )
    console.print(table)


def write(folder: Path, found: Mapping[str, Any], chart: bytes) -> None:
    """Write the results and their chart into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "ratios.svg").write_bytes(chart)
