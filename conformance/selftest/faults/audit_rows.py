"""Faults of the audit log: rows too many, too few or untrue."""

import json
from collections.abc import Callable
from typing import Any

from conformance.selftest.combinators import On, after, asks, on, remembering, sends, shows
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import with_query

Row = dict[str, Any]
Rows = list[Row]

WHOLE_LOG = "listAccessProfileAuditLogs"
LOGS = ("listAccessProfileAuditLogsById", WHOLE_LOG)
_DELETE = "deleteAccessProfile"
_PROPAGATE = "propagateAccessProfile"
_CHANGES = {
    "updateAccessProfile": "update",
    "activateAccessProfile": "activate",
    "deactivateAccessProfile": "deactivate",
    _DELETE: "delete",
    _PROPAGATE: "propagate",
    "attachRolesToAccessProfile": "attach_role",
    "detachRoleFromAccessProfile": "detach_role",
    "cloneAccessProfile": "clone",
}


def _with_rows(response: Response, rows: Rows) -> Response:
    body = response.json
    total = body["total_count"] + len(rows) - len(body["audit_logs"])
    return response.with_json({"audit_logs": rows, "total_count": total})


def log_rows(change: Callable[[Rows], Rows], *logs: str) -> On:
    """Return a fault of pages of a log: other rows, whose number `total_count` follows."""
    return on(*(logs or LOGS), status=200).answer(
        lambda _, response: _with_rows(response, change(response.json["audit_logs"]))
    )


def _each(**changes: Any) -> Fault:
    """Give all rows other members: values, or functions that give them from the row."""

    def change(row: Row) -> Row:
        return row | {name: value(row) if callable(value) else value for name, value in changes.items()}

    return log_rows(lambda rows: [change(row) for row in rows])


def _without(action: str) -> Fault:
    return log_rows(lambda rows: [row for row in rows if row["action"] != action])


def _twice(action: str) -> Fault:
    return log_rows(lambda rows: [twin for row in rows for twin in [row] * (1 + (row["action"] == action))])


def _renamed(action: str, other: str) -> Fault:
    return _each(action=lambda row: other if row["action"] == action else row["action"])


def _event(row: Row) -> str:
    metadata = json.loads(row["metadata"] or "{}") if isinstance(row["metadata"], str) else {}
    return str(metadata.get("event"))


def _without_event(event: str) -> Fault:
    return log_rows(lambda rows: [row for row in rows if _event(row) != event])


def _with_rows_of(exchanges: On) -> Fault:
    """Keep a row for each of some exchanges, besides those that the server ought to keep."""

    def note(request: Request, _: Response) -> tuple[str, Row]:
        profile_id = request.path_parameter("profile_id")
        action = _CHANGES[request.operation_id or ""]
        return profile_id, {"id": 10**9, "action": action, "access_profile_id": int(profile_id)}

    def more(request: Request, response: Response, notes: list[Any]) -> Response:
        profile_id = request.path_parameter("profile_id")
        rows = [row for known, row in notes if known == profile_id]
        return _with_rows(response, rows + response.json["audit_logs"])

    log = on(*LOGS, status=200)
    return remembering(
        exchanges, note, lambda notes: log.answer(lambda request, response: more(request, response, notes))
    )


def _with_keys(rows: Rows) -> Rows:
    more = [{**row, "metadata": '{"event":"vk_delete"}'} for row in rows if _event(row) == "user_detach"]
    return more + rows


def _leaks(operation: str, secret: Callable[[Any], str]) -> Fault:
    """Keep the answer of an operation in the log, with the secret in it."""
    return remembering(
        on(operation, status=(200, 201)),
        lambda _, response: json.dumps({"response": secret(response.json)}),
        lambda said: _each(metadata=lambda _: said[-1] if said else None),
    )


def _row_for_each_copy(body: Any) -> Rows:
    return [
        {"id": 10**9 + number, "action": "propagate", "user_id": user_id}
        for number, user_id in enumerate(body["user_ids"])
    ]


def _with_copies(request: Request, response: Response, runs: list[Rows]) -> Response:
    extra = [row for row in (runs[-1] if runs else []) if request.argument("action") in (None, row["action"])]
    return _with_rows(response, extra + response.json["audit_logs"])


async def actor_is_the_credential(request: Request, inner: Inner, state: State) -> Response:
    return await _each(actor=state.key)(request, inner, state)


