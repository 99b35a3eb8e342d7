"""Faults of updates: which lines keep their ids, names, sizes, rules, and several clients at once."""

from typing import Any

from conformance.selftest.combinators import On, mentions, on, sends
from conformance.selftest.faults.profiles import PROFILE, UPDATE, beside_stored, edited, profile_of, stored
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import alone, cut, fresh, rewritten, with_header, without

Body = dict[str, Any]


def _name(request: Request) -> Any:
    return request.sent.get("name")


def _is_hurried(request: Request) -> bool:
    """Return whether the request is one of a race: these have a connection of their own."""
    return bool(request.sent) and request.header("connection") == "close"


def _cleared_first(member: str) -> Fault:
    @on(UPDATE, when=sends(member)).serve
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        await inner(request.with_json({member: []}))
        return await inner(request)

    return fault


def _cut(member: str, most: int) -> On:
    return on(UPDATE, when=mentions(member)).send(cut(member, most))


def _compared_alone(sent: str, other: str) -> On:
    """Compare what is sent alone."""
    return on(UPDATE, when=lambda request: request.sent.get(sent) and other not in request.sent).send(
        **{other: []}
    )


def _without_ids(body: Body) -> Body:
    lists: Body = {
        member: [{key: value for key, value in line.items() if key != "id"} for line in body[member]]
        for member in ("budgets", "provider_configs")
        if member in body
    }
    return {**body, **lists}


def _with_sent_ids(request: Request, response: Response) -> Response:
    pairs = zip(profile_of(response)["budgets"], request.json["budgets"], strict=True)
    return edited(response, budgets=[{**line, "id": sent.get("id", line["id"])} for line, sent in pairs])


def _by_position(body: Body, kept: Body) -> Body:
    ids = [config["id"] for config in kept.get("provider_configs", [])]
    configs = body["provider_configs"]
    placed = [{**config, "id": line_id} for config, line_id in zip(configs, ids, strict=False)]
    return {**body, "provider_configs": placed + configs[len(ids) :]}


def _last_of_each_duration(body: Body) -> list[Body]:
    return list({line.get("reset_duration"): line for line in body["budgets"]}.values())


@on(UPDATE, when=lambda request: _name(request) is not None).serve
async def own_name_is_taken(request: Request, inner: Inner, state: State) -> Response:
    is_own = _name(request) == (await stored(request, inner)).get("name")
    return refusal(409) if is_own else await inner(request)


FAULTS: dict[str, Fault] = {
    "AP-UPD-008/own_name_is_taken": own_name_is_taken,
    "AP-UPD-008/renamed_without_trimming": on(UPDATE, when=_name, status=200).set(f"{PROFILE}/name", _name),
    "AP-UPD-008/taken_name_is_400": on(UPDATE, when=mentions("name"), status=409).refuse(400),
    "AP-UPD-008/long_name_is_cut": on(UPDATE, when=_name).send(cut("name", 255)),
    "AP-UPD-008/rest_is_kept_of_a_refusal": on(UPDATE, when=mentions("description"), status=409).also(
        alone("description")
    ),
    "AP-UPD-010/budgets_are_always_fresh": _cleared_first("budgets"),
    "AP-UPD-010/provider_configs_are_always_fresh": _cleared_first("provider_configs"),
    "AP-UPD-010/ids_are_not_looked_at": on(UPDATE, when=mentions("budgets", "provider_configs")).send(
        rewritten(_without_ids)
    ),
    "AP-UPD-010/sent_ids_are_taken": on(UPDATE, when=sends("budgets"), status=200).answer(_with_sent_ids),
    "AP-UPD-010/lines_are_found_by_position": beside_stored(mentions("provider_configs"), _by_position),
    "AP-UPD-011/surplus_tags_are_dropped": _cut("tags", 50),
    "AP-UPD-011/surplus_provider_configs_are_dropped": _cut("provider_configs", 100),
    "AP-UPD-011/fiftieth_tag_is_too_many": on(
        UPDATE, when=lambda request: len(request.sent.get("tags", [])) >= 50
    ).refuse(400),
    "AP-UPD-012/stored_tags_are_counted": beside_stored(
        mentions("description"), lambda body, kept: None if len(kept.get("tags", [])) > 50 else body
    ),
    "AP-UPD-012/stored_tags_are_cut": beside_stored(
        lambda request: request.sent and "tags" not in request.sent,
        lambda body, kept: {**body, "tags": kept.get("tags", [])[:50]},
    ),
    "AP-UPD-013/stored_servers_are_not_looked_at": _compared_alone("mcp_tool_overrides", "mcp_servers"),
    "AP-UPD-013/stored_overrides_are_not_looked_at": _compared_alone("mcp_servers", "mcp_tool_overrides"),
    "AP-UPD-013/replaced_servers_are_looked_at": on(
        UPDATE, when=sends("mcp_tool_overrides", mcp_servers=[])
    ).send(alone("mcp_tool_overrides")),
    "AP-UPD-014/unknown_fields_are_dropped": on(UPDATE, when=mentions("bogus")).send(without("bogus")),
    "AP-UPD-014/fault_has_no_place": on(UPDATE, when=lambda request: request.sent, status=400).refuse(400),
    "AP-UPD-014/half_of_it_is_kept": on(UPDATE, when=mentions("description"), status=400).also(
        alone("description")
    ),
    "AP-UPD-014/last_of_two_budgets_counts": on(UPDATE, when=sends("budgets")).send(
        budgets=_last_of_each_duration
    ),
    "AP-UPD-017/rename_looks_then_writes": on(UPDATE, when=_is_hurried, status=409)
    .retry(name=fresh)
    .set(f"{PROFILE}/name", _name),
    "AP-UPD-017/all_renames_lose": on(UPDATE, when=_is_hurried, status=200).refuse(409),
    "AP-UPD-018/last_writer_wins": on(UPDATE, when=_is_hurried).send(with_header("if-match", None)),
    "AP-UPD-018/losers_conflict": on(UPDATE, when=_is_hurried, status=412).refuse(409),
}
