"""Taking a profile from one user: what goes with it, and what stays."""

from conformance.access_profiles import fixtures, holdings, samples
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_NO_PROFILE = 9223372036854775807


@check("AP-UDT-001")
def gone(session: Session) -> None:
    """Gives a profile to two users and detaches it from one, then from the other.

    Each list is to be empty afterwards, and `user_count` to fall from 2 to 1 and to 0.
    """
    profile_id = fixtures.active_profile(session)["id"]
    holders = [fixtures.holder(session, profile_id) for _ in range(2)]
    expect.equal(fixtures.user_count(session, profile_id), 2, "user_count", session.answers[-1])
    for left, user_id in ((1, holders[0]), (0, holders[1])):
        expect.status(_detach(session, user_id, profile_id), 200)
        found, answer = holdings.copies(session, user_id)
        expect.equal(found, [], "the copies after detaching", answer)
        expect.equal(fixtures.user_count(session, profile_id), left, "user_count", session.answers[-1])


@check("AP-UDT-002")
def keys_go(session: Session) -> None:
    """Gives a user two profiles, adds two keys to the first copy, and detaches it.

    The answer is to have the names of its three keys and their number. The key of the other copy is to be the
    one that is left.
    """
    profile_id, other = (fixtures.active_profile(session)["id"] for _ in range(2))
    user_id = fixtures.user(session)["id"]
    first = fixtures.assigned(session, user_id, profile_id)["virtual_key"]
    kept = fixtures.assigned(session, user_id, other)["virtual_key"]
    added = [
        fixtures.added_key(session, user_id, profile_id, {"name": session.name(" key")}) for _ in range(2)
    ]
    answer = _detach(session, user_id, profile_id)
    expect.status(answer, 200)
    wanted = sorted(key["name"] for key in (first, *added))
    names = expect.member(answer, "deleted_vk_names")
    expect.equal(sorted(names, key=str), wanted, "deleted_vk_names, sorted", answer)
    expect.equal(expect.member(answer, "deleted_vk_count"), len(wanted), "deleted_vk_count", answer)
    keys, listed = holdings.keys(session, user_id)
    expect.equal(holdings.ids(keys), [kept["id"]], "the ids of the keys that are left", answer, listed)


@check("AP-UDT-003")
def not_held(session: Session) -> None:
    """Detaches a profile that another user holds, one that nobody has made, and one for a user who is nobody.

    Each is to be 404, and so is detaching a profile for the second time. The other user is to keep the copy.
    """
    profile_id, own = (fixtures.active_profile(session)["id"] for _ in range(2))
    other = fixtures.holder(session, profile_id)
    user_id = fixtures.holder(session, own)
    expect.status(_detach(session, user_id, profile_id), 404)
    expect.status(_detach(session, user_id, _NO_PROFILE), 404)
    expect.status(_detach(session, session.name(), profile_id), 404)
    fixtures.done(_detach(session, user_id, own))
    expect.status(_detach(session, user_id, own), 404)
    found, answer = holdings.copies(session, other)
    expect.equal(len(found), 1, "the number of the other user's copies", answer)


@check("AP-UDT-004")
def others_stay(session: Session) -> None:
    """Gives two profiles to each of two users, and detaches one from one of them.

    The user's other copy and both copies of the other user are to be listed as before, with their keys.
    """
    budgets = [samples.budget("1Y")]
    profile_id, other = (fixtures.active_profile(session, budgets=budgets)["id"] for _ in range(2))
    users = [fixtures.holder(session, profile_id) for _ in range(2)]
    for user_id in users:
        fixtures.assigned(session, user_id, other)
    kept = [[fixtures.copy(session, users[0], other)], fixtures.copies(session, users[1])]
    keys = [fixtures.keys(session, user_id) for user_id in users]
    fixtures.done(_detach(session, users[0], profile_id))
    for user_id, copies, before in zip(users, kept, keys, strict=True):
        found, answer = holdings.copies(session, user_id)
        expect.equal(found, copies, "the copies that stay", answer)
        wanted = {key_id for copy in copies for key_id in copy["virtual_key_ids"]}
        left, answer = holdings.keys(session, user_id)
        expect.equal(left, [key for key in before if key["id"] in wanted], "the keys that stay", answer)


def _detach(session: Session, user_id: str, profile_id: int) -> Answer:
    place = {"user_id": user_id, "profile_id": profile_id}
    return session.call("detachUserAccessProfile", parameters=place)
