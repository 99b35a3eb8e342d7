"""Running the suite in a process of its own, as its users do."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.serving import ROOT


@dataclass(frozen=True)
class SuiteRun:
    """What came of a run.

    Attributes:
        exit_code: pytest's.
        output: what it printed.
        outcomes: `passed`, `failed` or `skipped` by class and behaviour; a parametrised one passed when all
            of its cases did.
    """

    exit_code: int
    output: str
    outcomes: Mapping[tuple[str, str], str]


def run_suite(module: Path, report: Path, **environment: str) -> SuiteRun:
    """Run a module that holds suites.

    Args:
        module: the module; what stands beside it can be imported.
        report: a file for the results.
        environment: further environment variables.
    """
    options = ["--import-mode=importlib", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(module)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(module.parent), str(ROOT)])} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes: dict[tuple[str, str], str] = {}
    for case in ET.parse(report).iter("testcase"):
        behaviour = case.attrib["classname"].rpartition(".")[2], case.attrib["name"].partition("[")[0]
        outcome = "skipped" if case.find("skipped") is not None else "passed"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
        if outcomes.get(behaviour) != "failed":
            outcomes[behaviour] = outcome
    return SuiteRun(done.returncode, done.stdout + done.stderr, outcomes)
