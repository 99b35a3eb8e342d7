"""API keys as a resource: made, listed, expired and revoked. What they may do is in `scopes`."""

import time
from datetime import UTC, datetime, timedelta, timezone

from conformance.access_profiles import calls, fixtures, holdings, keys
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.http.client import Client
from conformance.http.target import EXPIRED, REVOKED
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_VIEW = "AccessProfiles:View"
_MASKS = ".…*•x "
"""What may stand for the characters of a key that are not shown."""

_LIVES = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32))
"""How long a key lives that is to expire: the first that is long enough to use the key before."""
_EAST = timezone(timedelta(hours=5))


@check("KEY-LST-001")
def listed(session: Session) -> None:
    """Makes three keys, revokes one, and lists all keys.

    The list is to hold each once, with a `key_prefix` that is the beginning of the key, and no key whole: not
    the new ones, and not the one that the suite uses.
    """
    made = [fixtures.api_key(session, _VIEW) for _ in range(3)]
    _revoke(session, made[1])
    answer = calls.api_keys(session)
    rows = expect.rows(answer, "api_keys")
    for each in made:
        key, key_id = each["key"], each["api_key"]["id"]
        found = [row for row in rows if row.get("id") == key_id]
        expect.equal(len(found), 1, "how often the key is listed", answer)
        shown = str(found[0].get("key_prefix")).rstrip(_MASKS)
        is_beginning = bool(shown) and key.startswith(shown) and shown != key
        # A violation is shown to people: it must not tell the key.
        expect.holds(is_beginning, "a key_prefix that the key begins with", "another text", answer)
    _holds_no_key(answer, session.target.key, *(each["key"] for each in made))


@check("KEY-CRE-001")
def shown_once(session: Session) -> None:
    """Makes a key and lists profiles with it at once, which is to be 200.

    Then looks for the key in the list of keys, in the audit log and in the answers to its own requests.
    """
    made = fixtures.api_key(session, _VIEW)
    first = _use(session, made)
    expect.status(first, 200, because="a new key works at once")
    later = [
        first,
        calls.api_keys(session),
        calls.whole_log(session, query={"limit": 100}),
        calls.submit(session, {"name": session.name()}, client=_client(session, made)),
        _ask(session, made["api_key"]["name"], _VIEW),
    ]
    for answer in later:
        _holds_no_key(answer, made["key"])


@check("KEY-CRE-003")
def no_more_than_its_maker(session: Session) -> None:
    """Has a key that may make keys and view profiles ask for more than it holds.

    That is a scope that it lacks, alone and beside one that it holds, and all scopes. Each is to be 403, and
    no such key to be listed. What it holds itself it can give: that is to be 201.
    """
    held = ["APIKeys:Create", _VIEW]
    maker = _client(session, fixtures.api_key(session, *held))
    lacking = next(each for each in session.contract.permissions if each not in held)
    asked = {session.name(): scopes for scopes in ([lacking], [_VIEW, lacking], ["*"], [_VIEW, "*"])}
    for name, scopes in asked.items():
        expect.status(_ask(session, name, *scopes, client=maker), 403)
    _are_no_keys(session, *asked)
    expect.status(_ask(session, session.name(), *held, client=maker), 201)


@check("KEY-CRE-004")
def unknown_scopes(session: Session) -> None:
    """Asks for scopes that no operation has: made up, in other case, without an operation, beside a good one.

    Each is to be 400, and no such key to be listed.
    """
    unknown = (
        "Nothing:View",
        "AccessProfiles:Fly",
        _VIEW.lower(),
        "AccessProfiles",
        "AccessProfiles:*",
        "**",
    )
    asked = {session.name(): scopes for scopes in (*([each] for each in unknown), [_VIEW, unknown[0]])}
    for name, scopes in asked.items():
        expect.status(_ask(session, name, *scopes), 400)
    _are_no_keys(session, *asked)


@check("KEY-CRE-005")
def unique(session: Session) -> None:
    """Makes a key, then others of its name, as it is and with spaces around it; these are to be 409.

    Once the key is revoked, the name is to be free.
    """
    made = fixtures.api_key(session, _VIEW)
    name = made["api_key"]["name"]
    for again in (name, f" {name}", f"{name}  "):
        expect.status(_ask(session, again, _VIEW), 409)
    _revoke(session, made)
    expect.status(_ask(session, name, _VIEW), 201, because="the key of that name was revoked")


