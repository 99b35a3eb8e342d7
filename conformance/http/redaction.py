"""Takes every secret of a run away, wherever it turns up, and puts it back where it is needed again."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from conformance.http.credentials import Credential, basic, forms

# What stands for a secret is an expression of the shell that puts it back, but for this one.
_BASIC = "$BASIC"
_BASIC_IN_SHELL = '"$(printf %s "admin:$KEY" | base64 -w0)"'
_OF_ROLES = {"admin": "$KEY", "viewer": "$VIEWER_KEY", "expired": "$EXPIRED_KEY", "revoked": "$REVOKED_KEY"}
_PLACEHOLDER = re.compile(
    r"(\$\{KEY%\?\}|\$BASIC|\$(?:VIEWER_|EXPIRED_|REVOKED_)?KEY|\$SCOPE_KEY_\d+|\$HEADER_\d+"
    r"|\$\{CREDENTIAL_[A-Z0-9_]+\})"
)
_SHORTEST_HIDDEN = 8
HIDDEN = "[hidden by the suite]"
_MASKED = rf"\1{HIDDEN}"
_REPEATED = re.compile(r"([A-Za-z0-9 ])\1{99,}")
"""What is cut to its letter and its number, so that a line can be read."""


class Redactor:
    """Takes every secret of a run away, wherever it turns up.

    The keys and credentials of the run become placeholders. Any other key that a server hands out is known by
    how it begins: its first four characters are left, to tell one from another, and `[hidden by the suite]`
    says that it stood there whole. What a server masked itself stays as it is.

    A credential of less than 8 characters stands in many other words: it goes where it is sent alone.

    It takes the keys by role, the values of the headers that every request bears, the credentials by role and
    scheme, and how keys begin that the server hands out.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        headers: Iterable[str] = (),
        credentials: Mapping[str, Mapping[str, Credential]] = MappingProxyType({}),
        handed_out: Sequence[str] = (),
    ) -> None:
        self._sent = dict(_of_credentials(credentials)) | _of_keys(keys)
        secrets = {secret: name for secret, name in self._sent.items() if len(secret) >= _SHORTEST_HIDDEN}
        secrets |= _short(credentials, self._sent)
        secrets |= {
            value: f"$HEADER_{number}"
            for number, value in enumerate(headers, 1)
            if len(value) >= _SHORTEST_HIDDEN
        }
        self._secrets = secrets
        # The longest first, as one secret may be the beginning of another.
        ordered = sorted(secrets, key=len, reverse=True)
        self._in_text = re.compile("|".join(map(re.escape, ordered)) or "(?!)")
        self._in_octets = re.compile(self._in_text.pattern.encode())
        # What masks one shows 8 of its characters in a row at most.
        begins = f"(?:{'|'.join(map(re.escape, handed_out))})" if handed_out else "(?!)"
        form = rf"({begins}-[a-z0-9_-]{{4}})[a-z0-9_-]{{5,}}"
        self._handed_out = re.compile(form, re.IGNORECASE)
        self._handed_out_octets = re.compile(form.encode(), re.IGNORECASE)
        self._roles = {names: role for role, names in _placeholders(keys).items() if role != "admin"}

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        text = self._in_text.sub(lambda found: self._secrets[found[0]], text)
        return self._handed_out.sub(_MASKED, text)

    def octets(self, data: bytes) -> bytes:
        """Return the octets without secrets."""
        data = self._in_octets.sub(lambda found: self._secrets[found[0].decode()].encode(), data)
        return self._handed_out_octets.sub(_MASKED.encode(), data)

    def role(self, headers: Iterable[tuple[str, str]]) -> str | None:
        """Return whose key was sent, by redacted headers; None for the administrator's, and for none."""
        sent = (value.rpartition(" ")[2] for _, value in headers)
        return next((self._roles[value] for value in sent if value in self._roles), None)

    def header(self, value: str) -> str:
        """Return the value of a header that was sent: of cookies each, and what follows a scheme."""
        kind, space, credential = value.partition(" ")
        if value in self._sent:
            return self._sent[value]
        if credential in self._sent:
            return f"{kind}{space}{self._sent[credential]}"
        return self.text("; ".join(self._pair(each) for each in value.split("; ")))

    def url(self, url: str) -> str:
        """Return a URL whose query may hold secrets."""
        place, mark, query = url.partition("?")
        return self.text(f"{place}{mark}{'&'.join(map(self._pair, query.split('&')))}")

    def _pair(self, text: str) -> str:
        name, equals, value = text.partition("=")
        return f"{name}{equals}{self._sent.get(value, value)}" if equals else text

    def restored(self, text: str) -> str:
        """Return the text with the secrets of this run in their places.

        Raises:
            LookupError: something in it was masked, and is not known here.
        """
        if HIDDEN in text:
            raise LookupError(HIDDEN)
        secrets = {placeholder: secret for secret, placeholder in (self._sent | self._secrets).items()}
        return _PLACEHOLDER.sub(lambda found: secrets[found[0]], text)


