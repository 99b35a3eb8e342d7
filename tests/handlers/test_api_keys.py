"""API keys: what they may hold, how they end, and what is written down, on every backend."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.credentials import hash_key
from domain.errors import Conflict, NotFound, RulesBroken
from handlers.api_keys import create_api_key, list_api_keys, revoke_api_key
from handlers.context import Context, Principal
from handlers.contract_types import CreateApiKeyRequest, CreateApiKeyResponse
from handlers.replies.errors import ApiError
from handlers.replies.timestamps import instant
from tests.handlers.kept import log, told, values
from tests.handlers.samples import NOW

VIEW = "AccessProfiles:View"


def make(
    context: Context, name: str = "ci", *scopes: str, expires_at: str | None = None
) -> CreateApiKeyResponse:
    """Make a key; it may view when no scope is named."""
    body: CreateApiKeyRequest = {"name": name, "scopes": list(scopes) or [VIEW], "expires_at": expires_at}
    return create_api_key(context, body).body


def made_by(context: Context, *scopes: str) -> Context:
    """Return the context of a request with a key of these scopes."""
    return replace(context, principal=Principal("maker", frozenset(scopes)))


def names(context: Context) -> list[str]:
    return [key["name"] for key in list_api_keys(context).body["api_keys"]]


def test_a_key_is_kept_as_its_hash_and_shown_once(context: Context) -> None:
    reply = create_api_key(context, {"name": " ci ", "scopes": [VIEW, "Users:View", VIEW]})

    key = reply.body["key"]
    assert (reply.status, reply.headers) == (201, {"Cache-Control": "no-store"})
    assert reply.body["api_key"] == {
        "id": 1,
        "name": "ci",
        "key_prefix": f"{key[:13]}...",
        "scopes": [VIEW, "Users:View"],
        "created_at": instant(NOW),
        "expires_at": None,
        "revoked_at": None,
    }
    with context.store.read() as tx:
        kept = tx.api_keys.find(hash_key(key))
    assert kept is not None
    assert key not in repr(kept)
    assert list_api_keys(context).body == {"api_keys": [reply.body["api_key"]]}


def test_making_and_revoking_leave_audit_rows_without_the_secret(context: Context) -> None:
    made = make(context)
    later = replace(context, now=NOW + timedelta(hours=1), principal=Principal("ops", frozenset("*")))
    revoke_api_key(later, made["api_key"]["id"])

    creation, revocation = log(context)
    assert (creation.actor, creation.created_at) == ("tests", NOW)
    assert told(creation) == ("create", None, None, "api_key_create")
    assert values(creation) == (None, made["api_key"])
    assert (told(revocation), revocation.actor) == (("delete", None, None, "api_key_revoke"), "ops")
    assert values(revocation) == (made["api_key"], {**made["api_key"], "revoked_at": instant(later.now)})
    secret = made["key"].removeprefix("bfst-")
    for row in (creation, revocation):
        assert secret not in repr(row)
        assert hash_key(made["key"]).hex() not in repr(row)


@pytest.mark.parametrize(
    ("held", "asked", "lacking"),
    [
        ({"APIKeys:Create", VIEW}, [VIEW, "Users:View", "Roles:View"], "Roles:View, Users:View"),
        ({"APIKeys:Create", VIEW}, ["*"], "*"),
        ({"APIKeys:Create", VIEW}, [VIEW, "*"], "*"),
        (set(), [VIEW], VIEW),
    ],
)
def test_a_key_gives_no_more_than_it_holds(
    context: Context, held: set[str], asked: list[str], lacking: str
) -> None:
    with pytest.raises(ApiError) as refused:
        make(made_by(context, *held), "ci", *asked)

    assert refused.value.code == "scope_not_held"
    assert refused.value.param == ("scopes",)
    assert f"lacks {lacking} and" in refused.value.message
    assert names(context) == []
    assert log(context) == []


def test_not_even_all_permissions_of_the_contract_are_all_scopes(context: Context) -> None:
    everything = made_by(context, *context.permissions)

    assert make(everything, "each", *context.permissions)["api_key"]["scopes"] == sorted(context.permissions)
    with pytest.raises(ApiError):
        make(everything, "all", "*")
    with pytest.raises(RulesBroken):  # What no operation asks for is named, whatever the key holds.
        make(made_by(context), "none", "Nothing:View")


def test_a_key_with_all_scopes_gives_them_and_any_other(context: Context) -> None:
    maker = made_by(context, "*")

    assert make(maker, "all", "*")["api_key"]["scopes"] == ["*"]
    assert make(maker, "some", VIEW, "*")["api_key"]["scopes"] == ["*", VIEW]


def test_a_key_may_hold_nothing(context: Context) -> None:
    reply = create_api_key(made_by(context), {"name": "none", "scopes": []})

    assert reply.body["api_key"]["scopes"] == []


@pytest.mark.parametrize(
    "text", ["2026-05-13T09:41:07.250001Z", "2026-05-13t09:41:07.250001z", "2026-05-13T04:41:07.250001-05:00"]
)
def test_the_least_time_in_the_future_is_kept_as_utc(context: Context, text: str) -> None:
    made = make(context, expires_at=text)

    assert made["api_key"]["expires_at"] == "2026-05-13T09:41:07.250001Z"
    with context.store.read() as tx:
        assert tx.api_keys.get(made["api_key"]["id"]).expires_at == NOW + timedelta(microseconds=1)


def test_a_name_is_taken_until_its_key_is_revoked(context: Context) -> None:
    first = make(context, "ci", expires_at=instant(NOW + timedelta(seconds=1)))
    expired = replace(context, now=NOW + timedelta(days=1))

    with pytest.raises(Conflict) as refused:
        make(expired, "ci")
    assert (refused.value.field, refused.value.value) == ("name", "ci")
    assert len(log(context)) == 1

    revoke_api_key(expired, first["api_key"]["id"])
    second = make(expired, "ci")

    assert second["api_key"]["id"] > first["api_key"]["id"]
    assert names(context) == ["ci", "ci"]


def test_revoking_takes_the_key_of_the_id_and_no_other(context: Context) -> None:
    old, other = make(context, "ci"), make(context, "other")
    revoke_api_key(context, old["api_key"]["id"])
    new = make(context, "ci")

    with pytest.raises(NotFound) as refused:
        revoke_api_key(context, old["api_key"]["id"])
    assert (refused.value.kind, refused.value.key) == ("API key", old["api_key"]["id"])

    listed = list_api_keys(context).body["api_keys"]
    assert listed == [
        {**old["api_key"], "revoked_at": instant(NOW)},
        other["api_key"],
        new["api_key"],
    ]
