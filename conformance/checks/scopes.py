"""What an API key may do: for each permission, a key without it and a key with nothing else."""

from conformance.access_profiles import calls, fixtures, keys, samples
from conformance.access_profiles.calls import Object
from conformance.contract.document import Operation
from conformance.http.answer import Answer
from conformance.http.client import Client
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_API_KEYS = "/api-keys"


@check("KEY-CRE-002")
def scopes(session: Session) -> None:
    """Makes two keys for each permission: one that holds all others, and one that holds it alone.

    Every operation is asked with the key that lacks its permission, for things that are there and with a good
    body: that is to be 403, and everything to be as it was. Then with the key that holds nothing else, for
    things that are not there: any status is good but 401 and 403. A key with every permission lists all.

    A key that was given for a scope is used as the one that holds it alone. On a server that makes no keys,
    it also is one that lacks the others.
    """
    makes_keys = keys.are_resources(session)
    asked = [each for each in session.contract.operations if makes_keys or _API_KEYS not in each.path]
    permissions = [*dict.fromkeys(each.permission for each in asked if each.permission is not None)]
    lacking, holding, everything = (_made if makes_keys else _given)(session, permissions)
    places = _things(session, makes_keys=makes_keys)
    before = _state(session, places)
    for operation in asked:
        needed = operation.permission
        if needed is None:
            continue
        refused = _ask(session, operation, lacking[needed], places, _body(session, operation, places))
        expect.status(refused, 403, because=f"the key lacks {needed}")
        answered = _ask(session, operation, holding[needed], _nothing(session), {})
        expected = f"neither 401 nor 403, as the key holds {needed}"
        expect.holds(answered.status not in (401, 403), expected, answered.exchange.answer()[:300], answered)
        if operation.method == "GET" and "{" not in operation.path:
            expect.status(session.call(operation.id, client=everything), 200)
    for answer, earlier in zip(_state(session, places), before, strict=True):
        expect.status(answer, 200)
        expect.equal(answer.json, earlier.json, "what was there before the refusals", earlier, answer)


def _made(session: Session, permissions: list[str]) -> tuple[dict[str, Client], dict[str, Client], Client]:
    """For each permission a client without it and one with it alone; and one with all."""
    lacking = {
        each: _key(session, *(other for other in permissions if other != each)) for each in permissions
    }
    holding = {
        each: session.client(f"Bearer {given}")
        if (given := keys.of_scope(session, each))
        else _key(session, each)
        for each in permissions
    }
    return lacking, holding, _key(session, *permissions)


def _given(session: Session, permissions: list[str]) -> tuple[dict[str, Client], dict[str, Client], Client]:
    given = {each: keys.of_scope(session, each) for each in session.contract.permissions}
    holding = {each: session.client(f"Bearer {key}") for each, key in given.items() if key}
    missing = [each for each in permissions if each not in holding]
    if missing:
        option = f"--role-key scope:{missing[0]}=KEY"
        raise Unreached(f"the server makes no API keys: give one for {', '.join(missing)}, as in {option}")
    others = dict(zip(permissions, [*permissions[1:], permissions[0]], strict=True))
    return {each: holding[others[each]] for each in permissions}, holding, session.admin


def _key(session: Session, *held: str) -> Client:
    return session.client(f"Bearer {fixtures.api_key(session, *held)['key']}")


def _things(session: Session, *, makes_keys: bool) -> Object:
    """Something of every kind, by the parameters that name it."""
    key_id = calls.LARGEST_ID
    if makes_keys:
        key_id = fixtures.api_key(session, *session.contract.permissions[:1])["api_key"]["id"]
    held = fixtures.held(session, budgets=[samples.budget()])
    [role_id] = fixtures.role_ids(session, 1)
    fixtures.attached(session, held.profile_id, role_id)
    return {
        "profile_id": held.profile_id,
        "version": 1,
        "role_id": role_id,
        "user_id": held.user_id,
        "budget_id": fixtures.copy(session, *held.place)["budgets"][0]["id"],
        "vk_id": held.key["id"],
        "key_id": key_id,
    }


def _nothing(session: Session) -> Object:
    """Ids that nothing has."""
    text, number = session.name(), calls.LARGEST_ID
    numbers = dict.fromkeys(("profile_id", "version", "role_id", "key_id"), number)
    return {**numbers, **dict.fromkeys(("user_id", "budget_id", "vk_id"), text)}


def _body(session: Session, operation: Operation, places: Object) -> Object:
    """The contract's example of a body, with names and ids of the session's own.

    A server that breaks the clause may do what it is asked, which must not reach what belongs to others.
    """
    example: Object = operation.example or {}
    own = {**places, "role_ids": [places["role_id"]], "id": session.name(), "name": session.name()}
    return {name: own.get(name, value) for name, value in example.items()}


def _ask(session: Session, operation: Operation, client: Client, places: Object, body: Object) -> Answer:
    sent = body if operation.example is not None else None
    return session.call(operation.id, client=client, parameters=places, body=sent)


def _state(session: Session, places: Object) -> list[Answer]:
    """What the administrator reads of the things, each in its own answer."""
    reads = {
        "profile_id": (calls.read, calls.versions),
        "role_id": (calls.role,),
        "user_id": (calls.user, calls.copies, calls.keys),
    }
    return [read(session, places[name]) for name, of_it in reads.items() for read in of_it]
