"""Updates that are refused, and that a refusal changes nothing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from conformance.access_profiles import calls, samples
from conformance.access_profiles.calls import Profile
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LONGEST_NAME = 255
_MOST_PROVIDER_CONFIGS = 100
_MOST_BUDGETS = 100
_MOST_TAGS = 50


@check("AP-UPD-008")
def names(session: Session) -> None:
    """Renames a profile to a name with spaces around it, to its own, to capitals, and to 255 characters.

    Each is to be 200 and trimmed. Blank names and one of 256 characters are to be 400; the name of another
    profile, as it is and with spaces around it, 409; and these change nothing.
    """
    taken = calls.create(session)["name"]
    profile = calls.create(session)
    wanted, longest = session.name(), session.name().ljust(_LONGEST_NAME, "😀")
    for sent in (f"  {wanted} ", wanted, f"{wanted} ", wanted.upper(), longest):
        calls.shows(calls.update(session, profile["id"], {"name": sent}), 200, name=sent.strip())
    with _unchanged(session, profile):
        for bad in ("", " ", f"{longest}x"):
            expect.status(calls.update(session, profile["id"], {"name": bad}), 400)
        for again in (taken, f" {taken}  "):
            body = {"name": again, "description": "overwritten"}
            expect.status(calls.update(session, profile["id"], body), 409)


@check("AP-UPD-011")
def sizes(session: Session) -> None:
    """Sends 100 provider configs and 50 tags, which is to be 200, then 101 configs, 101 budgets and 51 tags.

    Each of these is to be 400, also for the budgets of a provider, and to change nothing.
    """
    profile = calls.create(session)
    fits = {"provider_configs": _provider_configs(_MOST_PROVIDER_CONFIGS), "tags": _tags(_MOST_TAGS)}
    answer = calls.update(session, profile["id"], fits)
    for name, value in fits.items():
        expect.equal(len(calls.shown(answer, 200).get(name, [])), len(value), f"the number of {name}", answer)
    budgets = [samples.budget(("1h", "1d", "1w", "1M", "1Q", "1Y")[n % 6]) for n in range(_MOST_BUDGETS + 1)]
    with _unchanged(session, profile):
        for body in (
            {"provider_configs": _provider_configs(_MOST_PROVIDER_CONFIGS + 1)},
            {"tags": _tags(_MOST_TAGS + 1)},
            {"budgets": budgets},
            {"provider_configs": [samples.provider(budgets=budgets)]},
        ):
            expect.status(calls.update(session, profile["id"], body), 400)


@check("AP-UPD-012")
def stored_sizes(session: Session) -> None:
    """Creates a profile with 51 tags and 101 provider configs, and changes its description and its budgets.

    Both are to be 200 and to keep the long lists. A shorter list of tags is to be 200 as well.
    """
    long = {"tags": _tags(_MOST_TAGS + 1), "provider_configs": _provider_configs(_MOST_PROVIDER_CONFIGS + 1)}
    profile = calls.create(session, **long)
    for body in ({"description": "Other words."}, {"budgets": [samples.budget()]}):
        answer = calls.update(session, profile["id"], body)
        faults = expect.missing_parts(calls.shown(answer, 200), long)
        expect.holds(not faults, "the long lists as they were", "; ".join(faults), answer)
    calls.shows(calls.update(session, profile["id"], {"tags": ["eu"]}), 200, tags=["eu"])


@check("AP-UPD-013")
def mcp_conflict(session: Session) -> None:
    """Sends an `exclude` override where the server is stored, and a server where the override is stored.

    Both are to be 400 and to change nothing. With the other list emptied in the same request, and on another
    client, it is to be 200.
    """
    server, exclude = {"mcp_server_id": "github"}, samples.override("exclude")
    for stored, sent, other in (
        ({"mcp_servers": [server]}, {"mcp_tool_overrides": [exclude]}, "mcp_servers"),
        ({"mcp_tool_overrides": [exclude]}, {"mcp_servers": [server]}, "mcp_tool_overrides"),
    ):
        profile = calls.create(session, **stored)
        with _unchanged(session, profile):
            expect.status(calls.update(session, profile["id"], sent), 400)
        calls.shows(calls.update(session, profile["id"], {**sent, other: []}), 200, **{other: []})
    profile = calls.create(session, mcp_servers=[server])
    elsewhere = samples.override("exclude", client="jira")
    calls.update.done(session, profile["id"], {"mcp_tool_overrides": [elsewhere]})


@check("AP-UPD-014")
def rules_of_creation(session: Session) -> None:
    """Sends bodies that break the rules of creation one by one, beside a field that is right.

    Each is to be 400, with a fault at the place that is wrong, and to change nothing.
    """
    profile = calls.create(session, **samples.full(session.name()))
    with _unchanged(session, profile):
        for pointers, fields in _broken():
            answer = calls.update(session, profile["id"], {"description": "overwritten", **fields})
            expect.refused_at(answer, pointers)


@check("AP-UPD-016")
def no_such_profile(session: Session) -> None:
    """Updates the largest id there can be and another one that nobody has; both are to be 404."""
    for profile_id in calls.absent_ids(session):
        for body in ({"description": "Other words."}, {}):
            expect.status(calls.update(session, profile_id, body), 404)


def _broken() -> Iterator[tuple[list[str], Profile]]:
    """Where a fault may be named, and the fields that hold it."""
    twice, half = [samples.budget("1M")] * 2, {"token_max_limit": 5}
    quarter = samples.budget("1M", reset_config={"quarter_start_month": 2})
    clash = [samples.override("include"), samples.override("exclude")]
    durations = ("token_reset_duration", "token_max_limit")

    def configs(*given: Any) -> Profile:
        return {"provider_configs": [*given]}

    for place, members, fields in (
        ("/bogus", (), {"bogus": 1}),
        ("/is_Active", (), {"is_Active": True}),
        ("/tags/1", (), {"tags": ["eu", 7]}),
        ("/budgets/0/max_limit", (), {"budgets": [samples.budget("1M", -1)]}),
        ("/budgets/0/reset_duration", (), {"budgets": [samples.budget("2h")]}),
        ("/budgets/1", ("reset_duration",), {"budgets": twice}),
        ("/budgets/0", ("reset_config",), {"budgets": [quarter]}),
        ("/rate_limit", durations, {"rate_limit": half}),
        ("/rate_limit", ("token_max_limit", "request_max_limit"), {"rate_limit": {}}),
        ("/provider_configs/1", ("provider_name",), configs(samples.provider(), samples.provider())),
        ("/provider_configs/0", ("provider_name",), configs({"allowed_models": []})),
        ("/provider_configs/0/budgets/1", ("reset_duration",), configs(samples.provider(budgets=twice))),
        ("/provider_configs/0/rate_limit", durations, configs(samples.provider(rate_limit=half))),
        ("/mcp_tool_overrides/0/action", (), {"mcp_tool_overrides": [samples.override("deny")]}),
        ("/mcp_tool_overrides/1", ("action", "tool_name"), {"mcp_tool_overrides": clash}),
    ):
        yield [*(f"{place}/{member}" for member in members), place], fields


def _unchanged(session: Session, profile: Profile) -> AbstractContextManager[None]:
    return expect.unchanged("the profile after the refusals", calls.profile, session, profile["id"])


def _provider_configs(number: int) -> list[Any]:
    return [samples.provider(f"provider-{n}") for n in range(number)]


def _tags(number: int) -> list[str]:
    return [f"tag-{n}" for n in range(number)]
