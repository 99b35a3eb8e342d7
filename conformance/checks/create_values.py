"""What a new profile holds of what the client says: what was sent, and what was left out."""

from typing import Any

from conformance.access_profiles import calls, samples
from conformance.access_profiles.calls import Profile
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_MANY = 120


@check("AP-CRE-001")
def what_is_created_is_read(session: Session) -> None:
    """Creates with every field a client can set, and compares each value with what comes back.

    That is the answer, a read by id, and the row of the list.
    """
    sent = samples.full(session.name())
    answer = calls.submit(session, sent)
    profile = calls.shown(answer)
    _holds_what_was_sent(profile, sent, answer)
    read = calls.read(session, profile["id"])
    _holds_what_was_sent(calls.shown(read, 200), sent, read)
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
        created = calls.submit(session, sent)
        profile = calls.shown(created)
        read = calls.read(session, profile["id"])
        for found, answer in ((profile, created), (calls.shown(read, 200), read)):
            for field in ("tags", "budgets", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides"):
                expect.equal(found.get(field), [], field, answer)
            expect.equal(found.get("calendar_aligned"), False, "calendar_aligned", answer)
            expect.equal(found.get("description"), None, "description", answer)
            expect.equal(found.get("rate_limit"), None, "rate_limit", answer)
            configs = found.get("provider_configs")
            expect.holds(isinstance(configs, list), "a list provider_configs", configs, answer)
            expect.equal(
                len(configs or []), len(sent.get("provider_configs", [])), "provider configs", answer
            )
            for config in configs or []:
                expect.equal(config.get("all_models_allowed"), False, "all_models_allowed", answer)
                expect.equal(config.get("allowed_models"), [], "allowed_models", answer)
                expect.equal(config.get("budgets"), [], "budgets of the provider", answer)
                expect.equal(config.get("rate_limit"), None, "rate_limit of the provider", answer)


@check("AP-CRE-014")
def no_limit_on_lists(session: Session) -> None:
    """Creates with 51 tags, then with 120 tags and 120 provider configs of six budgets each.

    Both are to be 201, and nothing is to be missing in a later read.
    """
    small = calls.submit(session, {"name": session.name(), "tags": [f"tag-{n}" for n in range(51)]})
    expect.equal(len(calls.shown(small).get("tags", [])), 51, "the number of tags", small)
    budgets = [samples.budget(duration) for duration in ("1h", "1d", "1w", "1M", "1Q", "1Y")]
    sent = {
        "name": session.name(),
        "tags": [f"tag-{n}" for n in range(_MANY)],
        "budgets": budgets,
        "provider_configs": [samples.provider(f"provider-{n}", budgets=budgets) for n in range(_MANY)],
    }
    answer = calls.submit(session, sent)
    read = calls.read(session, calls.shown(answer)["id"])
    _holds_what_was_sent(calls.shown(read, 200), sent, read)


def _holds_what_was_sent(profile: Profile, sent: dict[str, Any], answer: Answer) -> None:
    faults = expect.missing_parts(profile, sent)
    expect.holds(not faults, "every value as it was sent", "; ".join(faults[:5]), answer)
