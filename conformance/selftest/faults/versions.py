"""Faults of versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Version = dict[str, Any]
Snapshot = dict[str, Any]

_NO_VERSION_MADE_BY = (
    "activateAccessProfile",
    "attachRolesToAccessProfile",
    "propagateAccessProfile",
    "detachRoleFromAccessProfile",
)


def _is_listed(request: Request, response: Response) -> bool:
    return request.operation_id == "listAccessProfileVersions" and response.status == 200


def _changed_list(
    request: Request, response: Response, change: Callable[[list[Version]], list[Version]]
) -> Response:
    if not _is_listed(request, response):
        return response
    return response.with_json({"versions": change(response.json["versions"])})


def _with_snapshots(request: Request, response: Response, change: Callable[[Snapshot], Any]) -> Response:
    """The answer with other snapshots; a text is taken as it is."""

    def changed(version: Version) -> Version:
        found = change(json.loads(version["snapshot"]))
        return {**version, "snapshot": found if isinstance(found, str) else json.dumps(found)}

    if request.operation_id == "getAccessProfileVersion" and response.status == 200:
        return response.with_json({"version": changed(response.json["version"])})
    return _changed_list(request, response, lambda versions: [changed(version) for version in versions])


@breaks("AP-VER-001")
async def creation_makes_no_version(request: Request, inner: Inner, state: State) -> Response:
    return _changed_list(request, await inner(request), lambda versions: versions[:-1])


@breaks("AP-VER-001")
async def current_is_no_version(request: Request, inner: Inner, state: State) -> Response:
    """Only what was replaced is kept."""
    return _changed_list(request, await inner(request), lambda versions: versions[1:])


@breaks("AP-VER-001")
async def three_are_kept(request: Request, inner: Inner, state: State) -> Response:
    return _changed_list(request, await inner(request), lambda versions: versions[:3])


@breaks("AP-VER-001")
async def versions_of_others(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    profile_id = int(request.path_parameter("profile_id") or 0)
    if not _is_listed(request, response) or profile_id < 2:
        return response
    other = await inner(replace(request, path=request.path.replace(f"/{profile_id}/", f"/{profile_id - 1}/")))
    foreign = [{"access_profile_id": profile_id - 1, "version": 1}]
    more = other.json["versions"] if other.status == 200 else foreign
    return response.with_json({"versions": [*response.json["versions"], *more]})


@breaks("AP-VER-002")
async def oldest_first(request: Request, inner: Inner, state: State) -> Response:
    return _changed_list(request, await inner(request), lambda versions: versions[::-1])


@breaks("AP-VER-002")
async def sorted_as_text(request: Request, inner: Inner, state: State) -> Response:
    def by_text(versions: list[Version]) -> list[Version]:
        return sorted(versions, key=lambda version: str(version["version"]), reverse=True)

    return _changed_list(request, await inner(request), by_text)


@breaks("AP-VER-003")
async def snapshot_of_the_present(request: Request, inner: Inner, state: State) -> Response:
    """Put together when it is asked for."""
    response = await inner(request)
    if request.operation_id != "getAccessProfileVersion" or response.status != 200:
        return response
    path = request.path.partition("/versions")[0]
    read = await inner(replace(request, path=path))
    return _with_snapshots(request, response, lambda _: read.json["access_profile"])


@breaks("AP-VER-003")
async def snapshot_from_before(request: Request, inner: Inner, state: State) -> Response:
    """How it stood before the change."""
    response = await inner(request)
    number = int(request.path_parameter("version") or 0)
    if request.operation_id != "getAccessProfileVersion" or response.status != 200 or number < 2:
        return response
    before = await inner(replace(request, path=request.path.rpartition("/")[0] + f"/{number - 1}"))
    return response.with_json({"version": {**before.json["version"], "version": number}})


@breaks("AP-VER-003")
async def snapshot_of_what_was_sent(request: Request, inner: Inner, state: State) -> Response:
    """Only the difference, so that it is not the configuration."""
    response = await inner(request)
    changed = {"name", "description", "budgets", "tags"}
    return _with_snapshots(
        request, response, lambda snapshot: {k: v for k, v in snapshot.items() if k in changed}
    )


@breaks("AP-VER-003")
async def snapshot_as_yaml(request: Request, inner: Inner, state: State) -> Response:
    return _with_snapshots(request, await inner(request), lambda snapshot: f"name: {snapshot['name']}\n")


@breaks("AP-VER-003")
async def snapshot_as_an_object(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getAccessProfileVersion" or response.status != 200:
        return response
    version = response.json["version"]
    return response.with_json({"version": {**version, "snapshot": json.loads(version["snapshot"])}})


@breaks("AP-VER-004")
async def snapshot_with_usage(request: Request, inner: Inner, state: State) -> Response:
    def used(snapshot: Snapshot) -> Snapshot:
        return {**snapshot, "budgets": [{**line, "current_usage": 0} for line in snapshot["budgets"]]}

    return _with_snapshots(request, await inner(request), used)


@breaks("AP-VER-004")
async def snapshot_with_times(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_snapshots(
        request, response, lambda snapshot: {**snapshot, "updated_at": "2026-03-01T08:00:00Z"}
    )


@breaks("AP-VER-004")
async def snapshot_with_the_window(request: Request, inner: Inner, state: State) -> Response:
    def windowed(snapshot: Snapshot) -> Snapshot:
        lines = [{**line, "window": "2026-03-01T08:00:00Z"} for line in snapshot["budgets"]]
        return {**snapshot, "budgets": lines}

    return _with_snapshots(request, await inner(request), windowed)


def _makes_a_version(operation_id: str) -> Callable[[Request, Inner, State], Any]:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.operation_id == operation_id and response.status == 200:
            path = f"/api/access-profiles/{request.path_parameter('profile_id')}"
            change = replace(request, method="PUT", path=path).with_json({"tags": ["touched"]})
            await inner(change.with_header("content-type", "application/json"))
        return response

    fault.__name__ = f"{operation_id}_makes_a_version"
    return fault


for _operation_id in _NO_VERSION_MADE_BY:
    breaks("AP-VER-005")(_makes_a_version(_operation_id))


@breaks("AP-VER-006")
async def versions_of_nothing_are_none(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listAccessProfileVersions" or response.status != 404:
        return response
    return replace(response, status=200).with_json({"versions": []})


@breaks("AP-VGT-001")
async def read_without_snapshot_text(request: Request, inner: Inner, state: State) -> Response:
    """The list is slim, and one version is not."""
    return _changed_list(
        request,
        await inner(request),
        lambda versions: [{**version, "snapshot": "{}"} for version in versions],
    )


@breaks("AP-VGT-001")
async def always_the_newest(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getAccessProfileVersion" or response.status != 200:
        return response
    listed = await inner(replace(request, path=request.path.rpartition("/")[0]))
    return response.with_json({"version": listed.json["versions"][0]})


@breaks("AP-VGT-002")
async def version_to_come_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    absent = request.operation_id == "getAccessProfileVersion" and response.status == 404
    return refusal(400) if absent else response


@breaks("AP-VGT-002")
async def nearest_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getAccessProfileVersion" or response.status != 404:
        return response
    return await inner(replace(request, path=request.path.rpartition("/")[0] + "/1"))
