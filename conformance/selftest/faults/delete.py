"""Faults of deleting profiles."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import Notes, On, after, again, on
from conformance.selftest.faults.profiles import CREATE, LIST, at_profile, edited, profile_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import at

_DELETE = "deleteAccessProfile"
_VERSIONS = "listAccessProfileVersions"
_DELETED = {"message": "Deleted."}


def _said(fault: On) -> On:
    """Answer that the profile is deleted."""
    return fault.answer(lambda _, response: replace(response, status=200).with_json(_DELETED))


def _knowing(read: Callable[[Response], Any], fault: Notes, below: str = "") -> Fault:
    """Return a fault that knows what was read of each profile before it was deleted."""

    async def knowing(request: Request, inner: Inner, state: State) -> Response:
        known = state.memory.setdefault("known", [])
        if request.operation_id == _DELETE:
            path = request.path + below
            known.append(read(await inner(replace(request, method="GET", path=path, query=(), body=b""))))
        return await fault(known)(request, inner, state)

    return knowing


def _with_row(known: list[Any]) -> Fault:
    def change(body: Any) -> Any:
        rows = sorted([*body["access_profiles"], known[-1]], key=lambda row: row["id"])
        return {**body, "access_profiles": rows}

    return on(LIST, when=lambda _: known).edit("", change)


def _more(lists: On, pointer: str, known: list[Any]) -> Fault:
    """List what was read of the last profile that was deleted as well."""
    return lists.edit(pointer, lambda rows: (known[-1] if known else []) + rows)


def _next_id(request: Request) -> str:
    head, _, profile_id = request.path.rpartition("/")
    return f"{head}/{int(profile_id) + 1}"


async def an_expiry_frees_the_profile(request: Request, inner: Inner, state: State) -> Response:
    """Whatever expires some day does not count as held."""
    if request.operation_id == "assignUserAccessProfile" and request.json.get("expires_at"):
        state.memory[str(request.json["profile_id"])] = request.path
    profile_id = request.path_parameter("profile_id")
    if request.operation_id == _DELETE and profile_id in state.memory:
        await inner(replace(request, path=f"{state.memory[profile_id]}/{profile_id}"))
    return await inner(request)


async def ids_are_given_again(request: Request, inner: Inner, state: State) -> Response:
    """SQLite without AUTOINCREMENT gives the id of the last row again."""
    given = state.memory
    if request.operation_id == _DELETE and given.get("id") == request.path_parameter("profile_id"):
        request = replace(request, path=request.path.replace(f"/{given['id']}", f"/{given['real']}"))
    response = await inner(request)
    if response.status != 201 or request.operation_id != CREATE:
        return response
    given["real"] = str(profile_of(response)["id"])
    given.setdefault("id", given["real"])
    return edited(response, id=int(given["id"]))


async def versions_stay(request: Request, inner: Inner, state: State) -> Response:
    kept = state.memory
    if request.operation_id == _DELETE:
        path = f"{request.path}/versions"
        listed = await inner(replace(request, method="GET", path=path, query=(), body=b""))
        kept.update({f"{path}/{row['version']}": row for row in listed.json.get("versions", [])})
        kept["answer"] = listed
    response = await inner(request)
    if response.status == 404 and request.path in kept:
        answer: Response = kept["answer"]
        return answer.with_json({"version": kept[request.path]})
    return response


FAULTS: dict[str, Fault] = {
    "AP-DEL-001/only_said_to_be_deleted": on(_DELETE, status=200)
    .send(at_profile(method="GET"))
    .edit("", lambda _: _DELETED),
    "AP-DEL-001/still_in_the_list": _knowing(profile_of, _with_row),
    # A condition that is too wide.
    "AP-DEL-001/the_next_one_is_gone_as_well": on(_DELETE, status=200).also(at(_next_id)),
    "AP-DEL-002/deletion_is_idempotent": _said(on(_DELETE, status=404)),
    "AP-DEL-002/second_deletion_succeeds": again(on(_DELETE, status=200), _said(on(_DELETE, status=404))),
    "AP-DEL-003/deleted_under_its_holders": _said(on(_DELETE, status=409)),
    "AP-DEL-003/held_is_400": on(_DELETE, status=409).refuse(400),
    "AP-DEL-003/refused_and_deactivated": on(_DELETE, status=409).also(at_profile("/deactivate", "PUT")),
    "AP-DEL-003/an_expiry_frees_the_profile": an_expiry_frees_the_profile,
    "AP-DEL-004/ids_are_given_again": ids_are_given_again,
    "AP-DEL-004/names_of_the_dead_are_taken": _knowing(
        lambda read: profile_of(read).get("name"),
        lambda names: on(CREATE, when=lambda request: request.sent.get("name") in names).refuse(409),
    ),
    "AP-DEL-005/attachments_stay": _knowing(
        lambda read: read.json.get("roles", []), lambda known: _more(on("getRole"), "/access_profiles", known)
    ),
    "AP-DEL-005/every_attachment_of_the_role_goes": after(
        on(_DELETE), on("getRole").set("/access_profiles", [])
    ),
    "AP-DEL-006/versions_stay": versions_stay,
    # Versions that are kept by name and not by id.
    "AP-DEL-006/versions_go_to_the_next_of_the_name": _knowing(
        lambda listed: listed.json.get("versions", []),
        lambda known: _more(on(_VERSIONS, status=200), "/versions", known),
        below="/versions",
    ),
}
