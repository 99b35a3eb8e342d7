"""Who a request is from, by the security schemes of a contract."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from tests.foreign.troubles.messages import Refusal, Request
from tests.foreign.troubles.reading import cookies, query

Credentials = Mapping[str, Mapping[str, str]]
"""What each role sends for each security scheme: a token, a key, or `user:password`."""

_CHALLENGES = {"basic": 'Basic realm="here"', "bearer": "Bearer"}


class Security:
    """The security schemes of a contract, and who has credentials for them."""

    def __init__(self, document: dict[str, Any], credentials: Credentials) -> None:
        self._schemes = document.get("components", {}).get("securitySchemes", {})
        self._credentials = credentials

    def role(self, request: Request, stated: list[dict[str, list[str]]]) -> str | None:
        """Return whose credentials a request carries; None where the operation asks for none.

        Args:
            request: the request.
            stated: the alternatives of the operation, in each of which all schemes are needed.

        Raises:
            Refusal: 401, no alternative is met.
        """
        for alternative in stated:
            sent = {scheme: self._sent(request, self._schemes[scheme]) for scheme in alternative}
            for role, held in self._credentials.items():
                if sent and all(text is not None and text == held.get(name) for name, text in sent.items()):
                    return role
        if not stated or {} in stated:
            return None
        schemes = [self._schemes[name].get("scheme") for alternative in stated for name in alternative]
        challenges = [_CHALLENGES.get(scheme, "ApiKey") for scheme in dict.fromkeys(schemes)]
        raise Refusal(
            401,
            "The credentials are missing or wrong.",
            {"WWW-Authenticate": ", ".join(challenges)},
        )

    def _sent(self, request: Request, scheme: Mapping[str, Any]) -> str | None:
        """Return what a request sends for a scheme."""
        if scheme["type"] == "apiKey":
            name = scheme["name"]
            if scheme["in"] == "header":
                return request.headers.get(name)
            if scheme["in"] == "cookie":
                return cookies(request).get(name)
            return next(iter(query(request).get(name, [])), None)
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != scheme["scheme"]:
            return None
        if kind.lower() == "bearer":
            return text
        try:
            return base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
