"""Evidence: no secret in it, and a curl line that really repeats the request."""

import base64
import json
import re
import shlex
import subprocess
from dataclasses import replace

import pytest

from conformance.http.evidence import SHOWN_OCTETS, record
from conformance.http.redaction import Redactor
from conformance.http.target import Target, TargetUrlError, server_root
from conformance.report.files import FORMATS, render
from conformance.run.plan import Plan
from conformance.run.verdict import Status
from conformance.runner import run
from conformance.selftest.faults import FAULTS, SeededFault
from tests.conformance.conftest import Breakable

KEY = "bfst-" + "k1" * 22
VIEWER = "bfst-" + "v2" * 22
KEYS = {"admin": KEY, "viewer": VIEWER}
REDACTOR = Redactor(KEYS, handed_out=("bfst", "sk-bf"))
HANDED_OUT = [
    "sk-bf-Ab3dEfGhIjKlMnOpQrStUvWxYz01w9Zx",
    "sk-bf-3f0d6e0e-3f4c-4a4e-8a37-0d7c6c1f2b11",
    "bfst-Ab3d" + "Z9" * 20,
]
"""A virtual key and an API key of this project's server, and a virtual key of another's."""
_TELLING = ("values_in_clear", "keys_in_clear", "only_the_end_is_masked", "detaching_tells_the_values")
SHOW_KEYS = [seeded for seeded in FAULTS if seeded.name in _TELLING]


def _record(headers: dict[str, str], body: bytes | None, answer: bytes = b"{}") -> str:
    sent = (tuple(headers.items()), body)
    exchange = record(REDACTOR, "POST", "http://h/p?q=1", sent, (201, (), answer), 0.1)
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


@pytest.mark.parametrize("secret", HANDED_OUT)
def test_a_key_that_a_server_hands_out_is_hidden_wherever_it_stands(secret: str) -> None:
    evidence = _record(
        {"Authorization": f"Bearer {secret}", "x-bf-vk": secret},
        json.dumps({"name": f"line\n{secret}", "list": [secret]}).encode(),
        json.dumps({"virtual_key": {"value": secret}, "message": f"({secret})"}).encode(),
    )

    start = secret[: secret.index("-", 3) + 5]
    assert secret not in evidence
    assert secret[len(start) :] not in evidence
    assert f"Bearer {start}[hidden by the suite]" in evidence
    assert f"({start}[hidden by the suite])" in evidence


def test_a_key_that_a_server_hands_out_is_hidden_in_texts_of_every_alphabet() -> None:
    clean = REDACTOR.text

    assert clean("schlüssel→sk-bf-Ab3dEfGhIjKl←ende") == "schlüssel→sk-bf-Ab3d[hidden by the suite]←ende"
    assert (
        clean(clean("xsk-bf-Ab3dEfGhIjKl sk-bf-Ab3dEfGhI"))
        == "xsk-bf-Ab3d[hidden by the suite] sk-bf-Ab3d[hidden by the suite]"
    )


def test_what_a_server_masked_stays_readable() -> None:
    for shown in (
        "sk-bf-Ab3d...w9Zx",
        "bfst-Ab3dEfGh...",
        "sk-bf-Ab3d…w9Zx",
        "sk-bf-****w9Zx",
        "sk-bf-",
        "A virtual key (sk-bf-…) is no management credential.",
    ):
        assert REDACTOR.text(shown) == shown
        assert REDACTOR.octets(shown.encode()) == shown.encode()


def test_the_runs_own_keys_stay_placeholders_that_can_be_run_again() -> None:
    assert REDACTOR.text(f"{KEY} {VIEWER} {KEY}x {KEY[:-1]}") == ("$KEY $VIEWER_KEY $KEYx ${KEY%?}")


@pytest.mark.parametrize("length", range(1, 33, 5))
def test_of_a_key_that_is_cut_short_eight_characters_are_left_at_most(length: int) -> None:
    cut = HANDED_OUT[0][: len("sk-bf-") + length]

    shown = REDACTOR.text(f"{cut} …").removesuffix(" …")
    assert len(shown.removeprefix("sk-bf-").removesuffix("[hidden by the suite]")) <= 8


def test_a_secret_at_the_edge_of_a_cut_body_leaves_no_piece() -> None:
    body = b"x" * (SHOWN_OCTETS - 10) + KEY.encode() + b"x" * 1000

    assert KEY[:10] not in _record({}, body)


def test_the_curl_line_of_a_cut_body_says_so() -> None:
    assert "the body goes on to 10,000 octets" in _record({}, b"x" * 10000)


@pytest.mark.parametrize(
    "body", [b'{"name": "it\'s"}', "{'ü': \"$KEY\"}".encode(), b'{"a": "\xff\x00\n"}', b"", b"a\tb\\n'"]
)
def test_the_shell_reads_the_body_back_from_the_curl_line(body: bytes) -> None:
    sent = ((("Content-Type", "text/plain"), ("Authorization", f"Bearer {KEY}x")), body)
    exchange = record(REDACTOR, "POST", "http://h/", sent, (400, (), b""), 0.1)
    print_words = r"""curl() { for word in "$@"; do printf '%s\0' "$word"; done; }"""
    script = f"{print_words}; KEY={shlex.quote(KEY)}; {exchange.curl()}"
    words = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.split(b"\0")

    # The shell cannot pass a zero octet in an argument; everything before it must be right.
    assert words[words.index(b"--data-binary") + 1] == body.replace(b"$KEY", KEY.encode()).split(b"\0")[0]
    assert f"Authorization: Bearer {KEY}x".encode() in words


def test_the_root_is_taken_from_the_url() -> None:
    for url, root, assumed in (
        ("http://h:8080", "http://h:8080", False),
        ("http://h:8080/", "http://h:8080", False),
        ("https://h/gateway", "https://h/gateway", False),
        ("http://h/api", "http://h", True),
        ("http://h/x/api/governance/", "http://h/x", True),
    ):
        found, note = server_root(url, ("/api", "/api/governance"))
        assert (found, bool(note)) == (root, assumed), url


def test_what_is_no_root_is_refused() -> None:
    for url in (
        "h:8080",
        "ftp://h",
        "http://",
        "http://u:p@h",
        "http://h?x=1",
        "http://h:99999",
        "http://[::1",
        "",
    ):
        with pytest.raises(TargetUrlError):
            server_root(url, ("/api",))


def test_a_target_shows_no_key(breakable: Breakable) -> None:
    assert "bfst-" not in repr(Target("http://h", KEYS))
    assert "bfst-" not in repr(breakable.target)


@pytest.mark.parametrize("seeded", SHOW_KEYS, ids=lambda seeded: seeded.name)
def test_the_verdict_on_a_server_that_shows_keys_shows_none(
    seeded: SeededFault, breakable: Breakable, plan: Plan
) -> None:
    with breakable.broken(seeded.fault):
        results = run(replace(plan, only=frozenset({seeded.clause_id})))

    [verdict] = [verdict for verdict in results.verdicts if not verdict.derived]
    document = results.as_dict()
    report = json.dumps(document) + "".join(render(document, form) for form in FORMATS)
    assert verdict.status is Status.FAIL
    assert "[hidden by the suite]" in report
    assert re.search("(sk-bf|bfst)-[A-Za-z0-9_-]{9}", report) is None
