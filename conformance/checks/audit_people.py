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
    profile_id = fixtures.active_profile(session, budgets=[samples.budget()])["id"]
    fixtures.holder(session, profile_id)
    user_id = fixtures.user(session)["id"]
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
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    issued = fixtures.api_key(session, "AccessProfiles:View")
    session.call("revokeApiKey", parameters={"key_id": issued["api_key"]["id"]})
    secrets = [session.target.key, issued["key"]]
    given = fixtures.assigned(session, user_id, profile_id)
    secrets.append(given["virtual_key"]["value"])
    holding = {"user_id": user_id, "profile_id": profile_id}
    added = session.call("addUserAccessProfileVirtualKey", parameters=holding, body={"name": session.name()})
    expect.status(added, 200)
    secrets.append(expect.member(added, "virtual_key")["value"])
    expect.status(session.call("detachUserAccessProfile", parameters=holding), 200)
    for log in (audit_log.of_profile(session, profile_id), audit_log.of_all(session)):
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
    role_id = fixtures.role(session)["id"]
    fixtures.user(session, role_id=role_id)
    parameters = {"profile_id": profile_id}
    attachment = {"role_ids": [role_id], "apply_to_existing": True}
    change = {"budgets": [samples.budget(max_limit=2)]}
    for operation_id, more, body, action in (
        ("attachRolesToAccessProfile", {}, attachment, "attach_role"),
        ("attachRolesToAccessProfile", {}, {**attachment, "is_default": True}, "attach_role"),
        ("updateAccessProfile", {}, change, "update"),
        ("propagateAccessProfile", {}, {"fields": ["budgets"]}, "propagate"),
        ("detachRoleFromAccessProfile", {"role_id": role_id}, None, "detach_role"),
    ):
        before = len(audit_log.rows(audit_log.of_profile(session, profile_id, action=action)))
        expect.status(session.call(operation_id, parameters={**parameters, **more}, body=body), 200)
        log = audit_log.of_profile(session, profile_id, action=action)
        expect.equal(len(audit_log.rows(log)), before + 1, f"the number of rows `{action}`", log)


def _life_of_a_copy(session: Session, user_id: str, profile_id: int) -> Iterator[str]:
    """Makes a copy, does to it what can be done, and yields the event after each step."""
    given = fixtures.assigned(session, user_id, profile_id)
    yield "user_assign"
    holding = {"user_id": user_id, "profile_id": profile_id}
    budget = {**holding, "budget_id": given["access_profile"]["budgets"][0]["id"]}
    override = {"amount": 5, "mode": "forever"}
    key = {"user_id": user_id, "vk_id": given["virtual_key"]["id"]}
    for operation_id, parameters, body, event in (
        ("updateUserAccessProfileBudgetOverride", budget, override, "override_set"),
        ("deleteUserAccessProfileBudgetOverride", budget, None, "override_clear"),
        ("addUserAccessProfileVirtualKey", holding, {"name": session.name()}, "vk_add"),
        ("deleteUserAccessProfileVirtualKey", key, None, "vk_delete"),
        ("detachUserAccessProfile", holding, None, "user_detach"),
    ):
        expect.status(session.call(operation_id, parameters=parameters, body=body), 200)
        yield event
