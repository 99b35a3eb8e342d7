"""One request and its answer as evidence: readable, repeatable with curl, and without secrets."""

import base64
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SHOWN_OCTETS = 4096
"""How much of a body is kept as evidence."""

_OF_THE_CONNECTION = ("host", "content-length", "connection", "user-agent")

# What stands for a secret is an expression of the shell that puts it back, but for this one.
_BASIC = "$BASIC"
_BASIC_IN_SHELL = '"$(printf %s "admin:$KEY" | base64 -w0)"'
_OF_ROLES = {"admin": "$KEY", "viewer": "$VIEWER_KEY", "expired": "$EXPIRED_KEY", "revoked": "$REVOKED_KEY"}
_PLACEHOLDER = re.compile(
    r"(\$\{KEY%\?\}|\$BASIC|\$(?:VIEWER_|EXPIRED_|REVOKED_)?KEY|\$SCOPE_KEY_\d+|\$HEADER_\d+)"
)
_SHORTEST_HIDDEN_HEADER = 8
# Keys that servers hand out, by their form. What masks one shows 8 of its characters in a row at most.
_HANDED_OUT = r"((?:bfst|sk-bf)-[a-z0-9_-]{4})[a-z0-9_-]{5,}"
_HANDED_OUT_TEXT = re.compile(_HANDED_OUT, re.IGNORECASE)
_HANDED_OUT_OCTETS = re.compile(_HANDED_OUT.encode(), re.IGNORECASE)
_HIDDEN = r"\1[hidden]"


class Redactor:
    """Takes every secret of a run away, wherever it turns up.

    The keys of the run become placeholders. Any other API key or virtual key is known by its form: its first
    four characters are left, to tell one from another, and `[hidden]` says that it stood there whole. What a
    server masked itself stays as it is.

    It takes the keys by role, and the values of the headers that every request bears.
    """

    def __init__(self, keys: Mapping[str, str], headers: Iterable[str] = ()) -> None:
        key = keys.get("admin", "")
        # Too short a value is no secret, and stands in many other words.
        secrets = {
            value: f"$HEADER_{number}"
            for number, value in enumerate(headers, 1)
            if len(value) >= _SHORTEST_HIDDEN_HEADER
        }
        scopes = (role for role in keys if role not in _OF_ROLES)
        names = {role: f"$SCOPE_KEY_{number}" for number, role in enumerate(scopes, 1)} | _OF_ROLES
        secrets[base64.b64encode(f"admin:{key}".encode()).decode()] = _BASIC
        if len(key) > 8:
            secrets[key[:-1]] = "${KEY%?}"
        # One value may have several roles: what stands for it is the first, the administrator's above all.
        for role in reversed([*keys]):
            secrets[keys[role]] = names[role]
        secrets[key] = "$KEY"
        # The longest first, as one secret may be the beginning of another.
        self._secrets = sorted(((s, p) for s, p in secrets.items() if s), key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret, placeholder in self._secrets:
            text = text.replace(secret, placeholder)
        return _HANDED_OUT_TEXT.sub(_HIDDEN, text)

    def restored(self, text: str) -> str:
        """The text with the secrets of this run in their places.

        Raises:
            LookupError: something in it was masked, and is not known here.
        """
        if "[hidden]" in text:
            raise LookupError("[hidden]")
        secrets = {placeholder: secret for secret, placeholder in self._secrets}
        return _PLACEHOLDER.sub(lambda found: secrets[found[0]], text)

    def octets(self, data: bytes) -> bytes:
        """The octets without secrets."""
        for secret, placeholder in self._secrets:
            data = data.replace(secret.encode(), placeholder.encode())
        return _HANDED_OUT_OCTETS.sub(_HIDDEN.encode(), data)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, redacted and cut to what a reader can take in."""

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes | None
    request_octets: int
    status: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: bytes
    seconds: float

    def curl(self) -> str:
        """A line for the shell that repeats the request."""
        words = ["curl", "-i", "--head" if self.method == "HEAD" else f"-X {self.method}"]
        names = {name.lower() for name, _ in self.request_headers}
        for name, value in self.request_headers:
            if name.lower() not in _OF_THE_CONNECTION:
                words.append("-H " + _quote(f"{name}: {value}"))
        if self.request_body is not None:
            if "content-type" not in names:
                words.append("-H 'Content-Type:'")
            words.append("--data-binary " + _quote_octets(self.request_body))
        words.append(_quote(self.url))
        if self.request_octets > SHOWN_OCTETS:
            words.append(f"# the body goes on to {self.request_octets:,} octets")
        return " ".join(words)

    def answer(self) -> str:
        """The answer in one line: its status and the beginning of its body."""
        if self.status is None:
            return "no answer"
        body = " ".join(self.response_body.decode("utf-8", "replace").split())
        return f"{self.status} {body}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        """The exchange for `results.json`."""
        body = self.request_body
        return {
            "request": {
                "method": self.method,
                "url": self.url,
                "headers": [list(pair) for pair in self.request_headers],
                "body": None if body is None else body.decode("utf-8", "backslashreplace"),
                "octets": self.request_octets,
            },
            "response": {
                "status": self.status,
                "headers": [list(pair) for pair in self.response_headers],
                "body": self.response_body.decode("utf-8", "backslashreplace"),
            },
            "seconds": round(self.seconds, 4),
            "curl": self.curl(),
        }


def record(
    redactor: Redactor,
    method: str,
    url: str,
    sent: tuple[tuple[tuple[str, str], ...], bytes | None],
    received: tuple[int | None, tuple[tuple[str, str], ...], bytes],
    seconds: float,
) -> Exchange:
    """Makes the evidence of one request: secrets replaced, long bodies cut."""
    headers, body = sent
    status, answer_headers, answer_body = received
    # Redacted before it is cut, so that no piece of a secret is left at the edge.
    shown = None if body is None else redactor.octets(body)[:SHOWN_OCTETS]
    return Exchange(
        method=method,
        url=redactor.text(url),
        request_headers=tuple((name, redactor.text(value)) for name, value in headers),
        request_body=shown,
        request_octets=len(body or b""),
        status=status,
        response_headers=tuple((name, redactor.text(value)) for name, value in answer_headers),
        response_body=redactor.octets(answer_body)[:SHOWN_OCTETS],
        seconds=seconds,
    )


def _quote(text: str) -> str:
    pieces = (piece for piece in _PLACEHOLDER.split(text) if piece)
    return "".join(map(_in_shell, pieces)) or "''"


def _in_shell(piece: str) -> str:
    if piece == _BASIC:
        return _BASIC_IN_SHELL
    return f'"{piece}"' if _PLACEHOLDER.fullmatch(piece) else shlex.quote(piece)


def _quote_octets(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and (text.isprintable() or text.isspace()):
        return _quote(text)
    escaped = "".join(chr(o) if 32 <= o < 127 and chr(o) not in "\\'" else f"\\x{o:02x}" for o in body)
    return f"$'{escaped}'"
