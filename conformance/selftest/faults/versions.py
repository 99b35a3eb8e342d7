"""Faults of versions."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import On, on
from conformance.selftest.faults.profiles import at_profile
from conformance.selftest.middleware import Fault, Inner, Request, Response, success
from conformance.selftest.request_changes import at, only, with_header

Version = dict[str, Any]
Snapshot = dict[str, Any]

LIST, GET = "listAccessProfileVersions", "getAccessProfileVersion"
_NO_VERSION_MADE_BY = (
    "activateAccessProfile",
    "attachRolesToAccessProfile",
    "propagateAccessProfile",
    "detachRoleFromAccessProfile",
)
_SENT = ("name", "description", "budgets", "tags")
_MOMENT = "2026-03-01T08:00:00Z"

_list = on(LIST, status=200)
_got = on(GET, status=200)


def _versions(change: Callable[[list[Version]], list[Version]]) -> On:
    return _list.edit("/versions", change)


def _snapshots(change: Callable[[Snapshot], Any]) -> On:
    """Versions with other snapshots, wherever they are read; a text is taken as it is."""

    def changed(snapshot: str) -> str:
        found = change(json.loads(snapshot))
        return found if isinstance(found, str) else json.dumps(found)

    return on(LIST, GET, status=200).edit("/version/snapshot", changed).edit("/versions/*/snapshot", changed)


def _each_budget(**more: Any) -> On:
    return _snapshots(
        lambda snapshot: {**snapshot, "budgets": [{**line, **more} for line in snapshot["budgets"]]}
    )


def _versions_path(request: Request) -> str:
    return request.path.rpartition("/")[0]


def _makes_a_version(operation: str) -> On:
    typed = with_header("content-type", "application/json")
    return on(operation, status=200).also(at_profile(method="PUT"), only(tags=["touched"]), typed)


def _profile_id(request: Request) -> int:
    return int(request.path_parameter("profile_id"))


@on(LIST, when=lambda request: _profile_id(request) > 1, status=200).then
async def versions_of_others(request: Request, response: Response, inner: Inner) -> Response:
    profile_id = _profile_id(request)
    other = await inner(replace(request, path=request.path.replace(f"/{profile_id}/", f"/{profile_id - 1}/")))
    foreign = [{"access_profile_id": profile_id - 1, "version": 1}]
    more = other.json["versions"] if other.status == 200 else foreign
    return response.with_json({"versions": [*response.json["versions"], *more]})


def _as_now(body: Any, read: Any) -> Any:
    return {"version": {**body["version"], "snapshot": json.dumps(read["access_profile"])}}


def _as_before(body: Any, before: Any) -> Any:
    return {"version": {**before["version"], "version": body["version"]["version"]}}


def _number(request: Request) -> int:
    return int(request.path_parameter("version"))


FAULTS: dict[str, Fault] = {
    "AP-VER-001/creation_makes_no_version": _versions(lambda versions: versions[:-1]),
    # Only what was replaced is kept.
    "AP-VER-001/current_is_no_version": _versions(lambda versions: versions[1:]),
    "AP-VER-001/three_are_kept": _versions(lambda versions: versions[:3]),
    "AP-VER-001/versions_of_others": versions_of_others,
    "AP-VER-002/oldest_first": _versions(lambda versions: versions[::-1]),
    "AP-VER-002/sorted_as_text": _versions(
        lambda versions: sorted(versions, key=lambda version: str(version["version"]), reverse=True)
    ),
    # Put together when it is asked for.
    "AP-VER-003/snapshot_of_the_present": _got.beside(at_profile(), make=_as_now),
    # How it stood before the change.
    "AP-VER-003/snapshot_from_before": on(GET, when=lambda request: _number(request) > 1, status=200).beside(
        at(lambda request: f"{_versions_path(request)}/{_number(request) - 1}"), make=_as_before
    ),
    # Only the difference, so that it is not the configuration.
    "AP-VER-003/snapshot_of_what_was_sent": _snapshots(
        lambda snapshot: {name: snapshot[name] for name in snapshot if name in _SENT}
    ),
    "AP-VER-003/snapshot_as_yaml": _snapshots(lambda snapshot: f"name: {snapshot['name']}\n"),
    "AP-VER-003/snapshot_as_an_object": _got.edit("/version/snapshot", json.loads),
    "AP-VER-004/snapshot_with_usage": _each_budget(current_usage=0),
    "AP-VER-004/snapshot_with_times": _snapshots(lambda snapshot: {**snapshot, "updated_at": _MOMENT}),
    "AP-VER-004/snapshot_with_the_window": _each_budget(window=_MOMENT),
    **{
        f"AP-VER-005/{operation}_makes_a_version": _makes_a_version(operation)
        for operation in _NO_VERSION_MADE_BY
    },
    "AP-VER-006/versions_of_nothing_are_none": on(LIST, status=404).reply(success({"versions": []})),
    # The list is slim, and one version is not.
    "AP-VGT-001/read_without_snapshot_text": _list.set("/versions/*/snapshot", "{}"),
    "AP-VGT-001/always_the_newest": _got.beside(
        at(_versions_path), make=lambda _, listed: {"version": listed["versions"][0]}
    ),
    "AP-VGT-002/version_to_come_is_400": on(GET, status=404).refuse(400),
    "AP-VGT-002/nearest_version": on(GET, status=404).retry(
        at(lambda request: f"{_versions_path(request)}/1")
    ),
}
