"""The servers of others: where each comes from, how it starts, what its contract needs said beside it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.foreign.installing import NodePackages, Packages, PythonPackages


@dataclass(frozen=True, slots=True)
class Fetched:
    """A contract that the running server shows.

    Attributes:
        path: where it shows it.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Packaged:
    """A contract that comes with the packages.

    Attributes:
        pattern: the path below the folder of the packages, as a glob that finds one file.
    """

    pattern: str


def _no_credentials(_data: Path) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Target:
    """A server of somebody else.

    Attributes:
        name: what it is called here.
        packages: what is installed.
        programs: what must be on the machine, each with the package that brings it.
        command: what starts it. `{packages}` is the folder of the packages, `{data}` an empty folder,
            `{port}` the port that it listens on, on 127.0.0.1.
        contract: where its contract comes from.
        ready: the path of a GET that is answered below 500 as soon as the server is up.
        base: where the paths of the contract begin, below the URL of the server.
        credentials: takes the folder of its data when it is up, and returns what to send for each security
            scheme of the contract: a token, a key, or `user:password`.
        left_out: the operations that a run must not call, as `METHOD path`, each with the reason.
        environment: variables that it gets beside PATH, HOME and the proxy that leads nowhere.
        calls_out: whether it asks URLs that it is given; then it runs sealed, or not at all.
        heavy: whether it is for `make foreign` alone.
    """

    name: str
    packages: Packages
    programs: Mapping[str, str]
    command: tuple[str, ...]
    contract: Fetched | Packaged
    ready: str
    base: str = ""
    credentials: Callable[[Path], Mapping[str, str]] = _no_credentials
    left_out: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    calls_out: bool = False
    heavy: bool = False


_CHROMA = """\
import chromadb_rust_bindings as chroma
chroma.cli(["chroma", "run", "--host", "127.0.0.1", "--port", "{port}", "--path", "{data}"])
"""

CHROMA = Target(
    name="chroma",
    # The server is one library in Rust; the client in Python around it is what needs all the dependencies.
    packages=PythonPackages("chroma", dependencies=False),
    programs={},
    command=("{packages}/bin/python", "-c", _CHROMA),
    contract=Fetched("/openapi.json"),
    ready="/api/v2/heartbeat",
    # It asks for none, whatever its contract says.
    credentials=lambda _data: {"ApiKeyAuth": "none-is-asked-for"},
)

WIREMOCK = Target(
    name="wiremock",
    packages=NodePackages("wiremock"),
    programs={"java": "default-jre-headless", "npm": "npm"},
    command=(
        "java",
        "-XX:TieredStopAtLevel=1",
        "-Xmx192m",
        "-jar",
        "{packages}/node_modules/wiremock/build/wiremock-standalone-3.13.2.jar",
        "--bind-address=127.0.0.1",
        "--port={port}",
        "--root-dir={data}",
        "--disable-banner",
        # A stub can be a proxy, a recording has a target, and a webhook calls.
        "--deny-proxy-targets=0.0.0.0-255.255.255.255,*",
    ),
    contract=Fetched("/__admin/docs/swagger"),
    ready="/__admin/health",
    left_out={"POST /__admin/shutdown": "it ends the server"},
)

PRISM = Target(
    name="prism",
    packages=NodePackages("prism"),
    programs={"node": "nodejs", "npm": "npm"},
    command=(
        "node",
        "{packages}/node_modules/@stoplight/prism-cli/dist/index.js",
        "mock",
        "--host=127.0.0.1",
        "--port={port}",
        "{packages}/node_modules/@scalar/galaxy/dist/3.1.json",
    ),
    contract=Packaged("node_modules/@scalar/galaxy/dist/3.1.json"),
    ready="/planets",
    left_out={"POST /planets/{planetId}/image": "a part of a form without a Content-Type ends the server"},
    # The contract has callbacks, and Prism makes them.
    calls_out=True,
    # It looks whether they are there, not what they are.
    credentials=lambda _data: {
        "bearerAuth": "any",
        "basicAuth": "any:any",
        "apiKeyHeader": "any",
        "apiKeyQuery": "any",
        "apiKeyCookie": "any",
        "oAuth2": "any",
        "openIdConnect": "any",
    },
)


def _changedetection_key(data: Path) -> Mapping[str, str]:
    settings = json.loads((data / "changedetection.json").read_text(encoding="utf-8"))
    return {"ApiKeyAuth": settings["settings"]["application"]["api_access_token"]}


CHANGEDETECTION = Target(
    name="changedetection",
    packages=PythonPackages("changedetection"),
    programs={},
    # It starts with two watches on pages of others; `-P` pauses all.
    command=(
        "{packages}/bin/changedetection.io",
        *("-h", "127.0.0.1", "-p", "{port}", "-d", "{data}", "-C", "-P", "true", "-l", "WARNING"),
    ),
    contract=Packaged("lib/python*/site-packages/changedetectionio/docs/api-spec.yaml"),
    ready="/api/v1/systeminfo",
    base="/api/v1",
    credentials=_changedetection_key,
    environment={"DISABLE_VERSION_CHECK": "true"},
    # It fetches the pages that it is to watch.
    calls_out=True,
    heavy=True,
)

TARGETS: dict[str, Target] = {target.name: target for target in (CHROMA, WIREMOCK, PRISM, CHANGEDETECTION)}
"""Every target by its name."""
