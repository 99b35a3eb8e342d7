"""Bodies that no schema refuses and that are refused all the same, with the place of the fault."""

from typing import Any

from conformance.access_profiles import calls, samples
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("AP-CRE-015")
def provider_twice(session: Session) -> None:
    """Creates with one provider in two configs, side by side and with another between them.

    Both are to be 400, with the pointer of the second.
    """
    openai, other = samples.provider("openai"), samples.provider("anthropic")
    for configs, second in (([openai, openai], 1), ([openai, other, openai], 2)):
        answer = calls.submit_named(session, provider_configs=configs)
        place = f"/provider_configs/{second}"
        expect.refused_at(answer, (f"{place}/provider_name", place))
    expect.status(calls.submit_named(session, provider_configs=[openai, other]), 201)


@check("AP-CRE-016")
def duration_twice(session: Session) -> None:
    """Creates with one reset duration twice in the profile's list of budgets, then in a provider's.

    Both are to be 400, with the pointer of the second, and so are quarters that begin in different months.
    The same duration in two lists is to be 201.
    """
    month, day = samples.budget("1M"), samples.budget("1d")
    answer = calls.submit_named(session, budgets=[month, day, samples.budget("1M", 99)])
    expect.refused_at(answer, ("/budgets/2/reset_duration", "/budgets/2"))
    answer = calls.submit_named(session, provider_configs=[samples.provider(budgets=[month, month])])
    place = "/provider_configs/0/budgets/1"
    expect.refused_at(answer, (f"{place}/reset_duration", place))
    answer = calls.submit_named(session, budgets=[samples.quarterly(2), samples.quarterly(3)])
    expect.refused_at(answer, ("/budgets/1/reset_duration", "/budgets/1"))
    configs = [samples.provider("a", budgets=[month]), samples.provider("b", budgets=[month])]
    expect.status(calls.submit_named(session, budgets=[month], provider_configs=configs), 201)


@check("AP-CRE-017")
def server_and_exclusion(session: Session) -> None:
    """Creates with a server and an `exclude` override on the same client, which is to be 400.

    Without the server, with another server, and with `include`, it is to be 201.
    """
    server, other = {"mcp_server_id": "github"}, {"mcp_server_id": "jira"}
    exclude, include = samples.override("exclude"), samples.override("include")
    for servers, overrides, status in (
        ([server], [exclude], 400),
        ([other, server], [include, exclude], 400),
        ([], [exclude], 201),
        ([other], [exclude], 201),
        ([server], [include], 201),
    ):
        answer = calls.submit_named(session, mcp_servers=servers, mcp_tool_overrides=overrides)
        expect.status(answer, status)


@check("AP-CRE-018")
def include_and_exclude(session: Session) -> None:
    """Creates with an `include` and an `exclude` override of one tool of one client.

    In both orders that is to be 400; of two tools, or of two clients, it is to be 201.
    """
    include, exclude = samples.override("include"), samples.override("exclude")
    other_tool, other_client = samples.override("exclude", tool="x"), samples.override("exclude", client="x")
    for overrides, status in (
        ([include, exclude], 400),
        ([exclude, include], 400),
        ([include, other_tool], 201),
        ([include, other_client], 201),
    ):
        expect.status(calls.submit_named(session, mcp_tool_overrides=overrides), status)


@check("AP-CRE-019")
def half_a_rate_limit(session: Session) -> None:
    """Creates with rate limits that lack a duration, a maximum, or both, for the profile and for a provider.

    Each is to be 400. Whole ones are to be 201, and so is `null`.
    """
    for half in (
        {"token_max_limit": 5},
        {"request_max_limit": 5},
        {"token_reset_duration": "1h"},
        {**samples.rate_limit(tokens=(5, "1h")), "request_reset_duration": "1h"},
        {},
    ):
        expect.status(calls.submit_named(session, rate_limit=half), 400)
        expect.status(calls.submit_named(session, provider_configs=[samples.provider(rate_limit=half)]), 400)
    for whole in (samples.rate_limit(tokens=(5, "1h")), None):
        configs = [samples.provider(rate_limit=whole)]
        expect.status(calls.submit_named(session, rate_limit=whole, provider_configs=configs), 201)


@check("AP-CRE-020")
def quarter_of_a_month(session: Session) -> None:
    """Creates with a `reset_config` on a budget of a month, which is to be 400.

    So for the profile as for a provider. On a budget of a quarter it is to be 201.
    """
    quarter = samples.quarterly(2)
    month = {**quarter, "reset_duration": "1M"}
    expect.status(calls.submit_named(session, budgets=[month]), 400)
    expect.status(calls.submit_named(session, provider_configs=[samples.provider(budgets=[month])]), 400)
    configs = [samples.provider(budgets=[quarter])]
    expect.status(calls.submit_named(session, budgets=[quarter], provider_configs=configs), 201)


@check("AP-CRE-021")
def unknown_fields(session: Session) -> None:
    """Creates with an unknown field in each kind of object, one at a time.

    Each is to be 400, with the pointer of that field.
    """
    bogus: dict[str, Any] = {"bogus": 1}
    quarter = samples.budget("1Q", reset_config={"quarter_start_month": 2, **bogus})
    limit = {**samples.rate_limit(tokens=(5, "1h")), **bogus}
    for pointer, fields in (
        ("/bogus", bogus),
        ("/budgets/0/bogus", {"budgets": [samples.budget(**bogus)]}),
        ("/budgets/0/reset_config/bogus", {"budgets": [quarter]}),
        ("/rate_limit/bogus", {"rate_limit": limit}),
        ("/provider_configs/0/bogus", {"provider_configs": [samples.provider(**bogus)]}),
        ("/provider_configs/0/rate_limit/bogus", {"provider_configs": [samples.provider(rate_limit=limit)]}),
        ("/mcp_tool_groups/0/bogus", {"mcp_tool_groups": [{"tool_group_id": 1, **bogus}]}),
        ("/mcp_servers/0/bogus", {"mcp_servers": [{"mcp_server_id": "w", **bogus}]}),
        ("/mcp_tool_overrides/0/bogus", {"mcp_tool_overrides": [{**samples.override("include"), **bogus}]}),
    ):
        expect.refused_at(calls.submit_named(session, **fields), (pointer,))
