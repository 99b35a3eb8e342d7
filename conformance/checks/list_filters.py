"""Filters of the list: each keeps what it names and nothing else, alone and together."""

from typing import Any

from conformance.access_profiles import calls
from conformance.http.client import Query
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("AP-LST-007")
def search(session: Session) -> None:
    """Creates names that hold a word in different case and at different places, and searches for it.

    The word is sent in upper, lower and mixed case; a third name without it is not to be found, and neither
    is a word that no name holds.
    """
    first = calls.create(session, name=f"{session.namespace}Quartz")["id"]
    second = calls.create(session, name=f"the {session.namespace}quARTZ of old")["id"]
    calls.create(session, name=f"{session.namespace}granite")
    # Without the first letters of the namespace the text begins inside every name.
    text = f"{session.namespace[2:]}quartz"
    for word in (text, text.upper(), text.title()):
        _finds(session, {"search": word}, [first, second])
    _finds(session, {"search": f"{text}ite"}, [])
    _finds(session, {"search": f"{text} of"}, [second])


@check("AP-LST-008")
def search_is_literal(session: Session) -> None:
    r"""Creates names that hold `%`, `_`, `*`, `\` and a letter at one place, and searches for each.

    Each is to find the one that holds it.
    """
    created = {
        c: calls.create(session, name=f"{session.namespace}a{c}b")["id"] for c in ("%", "_", "*", "\\", "x")
    }
    for character, profile_id in created.items():
        _finds(session, {"search": f"{session.namespace}a{character}b"}, [profile_id])
    _finds(session, {"search": f"{session.namespace}%"}, [])


@check("AP-LST-009")
def one_tag(session: Session) -> None:
    """Creates profiles with a tag, with it among others, with a longer tag, and with none.

    The filter is to keep the first two.
    """
    tag = f"{session.namespace}t"
    wanted = [calls.create(session, tags=[tag])["id"], calls.create(session, tags=["other", tag, "eu"])["id"]]
    calls.create(session, tags=[f"{tag}1"])
    calls.create(session)
    _finds(session, {"tags": tag}, wanted)
    _finds(session, {"tags": f"{tag}-none"}, [])


@check("AP-LST-010")
def several_tags(session: Session) -> None:
    """Creates profiles with one of two tags, both, or one in other case, and filters by both tags.

    With a comma between, in both orders, the filter is to keep those that carry at least one as it is
    written.
    """
    one, two = f"{session.namespace}one", f"{session.namespace}two"
    both = calls.create(session, tags=[two, one])["id"]
    first = calls.create(session, tags=[one])["id"]
    second = calls.create(session, tags=[two])["id"]
    upper = calls.create(session, tags=[one.upper()])["id"]
    _finds(session, {"tags": f"{one},{two}"}, [both, first, second])
    _finds(session, {"tags": f"{two},{one}"}, [both, first, second])
    _finds(session, {"tags": f"{one.upper()},{session.namespace}none"}, [upper])


@check("AP-LST-011")
def by_state(session: Session) -> None:
    """Creates three profiles and filters them by both states.

    Each is to be found in its own state and not in the other. Of the profiles that were there before, a page
    of each state is to hold no other.
    """
    created = {
        profile["id"]: profile.get("is_active") for profile in (calls.create(session) for _ in range(3))
    }
    for state in (True, False):
        text = str(state).lower()
        wanted = [profile_id for profile_id, active in created.items() if active is state]
        _finds(session, {"search": session.namespace, "is_active": text}, wanted)
        answer = calls.browse(session, {"is_active": text, "limit": 100})
        others = [row.get("id") for row in calls.listed(answer) if row.get("is_active") is not state]
        expect.equal(others, [], f"profiles in another state under is_active={text}", answer)


@check("AP-LST-012")
def joined(session: Session) -> None:
    """Creates profiles that match the search alone, the tag alone, and both, and asks with both.

    Then adds a state in which none is.
    """
    tag = f"{session.namespace}tag"
    both = calls.create(session, name=f"{session.namespace}match 1", tags=[tag])
    calls.create(session, name=f"{session.namespace}match 2")
    calls.create(session, name=f"{session.namespace}other", tags=[tag])
    query = {"search": f"{session.namespace}match", "tags": tag}
    _finds(session, query, [both["id"]])
    state = str(both.get("is_active")).lower()
    opposite = "false" if state == "true" else "true"
    _finds(session, {**query, "is_active": state}, [both["id"]])
    _finds(session, {**query, "is_active": opposite}, [])


@check("AP-LST-014")
def not_a_value(session: Session) -> None:
    """Sends texts that are no integer, and texts that are neither `true` nor `false`.

    The first as `limit` and `offset`, the others as `is_active`; each is to be 400.
    """
    for name, values in (
        ("limit", ("ten", "1.5", "1_0", "0x10", "1e1")),
        ("offset", ("x", "0.0")),
        ("is_active", ("yes", "1", "True", "")),
    ):
        for value in values:
            expect.status(calls.browse(session, {name: value}), 400)


def _finds(session: Session, query: Query, wanted: list[Any]) -> None:
    answer = calls.browse(session, query)
    found = [row.get("id") for row in calls.listed(answer)]
    expect.equal(sorted(found, key=str), sorted(wanted, key=str), "the ids found", answer)
    expect.equal(expect.member(answer, "total_count"), len(wanted), "total_count", answer)
