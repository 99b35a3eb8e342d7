"""Faults of the list: its pages, its counts, its order and its filters."""

import re
from collections.abc import Callable
from typing import Any

from conformance.selftest.combinators import On, on, remembering
from conformance.selftest.faults.profiles import LIST, profile_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import with_query

Row = dict[str, Any]
Rows = list[Row]


def _with_rows(body: Any, rows: Rows, **changes: Any) -> Any:
    return {**body, "access_profiles": rows, "count": len(rows), **changes}


def _rows(change: Callable[[Rows], Rows]) -> On:
    """Give lists other rows, where there are any."""
    return on(where=lambda body: body.get("access_profiles")).edit(
        "", lambda body: _with_rows(body, change(body["access_profiles"]))
    )


def _argument(request: Request, name: str) -> str:
    return request.argument(name) or ""


def _asks(name: str, holds: Callable[[str], Any] = bool) -> On:
    """Return the requests with a query parameter of some form."""
    return on(when=lambda request: holds(_argument(request, name)))


def _query(name: str, change: Callable[[str], str]) -> Callable[[Request, State], Request]:
    """Another value of a query parameter, made of the one that was sent."""
    return lambda request, _: request.with_query(**{name: change(_argument(request, name))})


def _offset(holds: Callable[[int], bool], change: Callable[[int], int]) -> On:
    return _asks("offset", lambda offset: holds(int(offset or "0"))).send(
        _query("offset", lambda offset: str(change(int(offset))))
    )


def _filtered(
    name: str,
    keep: Callable[[str, Row], Any],
    *,
    when: Callable[[str], Any] = lambda _: True,
    **query: Callable[[str], str | None],
) -> On:
    """Filter by a rule of our own: of the list under other parameters, keep some rows."""

    def other(request: Request, _: State) -> Request:
        changes = {key: value(_argument(request, name)) for key, value in query.items()}
        return request.with_query(limit="100", offset=None, **changes)

    def kept(request: Request, response: Response) -> Response:
        rows = [row for row in response.json["access_profiles"] if keep(_argument(request, name), row)]
        return response.with_json(_with_rows(response.json, rows, total_count=len(rows)))

    def is_asked(request: Request) -> bool:
        return request.argument(name) is not None and bool(when(_argument(request, name)))

    return on(when=is_asked, status=200).send(other).answer(kept)


def _wildcard(text: str) -> str:
    return re.escape(text).replace("%", ".*").replace("_", ".")


def _star(text: str) -> str:
    return ".*".join(re.escape(piece) for piece in text.split("*"))


def _tags(text: str) -> set[str]:
    return set(text.split(",")) - {""}


def _spellings(text: str) -> str:
    tags = text.split(",")
    other = (spelling for tag in tags for spelling in (tag[:-3] + tag[-3:].upper(), tag.upper(), tag.lower()))
    return ",".join(sorted({*tags, *other}))


def _hidden(made: list[Any]) -> Fault:
    """Leave what was made out of the first list after it."""

    def without_it(rows: Rows) -> Rows:
        hidden = made.pop() if made else None
        made.clear()
        return [row for row in rows if row["id"] != hidden]

    return on(LIST, status=200).edit("", lambda body: _with_rows(body, without_it(body["access_profiles"])))


def _without_words(request: Request, _: State) -> Request:
    words = [name for name in ("limit", "offset") if (request.argument(name) or "0").isalpha()]
    return request.with_query(**dict.fromkeys(words))


