"""What the engine tells its hooks, in environment variables."""

import json
from collections.abc import Mapping
from pathlib import Path

from conformance.http.target import Target

KEY = "CONFORMANCE_FUZZ_KEY"
TARGET = "CONFORMANCE_FUZZ_TARGET"
CONTRACT = "CONFORMANCE_FUZZ_CONTRACT"
CONTENT = "CONFORMANCE_FUZZ_CONTENT"
PREFIX = "CONFORMANCE_FUZZ_PREFIX"
FINDINGS = "CONFORMANCE_FUZZ_FINDINGS"


def dump(target: Target) -> str:
    """The target without its keys, for the environment."""
    return json.dumps(
        {
            "root": target.root,
            "timeout": target.timeout,
            "headers": target.headers,
            "ca_file": target.ca_file and str(target.ca_file.resolve()),
            "verify": target.verify,
            "rate": target.rate,
            "read_only": target.read_only,
        }
    )


def load(environment: Mapping[str, str]) -> Target:
    """The target with its first key, from the environment."""
    known = json.loads(environment[TARGET])
    known["headers"] = tuple((name, value) for name, value in known["headers"])
    known["ca_file"] = known["ca_file"] and Path(known["ca_file"])
    return Target(keys={"admin": environment[KEY]}, **known)
