"""Faults of the audit log: rows too many, too few or untrue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal

Row = dict[str, Any]

_LOGS = ("listAccessProfileAuditLogsById", "listAccessProfileAuditLogs")
_CHANGES = {
    "updateAccessProfile": "update",
    "activateAccessProfile": "activate",
    "deactivateAccessProfile": "deactivate",
    "deleteAccessProfile": "delete",
    "propagateAccessProfile": "propagate",
    "attachRolesToAccessProfile": "attach_role",
    "detachRoleFromAccessProfile": "detach_role",
    "cloneAccessProfile": "clone",
}


def is_log(request: Request, response: Response) -> bool:
    """Whether this is a page of a log."""
    return request.operation_id in _LOGS and response.status == 200


def with_rows(
    request: Request, response: Response, change: Callable[[list[Row]], list[Row]], total: int | None = None
) -> Response:
    """A page of a log with other rows; `total_count` follows their number unless it is given."""
    if not is_log(request, response):
        return response
    before = response.json["audit_logs"]
    rows = change(before)
    count = response.json["total_count"] + len(rows) - len(before) if total is None else total
    return response.with_json({"audit_logs": rows, "total_count": count})


def _each_row(name: str, change: Callable[[Row], Row]) -> Fault:
    """A server whose rows are all changed so."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return with_rows(request, await inner(request), lambda rows: [change(row) for row in rows])

    fault.__name__ = name
    return fault


def _without(*actions: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return with_rows(
            request, await inner(request), lambda rows: [row for row in rows if row["action"] not in actions]
        )

    fault.__name__ = f"no_row_of_{'_'.join(actions)}"
    return fault


def _twice(action: str) -> Fault:
    def doubled(rows: list[Row]) -> list[Row]:
        return [twin for row in rows for twin in ([row, row] if row["action"] == action else [row])]

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return with_rows(request, await inner(request), doubled)

    fault.__name__ = f"{action}_twice"
    return fault


def _renamed(action: str, other: str) -> Fault:
    return _each_row(
        f"{action}_is_{other}", lambda row: {**row, "action": other} if row["action"] == action else row
    )


for _action in ("create", "clone", "activate", "deactivate", "delete", "update"):
    breaks("AP-AUD-001")(_without(_action))
breaks("AP-AUD-001")(_twice("update"))
breaks("AP-AUD-001")(_renamed("clone", "create"))
breaks("AP-AUD-001")(_renamed("activate", "update"))
for _action in ("attach_role", "detach_role", "propagate"):
    breaks("AP-AUD-013")(_without(_action))
breaks("AP-AUD-013")(_twice("propagate"))


async def _with_row_of(
    counted: Callable[[Request, Response], bool], request: Request, inner: Inner, state: State
) -> Response:
    """A server that keeps a row for whatever is counted, besides those that it ought to keep."""
    response = await inner(request)
    made = state.memory.setdefault("rows", {})
    profile_id = request.path_parameter("profile_id")
    action = _CHANGES.get(request.operation_id or "")
    if action is not None and counted(request, response):
        row = {"id": 10**9, "action": action, "access_profile_id": int(profile_id)}
        made.setdefault(profile_id, []).append(row)
    return with_rows(request, response, lambda rows: made.get(profile_id, []) + rows)


@breaks("AP-AUD-001")
async def clone_in_the_log_of_its_source(request: Request, inner: Inner, state: State) -> Response:
    def is_clone(request: Request, response: Response) -> bool:
        return request.operation_id == "cloneAccessProfile" and response.status == 201

    return await _with_row_of(is_clone, request, inner, state)


@breaks("AP-AUD-002")
async def refusals_are_logged(request: Request, inner: Inner, state: State) -> Response:
    return await _with_row_of(lambda _, response: response.status >= 400, request, inner, state)


@breaks("AP-AUD-002")
async def logged_before_the_name_is_compared(request: Request, inner: Inner, state: State) -> Response:
    return await _with_row_of(lambda _, response: response.status == 409, request, inner, state)


@breaks("AP-AUD-002")
async def logged_before_the_precondition(request: Request, inner: Inner, state: State) -> Response:
    return await _with_row_of(lambda _, response: response.status == 412, request, inner, state)


def _logs_what_changes_nothing(operation_id: str) -> Fault:
    def counted(request: Request, response: Response) -> bool:
        return request.operation_id == operation_id and response.status == 200

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return await _with_row_of(counted, request, inner, state)

    fault.__name__ = f"{operation_id}_is_always_logged"
    return fault


for _operation_id in (
    "updateAccessProfile", "activateAccessProfile", "deactivateAccessProfile", "propagateAccessProfile",
):  # fmt: skip
    breaks("AP-AUD-003")(_logs_what_changes_nothing(_operation_id))


@breaks("AP-AUD-003")
async def dry_runs_are_logged(request: Request, inner: Inner, state: State) -> Response:
    return await _with_row_of(
        lambda request, _: bool(request.json.get("dry_run", False)), request, inner, state
    )


@breaks("AP-AUD-007")
async def user_filter_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(user_id=None))


@breaks("AP-AUD-007")
async def user_filter_by_beginning(request: Request, inner: Inner, state: State) -> Response:
    """`LIKE 'user%'`, or a filter by the actor: rows of others come with it."""
    response = await inner(request)
    if not is_log(request, response) or response.json["audit_logs"]:
        return response
    return await inner(request.with_query(user_id=None))