FAULTS: dict[str, Fault] = {
    **{
        f"AP-AUD-001/no_row_of_{action}": _without(action)
        for action in ("create", "clone", "activate", "deactivate", "delete", "update")
    },
    "AP-AUD-001/update_twice": _twice("update"),
    "AP-AUD-001/clone_is_create": _renamed("clone", "create"),
    "AP-AUD-001/activate_is_update": _renamed("activate", "update"),
    "AP-AUD-001/clone_in_the_log_of_its_source": _with_rows_of(on("cloneAccessProfile", status=201)),
    "AP-AUD-002/refusals_are_logged": _with_rows_of(on(*_CHANGES, status=range(400, 600))),
    "AP-AUD-002/logged_before_the_name_is_compared": _with_rows_of(on(*_CHANGES, status=409)),
    "AP-AUD-002/logged_before_the_precondition": _with_rows_of(on(*_CHANGES, status=412)),
    **{
        f"AP-AUD-003/{operation}_is_always_logged": _with_rows_of(on(operation, status=200))
        for operation in (
            "updateAccessProfile",
            "activateAccessProfile",
            "deactivateAccessProfile",
            _PROPAGATE,
        )
    },
    "AP-AUD-003/dry_runs_are_logged": _with_rows_of(on(*_CHANGES, when=sends("dry_run"))),
    "AP-AUD-007/user_filter_is_ignored": on().send(with_query(user_id=None)),
    # `LIKE 'user%'`, or a filter by the actor: rows of others come with it.
    "AP-AUD-007/user_filter_by_beginning": on(*LOGS, status=200, where=shows(audit_logs=[])).retry(
        with_query(user_id=None)
    ),
    **{
        f"AP-AUD-007/no_row_of_{event}": _without_event(event)
        for event in ("user_assign", "override_set", "override_clear", "vk_add", "vk_delete", "user_detach")
    },
    "AP-AUD-007/detaching_logs_each_key": log_rows(_with_keys),
    "AP-AUD-007/nobody_is_affected": _each(user_id=None),
    "AP-AUD-008/one_actor": _each(actor="admin"),
    "AP-AUD-008/actor_from_a_header": remembering(
        on(when=lambda request: request.header("x-forwarded-user")),
        lambda request, _: request.header("x-forwarded-user"),
        lambda claimed: _each(actor=lambda row: claimed[-1] if claimed else row["actor"]),
    ),
    "AP-AUD-008/actor_is_the_creator": log_rows(
        lambda rows: [{**row, "actor": rows[-1]["actor"]} for row in rows]
    ),
    "AP-AUD-009/objects": _each(new_values=lambda row: json.loads(row["new_values"] or "null")),
    "AP-AUD-009/as_python_prints_it": _each(
        previous_values=lambda row: str(json.loads(row["previous_values"] or "{}"))
    ),
    "AP-AUD-009/encoded_twice": _each(new_values=lambda row: json.dumps(row["new_values"])),
    "AP-AUD-009/empty_text": _each(metadata=""),
    "AP-AUD-010/log_goes_with_the_profile": remembering(
        on(_DELETE, status=200),
        lambda request, _: request.path_parameter("profile_id"),
        lambda deleted: on(
            *LOGS, when=lambda request: request.path_parameter("profile_id") in deleted, status=200
        ).refuse(404),
    ),
    # A foreign key that is set to null.
    "AP-AUD-010/deletion_loses_the_profile": after(on(_DELETE, status=200), _each(access_profile_id=None)),
    "AP-AUD-010/no_row_of_delete": _without("delete"),
    "AP-AUD-012/log_with_the_secret_of_createApiKey": _leaks("createApiKey", lambda body: str(body["key"])),
    "AP-AUD-012/log_with_the_secret_of_assignUserAccessProfile": _leaks(
        "assignUserAccessProfile", lambda body: str(body["virtual_key"]["value"])
    ),
    "AP-AUD-012/log_with_the_secret_of_addUserAccessProfileVirtualKey": _leaks(
        "addUserAccessProfileVirtualKey", lambda body: str(body["virtual_key"]["value"])[6:]
    ),
    "AP-AUD-012/actor_is_the_credential": actor_is_the_credential,
    **{
        f"AP-AUD-013/no_row_of_{action}": _without(action)
        for action in ("attach_role", "detach_role", "propagate")
    },
    "AP-AUD-013/propagate_twice": _twice("propagate"),
    "AP-AUD-013/one_row_for_each_copy": remembering(
        on(_PROPAGATE, status=200),
        lambda _, response: _row_for_each_copy(response.json),
        lambda runs: on(*LOGS, status=200).answer(
            lambda request, response: _with_copies(request, response, runs)
        ),
    ),
    "AP-AUD-013/propagation_is_an_update": on(when=asks(action="propagate")).send(
        with_query(action="nothing")
    ),
}
