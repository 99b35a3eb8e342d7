"""Faults of deleting profiles."""

from __future__ import annotations

from dataclasses import replace

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

_DELETED = {"message": "Deleted."}


def _is_deletion(request: Request) -> bool:
    return request.operation_id == "deleteAccessProfile"


async def _get(inner: Inner, request: Request, path: str) -> Response:
    """The answer to a GET with the same credentials."""
    return await inner(replace(request, method="GET", path=path, query=(), body=b""))


@breaks("AP-DEL-001")
async def only_said_to_be_deleted(request: Request, inner: Inner, state: State) -> Response:
    if not _is_deletion(request):
        return await inner(request)
    found = await _get(inner, request, request.path)
    return found if found.status != 200 else found.with_json(_DELETED)


@breaks("AP-DEL-001")
async def still_in_the_list(request: Request, inner: Inner, state: State) -> Response:
    if _is_deletion(request):
        state.memory["row"] = profile_of(await _get(inner, request, request.path))
    response = await inner(request)
    if not request.is_list or "row" not in state.memory:
        return response
    rows = [*response.json["access_profiles"], state.memory["row"]]
    return response.with_json({**response.json, "access_profiles": sorted(rows, key=lambda row: row["id"])})


@breaks("AP-DEL-001")
async def the_next_one_is_gone_as_well(request: Request, inner: Inner, state: State) -> Response:
    """A condition that is too wide."""
    response = await inner(request)
    if _is_deletion(request) and response.status == 200:
        head, _, profile_id = request.path.rpartition("/")
        await inner(replace(request, path=f"{head}/{int(profile_id) + 1}"))
    return response


@breaks("AP-DEL-002")
async def deletion_is_idempotent(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_deletion(request) and response.status == 404:
        return replace(response, status=200).with_json(_DELETED)
    return response


@breaks("AP-DEL-002")
async def second_deletion_succeeds(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    deleted = state.memory.setdefault("deleted", set())
    if _is_deletion(request) and response.status == 200:
        deleted.add(request.path)
    if _is_deletion(request) and response.status == 404 and request.path in deleted:
        return replace(response, status=200).with_json(_DELETED)
    return response


@breaks("AP-DEL-003")
async def deleted_under_its_holders(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_deletion(request) or response.status != 409:
        return response
    return replace(response, status=200).with_json(_DELETED)


@breaks("AP-DEL-003")
async def held_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _is_deletion(request) and response.status == 409 else response


@breaks("AP-DEL-003")
async def refused_and_deactivated(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_deletion(request) and response.status == 409:
        await inner(replace(request, method="PUT", path=f"{request.path}/deactivate"))
    return response


@breaks("AP-DEL-003")
async def an_expiry_frees_the_profile(request: Request, inner: Inner, state: State) -> Response:
    """Whatever expires some day does not count as held."""
    if request.operation_id == "assignUserAccessProfile" and request.json.get("expires_at"):
        state.memory[str(request.json["profile_id"])] = request.path
    profile_id = request.path_parameter("profile_id")
    if _is_deletion(request) and profile_id in state.memory:
        await inner(replace(request, path=f"{state.memory[profile_id]}/{profile_id}"))
    return await inner(request)


@breaks("AP-DEL-004")
async def names_of_the_dead_are_taken(request: Request, inner: Inner, state: State) -> Response:
    if _is_deletion(request):
        name = profile_of(await _get(inner, request, request.path)).get("name")
        state.memory.setdefault("names", set()).add(name)
    taken = request.is_create and request.json.get("name") in state.memory.get("names", ())
    return refusal(409) if taken else await inner(request)


@breaks("AP-DEL-004")
async def ids_are_given_again(request: Request, inner: Inner, state: State) -> Response:
    """SQLite without AUTOINCREMENT gives the id of the last row again."""
    given = state.memory
    if _is_deletion(request) and given.get("id") == request.path_parameter("profile_id"):
        request = replace(request, path=request.path.replace(f"/{given['id']}", f"/{given['real']}"))
    response = await inner(request)
    if response.status != 201 or not request.is_create:
        return response
    given["real"] = str(profile_of(response)["id"])
    given.setdefault("id", given["real"])
    return edited(response, id=int(given["id"]))


@breaks("AP-DEL-005")
async def attachments_stay(request: Request, inner: Inner, state: State) -> Response:
    if _is_deletion(request):
        read = await _get(inner, request, request.path)
        state.memory["rows"] = read.json.get("roles", [])
    response = await inner(request)
    if request.operation_id != "getRole" or not state.memory.get("rows"):
        return response
    rows = [*state.memory["rows"], *response.json["access_profiles"]]
    return response.with_json({**response.json, "access_profiles": rows})


@breaks("AP-DEL-005")
async def every_attachment_of_the_role_goes(request: Request, inner: Inner, state: State) -> Response:
    deleted = state.memory.setdefault("deleted", False) or _is_deletion(request)
    state.memory["deleted"] = deleted
    response = await inner(request)
    if request.operation_id != "getRole" or not deleted:
        return response
    return response.with_json({**response.json, "access_profiles": []})


@breaks("AP-DEL-006")
async def versions_stay(request: Request, inner: Inner, state: State) -> Response:
    kept = state.memory
    if _is_deletion(request):
        path = f"{request.path}/versions"
        listed = await _get(inner, request, path)
        kept.update({f"{path}/{row['version']}": row for row in listed.json.get("versions", [])})
        kept["answer"] = listed
    response = await inner(request)
    if response.status == 404 and request.path in kept:
        answer: Response = kept["answer"]
        return answer.with_json({"version": kept[request.path]})
    return response


@breaks("AP-DEL-006")
async def versions_go_to_the_next_of_the_name(request: Request, inner: Inner, state: State) -> Response:
    """Versions that are kept by name and not by id."""
    if _is_deletion(request):
        listed = await _get(inner, request, f"{request.path}/versions")
        state.memory["versions"] = listed.json.get("versions", [])
    response = await inner(request)
    if request.operation_id != "listAccessProfileVersions" or response.status != 200:
        return response
    return response.with_json({"versions": [*state.memory.get("versions", []), *response.json["versions"]]})
