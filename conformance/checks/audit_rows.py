"""The audit log: which requests make a row, and what a row says."""

from collections.abc import Iterator
from typing import Any

from conformance.access_profiles import audit_log, calls, fixtures, samples
from conformance.access_profiles.calls import Call, Profile
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_SCOPES = ("AccessProfiles:View", "AccessProfiles:Create", "AccessProfiles:Update")
_JSON_MEMBERS = ("previous_values", "new_values", "metadata")
_FORGED = "cf-somebody-else"
_WHO = ("X-Actor", "X-User", "X-User-Id", "X-Forwarded-User", "X-Bf-User-Id", "From")


@check("AP-AUD-001")
def one_row_each(session: Session) -> None:
    """Takes a profile and its clone through their lives and reads the log after each step.

    Each step is to add exactly one row in front, with its action and the profile's id. Cloning adds one to
    the clone's log and none to the source's.
    """
    profile_id = calls.create(session)["id"]
    seen = _grown(session, profile_id, [], "create")
    for action, change, *body in (
        ("update", calls.update, {"description": "changed"}),
        ("activate", calls.activate),
        ("deactivate", calls.deactivate),
    ):
        change.done(session, profile_id, *body)
        seen = _grown(session, profile_id, seen, action)
    clone = calls.clone(session, profile_id, {"name": session.name()})
    _grown(session, calls.shown(clone)["id"], [], "clone")
    calls.delete.done(session, profile_id)
    _grown(session, profile_id, seen, "delete")


@check("AP-AUD-002")
def refusals(session: Session) -> None:
    """Has changes of a profile refused: a bad body, a taken name, a stale `If-Match`, no credentials.

    The log is to have as many rows as before, and one more for each request that was not refused.
    """
    taken, profile_id = calls.create(session)["name"], calls.create(session)["id"]
    before = audit_log.rows(audit_log.of_profile(session, profile_id))
    stale = {"If-Match": '"cf-stale"'}
    answers = [
        calls.update(session, profile_id, {"description": "x", "tags": [1]}),
        calls.update(session, profile_id, {"description": "x", "name": taken}),
        calls.update(session, profile_id, {"description": "x"}, headers=stale),
        calls.update(session, profile_id, {"description": "x"}, client=session.anonymous),
        calls.activate(session, profile_id, headers=stale),
        calls.activate(session, profile_id, client=session.anonymous),
        calls.delete(session, profile_id, headers=stale),
    ]
    # A request that was accepted against the contract is another clause's matter.
    accepted = sum(answer.status < 400 for answer in answers)
    log = audit_log.of_profile(session, profile_id)
    number = len(audit_log.rows(log))
    expect.equal(number, len(before) + accepted, "the number of rows", *answers[:3], log)


@check("AP-AUD-003")
def nothing_changed(session: Session) -> None:
    """Sends a profile what it has already, and propagates to a copy that needs nothing.

    Updates with its own values, activates what is active, deactivates what was deactivated, propagates with
    and without `dry_run`. None of these is to make a row. Copies are left out on a server that does not claim
    them.
    """
    profile = fixtures.active_profile(session, budgets=[samples.budget()])
    profile_id = profile["id"]
    same = {"name": profile["name"], "description": profile.get("description"), "tags": []}
    for change, *body in ((calls.update, same), (calls.update, {}), (calls.activate,)):
        _adds_no_row(session, change, profile_id, *body)
    if session.claims("users"):
        fixtures.holder(session, profile_id)
        for dry_run in (True, False):
            chosen = {"fields": ["budgets"], "dry_run": dry_run}
            _adds_no_row(session, calls.propagate, profile_id, chosen)
    calls.deactivate.done(session, profile_id)
    _adds_no_row(session, calls.deactivate, profile_id)


