"""Credentials: what a request bears to say who asks, wherever the contract wants it."""

import base64
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, Self
from urllib.parse import quote, quote_plus

from conformance.contract.security import Form, Scheme

Pairs = tuple[tuple[str, str], ...]

_NOT_IN_COOKIES = frozenset(' ",;\\')


class Identity(Protocol):
    """Somebody, who shows each operation the credential that it takes."""

    def credential(self, method: str, path: str) -> "Credential":
        """Return what a request bears; `path` is below the server's root."""


class CredentialError(ValueError):
    """A text cannot be a credential of a scheme; the message says why."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request bears. It shows itself as it is to every operation.

    Attributes:
        parts: secrets that are sent in another form, as the password of Basic.
    """

    headers: Pairs = field(default=(), repr=False)
    query: Pairs = field(default=(), repr=False)
    cookies: Pairs = field(default=(), repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)

    def credential(self, method: str, path: str) -> Self:
        """Return itself, whatever is asked for."""
        del method, path
        return self

    def __or__(self, other: "Credential") -> "Credential":
        """Return both together."""
        return Credential(
            self.headers + other.headers,
            self.query + other.query,
            self.cookies + other.cookies,
            self.parts + other.parts,
        )

    def put_into(self, target: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return a path with its query, and headers, that bear the credential. What is there already wins."""
        borne = dict(self.headers)
        if self.cookies:
            borne["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies)
        given = {name.lower() for name in headers}
        if self.query:
            more = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.query)
            target += ("&" if "?" in target else "?") + more
        return target, {name: text for name, text in borne.items() if name.lower() not in given} | dict(
            headers
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """Return what `as_dict` told."""
        pairs = {
            name: tuple((key, text) for key, text in told[name]) for name in ("headers", "query", "cookies")
        }
        return cls(**pairs, parts=tuple(told["parts"]))

    @property
    def secrets(self) -> Iterator[str]:
        """Every secret in it, as it is sent."""
        for name, text in self.headers:
            is_authorization = name.lower() == "authorization"
            yield text.partition(" ")[2] if is_authorization and " " in text else text
        for _, text in (*self.query, *self.cookies):
            yield text
        yield from self.parts


NOBODY = Credential()
"""That of somebody who does not say who he is."""


def basic(user: str, password: str) -> str:
    """Return what stands behind `Basic` for a user and a password (RFC 7617)."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def authorization(text: str) -> Credential:
    """Return the credential of an Authorization header."""
    return Credential(headers=(("Authorization", text),))


def of_scheme(scheme: Scheme, text: str) -> Credential:
    """Return the credential that a text is for a scheme; `USER:PASSWORD` for Basic.

    Raises:
        CredentialError: it is none, or the suite cannot send such.
    """
    if not text or not text.isprintable():
        raise CredentialError("it is empty, or holds characters that cannot be printed")
    match scheme.form:
        case Form.BASIC:
            user, colon, password = text.partition(":")
            if not colon:
                raise CredentialError("for HTTP Basic it has to be USER:PASSWORD")
            value = f"Basic {basic(user, password)}"
            return Credential(headers=(("Authorization", value),), parts=(text, password))
        case Form.QUERY:
            return Credential(query=((scheme.parameter, text),))
        case Form.OTHER:
            raise CredentialError("this suite has no way to send it; conformance.toml can set headers")
    if not text.isascii() or text != text.strip() or (scheme.form is Form.BEARER and " " in text):
        raise CredentialError("it holds characters that no header can")
    if scheme.form is Form.COOKIE:
        if _NOT_IN_COOKIES & set(text):
            raise CredentialError("it holds characters that no cookie can")
        return Credential(cookies=((scheme.parameter, text),))
    if scheme.form is Form.HEADER:
        return Credential(headers=((scheme.parameter, text),))
    return authorization(f"Bearer {text}")


def forms(secret: str) -> Iterator[str]:
    """Yield a secret as it may turn up: as it is, in a URL, in JSON and in a page."""
    yield from dict.fromkeys(
        (
            secret,
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            html.escape(secret),
        )
    )
