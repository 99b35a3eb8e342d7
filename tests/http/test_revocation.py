"""Keys that one process makes and revokes count for every server on the store from its next request on."""

import httpx

from tests.http.commands import command
from tests.http.writers import PATH
from tests.serving import LONG_SECONDS, running_server


def test_a_key_is_accepted_and_refused_by_every_server_at_once(durable_store: str) -> None:
    with running_server(durable_store) as first, running_server(durable_store, first.keys) as second:
        made = command(durable_store, "keys", "create", "ci", "--all-scopes")
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        accepted = [
            httpx.get(server.url + PATH, headers=headers, timeout=LONG_SECONDS)
            for server in (first, second) * 3
        ]
        revoked = command(durable_store, "keys", "revoke", "ci")
        refused = [
            httpx.get(server.url + PATH, headers=headers, timeout=LONG_SECONDS) for server in (first, second)
        ]

    assert (made.returncode, revoked.returncode) == (0, 0)
    assert {answer.status_code for answer in accepted} == {200}
    assert [answer.status_code for answer in refused] == [401, 401]
    assert {answer.json()["error"]["code"] for answer in refused} == {"api_key_revoked"}
