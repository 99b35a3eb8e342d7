"""Connexion's FlaskApp as it comes, with response validation, on this project's contract. One operation."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import connexion
import yaml
from connexion.resolver import Resolver

from bench.peers import models, tables

make_session = tables.sqlite_sessions()


def token_info(token: str) -> dict[str, Any] | None:
    """Return whose key it is, or nothing."""
    with make_session() as opened:
        key = opened.scalar(tables.key_of(token))
    now = datetime.now(UTC)
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    return {"sub": key.name, "scope": key.scopes}


def get_access_profile(profile_id: int, token_info: dict[str, Any]) -> Any:
    if not {"*", "AccessProfiles:View"} & set(token_info["scope"]):
        return {"error": "The API key has no AccessProfiles:View."}, 403
    with make_session() as opened:
        row = opened.scalar(tables.profile_with_roles(profile_id))
        if row is None:
            return {"error": f"There is no access profile {profile_id}."}, 404
        body = models.detail(row).model_dump(mode="json", exclude_unset=True)
        # Connexion wants every header that the contract states.
        return body, 200, {"ETag": f'"v{row.version}"', "X-Request-Id": secrets.token_hex(16)}


def _not_here() -> Any:
    return {"error": "This peer has one operation."}, 501


def _function(operation_id: str) -> Callable[..., Any]:
    return get_access_profile if operation_id == "getAccessProfile" else _not_here


def _contract() -> dict[str, Any]:
    contract: dict[str, Any] = yaml.safe_load(Path("openapi.yaml").read_text(encoding="utf-8"))
    for scheme in contract["components"]["securitySchemes"].values():
        scheme["x-bearerInfoFunc"] = f"{__name__}.token_info"
    return contract


app = connexion.FlaskApp(__name__)
app.add_api(_contract(), resolver=Resolver(_function), validate_responses=True, base_path="/api")
