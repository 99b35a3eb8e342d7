"""How things come to be that no path and no schema says how to make, by the parameters of a path.

What is removed or related gets something plain instead, where the contract says how to make that: nothing
hangs on it that would be in the way.
"""

from collections.abc import Mapping

from conformance.access_profiles import calls, fixtures, samples
from conformance.contract.resources import Parameters
from conformance.run.content import Recipe
from conformance.run.session import Session


def _profile(session: Session) -> Parameters:
    """Return a profile that somebody holds, as far as the server has users."""
    if all(map(session.claims, ("lifecycle", "users", "extensions"))):
        return _held(session)
    return {"profile_id": calls.create(session, budgets=[samples.budget("1M")])["id"]}


def _held(session: Session) -> Parameters:
    """Return a user with a copy, and its active profile: what is read of either shows all there may be."""
    profile_id = fixtures.active_profile(session, budgets=[samples.budget("1M")])["id"]
    return {"user_id": fixtures.holder(session, profile_id), "profile_id": profile_id}


def _budget(session: Session) -> Parameters:
    ids = _held(session)
    return {**ids, "budget_id": fixtures.copy(session, **ids)["budgets"][0]["id"]}


def _virtual_key(session: Session) -> Parameters:
    ids = _held(session)
    return {**ids, "vk_id": fixtures.copy(session, **ids)["virtual_key_ids"][0]}


def _attachment(session: Session) -> Parameters:
    ids = {"profile_id": calls.create(session)["id"], "role_id": fixtures.role(session)["id"]}
    fixtures.attached(session, ids["profile_id"], ids["role_id"])
    return ids


RECIPES: Mapping[frozenset[str], Recipe] = {
    frozenset({"profile_id"}): _profile,
    frozenset({"user_id"}): _held,
    frozenset({"user_id", "profile_id", "budget_id"}): _budget,
    frozenset({"user_id", "vk_id"}): _virtual_key,
    frozenset({"profile_id", "role_id"}): _attachment,
}
