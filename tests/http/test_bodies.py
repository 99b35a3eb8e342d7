"""Bodies that Connexion, as it comes, answers with 500 or takes in (traps T4 to T6 and more)."""

import uuid

import httpx
import pytest

from tests.http.raw import chunked, post
from tests.serving import Server

JSON = "Content-Type: application/json"


def name() -> str:
    return f"body-{uuid.uuid4().hex}"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"name": "cut', id="cut short"),
        pytest.param(b'{"name": "x"} y', id="trailing text"),
        pytest.param(b'{"name": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"name": "x"}', id="byte order mark"),
        pytest.param(b'{"name": "\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"name": "x", "name": "y"}', id="duplicate member"),
        pytest.param(b'{"name": "x", "budgets": [{"max_limit": NaN, "reset_duration": "1d"}]}', id="NaN"),
        pytest.param(b'{"name": "x", "budgets": [{"max_limit": 1e999, "reset_duration": "1d"}]}', id="1e999"),
        pytest.param(b'{"name": "x", "id": ' + b"9" * 5000 + b"}", id="5,000 digits"),
        pytest.param(b'{"name": "x", "id": ' + b"[" * 64 + b"]" * 64 + b"}", id="65 deep"),
        pytest.param(b"[" * 100_000, id="100,000 deep"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'"name"', id="string"),
    ],
)
def test_a_bad_body_is_400(server: Server, body: bytes) -> None:
    answer = post(server, body, JSON)

    assert answer.status == 400
    assert answer.json()["status_code"] == 400


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((), id="missing"),
        pytest.param(("Content-Type: text/plain",), id="text"),
        pytest.param(("Content-Type: application/xml",), id="xml"),
        pytest.param(("Content-Type: application/x-www-form-urlencoded",), id="form"),
        pytest.param(("Content-Type: application/json; charset=foo",), id="unknown charset"),
        pytest.param(("Content-Type: application/json; charset=utf-16",), id="UTF-16"),
        pytest.param(("Content-Type: ",), id="blank"),
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(server: Server, headers: tuple[str, ...]) -> None:
    assert post(server, b'{"name": "%s"}' % name().encode(), *headers).status == 415


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; Charset=UTF-8"])
def test_json_in_utf_8_is_accepted(server: Server, content_type: str) -> None:
    body = b'{"name": "%s \xc3\xa9"}' % name().encode()

    assert post(server, body, f"Content-Type: {content_type}").status == 201


def test_a_chunked_body_is_read(server: Server) -> None:
    body = chunked(b'{"name": "%s"}' % name().encode(), size=7)

    assert post(server, body, JSON, "Transfer-Encoding: chunked", length=False).status == 201


def padded(octets: int) -> bytes:
    body = b'{"name": "%s", "description": "' % name().encode()
    return body + b"x" * (octets - len(body) - 2) + b'"}'


def test_a_body_of_one_mebibyte_is_accepted(server: Server) -> None:
    assert post(server, padded(1_048_576), JSON).status == 201


@pytest.mark.parametrize("octets", [1_048_577, 8_000_000])
def test_a_larger_body_is_413_when_its_length_is_declared(server: Server, octets: int) -> None:
    assert post(server, padded(octets), JSON).status == 413


def test_a_larger_body_is_413_when_its_length_is_not_declared(server: Server) -> None:
    answer = post(server, chunked(padded(1_048_577)), JSON, "Transfer-Encoding: chunked", length=False)

    assert answer.status == 413


def test_an_error_never_echoes_a_long_value(admin: httpx.Client) -> None:
    value = "v" * 300_000

    answer = admin.post("/api/access-profiles", json={"name": value, value: 1})

    assert answer.status_code == 400
    assert len(answer.content) < 2_000
