"""Many runs of the suite at servers that conform: whatever one of them has against its server is an alarm."""

import json
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.http.conftest import DURABLE
from tests.http.test_conformance import check
from tests.serving import running_server

STORES = tuple(DURABLE)
QUIET = ("PASS", "SKIP")
_REPORTS = ("--report", "text", "--timeout", "60")


@dataclass
class Tally:
    """What came of runs: how often each exit code, and each verdict that is neither a pass nor a skip."""

    runs: int = 0
    requests: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)

    def add(self, seed: int, code: int, results: Path) -> None:
        """Count one run."""
        document = json.loads(results.read_text(encoding="utf-8"))
        self.runs += 1
        self.codes[code] += 1
        self.requests += document["totals"]["requests"]
        for verdict in (*document["clauses"], *document["derived"]):
            if verdict["status"] not in QUIET:
                self.alarms[f"{verdict['status']} {verdict['id']} (seed {seed})"] += 1

    @property
    def is_quiet(self) -> bool:
        """Whether no run had anything against its server."""
        return not self.alarms and set(self.codes) <= {0}

    def row(self, what: str) -> str:
        """Return the row of a table."""
        came = "none" if self.is_quiet else ", ".join(sorted(self.alarms)) or f"exit codes {dict(self.codes)}"
        return f"| {what} | {self.runs} | {self.requests:,} | {came} |"


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep the machine busy with so many loops, each a process."""
    with ExitStack() as loops_running:
        for _ in range(loops):
            process = multiprocessing.get_context("spawn").Process(target=_loop, daemon=True)
            process.start()
            loops_running.callback(process.kill)
        yield


def _loop() -> None:
    while True:
        pass


def runs(store: str, seeds: Sequence[int], *options: str) -> Iterator[Tally]:
    """Run the suite once with each seed, each at a new server; yield what came so far after each."""
    tally = Tally()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with running_server(DURABLE[store](folder)) as server:
                ran = check(server, folder, "--seed", str(seed), *_REPORTS, *options)
                tally.add(seed, ran.returncode, folder / "results.json")
        yield tally
