"""Faults of the list: its pages, its counts, its order and its filters."""

from __future__ import annotations

import re
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, profile_of, refusal

Row = dict[str, Any]


def _rows(response: Response) -> list[Row]:
    return list(response.json.get("access_profiles", []))


def _with_rows(response: Response, rows: list[Row], total: int | None = None) -> Response:
    body = {**response.json, "access_profiles": rows, "count": len(rows)}
    return response.with_json(body if total is None else {**body, "total_count": total})


async def _filtered(request: Request, inner: Inner, keep: Any, **changes: str | None) -> Response:
    """The list under other parameters, of which the rows are kept that `keep` accepts."""
    response = await inner(request.with_query(limit="100", offset=None, **changes))
    if response.status != 200:
        return response
    rows = [row for row in _rows(response) if keep(row)]
    return _with_rows(response, rows, len(rows))


@breaks("AP-LST-001")
async def listed_a_moment_later(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status == 201:
        state.memory["hidden"] = profile_of(response)["id"]
    if not request.is_list or response.status != 200:
        return response
    hidden = state.memory.pop("hidden", None)
    return _with_rows(response, [row for row in _rows(response) if row["id"] != hidden])


@breaks("AP-LST-002")
async def total_of_the_page(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_rows(response, rows, len(rows)) if (rows := _rows(response)) else response


@breaks("AP-LST-002")
async def count_is_the_limit(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not request.is_list or response.status != 200:
        return response
    return response.with_json({**response.json, "count": response.json["limit"]})


@breaks("AP-LST-003")
async def row_lost_between_pages(request: Request, inner: Inner, state: State) -> Response:
    offset = request.argument("offset") or "0"
    return await inner(request.with_query(offset=str(int(offset) + 1)) if int(offset) > 0 else request)


@breaks("AP-LST-003")
async def row_on_two_pages(request: Request, inner: Inner, state: State) -> Response:
    offset = request.argument("offset") or "0"
    return await inner(request.with_query(offset=str(int(offset) - 1)) if int(offset) > 0 else request)


@breaks("AP-LST-003")
async def limit_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(limit=None))


@breaks("AP-LST-004")
async def by_name(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    rows = sorted(_rows(response), key=lambda row: str(row["name"]))
    return _with_rows(response, rows) if rows else response


@breaks("AP-LST-004")
async def newest_first(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    rows = _rows(response)[::-1]
    return _with_rows(response, rows) if rows else response


@breaks("AP-LST-005")
async def default_of_20(request: Request, inner: Inner, state: State) -> Response:
    silent = request.is_list and request.argument("limit") is None
    return await inner(request.with_query(limit="20") if silent else request)


@breaks("AP-LST-005")
async def too_large_is_refused(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if request.argument("limit") == "101" else await inner(request)


@breaks("AP-LST-005")
async def limit_echoed_as_sent(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    sent = request.argument("limit")
    if not request.is_list or sent is None or response.status != 200:
        return response
    return response.with_json({**response.json, "limit": int(sent)})


@breaks("AP-LST-005")
async def negative_offset_echoed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    negative = request.argument("offset") == "-1"
    return response.with_json({**response.json, "offset": -1}) if negative else response


@breaks("AP-LST-006")
async def last_page_again(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _rows(response) or not request.argument("offset"):
        return response
    last = max(0, response.json.get("total_count", 1) - 1)
    return await inner(request.with_query(offset=str(last)))


@breaks("AP-LST-006")
async def nothing_counts_nothing(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    empty = request.is_list and response.status == 200 and not _rows(response)
    return _with_rows(response, [], 0) if empty else response


@breaks("AP-LST-007")
async def search_in_its_case(request: Request, inner: Inner, state: State) -> Response:
    text = request.argument("search")
    if text is None:
        return await inner(request)
    return await _filtered(request, inner, lambda row: text in row["name"])


@breaks("AP-LST-007")
async def search_at_the_beginning(request: Request, inner: Inner, state: State) -> Response:
    text = request.argument("search")
    if text is None:
        return await inner(request)
    return await _filtered(request, inner, lambda row: row["name"].lower().startswith(text.lower()))


@breaks("AP-LST-007")
async def search_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(search=None))


@breaks("AP-LST-008")
async def search_with_like(request: Request, inner: Inner, state: State) -> Response:
    text = request.argument("search") or ""
    if "%" not in text and "_" not in text:
        return await inner(request)
    pattern = re.escape(text).replace("%", ".*").replace("_", ".")
    begin = re.split("[%_]", text)[0]
    return await _filtered(
        request, inner, lambda row: re.search(pattern, row["name"], re.IGNORECASE), search=begin
    )


@breaks("AP-LST-008")
async def search_with_star(request: Request, inner: Inner, state: State) -> Response:
    text = request.argument("search") or ""
    if "*" not in text:
        return await inner(request)
    pattern = ".*".join(re.escape(piece) for piece in text.split("*"))
    begin = text.split("*", maxsplit=1)[0]
    return await _filtered(request, inner, lambda row: re.search(pattern, row["name"]), search=begin)


@breaks("AP-LST-008")
async def backslash_escapes(request: Request, inner: Inner, state: State) -> Response:
    text = request.argument("search")
    return await inner(request if text is None else request.with_query(search=text.replace("\\", "")))


@breaks("AP-LST-009")
async def tag_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(tags=None))


@breaks("AP-LST-009")
async def part_of_a_tag(request: Request, inner: Inner, state: State) -> Response:
    tag = request.argument("tags")
    if not tag:
        return await inner(request)
    mine = tag.rpartition("-")[0] + "-"
    return await _filtered(
        request, inner, lambda row: any(tag in held for held in row["tags"]), tags=None, search=mine
    )


@breaks("AP-LST-010")
async def every_tag(request: Request, inner: Inner, state: State) -> Response:
    wanted = set((request.argument("tags") or "").split(",")) - {""}
    if not wanted:
        return await inner(request)
    return await _filtered(request, inner, lambda row: wanted <= set(row["tags"]))


@breaks("AP-LST-010")
async def first_tag_alone(request: Request, inner: Inner, state: State) -> Response:
    tags = request.argument("tags")
    return await inner(request.with_query(tags=tags.split(",")[0]) if tags else request)


@breaks("AP-LST-010")
async def tags_in_any_case(request: Request, inner: Inner, state: State) -> Response:
    tags = request.argument("tags")
    if not tags:
        return await inner(request)
    spellings = {spelling for tag in tags.split(",") for spelling in (tag, tag[:-3] + tag[-3:].upper())}
    spellings |= {tag.upper() for tag in tags.split(",")} | {tag.lower() for tag in tags.split(",")}
    return await inner(request.with_query(tags=",".join(sorted(spellings))))


@breaks("AP-LST-011")
async def state_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(is_active=None))


@breaks("AP-LST-011")
async def false_finds_nothing(request: Request, inner: Inner, state: State) -> Response:
    false = request.argument("is_active") == "false"
    return await inner(request.with_query(is_active="true") if false else request)


@breaks("AP-LST-012")
async def one_filter_at_a_time(request: Request, inner: Inner, state: State) -> Response:
    both = request.argument("search") and request.argument("tags")
    return await inner(request.with_query(tags=None) if both else request)


@breaks("AP-LST-012")
async def state_instead_of_tags(request: Request, inner: Inner, state: State) -> Response:
    both = request.argument("tags") and request.argument("is_active")
    return await inner(request.with_query(is_active=None) if both else request)


@breaks("AP-LST-013")
async def short_rows(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    rows = [{k: v for k, v in row.items() if k != "rate_limit"} for row in _rows(response)]
    return _with_rows(response, rows) if rows else response


@breaks("AP-LST-013")
async def rows_without_budgets(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    rows = [{**row, "budgets": []} for row in _rows(response)]
    return _with_rows(response, rows) if rows else response


@breaks("AP-LST-014")
async def words_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    bad = {name: None for name in ("limit", "offset") if (request.argument(name) or "0").isalpha()}
    return await inner(request.with_query(**bad))


@breaks("AP-LST-014")
async def underscores_in_numbers(request: Request, inner: Inner, state: State) -> Response:
    limit = request.argument("limit")
    return await inner(request.with_query(limit=limit.replace("_", "")) if limit else request)


@breaks("AP-LST-014")
async def one_is_true(request: Request, inner: Inner, state: State) -> Response:
    return await inner(
        request.with_query(is_active="true") if request.argument("is_active") == "1" else request
    )
