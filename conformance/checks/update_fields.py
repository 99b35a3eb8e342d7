"""Updates that change one field and keep the others: what is absent, null, empty, or there already."""

import time
from typing import Any

from conformance.access_profiles import calls, samples
from conformance.access_profiles.calls import Profile
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LISTS: dict[str, list[Any]] = {
    "tags": ["us"],
    "provider_configs": [
        samples.provider(
            "mistral", all_models_allowed=False, allowed_models=["small"], budgets=[samples.budget("1w")]
        ),
    ],
    "budgets": [samples.budget("1Y", 7), samples.budget("1d", 0.5)],
    "mcp_tool_groups": [{"tool_group_id": 9}],
    "mcp_servers": [{"mcp_server_id": "wiki"}, {"mcp_server_id": "shop"}],
    "mcp_tool_overrides": [samples.override("include", "jira", "comment")],
}
_LIMIT = {"token_max_limit": 5, "token_reset_duration": "1d"}


@check("AP-UPD-001")
def others_are_kept(session: Session) -> None:
    """Creates a full profile and updates each of its fields, one at a time.

    After each update all other fields are to be as they were, their ids included, in the answer and in a
    later read. What windows do is left out, as a change of `calendar_aligned` moves them.
    """
    profile = _full(session)
    changes = {
        "name": session.name(),
        "description": "Other words.",
        **_LISTS,
        "rate_limit": _LIMIT,
        "calendar_aligned": False,
    }
    for name, value in changes.items():
        before = _others(calls.profile(session, profile["id"]), name)
        for found, answer in calls.seen(session, calls.update(session, profile["id"], {name: value}), 200):
            expect.equal(_others(found, name), before, f"the fields other than {name}", answer)


@check("AP-UPD-002")
def lists_are_replaced(session: Session) -> None:
    """Creates a full profile and sends each list, once with other entries and once empty.

    Each is to be just what was sent. A provider config that is sent with its name alone is to have lost its
    models, budgets and rate limit.
    """
    profile = _full(session)
    bare = [samples.provider()]
    alone = [{**bare[0], "all_models_allowed": False, "allowed_models": [], "budgets": []}]
    _becomes(session, profile, {"provider_configs": bare}, provider_configs=alone)
    config = calls.profile(session, profile["id"])["provider_configs"][0]
    expect.holds("rate_limit" not in config, "no rate limit of the provider", config)
    for name, value in _LISTS.items():
        for sent in (value, []):
            _becomes(session, profile, {name: sent}, **{name: sent})


@check("AP-UPD-003")
def rate_limit(session: Session) -> None:
    """Creates a profile with a rate limit and updates it without one, with another one, and with `null`.

    It is to be kept, to be the other one alone, and to be absent.
    """
    kept = {"request_max_limit": 1000, "request_reset_duration": "1w"}
    profile = calls.create(session, rate_limit=kept)
    _becomes(session, profile, {"description": "Other words."}, rate_limit=kept)
    _becomes(session, profile, {"rate_limit": _LIMIT}, rate_limit={**_LIMIT, "request_max_limit": None})
    _becomes(session, profile, {"rate_limit": None}, rate_limit=None)


@check("AP-UPD-004")
def description(session: Session) -> None:
    """Creates a profile with a description and updates it with `null`, which is to be what is read."""
    profile = calls.create(session, description="What it is for.")
    _becomes(session, profile, {"description": None}, description=None)


@check("AP-UPD-005")
def null(session: Session) -> None:
    """Sends `null` for each list, which is to be 400 and to change nothing.

    Then for `calendar_aligned`, alone and with a new description: that is to be 200, and the setting to stay.
    """
    profile = _full(session)
    before = calls.profile(session, profile["id"])
    for name in _LISTS:
        expect.status(calls.update(session, profile["id"], {name: None}), 400)
    expect.equal(calls.profile(session, profile["id"]), before, "the profile after the refusals")
    answer = calls.update(session, profile["id"], {"calendar_aligned": None})
    expect.equal(calls.shown(answer, 200), before, "the profile", answer)
    changed = {"description": "Other words."}
    _becomes(session, profile, {"calendar_aligned": None, **changed}, calendar_aligned=True, **changed)


@check("AP-UPD-006")
def version(session: Session) -> None:
    """Creates a profile, waits a second, as instants may be whole seconds, and changes it twice.

    `version` is to be 2 and 3, `updated_at` to move, `created_at` to stay, and each answer to be what a later
    read gives.
    """
    before = calls.create(session)
    time.sleep(1.01)
    for number, change in ((2, {"tags": ["eu"]}), (3, {"name": session.name()})):
        answer = calls.update(session, before["id"], change)
        after = calls.shown(answer, 200)
        expect.fields(after, answer, version=number, created_at=before["created_at"])
        moved = after.get("updated_at") != before["updated_at"]
        expect.holds(moved, "another updated_at", after.get("updated_at"), answer)
        read = calls.read(session, before["id"])
        expect.equal(calls.shown(read, 200), after, "the profile in a later read", answer, read)


@check("AP-UPD-007")
def no_change(session: Session) -> None:
    """Creates a full profile and sends `{}`, each of its fields as it is, and all of them together.

    Each is to be 200, and the profile to be the same, `version` and `updated_at` too.
    """
    body = samples.full(session.name())
    profile = calls.create(session, **body)
    before = calls.profile(session, profile["id"])
    for same in ({}, *({name: value} for name, value in body.items()), body):
        answer = calls.update(session, profile["id"], same)
        expect.equal(calls.shown(answer, 200), before, "the profile", answer)
    expect.equal(calls.profile(session, profile["id"]), before, "the profile in a later read")


@check("AP-UPD-009")
def server_fields(session: Session) -> None:
    """Reads a full profile and sends all of it back.

    Then does so with other values in the fields that the server sets. Nothing is to change.
    """
    profile = _full(session)
    before = calls.profile(session, profile["id"])
    forged = {
        **before,
        "id": before["id"] + 1,
        "is_active": not before["is_active"],
        "version": 99,
        "created_at": "2001-01-01T00:00:00Z",
        "updated_at": "2001-01-01T00:00:00Z",
        "budgets": [
            {**line, "scope": "forged", "current_usage": 5, "last_reset": "2001-01-01T00:00:00Z"}
            for line in before["budgets"]
        ],
        "rate_limit": {**before["rate_limit"], "token_current_usage": 5, "request_current_usage": 5},
    }
    for body in (before, forged):
        for found, answer in calls.seen(session, calls.update(session, profile["id"], body), 200):
            expect.equal(found, before, "the profile", answer)


def _others(profile: Profile, name: str) -> Profile:
    """What an update of a field leaves as it is."""
    kept: Profile = expect.without({**profile, name: None}, "version", "updated_at", "last_reset")
    return kept


def _full(session: Session) -> Profile:
    return calls.create(session, **samples.full(session.name()))


def _becomes(session: Session, profile: Profile, body: Profile, **wanted: Any) -> None:
    """After this update the profile has what is wanted, at once and later. More than that does not count."""
    for found, answer in calls.seen(session, calls.update(session, profile["id"], body), 200):
        faults = expect.missing_parts(found, wanted)
        expect.holds(not faults, f"a profile with {expect.show(wanted)}", "; ".join(faults), answer)