@check("KEY-CRE-006")
def expiry(session: Session) -> None:
    """Makes a key that is to live for two seconds, by the server's own clock, and lists profiles with it.

    That is to be 200, and 401 when the two seconds are over. A server that takes longer for so few requests
    gets a key that lives longer. Instants that are past, one of them written with
    the offset of a place where the clock is ahead, are to be 400. An expired key that was given is to be 401;
    on a server that makes no keys, that is all.
    """
    if keys.is_all_to_check(session, EXPIRED):
        return
    for life in _LIVES:
        asked_at = time.monotonic()
        now = holdings.instant(fixtures.api_key(session, _VIEW)["api_key"]["created_at"])
        ends_at = time.monotonic() + life.total_seconds()
        made = fixtures.api_key(session, _VIEW, expires_at=(now + life).isoformat())
        early = _use(session, made)
        # A server may state its clock in whole seconds, which takes up to one second off.
        if time.monotonic() - asked_at < life.total_seconds() - 1:
            break
    else:
        raise Unreached(f"the server was too slow for a key that lives for {life.seconds} seconds")
    expect.status(early, 200, because="the key has not expired")
    hour = timedelta(hours=1)
    for past in (now, now - hour, datetime(1970, 1, 1, tzinfo=UTC), (now - hour).astimezone(_EAST)):
        expect.status(_ask(session, session.name(), _VIEW, expires_at=past.isoformat()), 400)
    time.sleep(max(0.0, ends_at - time.monotonic()))
    expect.status(_use(session, made), 401, because="the key has expired")


@check("KEY-REV-001")
def revoked(session: Session) -> None:
    """Makes two keys, uses both and revokes one.

    That one is to be 401 at once and for good, and to be listed with `revoked_at`. The other is to be as it
    was. A revoked key that was given is to be 401; on a server that makes no keys, that is all.
    """
    if keys.is_all_to_check(session, REVOKED):
        return
    taken, kept = (fixtures.api_key(session, _VIEW) for _ in range(2))
    for each in (taken, kept):
        expect.status(_use(session, each), 200)
    calls.revoke_api_key.done(session, taken["api_key"]["id"])
    for _ in range(2):
        expect.status(_use(session, taken), 401, because="the key was revoked")
    expect.status(_use(session, kept), 200, because="another key was revoked")
    answer = calls.api_keys(session)
    rows = {row.get("id"): row for row in expect.rows(answer, "api_keys")}
    expect.equal(rows.get(kept["api_key"]["id"]), kept["api_key"], "the other key in the list", answer)
    row = rows.get(taken["api_key"]["id"])
    found = row is not None and row.get("revoked_at") is not None
    expect.holds(found, "the revoked key in the list, with revoked_at", row, answer)


@check("KEY-REV-002")
def nothing_to_revoke(session: Session) -> None:
    """Revokes ids that no key has, and a key twice; all but the first revocation of the key are to be 404.

    So is that of the first id there can be, where its key is revoked already or there is none. A new key of
    the name that became free is to work all the while.
    """
    old = fixtures.api_key(session, _VIEW)
    _revoke(session, old)
    new = fixtures.api_key(session, _VIEW, name=old["api_key"]["name"])
    working = [row["id"] for row in _rows(session) if row.get("revoked_at") is None]
    is_free = old["api_key"]["id"] > calls.FIRST_ID and calls.FIRST_ID not in working
    for key_id in (*calls.absent_ids(session), old["api_key"]["id"], *([calls.FIRST_ID] if is_free else [])):
        expect.status(calls.revoke_api_key(session, key_id), 404)
    expect.status(_use(session, new), 200, because="it has only the name of the revoked key")


def _client(session: Session, made: Object) -> Client:
    return session.client(f"Bearer {made['key']}")


def _use(session: Session, made: Object) -> Answer:
    return calls.browse(session, {"limit": 1}, client=_client(session, made))


def _ask(session: Session, name: str, *scopes: str, client: Client | None = None, **fields: str) -> Answer:
    return calls.create_api_key(session, {"name": name, "scopes": scopes, **fields}, client=client)


def _revoke(session: Session, made: Object) -> None:
    fixtures.done(calls.revoke_api_key(session, made["api_key"]["id"]))


def _rows(session: Session) -> list[Object]:
    return expect.rows(calls.api_keys(session), "api_keys")


def _are_no_keys(session: Session, *asked: str) -> None:
    found = [row["name"] for row in _rows(session) if row.get("name") in asked]
    expect.equal(found, [], "keys after the refusals")


def _holds_no_key(answer: Answer, *secrets: str) -> None:
    spoken = answer.text + str(answer.headers.multi_items())
    for key in secrets:
        expect.holds(key not in spoken, "no key in the answer", "a key, whole", answer)
