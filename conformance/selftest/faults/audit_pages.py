"""Faults of the audit log's order, pages and filters."""

from typing import Any

from conformance.selftest.combinators import On, asks, on, remembering, shows
from conformance.selftest.faults.audit_rows import LOGS, WHOLE_LOG, Row, log_rows
from conformance.selftest.middleware import Fault, Inner, Request, Response
from conformance.selftest.request_changes import at, with_query

_BY_ID = "listAccessProfileAuditLogsById"

_log = on(*LOGS, status=200)
_empty_log = on(*LOGS, status=200, where=shows(audit_logs=[]))
_unknown_action = on(when=asks(action="no-such-action"))


def _offset(request: Request) -> int:
    return int(request.argument("offset") or 0)


def _limit(request: Request) -> int:
    return int(request.argument("limit") or 25)


def _is_whole_log(request: Request) -> bool:
    return request.path.endswith("/access-profiles/audit-logs")


def _whole_log_by(*methods: str) -> On:
    return on(when=lambda request: _is_whole_log(request) and request.method in methods)


def _with_total(body: Any, other: Any) -> Any:
    return {**body, "total_count": other["total_count"]}


def _newest_profile(rows: list[Row]) -> list[Row]:
    ids = [row["access_profile_id"] for row in rows if row["access_profile_id"]]
    return [row for row in rows if row["access_profile_id"] == max(ids)]


@_log.then
async def ordered_within_the_page(request: Request, first: Response, inner: Inner) -> Response:
    """Take the oldest rows for the first page, and then turn them round."""
    begin = first.json["total_count"] - _offset(request) - _limit(request)
    return await inner(
        request.with_query(offset=str(max(0, begin)), limit=str(_limit(request) + min(0, begin)))
    )


FAULTS: dict[str, Fault] = {
    "AP-AUD-004/oldest_row_first": log_rows(lambda rows: rows[::-1]),
    "AP-AUD-004/by_action_and_then_by_time": log_rows(
        lambda rows: sorted(rows, key=lambda row: str(row["action"]))
    ),
    "AP-AUD-004/ordered_within_the_page": ordered_within_the_page,
    "AP-AUD-005/total_without_the_filter": _log.beside(with_query(action=None), make=_with_total),
    "AP-AUD-005/total_of_the_page": _log.merge("", total_count=lambda body: len(body["audit_logs"])),
    "AP-AUD-005/offset_counts_pages": on(
        *LOGS, when=lambda request: 0 < _offset(request) < 100 and _limit(request) >= 1, status=200
    ).retry(lambda request, _: request.with_query(offset=str(_offset(request) * _limit(request)))),
    "AP-AUD-005/limit_is_ignored": on(_BY_ID).send(with_query(limit=None)),
    "AP-AUD-005/limit_of_none_is_none": on(*LOGS, when=asks(limit="0"), status=200).set("/audit_logs", []),
    "AP-AUD-006/action_is_ignored": on().send(with_query(action=None)),
    "AP-AUD-006/unknown_action_is_400": _unknown_action.refuse(400),
    "AP-AUD-006/action_in_any_case": on(when=asks("action")).send(
        lambda request, _: request.with_query(action=str(request.argument("action")).lower())
    ),
    "AP-AUD-006/unknown_action_is_no_filter": _unknown_action.send(with_query(action=None)),
    "AP-AUD-011/log_of_nothing_is_404": _empty_log.refuse(404),
    "AP-AUD-011/log_of_nothing_is_the_whole": _empty_log.retry(
        at(lambda request: f"{request.server}/access-profiles/audit-logs")
    ),
    "AP-AUA-001/only_profiles_that_are_there": remembering(
        on("deleteAccessProfile", status=200),
        lambda request, _: int(request.path_parameter("profile_id")),
        lambda deleted: log_rows(
            lambda rows: [row for row in rows if row["access_profile_id"] not in deleted], WHOLE_LOG
        ),
    ),
    "AP-AUA-001/short_rows_in_the_whole_log": on(WHOLE_LOG, status=200).set("/audit_logs/*/new_values", None),
    "AP-AUA-001/only_the_newest_profile": log_rows(_newest_profile, WHOLE_LOG),
    "AP-AUA-002/no_user_filter": on(WHOLE_LOG).send(with_query(user_id=None)),
    "AP-AUA-002/no_action_filter": on(WHOLE_LOG).send(with_query(action=None)),
    "AP-AUA-002/whole_log_oldest_first": log_rows(lambda rows: rows[::-1], WHOLE_LOG),
    "AP-AUA-002/whole_log_counts_all": on(WHOLE_LOG, status=200).beside(
        with_query(action=None, user_id=None), make=_with_total
    ),
    "AP-AUA-002/whole_log_has_one_page": on(WHOLE_LOG).send(with_query(offset=None)),
    # The router goes on to `/access-profiles/{profile_id}` for the methods that only that one has.
    "AP-AUA-003/a_profile_of_that_name": _whole_log_by("PUT", "DELETE").refuse(400),
    "AP-AUA-003/a_profile_of_that_name_for_all": on(when=_is_whole_log).refuse(400),
    "AP-AUA-003/no_such_profile_to_delete": _whole_log_by("DELETE").refuse(404),
}
