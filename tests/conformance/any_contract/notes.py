"""A server of notes with a trouble that a test makes up, and a run against it, of a few verdicts."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.contract import document
from conformance.http.target import Target
from conformance.run.plan import Plan
from conformance.run.results import Results
from conformance.run.verdict import Verdict
from conformance.runner import planned, run, suite_for
from tests.foreign.troubles.api import Operation
from tests.foreign.troubles.notes import notes_api
from tests.foreign.troubles.server import Server


@contextmanager
def noting(
    folder: Path, operations: Mapping[str, Operation], *only: str, timeout: float = 5
) -> Iterator[Plan]:
    """Give the plan of a run that asks a server with these operations for the ids that begin so."""
    api = notes_api(operations=operations)
    file = folder / "notes.json"
    file.write_text(json.dumps(api.document), encoding="utf-8")
    with Server(0) as server:
        server.answer = api.answer
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        contract = document.load(file)
        ids = frozenset(each for each in suite_for(contract).ids(contract) if each.startswith(only))
        asked: dict[str, Any] = {"only": ids, "omitted": {"fuzz": "the test leaves it out"}}
        try:
            yield planned(contract, Target(root=server.url, timeout=timeout), 1, **asked)
        finally:
            server.shutdown()
            thread.join()


def ran(folder: Path, operations: Mapping[str, Operation], *only: str, timeout: float = 5) -> Results:
    """Return what came of such a run."""
    with noting(folder, operations, *only, timeout=timeout) as plan:
        return run(plan)


def verdict(results: Results, verdict_id: str) -> Verdict:
    """Return the verdict of an id."""
    return next(each for each in results.verdicts if each.id == verdict_id)