@check("AP-AUD-008")
def actor(session: Session) -> None:
    """Makes two API keys and lets them change one profile in turn, in headers under other names.

    `actor` of each row is to be the name of the key that was used. On a server that does not claim to make
    keys, it is to be the `changed_by` of the version that the run's own key made, and no name of a header.
    """
    if not session.claims("extensions"):
        _actor_is_the_given_key(session)
        return
    keys = [fixtures.api_key(session, *_SCOPES) for _ in range(2)]
    names = [key["api_key"]["name"] for key in keys]
    first, second = (session.client(f"Bearer {key['key']}") for key in keys)
    headers = dict.fromkeys(_WHO, _FORGED)
    try:
        created = calls.submit(session, {"name": session.name()}, client=first, headers=headers)
        profile_id = calls.shown(created)["id"]
        calls.update.done(session, profile_id, {"description": "changed"}, client=second, headers=headers)
        calls.activate.done(session, profile_id, client=first, headers=headers)
        log = audit_log.of_profile(session, profile_id)
        actors = [row.get("actor") for row in audit_log.rows(log)]
        expect.equal(actors, [names[0], names[1], names[0]], "the actors", log)
    finally:
        for key in keys:
            calls.revoke_api_key(session, key["api_key"]["id"])


@check("AP-AUD-009")
def json_in_strings(session: Session) -> None:
    """Takes a profile through its life and reads `previous_values`, `new_values` and `metadata` of each row.

    Each is to be `null` or a text that is a JSON object.
    """
    profile_id = calls.create(session, **samples.full(session.name()))["id"]
    change: Profile = {"description": 'a "quoted" \\ text', "budgets": [], "rate_limit": None}
    calls.update.done(session, profile_id, change)
    calls.activate.done(session, profile_id)
    calls.delete.done(session, profile_id)
    log = audit_log.of_profile(session, profile_id)
    expect.holds(bool(audit_log.rows(log)), "rows", "none", log)
    for row in audit_log.rows(log):
        for name in _JSON_MEMBERS:
            expect.holds(name in row, f"a member `{name}`", row, log)
            audit_log.json_object(log, row, name)


@check("AP-AUD-010")
def outlives_the_profile(session: Session) -> None:
    """Deletes a profile and reads its log, whose newest row is to be the deletion.

    Behind it every earlier row is to be as it was.
    """
    profile_id = calls.create(session, **samples.full(session.name()))["id"]
    calls.update.done(session, profile_id, {"tags": []})
    before = audit_log.rows(audit_log.of_profile(session, profile_id))
    calls.delete.done(session, profile_id)
    _grown(session, profile_id, before, "delete")


@check("AP-AUD-007")
def copies(session: Session) -> None:
    """Takes one user's copy through its life while another user holds one of the same profile.

    Assigning, setting and clearing an override, adding and deleting a key, and detaching is to make one row
    each, with the event in `metadata`; `user_id` is to find just those, oldest last.
    """
    profile_id = fixtures.held(session, budgets=[samples.budget()]).profile_id
    user_id = fixtures.user_id(session)
    events: list[str] = []
    for event in _life_of_a_copy(session, user_id, profile_id):
        events.insert(0, event)
        log = audit_log.of_profile(session, profile_id, user_id=user_id)
        rows = audit_log.rows(log)
        found = [audit_log.json_object(log, row, "metadata").get("event") for row in rows]
        expect.equal(found, events, "the events of the user's rows", log)
        expect.equal([row.get("user_id") for row in rows], [user_id] * len(rows), "their user_id", log)
    nobody = audit_log.of_profile(session, profile_id, user_id=session.name())
    expect.equal(audit_log.rows(nobody), [], "the rows of nobody", nobody)


