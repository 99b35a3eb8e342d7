"""The kill matrix: the figures of a proof, as one JSON document. Every report is a view of it."""

import json
import platform
from collections.abc import Iterable, Sequence
from importlib.resources import files
from statistics import median
from typing import Any

import conformance
from conformance.selftest.proof import (
    FAULT,
    LEAST_FAULTS_KILLED,
    LEAST_MUTANTS_KILLED,
    MUTANT,
    VARIANT,
    Proof,
)
from conformance.selftest.trials import Outcome, Trial

SCHEMA_VERSION = 1

Document = dict[str, Any]


def matrix(proof: Proof) -> Document:
    """Return the document of a proof."""
    scope = proof.scope
    return {
        "schema_version": SCHEMA_VERSION,
        "suite": {"version": conformance.__version__, "python": platform.python_version()},
        "contract": {
            "title": proof.contract.title,
            "version": proof.contract.version,
            "sha256": proof.contract.sha256,
        },
        "seed": scope.seed,
        "sample": scope.sample,
        "only": list(scope.only),
        "jobs": scope.jobs,
        "started_at": proof.begun.isoformat(timespec="seconds"),
        "seconds": round(proof.seconds, 1),
        "holds": proof.holds,
        "faults": {
            "planted": proof.seeded[FAULT],
            **_killed(proof.of(FAULT), LEAST_FAULTS_KILLED),
            "clauses": [
                {"id": clause, **_killed(trials)} for clause, trials in _grouped(proof.of(FAULT)).items()
            ],
            "others_broken": _others(proof.of(FAULT, Outcome.KILLED)) if scope.precise else None,
        },
        "mutants": {
            "planted": proof.seeded[MUTANT],
            **_killed(proof.of(MUTANT), LEAST_MUTANTS_KILLED),
            "kinds": [{"id": kind, **_killed(trials)} for kind, trials in _grouped(proof.of(MUTANT)).items()],
        },
        "variants": {
            "planted": proof.seeded[VARIANT],
            "seeds": scope.seeds,
            "runs": len(proof.of(VARIANT)),
            "requests": sum(trial.requests for trial in proof.of(VARIANT)),
            "alarms": [_alarm(trial) for trial in proof.of(VARIANT, Outcome.ALARM)],
        },
        "survivors": [_told(t) for t in proof.trials if t.outcome is Outcome.SURVIVED],
        "equivalent": [_told(t) for t in proof.trials if t.outcome is Outcome.EQUIVALENT],
        "unsound": [_told(trial) for trial in proof.unsound],
        "errors": [_told(trial) for trial in proof.errors],
        "trials": [_told(trial) for trial in proof.trials],
        "plain_schemathesis": plain(),
    }


def plain() -> Document | None:
    """Return what plain Schemathesis did with the same faults, from its dated run; None without a run."""
    dated = files("conformance.selftest").joinpath("baseline.json")
    return dict(json.loads(dated.read_text(encoding="utf-8"))) if dated.is_file() else None


def _killed(trials: Sequence[Trial], threshold: float | None = None) -> Document:
    killed = [trial for trial in trials if trial.outcome is Outcome.KILLED]
    survived = [trial for trial in trials if trial.outcome is Outcome.SURVIVED]
    tried = len(killed) + len(survived)
    figures: Document = {
        "tried": len(trials),
        "killed": len(killed),
        "survived": len(survived),
        "equivalent": sum(trial.outcome is Outcome.EQUIVALENT for trial in trials),
        "rate": round(len(killed) / tried, 4) if tried else None,
        "requests": _spread([trial.requests for trial in killed]),
        "seconds": _spread([round(trial.seconds, 3) for trial in killed]),
    }
    return figures if threshold is None else {**figures, "threshold": threshold}


def _spread(values: Sequence[float]) -> Document | None:
    """To the first kill: the median and the most."""
    return {"median": median(values), "max": max(values)} if values else None


def _others(killed: Iterable[Trial]) -> Document:
    counts = [len(trial.by) - 1 for trial in killed]
    return {
        "alone": sum(count == 0 for count in counts),
        **(_spread(counts) or {}),
        "faults": {trial.name: list(trial.by[1:]) for trial in killed if len(trial.by) > 1},
    }


def _grouped(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.group, []).append(trial)
    return groups


def _told(trial: Trial) -> Document:
    return {
        "kind": trial.kind,
        "name": trial.name,
        "group": trial.group,
        "outcome": trial.outcome,
        "by": list(trial.by),
        "requests": trial.requests,
        "seconds": round(trial.seconds, 3),
        "reason": trial.reason,
    }


def _alarm(trial: Trial) -> Document:
    return {
        "variant": trial.name,
        "verdicts": [
            {
                "id": verdict.id,
                "status": verdict.status,
                "reason": verdict.reason,
                "findings": [
                    {
                        "expected": finding.expected,
                        "actual": finding.actual,
                        "exchanges": [
                            {"request": exchange.curl(), "answer": exchange.answer()[:500]}
                            for exchange in finding.exchanges
                        ],
                    }
                    for finding in verdict.findings
                ],
            }
            for verdict in trial.verdicts
        ],
    }
