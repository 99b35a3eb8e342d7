"""Changes that public contracts have made, told as facts, and such as others have reported of their tools.

Docker: the version history of the Engine API, docs/api/version-history.md of moby/moby. The others: issues of
oasdiff and openapi-changes, and what FastAPI writes since it stands on Pydantic 2.
"""

from typing import Any

from tests.conformance.contract.diff.documents import contract, with_schema
from tests.conformance.contract.diff.pairs import SAFE, UNCLEAR, Contract, Pair, Verdict, both_ways
from tests.conformance.contract.diff.pairs.operations import BOTH, CONSUMERS, NOBODY, SERVERS
from tests.conformance.contract.diff.pairs.schemas import TEXT, WHOLE


def _object(required: tuple[str, ...] = (), /, **members: Any) -> dict[str, Any]:
    stated: dict[str, Any] = {"type": "object", "properties": members}
    return stated | {"required": list(required)} if required else stated


def _sent(schema: dict[str, Any], version: str = "3.0.3") -> Contract:
    return with_schema("request-body", schema) | {"openapi": version}


def _answered(schema: dict[str, Any], version: str = "3.0.3") -> Contract:
    return with_schema("response-body", schema) | {"openapi": version}


def _asked(*parameters: dict[str, Any]) -> Contract:
    return contract({"parameters": [{"in": "query", **each} for each in parameters]})


def _headers(**headers: dict[str, Any]) -> Contract:
    return contract({"responses": {"200": {"description": "OK", "headers": headers}}})


def _stream(media_type: str) -> Contract:
    return contract({"responses": {"200": {"description": "Logs.", "content": {media_type: {}}}}})


def _volumes(*methods: str) -> Contract:
    stated = contract()
    stated["paths"]["/volumes"] = {each: {"responses": {"200": {"description": "OK"}}} for each in methods}
    return stated


def _shared(enum_or_null: dict[str, Any]) -> Contract:
    stated = _sent(_object(kind=enum_or_null), "3.1.0")
    return stated | {"components": {"schemas": {"Kind": {"type": "string", "enum": ["user", "account"]}}}}


KIND = {"$ref": "#/components/schemas/Kind"}
SIZES = {"LayersSize": WHOLE, "BuilderSize": WHOLE}
DISK_TYPES = {"type": "array", "items": TEXT | {"enum": ["container", "image", "volume", "build-cache"]}}
SWARM = TEXT | {"enum": ["inactive", "pending", "error", "locked", "active/worker", "active/manager"]}

PAIRS: list[Pair] = [
    *both_ways(
        "Docker 1.42: BuilderSize is no longer answered",
        _answered(_object((), **SIZES)),
        _answered(_object(LayersSize=WHOLE)),
        CONSUMERS,
        NOBODY,
    ),
    *both_ways(
        "Docker 1.42: stop takes a signal",
        _asked({"name": "t", "schema": WHOLE}),
        _asked({"name": "t", "schema": WHOLE}, {"name": "signal", "schema": TEXT}),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "Docker 1.42: disk usage of some types alone",
        _asked(),
        _asked({"name": "type", "schema": DISK_TYPES}),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "Docker 1.42: wait refuses unknown conditions with 400",
        contract({"responses": {"200": {"description": "OK"}, "500": {"description": "No."}}}),
        contract(
            {
                "responses": {
                    "200": {"description": "OK"},
                    "400": {"description": ""},
                    "500": {"description": "No."},
                }
            }
        ),
        SERVERS,
        SERVERS,
    ),
    *both_ways(
        "Docker 1.42: KernelMemory is ignored",
        _sent(_object(Memory=WHOLE, KernelMemory=WHOLE)),
        _sent(_object(Memory=WHOLE)),
        Verdict(UNCLEAR, SAFE),
        SERVERS,
    ),
    *both_ways(
        "Docker 1.42: KernelMemory is left out where it is not set",
        _answered(_object(("KernelMemory",), KernelMemory=WHOLE)),
        _answered(_object(KernelMemory=WHOLE)),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways(
        "Docker 1.42: ping says Builder-Version",
        _headers(),
        _headers(**{"Builder-Version": {"required": True, "schema": TEXT}}),
        SERVERS,
        CONSUMERS,
    ),
    *both_ways(
        "Docker 1.42: ping may say Swarm", _headers(), _headers(Swarm={"schema": SWARM}), NOBODY, CONSUMERS
    ),
    *both_ways(
        "Docker 1.42: logs have a media type of their own",
        _stream("application/vnd.docker.raw-stream"),
        _stream("application/vnd.docker.multiplexed-stream"),
        BOTH,
        BOTH,
    ),
    *both_ways(
        "Docker 1.42: volumes in a cluster are created",
        _sent(_object(Name=TEXT)),
        _sent(_object(Name=TEXT, ClusterVolumeSpec=_object(Group=TEXT))),
        SERVERS,
        Verdict(UNCLEAR, SAFE),
    ),
    *both_ways(
        "Docker 1.42: volumes in a cluster are told",
        _answered(_object(Name=TEXT)),
        _answered(_object(Name=TEXT, ClusterVolume=_object(ID=TEXT))),
        NOBODY,
        CONSUMERS,
    ),
    *both_ways("Docker 1.42: volumes are updated", _volumes("get"), _volumes("get", "put"), SERVERS, BOTH),
    *both_ways(
        "Docker 1.41: filter gave way to filters",
        _asked({"name": "filter", "schema": TEXT}, {"name": "filters", "schema": TEXT}),
        _asked({"name": "filters", "schema": TEXT}),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways("Docker 1.40: ping answers HEAD", _volumes("get"), _volumes("get", "head"), SERVERS, BOTH),
    *both_ways(
        "Docker 1.41: a service may be a job",
        _answered(_object(Mode=TEXT | {"enum": ["Replicated", "Global"]})),
        _answered(_object(Mode=TEXT | {"enum": ["Replicated", "Global", "ReplicatedJob", "GlobalJob"]})),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways(
        "oasdiff 223: an id that may be null",
        _answered(_object(id=TEXT)),
        _answered(_object(id=TEXT | {"nullable": True})),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways(
        "oasdiff 261: an id that may not be null any more",
        _sent(_object(id=TEXT | {"nullable": True})),
        _sent(_object(id=TEXT)),
        BOTH,
        SERVERS,
    ),
    *both_ways(
        "oasdiff 1088: null, or what a reference says",
        _shared(KIND),
        _shared({"oneOf": [{"type": "null"}, KIND]}),
        SERVERS,
        BOTH,
    ),
    *both_ways(
        "openapi-changes 247: a number or null, as Pydantic writes it",
        _sent(_object(("x", "y"), x=WHOLE, y=WHOLE), "3.1.0"),
        _sent(_object(("x", "y"), x={"anyOf": [WHOLE, {"type": "null"}]}, y=WHOLE), "3.1.0"),
        SERVERS,
        BOTH,
    ),
    *both_ways(
        "FastAPI with Pydantic 2: optional members may be null",
        _answered(_object(note=TEXT), "3.1.0"),
        _answered(_object(note={"anyOf": [TEXT, {"type": "null"}], "title": "Note"}), "3.1.0"),
        CONSUMERS,
        SERVERS,
    ),
    *both_ways(
        "FastAPI with Pydantic 2: an enum of one is a const",
        _answered(_object(kind=TEXT | {"enum": ["a"]}), "3.1.0"),
        _answered(_object(kind=TEXT | {"const": "a"}), "3.1.0"),
        NOBODY,
        NOBODY,
    ),
]
