"""The lines of a policy under updates: which keep their ids, and that the copies of users stay."""

from typing import Any

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.calls import Profile
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_HOUR, _DAY, _MONTH = (samples.budget(duration) for duration in ("1h", "1d", "1M"))


@check("AP-UPD-010")
def ids(session: Session) -> None:
    """Creates two providers and two budgets in each list, and replaces the lists again and again.

    Budgets are found by `reset_duration`, by id under another duration, and by id where two could be meant;
    providers by `provider_name` and by id under another name. What is not found is to have an id that was not
    there before.
    """
    configs = [samples.provider("openai", budgets=[_DAY, _MONTH]), samples.provider("anthropic")]
    profile = calls.create(session, budgets=[_DAY, _MONTH], provider_configs=configs)
    _budgets_are_found(session, profile)
    _provider_configs_are_found(session, profile)


@check("AP-UPD-015")
def copies_stay(session: Session) -> None:
    """Gives a user a copy of a full profile, then updates every field of the profile.

    The copy is to be as it was, its name, ids and limits included.
    """
    held = fixtures.held(session, **samples.full(session.name()))
    before, _ = holdings.only_copy(session, held.user_id)
    changes: tuple[dict[str, Any], ...] = (
        {"name": session.name(), "description": None, "tags": []},
        {"budgets": [samples.budget("1M", 1)], "provider_configs": [samples.provider(budgets=[_HOUR])]},
        {"rate_limit": {"request_max_limit": 1, "request_reset_duration": "1w"}},
        {"mcp_tool_groups": [], "mcp_servers": [], "mcp_tool_overrides": []},
        {"calendar_aligned": False, "rate_limit": None, "budgets": [], "provider_configs": []},
    )
    for body in changes:
        calls.update.done(session, held.profile_id, body)
        holdings.copies_are(session, held.user_id, [before])


def _budgets_are_found(session: Session, profile: Profile) -> None:
    day, month = holdings.ids(profile["budgets"])
    seen = {day, month}

    def kept(budgets: list[Any], expected: list[str | None]) -> list[str]:
        answer = calls.update(session, profile["id"], {"budgets": budgets})
        found = holdings.ids(calls.shown(answer, 200).get("budgets", []))
        _are(found, expected, seen, "ids of the budgets", answer)
        read = calls.read(session, profile["id"])
        _are(holdings.ids(calls.shown(read, 200).get("budgets", [])), found, seen, "ids read later", read)
        seen.update(found)
        return found

    _, _, hour = kept([{**_MONTH, "max_limit": 99}, _DAY, _HOUR], [month, day, None])
    # By its id under another duration, though another line has that duration.
    kept([{**_HOUR, "id": day}, {**_MONTH, "id": month}], [day, month])
    # An id of nothing counts for nothing, and a line that was removed does not come back.
    kept([{**_MONTH, "id": "none"}, _DAY], [month, None])
    kept([{**_MONTH, "id": hour}], [month])
    # The id decides before the duration, and no id is there twice.
    kept([_MONTH, {**_HOUR, "id": month}], [None, month])


def _provider_configs_are_found(session: Session, profile: Profile) -> None:
    openai, anthropic = (config["id"] for config in profile["provider_configs"])
    lines = holdings.ids(profile["provider_configs"][0]["budgets"])
    seen = {openai, anthropic}

    def kept(configs: list[Any], expected: list[int | None]) -> list[Profile]:
        answer = calls.update(session, profile["id"], {"provider_configs": configs})
        found: list[Profile] = calls.shown(answer, 200).get("provider_configs", [])
        _are(holdings.ids(found), expected, seen, "ids of the provider configs", answer)
        seen.update(config["id"] for config in found)
        return found

    budgets = [{**_MONTH, "max_limit": 99}, _DAY]
    mistral = samples.provider("mistral")
    found = kept(
        [mistral, samples.provider("anthropic"), samples.provider(budgets=budgets)], [None, anthropic, openai]
    )
    expect.equal(holdings.ids(found[2]["budgets"]), lines[::-1], "ids of the provider's budgets")
    kept([samples.provider("azure", id=openai)], [openai])
    kept([mistral, samples.provider("azure", id=openai)], [None, openai])


def _are(found: list[Any], expected: list[Any], seen: set[Any], what: str, *answers: Any) -> None:
    """The ids are the expected ones; where None is expected, one that was not there before."""
    shown = ["a fresh id" if wanted is None else wanted for wanted in expected]
    good = len(found) == len(expected) and all(
        (given is not None and given not in seen) if wanted is None else given == wanted
        for given, wanted in zip(found, expected, strict=True)
    )
    expect.holds(good, f"{what} = {expect.show(shown)}", found, *answers)
    expect.equal(len(set(found)), len(found), f"the number of different {what}", *answers)
