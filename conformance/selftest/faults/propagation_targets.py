"""Faults of propagation: whom it reaches, what it says, and what it refuses."""

from __future__ import annotations

from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

_KNOWN = ("provider_configs", "budgets", "rate_limit", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")


@breaks("AP-PRO-002")
async def dry_runs_are_wet(request: Request, inner: Inner, state: State) -> Response:
    if not _is_dry(request):
        return await inner(request)
    response = await inner(_sending(request, dry_run=False))
    return _answering(response, applied=False)


@breaks("AP-PRO-002")
async def dry_runs_say_that_they_applied(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _answering(response, applied=True) if _is_dry(request) else response


@breaks("AP-PRO-002")
async def dry_runs_count_no_skipped(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _answering(response, skipped_users=0) if _is_dry(request) else response


@breaks("AP-PRO-002")
async def dry_runs_name_nobody(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _answering(response, user_ids=[]) if _is_dry(request) else response


@breaks("AP-PRO-003")
async def the_skipped_are_affected_too(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_propagation(request) or response.status != 200:
        return response
    total = response.json["affected_users"] + response.json["skipped_users"]
    return _answering(response, affected_users=total)


@breaks("AP-PRO-003")
async def user_ids_are_those_aimed_at(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    named = request.json.get("user_ids") if _is_propagation(request) else None
    return _answering(response, user_ids=named) if named else response


@breaks("AP-PRO-003")
async def counts_without_work(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sending(request, dry_run=True) if _is_propagation(request) else request)


@breaks("AP-PRO-004")
async def names_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sending(request, user_ids=[]) if _is_propagation(request) else request)


@breaks("AP-PRO-004")
async def who_holds_nothing_is_no_user(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _answering(response, skipped_users=0) if _is_propagation(request) else response


@breaks("AP-PRO-004")
async def who_holds_nothing_is_not_found(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    skipped = _is_propagation(request) and response.json.get("skipped_users")
    return refusal(404) if skipped else response


@breaks("AP-PRO-005")
async def groups_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sending(request, group_ids=[]) if _is_propagation(request) else request)


@breaks("AP-PRO-005")
async def a_union_of_names_and_groups(request: Request, inner: Inner, state: State) -> Response:
    if not _is_propagation(request) or not (request.json.get("user_ids") and request.json.get("group_ids")):
        return await inner(request)
    named = await inner(_sending(request, group_ids=[]))
    grouped = await inner(_sending(request, user_ids=[]))
    users = sorted({*named.json["user_ids"], *grouped.json["user_ids"]})
    return _answering(named, user_ids=users, affected_users=len(users))


@breaks("AP-PRO-010")
async def unknown_fields_are_dropped(request: Request, inner: Inner, state: State) -> Response:
    if not _is_propagation(request):
        return await inner(request)
    known = [name for name in request.json.get("fields", []) if name in _KNOWN]
    return await inner(_sending(request, fields=known or ["mcp_servers"]))


@breaks("AP-PRO-010")
async def no_fields_are_all_fields(request: Request, inner: Inner, state: State) -> Response:
    empty = _is_propagation(request) and request.json.get("fields") == []
    return await inner(_sending(request, fields=list(_KNOWN)) if empty else request)


@breaks("AP-PRO-011")
async def no_profile_has_no_holders(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _nothing(request) if _is_propagation(request) and response.status == 404 else response


@breaks("AP-PRO-011")
async def dry_runs_ask_for_no_profile(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _nothing(request) if _is_dry(request) and response.status == 404 else response


@breaks("AP-PRO-012")
async def no_holders_are_not_found(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    nobody = _is_propagation(request) and response.json.get("affected_users") == 0
    return refusal(404) if nobody else response


@breaks("AP-PRO-012")
async def no_holders_leave_user_ids_out(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_propagation(request) or response.json.get("user_ids") != []:
        return response
    return response.with_json({k: v for k, v in response.json.items() if k != "user_ids"})


@breaks("AP-PRO-013")
async def expired_copies_fail(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_propagation(request) or response.status != 200:
        return response
    return _answering(response, skipped_users=0, failed_users=response.json["skipped_users"])


@breaks("AP-PRO-013")
async def expired_copies_count_as_affected(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_propagation(request) or response.status != 200:
        return response
    return _answering(response, skipped_users=0, affected_users=response.json["skipped_users"])


@breaks("AP-PRO-014")
async def contradictions_count_as_affected(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_propagation(request) or response.status != 200:
        return response
    return _answering(response, failed_users=0, affected_users=response.json["failed_users"])


@breaks("AP-PRO-014")
async def one_contradiction_refuses_the_run(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    failed = _is_propagation(request) and response.json.get("failed_users")
    return refusal(400) if failed else response


@breaks("AP-PRO-014")
async def half_of_what_fails_is_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_propagation(request) and response.json.get("failed_users"):
        await inner(_sending(request, fields=["budgets"], dry_run=False))
    return response


def _is_propagation(request: Request) -> bool:
    return request.operation_id == "propagateAccessProfile" and isinstance(request.json, dict)


def _is_dry(request: Request) -> bool:
    return _is_propagation(request) and request.json.get("dry_run") is True


def _sending(request: Request, **changes: Any) -> Request:
    return request.with_json({**request.json, **changes})


def _answering(response: Response, **changes: Any) -> Response:
    """The answer with other members; a refusal is left alone."""
    return response.with_json({**response.json, **changes}) if response.status == 200 else response


def _nothing(request: Request) -> Response:
    """What a profile without holders is answered."""
    numbers = dict.fromkeys(("affected_users", "failed_users", "skipped_users"), 0)
    applied = not request.json.get("dry_run", False)
    body = {**numbers, "user_ids": [], "fields": request.json["fields"], "applied": applied}
    headers = (("content-type", "application/json"), ("x-request-id", "fault"))
    return Response(200, headers, b"").with_json({**body, "vk_sync_errors": []})
