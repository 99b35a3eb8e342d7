"""What a new profile is normalised to: lists without repeats, amounts of six decimals, and the star."""

import json
from decimal import Decimal
from typing import Any

from conformance.access_profiles import calls, samples
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

# What is sent, and what it is rounded to. Each is the shortest text of its binary64 value.
_AMOUNTS = {
    "0.1": "0.1",
    "20.123456": "20.123456",
    "0.000001": "0.000001",
    "1234567.654321": "1234567.654321",
    "999999999.654321": "999999999.654321",
    "0.0000004": "0",
    "0.0000005": "0",
    "0.0000015": "0.000002",
    "0.0000025": "0.000002",
    "0.0000026": "0.000003",
    "1.23456789": "1.234568",
}


@check("AP-CRE-022")
def repeats(session: Session) -> None:
    """Creates with tags, allowed models and MCP links that repeat.

    Each is to be kept once, at its first place, in the answer and in a later read.
    """
    first = samples.override("include", "github", "b")
    second = samples.override("exclude", "github", "a")
    created = calls.submit(
        session,
        {
            "name": session.name(),
            "tags": ["z", "a", "z", "A", "a"],
            "provider_configs": [samples.provider(allowed_models=["m2", "m1", "m2", "m1", "m0"])],
            "mcp_tool_groups": [{"tool_group_id": n} for n in (9, 3, 9, 5, 3)],
            "mcp_servers": [{"mcp_server_id": s} for s in ("w", "b", "w")],
            "mcp_tool_overrides": [first, second, first],
        },
    )
    read = calls.read(session, calls.shown(created)["id"])
    for answer in (created, read):
        profile = calls.shown(answer, 200, 201)
        models = [config.get("allowed_models") for config in profile.get("provider_configs", [])]
        expect.equal(profile.get("tags"), ["z", "a", "A"], "tags", answer)
        expect.equal(models, [["m2", "m1", "m0"]], "allowed_models", answer)
        groups = [group.get("tool_group_id") for group in profile.get("mcp_tool_groups", [])]
        expect.equal(groups, [9, 3, 5], "mcp_tool_groups", answer)
        servers = [server.get("mcp_server_id") for server in profile.get("mcp_servers", [])]
        expect.equal(servers, ["w", "b"], "mcp_servers", answer)
        expect.equal(profile.get("mcp_tool_overrides"), [first, second], "mcp_tool_overrides", answer)


@check("AP-CRE-023")
def amounts(session: Session) -> None:
    """Creates with budgets of up to six decimals, and of more.

    The first are to come back exactly, the others rounded half to even; compared as decimal text, in the
    answer and in a later read.
    """
    configs = ", ".join(
        f'{{"provider_name": "p{number}", "budgets": [{{"max_limit": {amount}, "reset_duration": "1M"}}]}}'
        for number, amount in enumerate(_AMOUNTS)
    )
    body = f'{{"name": {json.dumps(session.name())}, "provider_configs": [{configs}]}}'
    created = calls.submit_octets(session, body.encode())
    read = calls.read(session, calls.shown(created)["id"])
    for answer in (created, read):
        calls.shown(answer, 200, 201)
        found = [config["budgets"][0]["max_limit"] for config in _exactly(answer)["provider_configs"]]
        for (sent, wanted), amount in zip(_AMOUNTS.items(), found, strict=True):
            good = amount == Decimal(wanted)
            expect.holds(good, f"max_limit {wanted}, as {sent} was sent", str(amount), answer)


@check("AP-CRE-024")
def star(session: Session) -> None:
    """Creates with `["*"]`, which is to be read as `all_models_allowed` true and an empty list.

    `*` before and after another name is to be 400.
    """
    created = calls.submit(
        session,
        {
            "name": session.name(),
            "provider_configs": [
                samples.provider("a", allowed_models=["*"]),
                samples.provider("b", allowed_models=["*"], all_models_allowed=True),
            ],
        },
    )
    read = calls.read(session, calls.shown(created)["id"])
    for answer in (created, read):
        for config in calls.shown(answer, 200, 201).get("provider_configs", []):
            expect.equal(config.get("all_models_allowed"), True, "all_models_allowed", answer)
            expect.equal(config.get("allowed_models"), [], "allowed_models", answer)
    for models in (["*", "gpt-4o"], ["gpt-4o", "*"]):
        config = samples.provider(allowed_models=models)
        expect.status(calls.submit(session, {"name": session.name(), "provider_configs": [config]}), 400)


def _exactly(answer: Answer) -> Any:
    return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)["access_profile"]