@check("AP-AUD-012")
def no_secrets(session: Session) -> None:
    """Makes API keys and virtual keys, uses and deletes them, and searches the log for them.

    The profile's log and the newest rows of the whole log are to hold none, nor the key of the run, nor the
    greater part of one.
    """
    issued = fixtures.api_key(session, "AccessProfiles:View")
    calls.revoke_api_key(session, issued["api_key"]["id"])
    held = fixtures.held(session)
    added = calls.add_key_to_copy.done(session, *held.place, {"name": session.name()})
    calls.detach_user.done(session, *held.place)
    values = [key["value"] for key in (held.key, expect.member(added, "virtual_key"))]
    secrets = [session.target.key, issued["key"], *values]
    for log in (audit_log.of_profile(session, held.profile_id), audit_log.of_all(session)):
        audit_log.rows(log)
        for secret in secrets:
            # A short beginning and end may be shown; the middle is what nobody may know.
            middle = secret[len(secret) // 3 : -(len(secret) // 3)]
            found = secret in log.text or (len(middle) >= 8 and middle in log.text)
            expect.holds(not found, "no secret in the log", "a key, or the middle of it", log)


@check("AP-AUD-013")
def roles_and_propagation(session: Session) -> None:
    """Attaches a role with a member, propagates to a copy that lags behind, and detaches the role.

    After each step `action` is to find exactly one row of that action more.
    """
    profile_id = calls.create(session, budgets=[samples.budget(max_limit=1)])["id"]
    [role_id] = fixtures.role_ids(session, 1)
    fixtures.user(session, role_id=role_id)
    attachment = {"role_ids": [role_id], "apply_to_existing": True}
    for action, change, given in (
        ("attach_role", calls.attach, attachment),
        ("attach_role", calls.attach, {**attachment, "is_default": True}),
        ("update", calls.update, {"budgets": [samples.budget(max_limit=2)]}),
        ("propagate", calls.propagate, {"fields": ["budgets"]}),
        ("detach_role", calls.detach_role, role_id),
    ):
        before = len(audit_log.rows(audit_log.of_profile(session, profile_id, action=action)))
        change.done(session, profile_id, given)
        log = audit_log.of_profile(session, profile_id, action=action)
        expect.equal(len(audit_log.rows(log)), before + 1, f"the number of rows `{action}`", log)


def _grown(
    session: Session, profile_id: int, before: list[audit_log.Row], action: str
) -> list[audit_log.Row]:
    """The log is what it was, with one row of this action in front; returned."""
    log = audit_log.of_profile(session, profile_id)
    rows = audit_log.rows(log)
    expect.equal(len(rows), len(before) + 1, "the number of rows", log)
    expect.equal(rows[0].get("action"), action, "the newest row's action", log)
    expect.equal(rows[0].get("access_profile_id"), profile_id, "the newest row's profile", log)
    expect.equal(rows[1:], before, "the rows before it", log)
    return rows


def _actor_is_the_given_key(session: Session) -> None:
    headers = dict.fromkeys(_WHO, _FORGED)
    created = calls.submit(session, {"name": session.name()}, headers=headers)
    profile_id = calls.shown(created)["id"]
    calls.activate.done(session, profile_id, headers=headers)
    listed = calls.versions(session, profile_id)
    names = [version.get("changed_by") for version in expect.rows(listed, "versions")]
    expect.holds(len(names) == 1 and names[0] not in ("", _FORGED), "the name of a key", names, listed)
    log = audit_log.of_profile(session, profile_id)
    expect.equal([row.get("actor") for row in audit_log.rows(log)], names * 2, "the actors", listed, log)


def _adds_no_row(session: Session, change: Call, profile_id: int, *body: Any) -> None:
    before = audit_log.of_profile(session, profile_id)
    answer = change.done(session, profile_id, *body)
    after = audit_log.of_profile(session, profile_id)
    expect.equal(audit_log.rows(after), audit_log.rows(before), "the rows", before, answer, after)


def _life_of_a_copy(session: Session, user_id: str, profile_id: int) -> Iterator[str]:
    """Makes a copy, does to it what can be done, and yields the event after each step."""
    held = fixtures.holding(session, user_id, profile_id)
    yield "user_assign"
    budget = (*held.place, held.copy["budgets"][0]["id"])
    for event, change, given in (
        ("override_set", calls.set_override, (*budget, {"amount": 5, "mode": "forever"})),
        ("override_clear", calls.clear_override, budget),
        ("vk_add", calls.add_key_to_copy, (*held.place, {"name": session.name()})),
        ("vk_delete", calls.delete_key, (user_id, held.key["id"])),
        ("user_detach", calls.detach_user, held.place),
    ):
        change.done(session, *given)
        yield event
