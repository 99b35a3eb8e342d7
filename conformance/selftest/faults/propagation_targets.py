"""Faults of propagation: whom it reaches, what it says, and what it refuses."""

from operator import itemgetter

from conformance.selftest.combinators import On, on, sends, sent, shows
from conformance.selftest.faults.propagation import FIELDS, PROPAGATE
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, success


def _is_dry(request: Request) -> bool:
    return request.sent.get("dry_run") is True


def _nothing(request: Request) -> Response:
    """Return what a profile without holders is answered."""
    numbers = dict.fromkeys(("affected_users", "failed_users", "skipped_users"), 0)
    applied = not request.json.get("dry_run", False)
    body = {**numbers, "user_ids": [], "fields": request.json["fields"], "applied": applied}
    return success({**body, "vk_sync_errors": []})


_dry = on(PROPAGATE, when=_is_dry, status=200)
_done = on(PROPAGATE, status=200)
_failed = on(PROPAGATE, where=shows("failed_users"))


def _moved(counted: str, as_: str) -> On:
    """Count users among others."""
    return _done.merge("", **{counted: 0, as_: itemgetter(counted)})


@on(PROPAGATE, when=sends("user_ids", "group_ids")).serve
async def a_union_of_names_and_groups(request: Request, inner: Inner, state: State) -> Response:
    named = await inner(request.with_json({**request.sent, "group_ids": []}))
    grouped = await inner(request.with_json({**request.sent, "user_ids": []}))
    users = sorted({*named.json["user_ids"], *grouped.json["user_ids"]})
    return named.with_json({**named.json, "user_ids": users, "affected_users": len(users)})


FAULTS: dict[str, Fault] = {
    "AP-PRO-002/dry_runs_are_wet": _dry.send(dry_run=False).set("/applied", False),
    "AP-PRO-002/dry_runs_say_that_they_applied": _dry.set("/applied", True),
    "AP-PRO-002/dry_runs_count_no_skipped": _dry.set("/skipped_users", 0),
    "AP-PRO-002/dry_runs_name_nobody": _dry.set("/user_ids", []),
    "AP-PRO-003/the_skipped_are_affected_too": _done.merge(
        "", affected_users=lambda body: body["affected_users"] + body["skipped_users"]
    ),
    "AP-PRO-003/user_ids_are_those_aimed_at": on(PROPAGATE, when=sends("user_ids"), status=200).set(
        "/user_ids", sent("user_ids")
    ),
    "AP-PRO-003/counts_without_work": on(PROPAGATE).send(dry_run=True),
    "AP-PRO-004/names_are_ignored": on(PROPAGATE).send(user_ids=[]),
    "AP-PRO-004/who_holds_nothing_is_no_user": _done.set("/skipped_users", 0),
    "AP-PRO-004/who_holds_nothing_is_not_found": on(PROPAGATE, where=shows("skipped_users")).refuse(404),
    "AP-PRO-005/groups_are_ignored": on(PROPAGATE).send(group_ids=[]),
    "AP-PRO-005/a_union_of_names_and_groups": a_union_of_names_and_groups,
    "AP-PRO-010/unknown_fields_are_dropped": on(PROPAGATE).send(
        fields=lambda body: [f for f in body.get("fields", []) if f in FIELDS] or ["mcp_servers"]
    ),
    "AP-PRO-010/no_fields_are_all_fields": on(PROPAGATE, when=sends(fields=[])).send(fields=list(FIELDS)),
    "AP-PRO-011/no_profile_has_no_holders": on(PROPAGATE, status=404).reply(_nothing),
    "AP-PRO-011/dry_runs_ask_for_no_profile": on(PROPAGATE, when=_is_dry, status=404).reply(_nothing),
    "AP-PRO-012/no_holders_are_not_found": on(PROPAGATE, where=shows(affected_users=0)).refuse(404),
    "AP-PRO-012/no_holders_leave_user_ids_out": on(PROPAGATE, where=shows(user_ids=[])).drop("/user_ids"),
    "AP-PRO-013/expired_copies_fail": _moved("skipped_users", "failed_users"),
    "AP-PRO-013/expired_copies_count_as_affected": _moved("skipped_users", "affected_users"),
    "AP-PRO-014/contradictions_count_as_affected": _moved("failed_users", "affected_users"),
    "AP-PRO-014/one_contradiction_refuses_the_run": _failed.refuse(400),
    "AP-PRO-014/half_of_what_fails_is_kept": _failed.also(fields=["budgets"], dry_run=False),
}
