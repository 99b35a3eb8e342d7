"""Faults of the audit log's order, pages and filters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.selftest.faults.audit_rows import is_log, with_rows
from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

_WHOLE = "listAccessProfileAuditLogs"


@breaks("AP-AUD-004")
async def oldest_row_first(request: Request, inner: Inner, state: State) -> Response:
    return with_rows(request, await inner(request), lambda rows: rows[::-1])


@breaks("AP-AUD-004")
async def by_action_and_then_by_time(request: Request, inner: Inner, state: State) -> Response:
    def grouped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(rows, key=lambda row: str(row["action"]))

    return with_rows(request, await inner(request), grouped)


@breaks("AP-AUD-004")
async def ordered_within_the_page(request: Request, inner: Inner, state: State) -> Response:
    """The oldest rows are taken for the first page, and then turned round."""
    offset, limit = int(request.argument("offset") or 0), int(request.argument("limit") or 25)
    first = await inner(request)
    if not is_log(request, first):
        return first
    begin = first.json["total_count"] - offset - limit
    return await inner(request.with_query(offset=str(max(0, begin)), limit=str(limit + min(0, begin))))


@breaks("AP-AUD-005")
async def total_of_the_page(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    number = len(response.json.get("audit_logs", []))
    return with_rows(request, response, lambda rows: rows, total=number)


@breaks("AP-AUD-005")
async def total_without_the_filter(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not is_log(request, response):
        return response
    unfiltered = await inner(request.with_query(action=None))
    return with_rows(request, response, lambda rows: rows, total=unfiltered.json["total_count"])


@breaks("AP-AUD-005")
async def offset_counts_pages(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    offset, limit = int(request.argument("offset") or 0), int(request.argument("limit") or 25)
    if not is_log(request, response) or not 0 < offset < 100 or limit < 1:
        return response
    return await inner(request.with_query(offset=str(offset * limit)))


@breaks("AP-AUD-005")
async def limit_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    is_page = request.operation_id == "listAccessProfileAuditLogsById"
    return await inner(request.with_query(limit=None) if is_page else request)


@breaks("AP-AUD-005")
async def limit_of_none_is_none(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.argument("limit") != "0":
        return response
    total = response.json["total_count"]
    return with_rows(request, response, lambda rows: rows[:0], total=total)


@breaks("AP-AUD-006")
async def action_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(action=None))


@breaks("AP-AUD-006")
async def unknown_action_is_400(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if request.argument("action") == "no-such-action" else await inner(request)


@breaks("AP-AUD-006")
async def action_in_any_case(request: Request, inner: Inner, state: State) -> Response:
    action = request.argument("action")
    return await inner(request if action is None else request.with_query(action=action.lower()))


@breaks("AP-AUD-006")
async def unknown_action_is_no_filter(request: Request, inner: Inner, state: State) -> Response:
    unknown = request.argument("action") == "no-such-action"
    return await inner(request.with_query(action=None) if unknown else request)


@breaks("AP-AUD-011")
async def log_of_nothing_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    empty = is_log(request, response) and not response.json["audit_logs"]
    return refusal(404) if empty else response


@breaks("AP-AUD-011")
async def log_of_nothing_is_the_whole(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not is_log(request, response) or response.json["audit_logs"]:
        return response
    return await inner(replace(request, path="/api/access-profiles/audit-logs"))


@breaks("AP-AUA-001")
async def only_profiles_that_are_there(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    deleted = state.memory.setdefault("deleted", set())
    if request.operation_id == "deleteAccessProfile" and response.status == 200:
        deleted.add(int(request.path_parameter("profile_id")))
    if request.operation_id != _WHOLE:
        return response
    return with_rows(
        request, response, lambda rows: [row for row in rows if row["access_profile_id"] not in deleted]
    )


@breaks("AP-AUA-001")
async def short_rows_in_the_whole_log(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _WHOLE:
        return response
    return with_rows(request, response, lambda rows: [{**row, "new_values": None} for row in rows])


@breaks("AP-AUA-001")
async def only_the_newest_profile(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _WHOLE:
        return response
    ids = [row["access_profile_id"] for row in response.json["audit_logs"] if row["access_profile_id"]]
    return with_rows(
        request, response, lambda rows: [row for row in rows if row["access_profile_id"] == max(ids)]
    )


@breaks("AP-AUA-002")
async def no_user_filter(request: Request, inner: Inner, state: State) -> Response:
    is_whole = request.operation_id == _WHOLE
    return await inner(request.with_query(user_id=None) if is_whole else request)


@breaks("AP-AUA-002")
async def no_action_filter(request: Request, inner: Inner, state: State) -> Response:
    is_whole = request.operation_id == _WHOLE
    return await inner(request.with_query(action=None) if is_whole else request)


@breaks("AP-AUA-002")
async def whole_log_oldest_first(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _WHOLE:
        return response
    return with_rows(request, response, lambda rows: rows[::-1])


@breaks("AP-AUA-002")
async def whole_log_has_one_page(request: Request, inner: Inner, state: State) -> Response:
    is_whole = request.operation_id == _WHOLE
    return await inner(request.with_query(offset=None) if is_whole else request)


@breaks("AP-AUA-002")
async def whole_log_counts_all(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != _WHOLE or response.status != 200:
        return response
    everything = await inner(request.with_query(action=None, user_id=None))
    return response.with_json({**response.json, "total_count": everything.json["total_count"]})


@breaks("AP-AUA-003")
async def a_profile_of_that_name(request: Request, inner: Inner, state: State) -> Response:
    """The router goes on to `/access-profiles/{profile_id}` for the methods that only that one has."""
    is_path = request.path.endswith("/access-profiles/audit-logs")
    return refusal(400) if is_path and request.method in ("PUT", "DELETE") else await inner(request)


@breaks("AP-AUA-003")
async def a_profile_of_that_name_for_all(request: Request, inner: Inner, state: State) -> Response:
    is_path = request.path.endswith("/access-profiles/audit-logs")
    return refusal(400) if is_path else await inner(request)


@breaks("AP-AUA-003")
async def no_such_profile_to_delete(request: Request, inner: Inner, state: State) -> Response:
    is_path = request.path.endswith("/access-profiles/audit-logs")
    return refusal(404) if is_path and request.method == "DELETE" else await inner(request)
