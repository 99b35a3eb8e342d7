"""Hooks that Schemathesis loads in its own process. They read their settings from the environment.

Importing this module registers the hooks; only the engine's child process does.
"""

import itertools
import json
import os
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

from conformance.contract import document
from conformance.contract.document import Operation
from conformance.contract.media_types import JSON, is_json
from conformance.contract.resources import Parameters
from conformance.fuzz import ids, sending, settings, shown
from conformance.fuzz.bodies import Bodies, Names
from conformance.fuzz.judgement import keep_judgement
from conformance.http.unreached import Unreached
from conformance.run import content
from conformance.run.recipes import Supply
from conformance.run.session import Workspace

_AS_JSON = ("ST108", "ST109")
"""What Schemathesis says of bodies that it read as JSON, whatever they are."""
_OF_HEADER = "Response header does not conform to the schema"
_PATH, _HEADER = "path", "header"
_CONDITIONS = {"if-match", "if-none-match"}
# How a message is cut out of the stream is HTTP's affair, and what is wrong there never reaches an operation.
_FRAMING = {"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_findings = Path(os.environ[settings.FINDINGS])
_contract = document.load(Path(os.environ[settings.CONTRACT]))
_target = settings.load(os.environ)
_workspace = Workspace(
    _contract,
    _target,
    seed=0,
    prefix=os.environ[settings.PREFIX],
    on_made=lambda path, parameters: _write({"made": path, "parameters": parameters}),
)
_workspace.excluded = frozenset(json.loads(os.environ[settings.EXCLUDED]))
_workspace.profiles = frozenset(json.loads(os.environ[settings.PROFILES]))
_last: deque[requests.Response] = deque(maxlen=1)
sending.send_through(_workspace.transport, _target, _last.append)
_session = _workspace.session("fuzz")
_content = content.load(os.environ[settings.CONTENT])
_supply = Supply(_session, _content, reads=_target.read_only)
_bodies = Bodies(_session, _content, _supply, Names(_workspace.prefix))
_etags: set[str] = set()
# The cases in whose path an id was replaced by one that nobody has.
_guarded: set[str] = set()
# For each operation its own: what is drawn for one must not hang on which others are fuzzed beside it.
_turns: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001
    """Give each request real ids in its path, a precondition that holds, and a body that keeps the rules."""
    operation = _operation(case)
    is_real = _set_path(case, operation)
    _set_conditions(case, operation)
    for name in [name for name in case.headers if str(name).lower() in _FRAMING]:
        del case.headers[name]
    if isinstance(case.body, dict):
        # What is wrong with a bad one may be the very thing that a repair would mend.
        mended = _bodies.owned if _is_negative(case) else _bodies.repaired
        case.body = mended(operation, case.body, is_ours=is_real)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:  # noqa: ARG001
    """Write down that a call was made, and remember what was made by it."""
    operation, is_own = _operation(case), _is_own_method(case)
    # Probes with other methods than the operation's own, OPTIONS among them, say nothing of it.
    _write({"call": operation.id, "status": response.status_code if is_own else None})
    if _target.read_only and response.status_code == 404:
        # What others have may be gone since it was listed.
        _supply.renew(operation)
    if is_own and 200 <= response.status_code < 300:
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        headers = {name.lower(): values[0] for name, values in response.headers.items()}
        _workspace.inventory.note(operation, case.path_parameters or {}, case.body, answer, headers)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Any, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """Write down each failure with its evidence, and drop what the contract allows."""
    if _is_allowed(failure, case, response):
        return False
    about = shown.answered(failure, case, response, next(iter(_last), None))
    finding = {
        "operation": _operation(case).id,
        "code": failure.code,
        "title": failure.title,
        "message": failure.message,
        "status": about.status_code,
        "curl": shown.curl(case, about.request, _target.redactor),
        "schema_path": [str(step) for step in getattr(failure, "schema_path", ())],
        "part": _part_at_fault(case),
    }
    _write(finding)
    return True


def _write(line: dict[str, Any]) -> None:
    # A line at a time, so that what was found is there however this process ends.
    with _findings.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _operation(case: Case[Any]) -> Operation:
    stated = case.operation
    return next(o for o in _contract.operations if (o.method, o.path) == (stated.method.upper(), stated.path))


def _part_at_fault(case: Case[Any]) -> dict[str, str] | None:
    """Return the one part of the request that was drawn to be wrong, or to be at a boundary, if it is one."""
    data = case.meta.phase.data if case.meta is not None else None
    if data is None or data.parameter_location is None:
        return None
    return {"in": data.parameter_location.value, "name": data.parameter or ""}


def _is_own_method(case: Case[Any]) -> bool:
    return bool(case.method.upper() == case.operation.method.upper())


def _is_negative(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE


def _is_negative_at(case: Case[Any], place: str) -> bool:
    modes = {str(at.value): info.mode for at, info in case.meta.components.items()} if case.meta else {}
    return modes.get(place) == GenerationMode.NEGATIVE


def _wants_real_path(case: Case[Any]) -> bool:
    """Return whether the request is not about its path. One that follows a link has the ids it is to have."""
    if case.meta is None or not _is_own_method(case) or _is_negative_at(case, _PATH):
        return False
    if not all(isinstance(value, int | str) for value in (case.path_parameters or {}).values()):
        # A link took nothing from the answer, or a whole list.
        return True
    phase, place = case.meta.phase.name.value, case.meta.phase.data.parameter_location
    if phase == "stateful" or (phase == "coverage" and place is not None and place.value == _PATH):
        return False
    # Some keep what was drawn, which may be an id at the edge of the range.
    return phase != "fuzzing" or _is_negative(case) or next(_turns[_operation(case).id]) % 4 < 3


def _set_path(case: Case[Any], operation: Operation) -> bool:
    """Put real ids into the path, or else take out those of others; return whether they are real."""
    if _wants_real_path(case) and (parameters := _made_for(operation)):
        case.path_parameters = parameters
        keep_judgement(case, ParameterLocation.PATH)
        return True
    if case.path_parameters and case.method.upper() not in _SAFE_METHODS:
        safe = ids.guarded(
            case.path_parameters, _workspace.resources, _workspace.inventory, _workspace.prefix
        )
        if safe != case.path_parameters:
            case.path_parameters = safe
            _guarded.add(case.id)
            keep_judgement(case, ParameterLocation.PATH)
    return False


def _made_for(operation: Operation) -> Parameters:
    try:
        return _supply.parameters(operation)
    except Unreached:
        return {}


def _set_conditions(case: Case[Any], operation: Operation) -> None:
    """Most conditions hold. An `If-Match` that does not is good for a 412, and nothing else."""
    is_bad = _is_negative_at(case, _HEADER)
    if is_bad and not _is_negative(case):
        # Headers of cases that count as good are no entity tags in the coverage phase, but `0`.
        for name in _CONDITIONS & {str(name).lower() for name in case.headers}:
            case.headers[name] = '"0"'
    if "If-Match" not in case.headers or (is_bad and _is_negative(case)):
        return
    turn = next(_turns[operation.id]) % 3
    if _is_negative(case):
        del case.headers["If-Match"]
    elif turn == 1:
        case.headers["If-Match"] = "*"
    elif turn == 2 and (etag := _supply.etag(operation, case.path_parameters or {})):
        _etags.add(etag)
        case.headers["If-Match"] = etag


def _is_allowed(failure: Any, case: Case[Any], response: Response) -> bool:
    if failure.code in _AS_JSON and failure.title != _OF_HEADER:
        # The text 123 is taken for a number.
        [kind, *_] = response.headers.get("content-type") or [JSON]
        return not is_json(kind)
    if failure.code == "ST202" and response.status_code == 412:
        return "If-Match" in case.headers and str(case.headers["If-Match"]) not in {"*", *_etags}
    if failure.code == "ST302":
        # A 404 to a write may be about something else than what was created: a copy, an attachment.
        return case.id in _guarded or case.method.upper() not in _SAFE_METHODS
    # An operation that states no 404 may speak of what is gone, as the audit log does.
    states_404 = "404" in case.operation.definition.raw.get("responses", {})
    return bool(failure.code == "ST301" and not states_404)
