"""Runs Schemathesis in a process of its own and reads what it found."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.contract.document import Contract
from conformance.contract.resources import Parameters
from conformance.fuzz import authentication, settings
from conformance.fuzz.outcomes import SHOWN, Evidence, Outcome, outcome
from conformance.http.deadline import Deadline
from conformance.http.target import Target
from conformance.run.verdict import Status

_HERE = Path(__file__).parents[2]
_GRACE = 10
"""Seconds that Schemathesis gets to write down what it has, once its time is up."""
_PATIENCE = 300.0
"""Seconds without a request before Schemathesis is taken for stuck. One may have to wait for its rate."""
_LOOK_EVERY = 1.0
_OUT_OF_TIME = "the time for the phase fuzz was used up; give it more with --budget"
_STUCK = f"Schemathesis sent nothing for {_PATIENCE:.0f} seconds, and was ended"
# Schemathesis found nothing, or found faults. Anything else means that it could not do its work.
_RAN = (0, 1)
_CONTRACT = "openapi.json"
# What is drawn for an operation hangs on the seed, and not on what others were answered: so it repeats alone.
_INDEPENDENT = """
[phases.examples.extra-data-sources]
responses = false
[phases.coverage.extra-data-sources]
responses = false
[phases.fuzzing.extra-data-sources]
responses = false
[phases.fuzzing.error-feedback]
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thorough Schemathesis is to be: its phases, and how many requests it draws for an operation."""

    phases: str
    max_examples: int


# Boundaries and histories have phases of our own: there a 404 or a 409 hides no fault.
BRIEF = Effort("fuzzing", 8)
THOROUGH = Effort("examples,coverage,fuzzing,stateful", 30)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be fuzzed, and how much.

    Attributes:
        content: where what is known of the API is found, as `module:attribute`.
        excluded: the operations that are never called, not even for what others need.
        profiles: those that the server claims, and by which what is needed can be made.
    """

    operation_ids: list[str]
    seed: int
    effort: Effort
    prefix: str
    deadline: Deadline
    content: str
    excluded: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()