def _event(row: Row) -> str:
    metadata = json.loads(row["metadata"] or "{}") if isinstance(row["metadata"], str) else {}
    return str(metadata.get("event"))


def _without_event(event: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return with_rows(
            request, await inner(request), lambda rows: [row for row in rows if _event(row) != event]
        )

    fault.__name__ = f"no_row_of_{event}"
    return fault


for _name in ("user_assign", "override_set", "override_clear", "vk_add", "vk_delete", "user_detach"):
    breaks("AP-AUD-007")(_without_event(_name))


@breaks("AP-AUD-007")
async def detaching_logs_each_key(request: Request, inner: Inner, state: State) -> Response:
    def with_keys(rows: list[Row]) -> list[Row]:
        more = [{**row, "metadata": '{"event":"vk_delete"}'} for row in rows if _event(row) == "user_detach"]
        return more + rows

    return with_rows(request, await inner(request), with_keys)


breaks("AP-AUD-007")(_each_row("nobody_is_affected", lambda row: {**row, "user_id": None}))
breaks("AP-AUD-008")(_each_row("one_actor", lambda row: {**row, "actor": "admin"}))


@breaks("AP-AUD-008")
async def actor_from_a_header(request: Request, inner: Inner, state: State) -> Response:
    state.memory["claimed"] = request.header("x-forwarded-user") or state.memory.get("claimed")
    actor = state.memory["claimed"]
    return with_rows(
        request,
        await inner(request),
        lambda rows: [{**row, "actor": actor or row["actor"]} for row in rows],
    )


@breaks("AP-AUD-008")
async def actor_is_the_creator(request: Request, inner: Inner, state: State) -> Response:
    def created_by(rows: list[Row]) -> list[Row]:
        return [{**row, "actor": rows[-1]["actor"]} for row in rows]

    return with_rows(request, await inner(request), created_by)


breaks("AP-AUD-009")(
    _each_row("objects", lambda row: {**row, "new_values": json.loads(row["new_values"] or "null")})
)
breaks("AP-AUD-009")(
    _each_row(
        "as_python_prints_it",
        lambda row: {**row, "previous_values": str(json.loads(row["previous_values"] or "{}"))},
    )
)
breaks("AP-AUD-009")(
    _each_row("encoded_twice", lambda row: {**row, "new_values": json.dumps(row["new_values"])})
)
breaks("AP-AUD-009")(_each_row("empty_text", lambda row: {**row, "metadata": ""}))


@breaks("AP-AUD-010")
async def log_goes_with_the_profile(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    profile_id = request.path_parameter("profile_id")
    deleted = state.memory.setdefault("deleted", set())
    if request.operation_id == "deleteAccessProfile" and response.status == 200:
        deleted.add(profile_id)
    return refusal(404) if is_log(request, response) and profile_id in deleted else response


@breaks("AP-AUD-010")
async def deletion_loses_the_profile(request: Request, inner: Inner, state: State) -> Response:
    """A foreign key that is set to null."""
    response = await inner(request)
    if request.operation_id == "deleteAccessProfile" and response.status == 200:
        state.memory["deleted"] = True
    if "deleted" not in state.memory:
        return response
    return with_rows(request, response, lambda rows: [{**row, "access_profile_id": None} for row in rows])


breaks("AP-AUD-010")(_without("delete"))


def _leaks(operation_id: str, secret: Callable[[Response], str]) -> Fault:
    """A server that keeps the answer of an operation in its log, with the secret in it."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.operation_id == operation_id and response.status in (200, 201):
            state.memory["said"] = json.dumps({"response": secret(response)})
        said = state.memory.get("said")
        return with_rows(request, response, lambda rows: [{**row, "metadata": said} for row in rows])

    fault.__name__ = f"log_with_the_secret_of_{operation_id}"
    return fault


breaks("AP-AUD-012")(_leaks("createApiKey", lambda response: str(response.json["key"])))
breaks("AP-AUD-012")(
    _leaks("assignUserAccessProfile", lambda response: str(response.json["virtual_key"]["value"]))
)
breaks("AP-AUD-012")(
    _leaks("addUserAccessProfileVirtualKey", lambda response: str(response.json["virtual_key"]["value"])[6:])
)


@breaks("AP-AUD-012")
async def actor_is_the_credential(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return with_rows(request, response, lambda rows: [{**row, "actor": state.key} for row in rows])


@breaks("AP-AUD-013")
async def one_row_for_each_copy(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "propagateAccessProfile" or response.status != 200:
        extra: list[Row] = state.memory.get("extra", [])
        wanted = [row for row in extra if request.argument("action") in (None, row["action"])]
        return with_rows(request, response, lambda rows: wanted + rows)
    state.memory["extra"] = [
        {"id": 10**9 + n, "action": "propagate", "user_id": user_id}
        for n, user_id in enumerate(response.json["user_ids"])
    ]
    return response


@breaks("AP-AUD-013")
async def propagation_is_an_update(request: Request, inner: Inner, state: State) -> Response:
    is_asked_for = request.argument("action") == "propagate"
    return await inner(request.with_query(action="nothing") if is_asked_for else request)
