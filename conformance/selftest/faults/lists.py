"""Faults of the list: its pages, its counts, its order and its filters."""

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import On, asks, on, remembering, shows
from conformance.selftest.faults.profiles import LIST, profile_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import with_query

Row = dict[str, Any]
Rows = list[Row]


def _with_rows(body: Any, rows: Rows, **changes: Any) -> Any:
    return {**body, "access_profiles": rows, "count": len(rows), **changes}


_filled = on(where=shows("access_profiles"))


def _rows(change: Callable[[Rows], Rows]) -> On:
    """Give lists other rows, where there are any."""
    return _filled.edit("", lambda body: _with_rows(body, change(body["access_profiles"])))


def _argument(request: Request, name: str) -> str:
    return request.argument(name) or ""


def _both(one: str, other: str) -> On:
    """Return the requests with two query parameters."""
    return on(when=lambda request: request.argument(one) and request.argument(other))


def _requeried(name: str, change: Callable[[str], str]) -> On:
    """Another value of a query parameter, made of the one that was sent."""
    return on(when=lambda request: request.argument(name)).send(
        lambda request, _: request.with_query(**{name: change(_argument(request, name))})
    )


def _moved(by: int) -> On:
    """Begin the pages behind the first one elsewhere."""

    def moved(request: Request, _: State) -> Request:
        return request.with_query(offset=str(int(_argument(request, "offset")) + by))

    return on(when=lambda request: int(_argument(request, "offset") or "0") > 0).send(moved)


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
    "AP-LST-002/total_of_the_page": _filled.merge("", total_count=lambda body: len(body["access_profiles"])),
    "AP-LST-002/count_is_the_limit": on(LIST, status=200).merge("", count=itemgetter("limit")),
    "AP-LST-003/row_lost_between_pages": _moved(1),
    "AP-LST-003/row_on_two_pages": _moved(-1),
    "AP-LST-003/limit_ignored": on().send(with_query(limit=None)),
    "AP-LST-004/by_name": _rows(lambda rows: sorted(rows, key=lambda row: str(row["name"]))),
    "AP-LST-004/newest_first": _rows(lambda rows: rows[::-1]),
    "AP-LST-005/default_of_20": on(LIST, when=asks(limit=None)).send(with_query(limit="20")),
    "AP-LST-005/too_large_is_refused": on(when=asks(limit="101")).refuse(400),
    "AP-LST-005/limit_echoed_as_sent": on(LIST, when=asks("limit"), status=200).set(
        "/limit", lambda request: int(_argument(request, "limit"))
    ),
    "AP-LST-005/negative_offset_echoed": on(when=asks(offset="-1")).set("/offset", -1),
    "AP-LST-006/last_page_again": last_page_again,
    "AP-LST-006/nothing_counts_nothing": on(LIST, status=200, where=shows(access_profiles=[])).set(
        "/total_count", 0
    ),
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
    "AP-LST-008/backslash_escapes": _requeried("search", lambda text: text.replace("\\", "")),
    "AP-LST-009/tag_ignored": on().send(with_query(tags=None)),
    "AP-LST-009/part_of_a_tag": _filtered(
        "tags",
        lambda tag, row: any(tag in held for held in row["tags"]),
        when=bool,
        tags=lambda _: None,
        search=lambda tag: tag.rpartition("-")[0] + "-",
    ),
    "AP-LST-010/every_tag": _filtered("tags", lambda text, row: _tags(text) <= set(row["tags"]), when=_tags),
    "AP-LST-010/first_tag_alone": _requeried("tags", lambda text: text.split(",")[0]),
    "AP-LST-010/tags_in_any_case": _requeried("tags", _spellings),
    "AP-LST-011/state_ignored": on().send(with_query(is_active=None)),
    "AP-LST-011/false_finds_nothing": on(when=asks(is_active="false")).send(with_query(is_active="true")),
    "AP-LST-012/one_filter_at_a_time": _both("search", "tags").send(with_query(tags=None)),
    "AP-LST-012/state_instead_of_tags": _both("tags", "is_active").send(with_query(is_active=None)),
    "AP-LST-013/short_rows": on(LIST).drop("/access_profiles/*/rate_limit"),
    "AP-LST-013/rows_without_budgets": on(LIST).set("/access_profiles/*/budgets", []),
    "AP-LST-014/words_are_ignored": on().send(_without_words),
    "AP-LST-014/underscores_in_numbers": _requeried("limit", lambda limit: limit.replace("_", "")),
    "AP-LST-014/one_is_true": on(when=asks(is_active="1")).send(with_query(is_active="true")),
}
