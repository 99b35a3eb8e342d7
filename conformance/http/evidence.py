"""One request and its answer as evidence: readable, repeatable with curl, and without secrets."""

from dataclasses import dataclass
from typing import Any

from conformance.http.redaction import Redactor, in_shell

SHOWN_OCTETS = 4096
"""How much of a body is kept as evidence."""

_OF_THE_CONNECTION = ("host", "content-length", "connection", "user-agent")


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
    role: str | None = None
    """Whose key was sent, if it was another than the administrator's."""

    def curl(self) -> str:
        """Return a line for the shell that repeats the request."""
        words = ["curl", "-i", "--head" if self.method == "HEAD" else f"-X {self.method}"]
        names = {name.lower() for name, _ in self.request_headers}
        for name, value in self.request_headers:
            if name.lower() not in _OF_THE_CONNECTION:
                words.append("-H " + in_shell(f"{name}: {value}"))
        if self.request_body is not None:
            if "content-type" not in names:
                words.append("-H 'Content-Type:'")
            words.append("--data-binary " + _quote_octets(self.request_body))
        words.append(in_shell(self.url))
        if self.request_octets > SHOWN_OCTETS:
            words.append(f"# the body goes on to {self.request_octets:,} octets")
        return " ".join(words)

    def answer(self) -> str:
        """Return the answer in one line: its status and the beginning of its body."""
        if self.status is None:
            return "no answer"
        body = " ".join(self.response_body.decode("utf-8", "replace").split())
        return f"{self.status} {body}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        """Return the exchange for `results.json`."""
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
            "role": self.role,
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
    """Make the evidence of one request: secrets replaced, long bodies cut."""
    headers, body = sent
    status, answer_headers, answer_body = received
    # Redacted before it is cut, so that no piece of a secret is left at the edge.
    shown = None if body is None else redactor.octets(body)[:SHOWN_OCTETS]
    told = tuple((name, redactor.header(value)) for name, value in headers)
    return Exchange(
        method=method,
        url=redactor.url(url),
        request_headers=told,
        request_body=shown,
        request_octets=len(body or b""),
        status=status,
        response_headers=tuple((name, redactor.text(value)) for name, value in answer_headers),
        response_body=redactor.octets(answer_body)[:SHOWN_OCTETS],
        seconds=seconds,
        role=redactor.role(told),
    )


def _quote_octets(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and (text.isprintable() or text.isspace()):
        return in_shell(text)
    escaped = "".join(chr(o) if 32 <= o < 127 and chr(o) not in "\\'" else f"\\x{o:02x}" for o in body)
    return f"$'{escaped}'"
