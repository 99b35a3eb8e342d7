"""The audit log: what happens to the copies of users, to roles and to keys."""

from collections.abc import Iterator

from conformance.access_profiles import audit_log, calls, fixtures, samples
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


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