def _placeholders(keys: Iterable[str]) -> dict[str, str]:
    """Return what stands for the key of each role."""
    scopes = (role for role in keys if role not in _OF_ROLES)
    return {role: f"$SCOPE_KEY_{number}" for number, role in enumerate(scopes, 1)} | _OF_ROLES


def _of_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keys, and what may be made of the administrator's, with what stands for each."""
    key, names = keys.get("admin", ""), _placeholders(keys)
    secrets: dict[str, str] = {}
    if key:
        secrets[basic("admin", key)] = _BASIC
    if len(key) > 8:
        secrets[key[:-1]] = "${KEY%?}"
    # One value may have several roles: what stands for it is the first, the administrator's above all.
    for role in reversed([*keys]):
        secrets[keys[role]] = names[role]
    secrets[key] = "$KEY"
    return {secret: placeholder for secret, placeholder in secrets.items() if secret}


def _of_credentials(credentials: Mapping[str, Mapping[str, Credential]]) -> Iterator[tuple[str, str]]:
    """Yield every form of every secret, with what stands for it."""
    seen: set[str] = set()
    taken: set[str] = set()
    for role, schemes in credentials.items():
        for scheme, credential in schemes.items():
            name = scheme if role == "admin" else f"{role}_{scheme}"
            for secret in (form for each in credential.secrets for form in forms(each)):
                if secret and secret not in seen:
                    seen.add(secret)
                    yield secret, _placeholder(name, taken)


def _short(credentials: Mapping[str, Mapping[str, Credential]], shown: Mapping[str, str]) -> dict[str, str]:
    """Return what is too short to be sought alone, with the names by which it is sent."""
    found: dict[str, str] = {}
    for credential in (each for held in credentials.values() for each in held.values()):
        found |= {
            f"{name}: {text}": f"{name}: {shown[text]}" for name, text in credential.headers if text in shown
        }
        for name, text in (*credential.query, *credential.cookies):
            found |= {f"{name}={form}": f"{name}={shown[form]}" for form in forms(text)}
    return found


def _placeholder(name: str, taken: set[str]) -> str:
    """Return a variable of the shell that stands for no other secret."""
    plain = re.sub(r"[^A-Z0-9]", "_", name.upper())
    number = 1
    while (found := f"{plain}_{number}" if number > 1 else plain) in taken:
        number += 1
    taken.add(found)
    return f"${{CREDENTIAL_{found}}}"


def in_shell(text: str) -> str:
    """Return a text as a word of the shell, in which placeholders are variables."""
    pieces = (piece for piece in _PLACEHOLDER.split(text) if piece)
    return "".join(map(_in_shell, pieces)) or "''"


def _in_shell(piece: str) -> str:
    if piece == _BASIC:
        return _BASIC_IN_SHELL
    if _PLACEHOLDER.fullmatch(piece):
        return f'"{piece}"'
    words: list[str | re.Match[str]] = []
    end = 0
    for run in _REPEATED.finditer(piece):
        words += [piece[end : run.start()], run]
        end = run.end()
    told = (_repeated(word) if isinstance(word, re.Match) else shlex.quote(word) for word in words if word)
    return "".join(told) + (shlex.quote(piece[end:]) if piece[end:] else "")


def _repeated(run: re.Match[str]) -> str:
    return f"\"$(printf '{run[1]}%.0s' $(seq {len(run[0])}))\""
