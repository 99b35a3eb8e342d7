"""The server under test: where it is, the keys to it by role, and how it is to be spoken to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from conformance.http.credentials import Credential
from conformance.http.proxy import Proxy
from conformance.http.redaction import Redactor

ADMIN, VIEWER, EXPIRED, REVOKED = "admin", "viewer", "expired", "revoked"
SCOPE = "scope:"
"""How the role of a key begins that holds one scope alone: `scope:Roles:View`."""
SCHEMES = ("http", "https")


class TargetUrlError(ValueError):
    """The URL that was given cannot be a server's root."""


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test, the keys to it by role, and how it is to be spoken to.

    Attributes:
        keys: by role, texts that are sent as bearer tokens.
        credentials: by role, what is sent for each security scheme of the contract.
        headers: sent with every request, beside those of the request itself.
        ca_file: the authority whose certificates are good; None for those of the host.
        verify: whether a TLS certificate has to be good at all.
        timeout: seconds for a whole request.
        rate: requests a second that may leave; None for no limit.
        read_only: whether nothing may be sent that could change something.
        proxy: what all requests go through; None for none, whatever the environment says.
        key_prefixes: how keys begin that the server hands out, up to a hyphen; the first is that of API keys.
    """

    root: str
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 10.0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: Path | None = None
    verify: bool = True
    rate: float | None = None
    read_only: bool = False
    credentials: Mapping[str, Mapping[str, Credential]] = field(default_factory=dict, repr=False)
    proxy: Proxy | None = None
    key_prefixes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key that may do everything."""
        return self.keys[ADMIN]

    @property
    def viewer_key(self) -> str | None:
        """The key that may only view, if there is one."""
        return self.keys.get(VIEWER)

    @property
    def host(self) -> str:
        """The value of the Host header."""
        return urlsplit(self.root).netloc.encode("idna").decode()

    @property
    def redactor(self) -> Redactor:
        """What takes the keys out of everything that is shown."""
        headers = (value for _, value in self.headers)
        return Redactor(self.keys, headers, self.credentials, self.key_prefixes)


def server_root(url: str, servers: Sequence[str]) -> tuple[str, str | None]:
    """Return the server's root, and a note when it had to be inferred from a URL that goes deeper.

    Raises:
        TargetUrlError: the URL has no host, or parts that a root cannot have.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise TargetUrlError(f"{url!r} has no valid host and port.") from error
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise TargetUrlError(f"{url!r} is no URL of a server. Write it like http://127.0.0.1:8080.")
    if "@" in parts.netloc:
        raise TargetUrlError("The URL holds credentials. Give the API key with --key or CONFORMANCE_KEY.")
    if parts.query or parts.fragment:
        raise TargetUrlError(f"{url!r} has a query or a fragment. Give the server's root alone.")
    try:
        _ = parts.port
        parts.netloc.encode("idna")
    except ValueError as error:
        raise TargetUrlError(f"{url!r} has no valid host and port.") from error
    root = url.rstrip("/")
    for server in sorted(servers, key=len, reverse=True):
        if server and parts.path.rstrip("/").endswith(server):
            shorter = root.removesuffix(server)
            return (
                shorter,
                f"{url} ends in {server}, which the contract adds; the root is taken to be {shorter}.",
            )
    return root, None