async def last_page_again(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.json.get("access_profiles") or not request.argument("offset"):
        return response
    last = max(0, response.json.get("total_count", 1) - 1)
    return await inner(request.with_query(offset=str(last)))


FAULTS: dict[str, Fault] = {
    "AP-LST-001/listed_a_moment_later": remembering(
        on(status=201), lambda _, response: profile_of(response).get("id"), _hidden
    ),
    "AP-LST-002/total_of_the_page": on(where=lambda body: body.get("access_profiles")).edit(
        "",
        lambda body: _with_rows(body, body["access_profiles"], total_count=len(body["access_profiles"])),
    ),
    "AP-LST-002/count_is_the_limit": on(LIST, status=200).edit(
        "", lambda body: body | {"count": body["limit"]}
    ),
    "AP-LST-003/row_lost_between_pages": _offset(lambda offset: offset > 0, lambda offset: offset + 1),
    "AP-LST-003/row_on_two_pages": _offset(lambda offset: offset > 0, lambda offset: offset - 1),
    "AP-LST-003/limit_ignored": on().send(with_query(limit=None)),
    "AP-LST-004/by_name": _rows(lambda rows: sorted(rows, key=lambda row: str(row["name"]))),
    "AP-LST-004/newest_first": _rows(lambda rows: rows[::-1]),
    "AP-LST-005/default_of_20": on(LIST, when=lambda request: request.argument("limit") is None).send(
        with_query(limit="20")
    ),
    "AP-LST-005/too_large_is_refused": _asks("limit", lambda limit: limit == "101").refuse(400),
    "AP-LST-005/limit_echoed_as_sent": on(
        LIST, when=lambda request: request.argument("limit") is not None, status=200
    ).set("/limit", lambda request: int(_argument(request, "limit"))),
    "AP-LST-005/negative_offset_echoed": _asks("offset", lambda offset: offset == "-1").set("/offset", -1),
    "AP-LST-006/last_page_again": last_page_again,
    "AP-LST-006/nothing_counts_nothing": on(
        LIST, status=200, where=lambda body: not body["access_profiles"]
    ).set("/total_count", 0),
    "AP-LST-007/search_in_its_case": _filtered("search", lambda text, row: text in row["name"]),
    "AP-LST-007/search_at_the_beginning": _filtered(
        "search", lambda text, row: row["name"].lower().startswith(text.lower())
    ),
    "AP-LST-007/search_ignored": on().send(with_query(search=None)),
    "AP-LST-008/search_with_like": _filtered(
        "search",
        lambda text, row: re.search(_wildcard(text), row["name"], re.IGNORECASE),
        when=lambda text: "%" in text or "_" in text,
        search=lambda text: re.split("[%_]", text)[0],
    ),
    "AP-LST-008/search_with_star": _filtered(
        "search",
        lambda text, row: re.search(_star(text), row["name"]),
        when=lambda text: "*" in text,
        search=lambda text: text.split("*", maxsplit=1)[0],
    ),
    "AP-LST-008/backslash_escapes": _asks("search").send(
        _query("search", lambda text: text.replace("\\", ""))
    ),
    "AP-LST-009/tag_ignored": on().send(with_query(tags=None)),
    "AP-LST-009/part_of_a_tag": _filtered(
        "tags",
        lambda tag, row: any(tag in held for held in row["tags"]),
        when=bool,
        tags=lambda _: None,
        search=lambda tag: tag.rpartition("-")[0] + "-",
    ),
    "AP-LST-010/every_tag": _filtered("tags", lambda text, row: _tags(text) <= set(row["tags"]), when=_tags),
    "AP-LST-010/first_tag_alone": _asks("tags").send(_query("tags", lambda text: text.split(",")[0])),
    "AP-LST-010/tags_in_any_case": _asks("tags").send(_query("tags", _spellings)),
    "AP-LST-011/state_ignored": on().send(with_query(is_active=None)),
    "AP-LST-011/false_finds_nothing": _asks("is_active", lambda text: text == "false").send(
        with_query(is_active="true")
    ),
    "AP-LST-012/one_filter_at_a_time": on(
        when=lambda request: request.argument("search") and request.argument("tags")
    ).send(with_query(tags=None)),
    "AP-LST-012/state_instead_of_tags": on(
        when=lambda request: request.argument("tags") and request.argument("is_active")
    ).send(with_query(is_active=None)),
    "AP-LST-013/short_rows": on(LIST).drop("/access_profiles/*/rate_limit"),
    "AP-LST-013/rows_without_budgets": on(LIST).set("/access_profiles/*/budgets", []),
    "AP-LST-014/words_are_ignored": on().send(_without_words),
    "AP-LST-014/underscores_in_numbers": _asks("limit").send(
        _query("limit", lambda limit: limit.replace("_", ""))
    ),
    "AP-LST-014/one_is_true": _asks("is_active", lambda text: text == "1").send(with_query(is_active="true")),
}
