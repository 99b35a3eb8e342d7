"""Plain Schemathesis on the same faults, for comparison: `python -m conformance.selftest.baseline`.

It is run as it comes, all phases with the stateful one, with `baseline.toml`: without that it would fail our
right server. A fault is killed when the run on the broken server ends with 1, and the same run on the right
one does not. A run that takes too long is ended, and does not count. What came of all is kept in
`baseline.json`, with the date, and `conformance selftest` shows it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from conformance.contract import derivation, document
from conformance.contract.document import Contract
from conformance.contract.resources import parameters_of
from conformance.selftest.faults import FAULTS
from conformance.selftest.faulty_server import FaultyServer, HostError
from conformance.selftest.mutants import mutants
from conformance.selftest.proof import FAULT, MUTANT, Scope, sampled

_FOLDER = Path(__file__).parent
SETTINGS = _FOLDER / "baseline.toml"
RESULTS = _FOLDER / "baseline.json"

_SECONDS = 60
_KEY = "PLAIN_SCHEMATHESIS_KEY"
_RIGHT = ("right", "")
_EXAMPLES = 10
# The key comes from the environment: it stands in no list of processes.
_AUTHORIZATION = f'\n[auth.openapi.ManagementBearerAuth]\nbearer = "${{{_KEY}}}"\n'

Document = dict[str, Any]
Question = tuple[str, str, str]
"""Kind, name and operation."""


@click.command()
@click.option(
    "--sample", type=click.IntRange(min=1), default=40, show_default=True, help="So many of each kind."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
def main(sample: int, seed: int) -> None:
    """Run plain Schemathesis on a sample of faults and mutants, and write baseline.json."""
    stated = document.load()
    rows: dict[str, list[Document]] = {FAULT: [], MUTANT: []}
    greens: dict[tuple[str, ...], bool] = {}
    with FaultyServer() as server:
        for kind, name, operation_id in _questions(stated, Scope(seed=seed, sample=sample)):
            operations = _involved(stated, operation_id)
            row: Document = {"name": name, "operations": list(operations)}
            row |= _run(server, stated, operations, seed, (kind, name))
            if row["exit_code"] == 1 and operations not in greens:
                greens[operations] = _run(server, stated, operations, seed, _RIGHT)["exit_code"] != 1
            row["killed"] = row["exit_code"] == 1 and greens[operations]
            rows[kind].append(row)
            click.echo(f"{'killed' if row['killed'] else 'missed'}  {row['seconds']:5.1f} s  {kind} {name}")
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "schemathesis": version("schemathesis"),
        "python": sys.version.split()[0],
        "contract": stated.sha256,
        "seed": seed,
        "command": f"schemathesis {' '.join(_arguments('openapi.yaml', 'URL', ('OPERATION',), seed)[3:])}",
        "seconds_at_most": _SECONDS,
        "faults": _figures(rows[FAULT]),
        "mutants": _figures(rows[MUTANT]),
    }
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _questions(stated: Contract, scope: Scope) -> list[Question]:
    faults = [
        (
            FAULT,
            seeded.id,
            getattr(stated.clause(seeded.clause_id), "operation_id", None) or "createAccessProfile",
        )
        for seeded in sampled(FAULTS, scope)
    ]
    return faults + [
        (MUTANT, mutant.id, mutant.operation_id) for mutant in sampled(mutants(stated.document), scope)
    ]


def _involved(stated: Contract, operation_id: str) -> tuple[str, ...]:
    """Return the operation, with those that make and read what its path names, so that there is a story."""
    operation, known = stated.operation(operation_id), derivation.resources(stated)
    path = operation.path if operation else ""
    named = [known.of(name) for name in parameters_of(path)] or [r for r in known if r.collection == path]
    names: list[str] = []
    for resource in filter(None, named):
        told = (*(maker.operation for maker in resource.makers[:1]), resource.reader)
        names += [each.id for each in told if each is not None]
    return tuple(dict.fromkeys([*names, operation_id]))


def _run(
    server: FaultyServer, stated: Contract, operations: Sequence[str], seed: int, question: tuple[str, str]
) -> Document:
    begun = time.perf_counter()
    server.serve(*question)
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        settings = Path(folder) / "schemathesis.toml"
        settings.write_text(SETTINGS.read_text(encoding="utf-8") + _AUTHORIZATION, encoding="utf-8")
        try:
            ended = subprocess.run(  # noqa: S603  our own interpreter, arguments as a list
                _arguments(
                    str(stated.path.resolve()), server.target.root + stated.servers[0], operations, seed
                ),
                cwd=folder,
                env={**os.environ, _KEY: server.target.key},
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            code: int | None = ended.returncode
        except subprocess.TimeoutExpired:
            code = None
    try:
        requests: int | None = server.restore()
    except HostError:
        requests = None
    return {"exit_code": code, "requests": requests, "seconds": round(time.perf_counter() - begun, 1)}


def _arguments(file: str, url: str, operations: Sequence[str], seed: int) -> list[str]:
    arguments = [sys.executable, "-m", "schemathesis.cli", "run"]
    arguments += [file, "--url", url, "--no-color", "--seed", str(seed)]
    arguments += ["--max-examples", str(_EXAMPLES), "--max-failures", "1"]
    for operation in operations:
        arguments += ["--include-operation-id", operation]
    return arguments


def _figures(rows: Sequence[Document]) -> Document:
    killed, cut = sum(row["killed"] for row in rows), sum(row["exit_code"] is None for row in rows)
    whole = len(rows) - cut
    return {
        "tried": whole,
        "cut_short": cut,
        "killed": killed,
        "rate": round(killed / whole, 4) if whole else None,
        "runs": list(rows),
    }


if __name__ == "__main__":
    main()