def fuzz(
    contract: Contract,
    target: Target,
    request: Request,
    on_made: Callable[[str, Parameters], None] = lambda _path, _parameters: None,
) -> dict[str, Outcome]:
    """Run Schemathesis over the operations and say for each what came of it.

    `on_made` is told of everything that was made, also when the run is broken off.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        # Secrets come from the environment: they stand in no file and on no command line.
        shown = authentication.shown(contract, target)
        configuration = "".join(each.configuration for each in shown)
        configuration += _INDEPENDENT
        if target.read_only:
            # Other methods than those of the contract might change something.
            configuration += "[phases.coverage]\nunexpected-methods = []\n"
        (folder / _CONTRACT).write_text(json.dumps(_document(contract)), encoding="utf-8")
        (folder / "schemathesis.toml").write_text(configuration, encoding="utf-8")
        try:
            ran, cut = _run(contract, target, request, folder)
        finally:
            for line in _lines(folder / "findings.ndjson"):
                if "made" in line:
                    on_made(line["made"], line["parameters"])
        lines = _lines(folder / "findings.ndjson")
        report = _report(folder / "report.json")
    seconds = (time.perf_counter() - begun) / max(1, len(request.operation_ids))
    problem = None
    if cut == _STUCK:
        problem = Outcome(Status.ERROR, cut)
    elif not cut and (ran.returncode not in _RAN or not report.get("complete")):
        problem = _problem(ran, report, target)
    evidence = Evidence(lines, report, problem, cut, seconds)
    return {
        operation_id: outcome(contract, operation_id, evidence, target.redactor)
        for operation_id in request.operation_ids
    }


def _run(
    contract: Contract, target: Target, request: Request, folder: Path
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run Schemathesis, and return how it ended, and why it was made to before it was done, if it was."""
    command = _command(contract, target, request, folder)
    # Its report may be longer than a pipe holds.
    with (folder / "output.txt").open("w+", encoding="utf-8", errors="replace") as output:
        child = subprocess.Popen(  # noqa: S603  our own interpreter, arguments as a list
            command,
            cwd=folder,
            env=_environment(contract, target, request, folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            cut = _wait(child, folder / "findings.ndjson", request.deadline)
        finally:
            _end(child)
        output.seek(0)
        return subprocess.CompletedProcess(command, child.returncode, output.read(), ""), cut


def _wait(child: subprocess.Popen[bytes], written: Path, deadline: Deadline) -> str:
    """Wait for its end; return why no longer, if that is so. What lives writes a line for each call."""
    seen, patience = -1, Deadline.within(_PATIENCE)
    while not deadline.expired and not patience.expired:
        try:
            child.wait(min(_LOOK_EVERY, deadline.remaining))
        except subprocess.TimeoutExpired:
            size = written.stat().st_size if written.exists() else 0
            if size != seen:
                seen, patience = size, Deadline.within(_PATIENCE)
        else:
            return ""
    return _OUT_OF_TIME if deadline.expired else _STUCK


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let the child write down what it has, and end it."""
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _command(contract: Contract, target: Target, request: Request, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml")]
    command += ["--no-color", "run", str(folder / _CONTRACT), "--url", target.root + contract.servers[0]]
    command += ["--seed", str(request.seed), "--max-examples", str(request.effort.max_examples)]
    command += ["--phases", request.effort.phases]
    command += ["--continue-on-failure", "--generation-database", "none", "--warnings", "off"]
    command += ["--request-timeout", str(target.timeout), "--max-redirects", "0"]
    command += ["--report", "json", "--report-json-path", str(folder / "report.json")]
    for operation_id in request.operation_ids:
        command += ["--include-operation-id", operation_id]
    return command


def _environment(contract: Contract, target: Target, request: Request, folder: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        settings.SECRETS: settings.dump_secrets(target),
        **{name: text for each in authentication.shown(contract, target) for name, text in each.environment},
        settings.TARGET: settings.dump(target),
        settings.CONTRACT: str(folder / _CONTRACT),
        settings.PREFIX: request.prefix,
        settings.CONTENT: request.content,
        settings.EXCLUDED: json.dumps(sorted(request.excluded)),
        settings.PROFILES: json.dumps(sorted(request.profiles)),
        settings.FINDINGS: str(folder / "findings.ndjson"),
        "SCHEMATHESIS_HOOKS": "conformance.fuzz.hooks",
        # The child loads its hooks from where this module came from, whatever is installed beside it.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH")))),
        # No proxy and no stored password may stand between the suite and its target.
        "NO_PROXY": "*",
        "NETRC": os.devnull,
    }
    if "SSL_CERT_FILE" in environment:
        environment["REQUESTS_CA_BUNDLE"] = environment["SSL_CERT_FILE"]
    return environment


def _problem(ran: subprocess.CompletedProcess[str], report: dict[str, Any], target: Target) -> Outcome:
    titles = ", ".join(error.get("title", "") for error in report.get("errors", []))
    clean = target.redactor.text
    # Redacted before it is cut, so that no piece of a secret is left at the edge.
    last = " ".join(clean(ran.stdout + ran.stderr)[-SHOWN:].split())
    detail = clean(titles or last)
    if "network" in detail.lower() or "connection" in detail.lower():
        return Outcome(Status.NOT_REACHED, f"the server stopped answering while it was fuzzed: {detail}")
    return Outcome(Status.ERROR, f"Schemathesis could not do its work (exit {ran.returncode}): {detail}")


def _document(contract: Contract) -> dict[str, Any]:
    """Return the contract in one file: with nothing that would be fetched, and the server that is meant."""
    return {**contract.for_requests(), "servers": [{"url": path or "/"} for path in contract.servers]}


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    # The last line is cut short when the process was killed.
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _report(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
