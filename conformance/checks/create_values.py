"""What a new profile holds of what the client says: as it was sent, left out, or brought into form."""

import json
from decimal import Decimal
from typing import Any

from conformance.access_profiles import calls, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LONGEST = 255
_MANY = 120
_DEFAULTS: dict[str, Any] = {
    **{name: [] for name in ("tags", "budgets", *samples.MCP_LISTS)},
    "calendar_aligned": False,
    "description": None,
    "rate_limit": None,
}
_OF_A_CONFIG: dict[str, Any] = {
    "all_models_allowed": False,
    "allowed_models": [],
    "budgets": [],
    "rate_limit": None,
}
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


@check("AP-CRE-001")
def what_is_created_is_read(session: Session) -> None:
    """Creates with every field a client can set, and compares each value with what comes back.

    That is the answer, a read by id, and the row of the list.
    """
    sent = samples.full(session.name())
    for profile, answer in calls.seen(session, calls.submit(session, sent)):
        _holds_what_was_sent(profile, sent, answer)
    page = calls.browse(session, {"search": sent["name"]})
    rows = [row for row in calls.listed(page) if row.get("id") == profile["id"]]
    expect.equal(len(rows), 1, "rows of the new profile", page)
    _holds_what_was_sent(rows[0], sent, page)


@check("AP-CRE-007")
def defaults(session: Session) -> None:
    """Creates with a name alone, and with a provider config of a name alone.

    What was left out is compared with the defaults, in the answer and in a later read.
    """
    body = {"name": session.name(), "provider_configs": [samples.provider()]}
    for sent in ({"name": session.name()}, body):
        for found, answer in calls.seen(session, calls.submit(session, sent)):
            expect.fields(found, answer, **_DEFAULTS)
            configs: Any = found.get("provider_configs")
            expect.holds(isinstance(configs, list), "a list provider_configs", configs, answer)
            expect.equal(len(configs), len(sent.get("provider_configs", [])), "provider configs", answer)
            for config in configs:
                expect.fields(config, answer, **_OF_A_CONFIG)


@check("AP-CRE-014")
def no_limit_on_lists(session: Session) -> None:
    """Creates with 51 tags, then with 120 tags and 120 provider configs of six budgets each.

    Both are to be 201, and nothing is to be missing in a later read.
    """
    small = calls.submit_named(session, tags=[f"tag-{n}" for n in range(51)])
    expect.equal(len(calls.shown(small).get("tags", [])), 51, "the number of tags", small)
    budgets = [samples.budget(duration) for duration in ("1h", "1d", "1w", "1M", "1Q", "1Y")]
    sent = {
        "name": session.name(),
        "tags": [f"tag-{n}" for n in range(_MANY)],
        "budgets": budgets,
        "provider_configs": [samples.provider(f"provider-{n}", budgets=budgets) for n in range(_MANY)],
    }
    for found, answer in calls.seen(session, calls.submit(session, sent)):
        _holds_what_was_sent(found, sent, answer)


@check("AP-CRE-002")
def trimmed(session: Session) -> None:
    """Creates with spaces around the name and looks for the name without them.

    It is to be so in the answer and in a later read. Names of white space alone are to be 400.
    """
    name = session.name(" with a gap")
    for profile, answer in calls.seen(session, calls.submit(session, {"name": f"  {name} "})):
        expect.fields(profile, answer, name=name)
    for blank in (" ", "    ", ""):
        expect.status(calls.submit(session, {"name": blank}), 400)


@check("AP-CRE-003")
def longest(session: Session) -> None:
    """Creates with names of 255 characters, which are to come back whole.

    One of them is made of characters beyond the Basic Multilingual Plane. Names of 256 are to be 400.
    """
    for filler in ("x", "ß", "😀"):
        name, longer = session.name().ljust(_LONGEST, filler), session.name().ljust(_LONGEST + 1, filler)
        calls.shows(calls.submit(session, {"name": name}), 201, name=name)
        expect.status(calls.submit(session, {"name": longer}), 400)


@check("AP-CRE-004")
def unique(session: Session) -> None:
    """Creates, then creates again with the same name, as it is and with spaces around it.

    Both are to be 409, and the list is to hold the name once.
    """
    name = calls.create(session)["name"]
    for again in (name, f" {name}", f"{name}  "):
        expect.status(calls.submit(session, {"name": again, "description": "the second"}), 409)
    expect.equal([row.get("name") for row in calls.rows(session)], [name], "the names in the list")


@check("AP-CRE-005")
def case_counts(session: Session) -> None:
    """Creates three names that differ in upper and lower case alone; each is to be 201."""
    name = session.name(" Analyst")
    for spelling in (name, name.upper(), name.lower()):
        calls.shows(calls.submit(session, {"name": spelling}), 201, name=spelling)


@check("AP-CRE-022")
def repeats(session: Session) -> None:
    """Creates with tags, allowed models and MCP links that repeat.

    Each is to be kept once, at its first place, in the answer and in a later read.
    """
    first = samples.override("include", "github", "b")
    second = samples.override("exclude", "github", "a")
    created = calls.submit_named(
        session,
        tags=["z", "a", "z", "A", "a"],
        provider_configs=[samples.provider(allowed_models=["m2", "m1", "m2", "m1", "m0"])],
        mcp_tool_groups=[{"tool_group_id": n} for n in (9, 3, 9, 5, 3)],
        mcp_servers=[{"mcp_server_id": s} for s in ("w", "b", "w")],
        mcp_tool_overrides=[first, second, first],
    )
    for profile, answer in calls.seen(session, created):
        expect.fields(profile, answer, tags=["z", "a", "A"], mcp_tool_overrides=[first, second])
        for name, member, wanted in (
            ("provider_configs", "allowed_models", [["m2", "m1", "m0"]]),
            ("mcp_tool_groups", "tool_group_id", [9, 3, 5]),
            ("mcp_servers", "mcp_server_id", ["w", "b"]),
        ):
            found = [each.get(member) for each in profile.get(name, [])]
            expect.equal(found, wanted, f"{member} of {name}", answer)


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
    for _, answer in calls.seen(session, calls.submit_octets(session, body.encode())):
        found = [config["budgets"][0]["max_limit"] for config in _exactly(answer)["provider_configs"]]
        for (sent, wanted), amount in zip(_AMOUNTS.items(), found, strict=True):
            good = amount == Decimal(wanted)
            expect.holds(good, f"max_limit {wanted}, as {sent} was sent", str(amount), answer)


@check("AP-CRE-024")
def star(session: Session) -> None:
    """Creates with `["*"]`, which is to be read as `all_models_allowed` true and an empty list.

    `*` before and after another name is to be 400.
    """
    stars = [
        samples.provider("a", allowed_models=["*"]),
        samples.provider("b", allowed_models=["*"], all_models_allowed=True),
    ]
    for profile, answer in calls.seen(session, calls.submit_named(session, provider_configs=stars)):
        for config in profile.get("provider_configs", []):
            expect.fields(config, answer, all_models_allowed=True, allowed_models=[])
    for models in (["*", "gpt-4o"], ["gpt-4o", "*"]):
        configs = [samples.provider(allowed_models=models)]
        expect.status(calls.submit_named(session, provider_configs=configs), 400)


def _holds_what_was_sent(profile: Profile, sent: dict[str, Any], answer: Answer) -> None:
    faults = expect.missing_parts(profile, sent)
    expect.holds(not faults, "every value as it was sent", "; ".join(faults[:5]), answer)


def _exactly(answer: Answer) -> Any:
    return json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)["access_profile"]
