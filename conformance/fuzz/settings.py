"""What the engine tells its hooks, in environment variables."""

import json
from collections.abc import Mapping
from pathlib import Path

from conformance.http.credentials import Credential
from conformance.http.proxy import Proxy
from conformance.http.target import Target

SECRETS = "CONFORMANCE_FUZZ_SECRETS"
TARGET = "CONFORMANCE_FUZZ_TARGET"
CONTRACT = "CONFORMANCE_FUZZ_CONTRACT"
CONTENT = "CONFORMANCE_FUZZ_CONTENT"
EXCLUDED = "CONFORMANCE_FUZZ_EXCLUDED"
PROFILES = "CONFORMANCE_FUZZ_PROFILES"
PREFIX = "CONFORMANCE_FUZZ_PREFIX"
FINDINGS = "CONFORMANCE_FUZZ_FINDINGS"


def dump(target: Target) -> str:
    """Return the target without its keys, for the environment."""
    return json.dumps(
        {
            "root": target.root,
            "timeout": target.timeout,
            "headers": target.headers,
            "ca_file": target.ca_file and str(target.ca_file.resolve()),
            "verify": target.verify,
            "rate": target.rate,
            "read_only": target.read_only,
            "key_prefixes": target.key_prefixes,
        }
    )


def dump_secrets(target: Target) -> str:
    """Return the keys and credentials of a target, for the environment."""
    credentials = {
        role: {scheme: credential.as_dict() for scheme, credential in held.items()}
        for role, held in target.credentials.items()
    }
    proxy = target.proxy and target.proxy.full_url
    return json.dumps({"keys": dict(target.keys), "credentials": credentials, "proxy": proxy})


def load(environment: Mapping[str, str]) -> Target:
    """Return the target with its keys and credentials, from the environment."""
    known = json.loads(environment[TARGET])
    known["headers"] = tuple((name, value) for name, value in known["headers"])
    known["key_prefixes"] = tuple(known["key_prefixes"])
    known["ca_file"] = known["ca_file"] and Path(known["ca_file"])
    secrets = json.loads(environment[SECRETS])
    credentials = {
        role: {scheme: Credential.from_dict(told) for scheme, told in held.items()}
        for role, held in secrets["credentials"].items()
    }
    proxy = secrets["proxy"] and Proxy.parse(secrets["proxy"])
    return Target(keys=secrets["keys"], credentials=credentials, proxy=proxy, **known)
