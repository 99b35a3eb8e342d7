"""How instants of requests may be written (RFC 3339 §5.6)."""

import pytest

from tests.server.requests import new_key, request, store_with_keys

KEY = new_key()


@pytest.mark.parametrize(
    ("text", "kept_as"),
    [
        ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
        ("2100-01-01T00:00:00z", "2100-01-01T00:00:00Z"),
        ("2100-01-01t00:00:00Z", "2100-01-01T00:00:00Z"),
        ("2100-01-01t01:30:00.5+01:30", "2100-01-01T00:00:00.500000Z"),
        ("2100-01-01 00:00:00Z", None),
        ("2100-01-01T00:00:00", None),
    ],
)
def test_t_and_z_may_be_lower_case(text: str, kept_as: str | None) -> None:
    body = {"name": "ci", "scopes": ["AccessProfiles:View"], "expires_at": text}

    answer = request(store_with_keys(KEY), "POST", "/api/api-keys", KEY.key, json=body)

    assert answer.status_code == (201 if kept_as else 400)
    assert answer.json().get("api_key", {}).get("expires_at") == kept_as
