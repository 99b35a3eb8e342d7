"""Hooks that Schemathesis loads in its own process. They read their settings from the environment.

Importing this module registers the hooks; only the engine's child process does.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext, Response

from conformance.fuzz import bodies, settings

_names = bodies.Names(os.environ[settings.PREFIX])
_findings = Path(os.environ[settings.FINDINGS])
_real_ids: list[int] = []
_calls: Counter[str] = Counter()
_accepted: Counter[str] = Counter()
_turns = itertools.count()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001
    """Gives each create a fresh name and a body that keeps the rules, and every other read a real id."""
    if case.operation.method.upper() != case.method.upper():
        return
    operation_id = _operation_id(case)
    if operation_id == "createAccessProfile" and isinstance(case.body, dict):
        negative = case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
        # What is wrong with a negative body may be the very thing that a repair would mend.
        case.body = _with_fresh_name(case.body) if negative else bodies.repaired(case.body, _names)
    elif operation_id == "getAccessProfile" and _real_ids and _is_plain_positive(case):
        turn = next(_turns)
        # Every other one keeps what was drawn, which may be an id at the edge of the range.
        if turn % 2:
            case.path_parameters = {"profile_id": _real_ids[turn % len(_real_ids)]}


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:  # noqa: ARG001
    """Counts, and remembers the ids of profiles that were created."""
    operation_id = _operation_id(case)
    _calls[operation_id] += 1
    # Probes with other methods than the operation's own, OPTIONS among them, say nothing of it.
    own = case.method.upper() == case.operation.method.upper()
    _accepted[operation_id] += own and 200 <= response.status_code < 300
    if response.status_code == 201 and operation_id == "createAccessProfile":
        try:
            _real_ids.append(int(response.json()["access_profile"]["id"]))
        except (ValueError, KeyError, TypeError):
            return


@schemathesis.hook
def filter_failure(context: HookContext, failure: Any, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """Writes down each failure with its evidence. It drops none."""
    finding = {
        "operation": _operation_id(case),
        "code": failure.code,
        "title": failure.title,
        "message": failure.message,
        "status": response.status_code,
        "curl": case.as_curl_command(),
    }
    _write(finding)
    return True


@atexit.register
def _write_counts() -> None:
    for operation_id, calls in _calls.items():
        _write({"operation": operation_id, "calls": calls, "accepted": _accepted[operation_id]})


def _write(line: dict[str, Any]) -> None:
    with _findings.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _operation_id(case: Case[Any]) -> str:
    return str(case.operation.definition.raw.get("operationId", case.operation.label))


def _with_fresh_name(body: dict[str, Any]) -> dict[str, Any]:
    alone = bodies.repaired({"name": body.get("name")}, _names)
    return {**body, "name": alone["name"]} if "name" in body else body


def _is_plain_positive(case: Case[Any]) -> bool:
    """A generated, good case. One that follows a link has the id that it is to have."""
    meta = case.meta
    if meta is None or meta.generation.mode != GenerationMode.POSITIVE:
        return False
    return meta.phase.name.value in ("coverage", "fuzzing")
