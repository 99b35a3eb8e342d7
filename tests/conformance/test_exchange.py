"""Evidence: no secret in it, and a curl line that really repeats the request."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess

import pytest

from conformance.client import Target, TargetUrlError, server_root
from conformance.exchange import SHOWN_OCTETS, Redactor, record
from tests.conformance.conftest import Breakable

KEY = "bfst-" + "k1" * 22
VIEWER = "bfst-" + "v2" * 22


def _record(headers: dict[str, str], body: bytes | None, answer: bytes = b"{}") -> str:
    sent = (tuple(headers.items()), body)
    exchange = record(Redactor(KEY, VIEWER), "POST", "http://h/p?q=1", sent, (201, (), answer), 0.1)
    return json.dumps(exchange.as_dict())


@pytest.mark.parametrize(
    "secret",
    [KEY, VIEWER, KEY[:-1], f"{KEY}x", base64.b64encode(f"admin:{KEY}".encode()).decode()],
    ids=["key", "viewer key", "shortened", "lengthened", "basic"],
)
def test_no_secret_is_kept_wherever_it_stands(secret: str) -> None:
    evidence = _record(
        {"Authorization": f"Bearer {secret}", "Cookie": f"t={secret}"}, secret.encode(), secret.encode()
    )

    assert secret not in evidence
    assert KEY[:20] not in evidence


def test_a_secret_at_the_edge_of_a_cut_body_leaves_no_piece() -> None:
    body = b"x" * (SHOWN_OCTETS - 10) + KEY.encode() + b"x" * 1000

    assert KEY[:10] not in _record({}, body)


def test_the_curl_line_of_a_cut_body_says_so() -> None:
    assert "the body goes on to 10,000 octets" in _record({}, b"x" * 10000)


@pytest.mark.parametrize(
    "body",
    [b'{"name": "it\'s"}', "{'ü': \"$KEY\"}".encode(), b'{"a": "\xff\x00\n"}', b"", b"a\tb\\n'"],
)
def test_the_shell_reads_the_body_back_from_the_curl_line(body: bytes) -> None:
    sent = ((("Content-Type", "text/plain"), ("Authorization", f"Bearer {KEY}x")), body)
    exchange = record(Redactor(KEY), "POST", "http://h/", sent, (400, (), b""), 0.1)
    print_words = r"""curl() { for word in "$@"; do printf '%s\0' "$word"; done; }"""
    script = f"{print_words}; KEY={shlex.quote(KEY)}; {exchange.curl()}"
    words = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.split(b"\0")

    # The shell cannot pass a zero octet in an argument; everything before it must be right.
    assert words[words.index(b"--data-binary") + 1] == body.replace(b"$KEY", KEY.encode()).split(b"\0")[0]
    assert f"Authorization: Bearer {KEY}x".encode() in words


@pytest.mark.parametrize(
    ("url", "root", "assumed"),
    [
        ("http://h:8080", "http://h:8080", False),
        ("http://h:8080/", "http://h:8080", False),
        ("https://h/gateway", "https://h/gateway", False),
        ("http://h/api", "http://h", True),
        ("http://h/x/api/governance/", "http://h/x", True),
    ],
)
def test_the_root_is_taken_from_the_url(url: str, root: str, assumed: bool) -> None:
    found, note = server_root(url, ("/api", "/api/governance"))

    assert found == root
    assert bool(note) is assumed


@pytest.mark.parametrize(
    "url", ["h:8080", "ftp://h", "http://", "http://u:p@h", "http://h?x=1", "http://h:99999", ""]
)
def test_what_is_no_root_is_refused(url: str) -> None:
    with pytest.raises(TargetUrlError):
        server_root(url, ("/api",))


def test_a_target_shows_no_key(breakable: Breakable) -> None:
    assert "bfst-" not in repr(Target("http://h", KEY, VIEWER))
    assert "bfst-" not in repr(breakable.target)
