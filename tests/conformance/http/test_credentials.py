"""Credentials of every form: how they are sent, and that nothing of them is ever shown."""

import base64
import json
import string
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract.security import Form, Scheme
from conformance.http.client import Client
from conformance.http.credentials import NOBODY, Credential, CredentialError, of_scheme
from conformance.http.target import Target
from conformance.http.transport import Reply

FORMS = [Form.BEARER, Form.BASIC, Form.HEADER, Form.QUERY, Form.COOKIE]
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# What begins like this stands nowhere else in the evidence.
plain = st.text(string.ascii_letters + string.digits + "-._~+/=", max_size=40).map("qZ7".__add__)
printable = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=8, max_size=40
).filter(str.isprintable)


def scheme(form: Form) -> Scheme:
    return Scheme("aScheme", form, "X-Key" if form in (Form.HEADER, Form.QUERY, Form.COOKIE) else "")


def echoed(secret: str) -> bytes:
    """Return an answer that tells a secret in whatever forms it may be told."""
    parts = (secret, quote(secret, safe=""), json.dumps(secret), f"<p>{secret}</p>")
    return " | ".join(parts).encode()


def asked(credential: Credential, body: bytes = b"", held: str = "admin") -> tuple[Any, Any]:
    """Return what was sent with a credential, and the evidence of it."""
    target = Target("http://here/base", credentials={held: {"aScheme": credential}})
    answers: list[Any] = []
    sent: dict[str, Any] = {}

    def send(method: str, path: str, headers: dict[str, str], content: bytes | None) -> Reply:
        sent.update(path=path, headers=headers)
        return Reply(401, httpx.Headers({"X-Echo": "none"}), body, len(body))

    transport: Any = SimpleNamespace(send=send)
    Client(target, transport, credential, answers.append).request("GET", "/things", query={"a": "b c"})
    return SimpleNamespace(**sent), answers[0].exchange


@pytest.mark.parametrize("form", FORMS)
@given(text=plain)
@quick
def test_whatever_goes_in_is_sent_and_comes_out_redacted(form: Form, text: str) -> None:
    if form is Form.COOKIE:
        text = text.replace(";", "")
    value = f"somebody:{text}" if form is Form.BASIC else text
    credential = of_scheme(scheme(form), value)
    sent, exchange = asked(credential, echoed(text) if len(text) >= 8 else b"")

    authorization = sent.headers.get("Authorization", "")
    bearing = {
        Form.BEARER: authorization,
        Form.BASIC: authorization,
        Form.HEADER: sent.headers.get("X-Key"),
        Form.QUERY: parse_qs(urlsplit(sent.path).query).get("X-Key", [""])[0],
        Form.COOKIE: sent.headers.get("Cookie"),
    }
    encoded = base64.b64encode(value.encode()).decode()
    expected = {Form.BEARER: f"Bearer {value}", Form.BASIC: f"Basic {encoded}", Form.COOKIE: f"X-Key={value}"}
    assert bearing[form] == expected.get(form, value)
    assert parse_qs(urlsplit(sent.path).query)["a"] == ["b c"]

    shown = json.dumps([exchange.as_dict(), exchange.answer()])
    if len(text) >= 8:
        assert text not in shown
        assert quote(text, safe="") not in shown
    for pair in exchange.as_dict()["request"]["headers"]:
        assert pair[1] not in {text, value, authorization}
    assert f"X-Key={quote(text, safe='')}&" not in exchange.url + "&"
    assert "${CREDENTIAL_ASCHEME" in exchange.curl()


@given(user=printable, password=printable)
@quick
def test_a_password_is_hidden_with_the_form_in_which_it_is_sent(user: str, password: str) -> None:
    user = user.replace(":", "")
    credential = of_scheme(scheme(Form.BASIC), f"{user}:{password}")
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    sent, exchange = asked(credential, echoed(password) + encoded.encode())

    assert sent.headers["Authorization"] == f"Basic {encoded}"
    shown = exchange.as_dict()
    for secret in (password, encoded):
        assert secret not in shown["response"]["body"]
        assert secret not in shown["curl"]


@given(text=printable)
@quick
def test_a_query_value_may_hold_anything_and_is_restored(text: str) -> None:
    credential = of_scheme(scheme(Form.QUERY), text)
    sent, exchange = asked(credential)
    redactor = Target("http://here/base", credentials={"reader": {"aScheme": credential}}).redactor

    assert exchange.url.startswith("http://here/base/things?a=b%20c&X-Key=${CREDENTIAL_ASCHEME")
    assert redactor.restored(redactor.url(f"http://here{sent.path}")) == f"http://here{sent.path}"


def test_a_role_is_named_in_what_stands_for_its_credential() -> None:
    _, exchange = asked(of_scheme(scheme(Form.HEADER), "key-of-reader"), held="reader-2")

    assert exchange.request_headers == (("X-Key", "${CREDENTIAL_READER_2_ASCHEME}"),)
    assert """-H 'X-Key: '"${CREDENTIAL_READER_2_ASCHEME}\"""" in exchange.curl()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Form.HEADER, "-H 'X-Key: any' many"),
        (Form.QUERY, "/p?X-Key=any&a=many"),
        (Form.COOKIE, "X-Key=any; many"),
    ],
)
def test_what_is_short_is_known_by_the_name_with_which_it_is_sent(form: Form, told: str) -> None:
    target = Target("http://h", credentials={"admin": {"aScheme": of_scheme(scheme(form), "any")}})

    expected = told.replace("any", "${CREDENTIAL_ASCHEME}", 1)
    assert target.redactor.text(told) == expected
    assert target.redactor.octets(told.encode()) == expected.encode()
    assert target.redactor.restored(expected) == told


def test_several_are_sent_together_and_what_is_there_already_wins() -> None:
    both = of_scheme(scheme(Form.COOKIE), "c") | of_scheme(Scheme("b", Form.COOKIE, "other"), "d")
    all_three = both | of_scheme(scheme(Form.BEARER), "t")

    target, headers = all_three.put_into("/p?q=1", {"authorization": "own"})
    assert (target, headers) == ("/p?q=1", {"Cookie": "X-Key=c; other=d", "authorization": "own"})
    assert NOBODY.put_into("/p", {}) == ("/p", {})


def test_a_credential_shows_no_secret_when_it_is_shown() -> None:
    credential = of_scheme(scheme(Form.BASIC), "somebody:secret-password")

    assert repr(credential) == "Credential()"
    assert Credential.from_dict(json.loads(json.dumps(credential.as_dict()))) == credential


@pytest.mark.parametrize(
    ("form", "text", "complaint"),
    [
        (Form.BASIC, "no colon", "USER:PASSWORD"),
        (Form.BEARER, "two words", "no header can"),
        (Form.BEARER, "ü", "no header can"),
        (Form.HEADER, "a\r\nb: c", "cannot be printed"),
        (Form.HEADER, " a", "no header can"),
        (Form.COOKIE, "a;b", "no cookie can"),
        (Form.QUERY, "", "empty"),
        (Form.OTHER, "x", "no way to send it"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_not_shown(form: Form, text: str, complaint: str) -> None:
    with pytest.raises(CredentialError, match=complaint):
        of_scheme(scheme(form), text)
