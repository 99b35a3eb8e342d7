"""The audit log: its order, pages and filters, for one profile and for all."""

from collections.abc import Callable, Iterator
from typing import Any

from conformance.access_profiles import audit_log, calls, fixtures
from conformance.access_profiles.pages import DEFAULT_LIMIT, FAR
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

Read = Callable[..., Answer]
"""Reads a page of a log, with `limit`, `offset`, `action` and `user_id`."""

_MOST_PAGES = 20
_ACTIONS = ("create", "update", "delete", "propagate", "clone", "activate", "deactivate")


@check("AP-AUD-004")
def newest_first(session: Session) -> None:
    """Changes a profile eleven times in ways that can be told apart, and reads the log.

    The actions are to come backwards, and the instants not to rise. So on pages of four.
    """
    profile_id, done = _history(session, 11)
    pages = [audit_log.of_profile(session, profile_id, limit=4, offset=offset) for offset in (0, 4, 8)]
    for answers in ([audit_log.of_profile(session, profile_id)], pages):
        actions = [action for answer in answers for action in audit_log.actions(answer)]
        expect.equal(actions, done[::-1], "the actions", *answers)
    whole = audit_log.of_profile(session, profile_id)
    seconds = [_second(row) for row in audit_log.rows(whole)]
    expect.equal(seconds, sorted(seconds, reverse=True), "the instants in their order", whole)


@check("AP-AUD-005")
def pages(session: Session) -> None:
    """Makes a log of seven rows and reads it in pages of three and of two, with and without a filter.

    `total_count` is to be the number of rows that match on each, and the pages to hold each row once, also
    where `limit` and `offset` are out of range.
    """
    profile_id, done = _history(session, 6)
    everything = {None: len(done), "activate": done.count("activate")}
    for action, total in everything.items():
        _pages_are_whole(lambda **query: audit_log.of_profile(session, profile_id, **query), total, action)


@check("AP-AUD-006")
def by_action(session: Session) -> None:
    """Makes a log of four actions and filters by each, by some that it has not, and by one that nobody has.

    Exactly the rows with the action are to come; for the last none, with 200.
    """
    profile_id, _ = _history(session, 4)
    rows = audit_log.rows(audit_log.of_profile(session, profile_id))
    for action in (*_ACTIONS, "Update", "updat", "no-such-action"):
        answer = audit_log.of_profile(session, profile_id, action=action)
        wanted = [row for row in rows if row.get("action") == action]
        expect.equal(audit_log.rows(answer), wanted, f"the rows with the action {action}", answer)
        expect.members(answer, total_count=len(wanted))


@check("AP-AUD-011")
def no_such_profile(session: Session) -> None:
    """Reads the logs of ids that nobody had; each is to be 200, without rows."""
    for profile_id in calls.absent_ids(session):
        answer = audit_log.of_profile(session, profile_id)
        expect.equal(audit_log.rows(answer), [], "the rows", answer)
        expect.members(answer, total_count=0)


@check("AP-AUA-001")
def every_profile(session: Session) -> None:
    """Makes the logs of two profiles, of which one is deleted, and looks for each row in the whole log."""
    kept, _ = _history(session, 3)
    deleted, _ = _history(session, 2)
    calls.delete.done(session, deleted)
    for profile_id in (kept, deleted):
        own = audit_log.of_profile(session, profile_id)
        for row in audit_log.rows(own):
            found = next((each for each in _since(session, row) if each.get("id") == row.get("id")), None)
            expect.equal(found, row, "the row in the whole log", own)


@check("AP-AUA-002")
def same_rules(session: Session) -> None:
    """Lets a user hold two profiles, and reads the whole log by the user's id, with actions and in pages.

    `total_count`, pages, order and filters are to be as in a profile's log. On a server that does not claim
    users, three profiles are found by their updates, and nothing by the id of a user.
    """
    if not session.claims("users"):
        _same_rules_without_users(session)
        return
    user_id, held = fixtures.user_id(session), fixtures.active_ids(session, 3)
    for profile_id in held:
        fixtures.assigned(session, user_id, profile_id)
    whole = audit_log.of_all(session, user_id=user_id)
    rows = audit_log.rows(whole)
    strangers = [row for row in rows if row.get("user_id") != user_id]
    expect.equal(strangers, [], "rows of other users", whole)
    updates = [row for row in rows if row.get("action") == "update"]
    profiles = [row.get("access_profile_id") for row in updates]
    expect.equal(profiles, held[::-1], "the profiles, the last one first", whole)

    def read(**query: Any) -> Answer:
        return audit_log.of_all(session, user_id=user_id, **query)

    for action, matching in ((None, rows), ("update", updates), ("no-such-action", [])):
        _pages_are_whole(read, len(matching), action)
        answer = read(**({} if action is None else {"action": action}))
        expect.equal(audit_log.rows(answer), matching, f"the rows with the action {action}", answer)
    created = audit_log.of_all(session, action="create")
    expect.equal(set(audit_log.actions(created)) - {"create"}, set(), "other actions than `create`", created)


