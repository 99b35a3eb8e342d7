"""Faults of updates: what is absent, null or empty, and what the server sets."""

from dataclasses import replace
from operator import itemgetter
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import mentions, on, sends, sent
from conformance.selftest.faults.profiles import (
    LATER,
    LISTS,
    PROFILE,
    UPDATE,
    at_profile,
    beside_stored,
    beside_templates,
    edited,
    profile_of,
    profile_path,
    stored,
)
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import only, rewritten, with_defaults, without_null

Body = dict[str, Any]

_update = on(UPDATE)


def _merged_configs(body: Body, kept: Body) -> Body:
    before = {config["provider_name"]: config for config in kept.get("provider_configs", [])}
    configs = [{**before.get(config["provider_name"], {}), **config} for config in body["provider_configs"]]
    return {**body, "provider_configs": configs}


def _without_budgets_of_providers(body: Body, kept: Body) -> Body:
    return {"provider_configs": [{**c, "budgets": []} for c in kept.get("provider_configs", [])], **body}


@on(UPDATE).serve
async def answered_as_before(request: Request, inner: Inner, state: State) -> Response:
    before = await stored(request, inner)
    return edited(await inner(request), **before)


async def each_update_is_a_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    idle = state.memory.setdefault(profile_path(request), 0)
    if request.operation_id == UPDATE and response.status == 200:
        idle = state.memory[profile_path(request)] = idle + 1
    return edited(response, version=idle + 1)


@on(UPDATE).serve
async def each_update_is_a_moment(request: Request, inner: Inner, state: State) -> Response:
    before = (await stored(request, inner)).get("version")
    response = await inner(request)
    return edited(response, updated_at=LATER) if profile_of(response).get("version") == before else response


def _at_state(request: Request, state: State) -> Request:
    return at_profile("/activate" if request.json["is_active"] else "/deactivate")(request, state)


def _created(request: Request, _: State) -> Request:
    path = profile_path(request).rpartition("/")[0]
    return replace(request, method="POST", path=path).with_json({"name": uuid4().hex, **request.sent})


FAULTS: dict[str, Fault] = {
    "AP-UPD-001/put_replaces_all": _update.send(
        with_defaults(description=None, rate_limit=None, **{name: [] for name in LISTS})
    ),
    "AP-UPD-001/budgets_of_providers_are_lost": beside_stored(
        mentions("budgets"), _without_budgets_of_providers
    ),
    "AP-UPD-002/lists_are_added_to": beside_stored(
        mentions("tags"), lambda body, kept: {**body, "tags": kept.get("tags", []) + body["tags"]}
    ),
    "AP-UPD-002/empty_is_absent": _update.send(
        rewritten(lambda body: {name: value for name, value in body.items() if value != []})
    ),
    "AP-UPD-002/provider_configs_are_merged": beside_stored(mentions("provider_configs"), _merged_configs),
    "AP-UPD-003/absent_rate_limit_is_removed": _update.send(with_defaults(rate_limit=None)),
    "AP-UPD-003/null_rate_limit_is_absent": _update.send(without_null("rate_limit")),
    "AP-UPD-003/rate_limit_is_merged": beside_stored(
        lambda request: isinstance(request.sent.get("rate_limit"), dict),
        lambda body, kept: {**body, "rate_limit": {**kept.get("rate_limit", {}), **body["rate_limit"]}},
    ),
    "AP-UPD-004/null_description_is_absent": _update.send(without_null("description")),
    "AP-UPD-004/null_description_is_empty": on(UPDATE, when=sends(description=None)).send(description=""),
    "AP-UPD-005/null_list_clears": _update.send(
        rewritten(
            lambda body: {
                name: [] if name in LISTS and value is None else value for name, value in body.items()
            }
        )
    ),
    "AP-UPD-005/null_list_is_absent": _update.send(without_null(*LISTS)),
    "AP-UPD-005/null_alignment_is_false": on(UPDATE, when=sends(calendar_aligned=None)).send(
        calendar_aligned=False
    ),
    "AP-UPD-006/answered_as_before": answered_as_before,
    "AP-UPD-006/version_stays": on().set(f"{PROFILE}/version", 1),
    "AP-UPD-006/updated_at_stays": on().merge(PROFILE, updated_at=itemgetter("created_at")),
    "AP-UPD-006/created_at_moves": on().merge(PROFILE, created_at=itemgetter("updated_at")),
    "AP-UPD-007/each_update_is_a_version": each_update_is_a_version,
    "AP-UPD-007/each_update_is_a_moment": each_update_is_a_moment,
    "AP-UPD-009/server_fields_are_refused": on(UPDATE, when=mentions("version")).refuse(400),
    "AP-UPD-009/state_is_taken": on(
        UPDATE, when=lambda request: isinstance(request.sent.get("is_active"), bool), status=200
    ).retry(_at_state),
    "AP-UPD-009/times_are_taken": on(UPDATE, when=sends("created_at")).set(
        f"{PROFILE}/created_at", sent("created_at")
    ),
    "AP-UPD-015/copies_follow": on(UPDATE, status=200).also(
        at_profile("/propagate", "POST"), only(fields=["budgets"])
    ),
    "AP-UPD-015/copies_are_renamed": beside_templates(
        lambda copy, template: copy | {"name": template.get("name")}
    ),
    "AP-UPD-016/absent_is_400_to_an_update": on(UPDATE, status=404).refuse(400),
    "AP-UPD-016/absent_is_created": on(UPDATE, when=lambda request: request.sent, status=404)
    .retry(_created)
    .status(200),
    "AP-UPD-016/nothing_is_changed_for_nobody": on(
        UPDATE, when=lambda request: request.json == {}, status=404
    ).status(200),
}
