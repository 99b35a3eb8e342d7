"""The HTTP proxy that requests go through, where one was asked for."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from conformance.http.credentials import basic

DEFAULT_PORT = 3128


class ProxyUrlError(ValueError):
    """The URL that was given cannot be a proxy's."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is, and who asks it. What is over TLS goes through a tunnel (RFC 9110 §9.3.6)."""

    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the proxy of a URL like `http://user:password@proxy.example.com:3128`.

        Raises:
            ProxyUrlError: it is none of an HTTP proxy.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORT
        except ValueError as error:
            raise ProxyUrlError("The proxy has no valid host and port.") from error
        # The URL is not repeated: a password may stand in it.
        if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ProxyUrlError("A proxy is written like http://proxy.example.com:3128; SOCKS is not spoken.")
        user = None if parts.username is None else unquote(parts.username)
        return cls(parts.hostname, port, user, unquote(parts.password or ""))

    @property
    def url(self) -> str:
        """Where it listens, without who asks."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def full_url(self) -> str:
        """The whole URL, with the password: for a library, and never shown."""
        who = "" if self.user is None else f"{quote(self.user, '')}:{quote(self.password, '')}@"
        return self.url.replace("http://", f"http://{who}", 1)

    @property
    def headers(self) -> dict[str, str]:
        """What tells it who asks."""
        if self.user is None:
            return {}
        return {"Proxy-Authorization": f"Basic {basic(self.user, self.password)}"}