@check("AP-AUA-003")
def literal_path(session: Session) -> None:
    """Sends GET, PUT, DELETE, POST and PATCH to the path of the whole log.

    GET is to be that log, and each other method to be 405: not 400 or 404, as for a profile's id.
    """
    answer = audit_log.of_all(session, limit=1)
    audit_log.rows(answer)
    path = session.path("listAccessProfileAuditLogs")
    for method in ("PUT", "DELETE", "POST", "PATCH"):
        body = None if method == "DELETE" else {"description": "x"}
        expect.status(session.admin.request(method, path, body=body), 405)


def _same_rules_without_users(session: Session) -> None:
    changed = [_history(session, 2)[0] for _ in range(3)]
    updates = audit_log.of_all(session, action="update")
    expect.equal(set(audit_log.actions(updates)), {"update"}, "the actions", updates)
    # Others may change profiles at the same time; what was done here is in the order in which it was done.
    oldest = audit_log.rows(audit_log.of_profile(session, changed[0]))[-1]
    rows = {row.get("id"): row.get("access_profile_id") for row in _since(session, oldest, action="update")}
    own = [profile_id for profile_id in rows.values() if profile_id in changed]
    expect.equal(own, changed[::-1], "the profiles, the last one first", updates)
    nobody = session.name()
    for action in (None, "update", "no-such-action"):
        _pages_are_whole(lambda **query: audit_log.of_all(session, user_id=nobody, **query), 0, action)


def _history(session: Session, changes: int) -> tuple[int, list[str]]:
    """A new profile after some changes, and the actions that were done, the oldest first."""
    profile_id = calls.create(session)["id"]
    done = ["create"]
    for number in range(changes):
        change, action, *body = (
            (calls.activate, "activate"),
            (calls.update, "update", {"description": f"change {number}"}),
            (calls.deactivate, "deactivate"),
        )[number % 3]
        change.done(session, profile_id, *body)
        done.append(action)
    return profile_id, done


def _pages_are_whole(read: Read, total: int, action: str | None) -> None:
    """Pages hold each row once and count all, whatever their size and place."""
    filters = {} if action is None else {"action": action}
    for limit in (3, 2):
        ids: list[Any] = []
        for offset in range(0, total + 1, limit):
            answer = read(limit=limit, offset=offset, **filters)
            expect.members(answer, total_count=total)
            ids += [row.get("id") for row in audit_log.rows(answer)]
        expect.equal(len(ids), total, f"the number of rows in pages of {limit}")
        expect.different(ids, f"ids of rows in pages of {limit}")
    for query, rows in (
        ({"limit": 0}, min(total, DEFAULT_LIMIT)),
        ({"limit": 101, "offset": -1}, min(total, audit_log.LARGEST_PAGE)),
        ({"offset": total}, 0),
        ({"offset": FAR}, 0),
    ):
        answer = read(**query, **filters)
        expect.equal(len(audit_log.rows(answer)), rows, "the number of rows", answer)
        expect.members(answer, total_count=total)


def _since(session: Session, oldest: audit_log.Row, **query: Any) -> Iterator[audit_log.Row]:
    """The matching rows of the whole log, the newest first, back to the second in which a row was written.

    Others write as well: what they add moves rows to later pages, so that some come twice and none is missed.
    """
    for page in range(_MOST_PAGES):
        rows = audit_log.rows(audit_log.of_all(session, offset=page * audit_log.LARGEST_PAGE, **query))
        yield from rows
        if len(rows) < audit_log.LARGEST_PAGE or _second(rows[-1]) < _second(oldest):
            return
    raise Unreached(f"others write all the time: {_MOST_PAGES} pages of the log are newer than the row")


def _second(row: audit_log.Row) -> str:
    """When a row was written. Up to the seconds, instants in UTC sort as texts do, whatever follows."""
    return str(row.get("created_at"))[:19]
