"""Answers as RFC 9110 and 9112 let a server write them, read over a pool and over a bare connection alike."""

import gzip
import socket
import zlib
from collections.abc import Callable

import httpx
import pytest

from conformance.http.answer import Answer
from conformance.http.client import Client
from conformance.http.content import LARGEST_ANSWER, TooLarge, UnknownCoding
from conformance.http.credentials import NOBODY
from conformance.http.raw import RawConnection
from conformance.http.reader import Reader
from conformance.http.target import Target
from conformance.http.transport import Transport
from tests.conformance.hostile.servers import listening

Ask = Callable[[Target, Transport, str], Answer]
SAID = b'{"name": "Z\xc3\xbcrich"}'
OK = b"HTTP/1.1 200 OK\r\n"


def _pooled(target: Target, transport: Transport, method: str) -> Answer:
    return Client(target, transport, NOBODY, lambda _: None).request(method, "/x")


def _raw(target: Target, transport: Transport, method: str) -> Answer:
    with RawConnection(target, transport, lambda _: None) as connection:
        return connection.request(method, "/x", {})


both_ways = pytest.mark.parametrize("ask", [_pooled, _raw])


def _read(ask: Ask, *answers: bytes, method: str = "GET") -> Answer:
    """Ask a server that gives one answer after another, each over a connection of its own."""
    left = list(answers)

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(left.pop(0))

    with listening(behave) as url:
        target = Target(url, {}, 2.0)
        transport = Transport(target)
        try:
            return ask(target, transport, method)
        finally:
            transport.close()


def _with(content: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([OK + b"Content-Length: %d" % len(content), *fields, b"", content])


def _bare_deflate(content: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(content) + stream.flush()


_CHUNKS = b"5;a=b\r\n" + SAID[:5] + b"\r\n%x\r\n" % len(SAID[5:]) + SAID[5:] + b"\r\n0\r\nX: y\r\n\r\n"
_NOT_FINAL = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
LEGAL = {
    "in pieces": OK + b"Transfer-Encoding: Chunked\r\n\r\n" + _CHUNKS,
    "up to the close": OK + b"\r\n" + SAID,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + SAID,
    "without a reason": b"HTTP/1.1 200\r\n\r\n" + SAID,
    "after answers that are not final": _NOT_FINAL + _with(SAID),
    "gzip": _with(gzip.compress(SAID), b"Content-Encoding: gzip"),
    "GZip, twice": _with(gzip.compress(gzip.compress(SAID)), b"Content-Encoding: GZip, x-gzip"),
    "deflate": _with(zlib.compress(SAID), b"content-encoding:deflate"),
    "deflate without a header": _with(_bare_deflate(SAID), b"Content-Encoding: deflate"),
    "identity": _with(SAID, b"Content-Encoding: identity"),
}


@both_ways
@pytest.mark.parametrize("answer", LEGAL.values(), ids=LEGAL)
def test_what_is_legal_is_read(ask: Ask, answer: bytes) -> None:
    read = _read(ask, answer)

    assert (read.status, read.json, read.trailing) == (200, {"name": "Zürich"}, b"")


@both_ways
def test_field_values_are_octets(ask: Ask) -> None:
    read = _read(ask, _with(SAID, b"X-Place: Z\xfcrich", b"X-Twice: a", b"X-Twice: b"))

    assert read.headers["x-place"] == "Zürich"
    assert read.headers["X-Twice"] == "a, b"
    assert ("x-place", "Zürich") in read.exchange.response_headers


@both_ways
def test_what_it_was_before_it_was_decoded_is_told(ask: Ask) -> None:
    small = gzip.compress(SAID)

    assert _read(ask, _with(small, b"Content-Encoding: gzip")).octets == len(small)


@both_ways
def test_a_head_has_no_content_whatever_it_states(ask: Ask) -> None:
    read = _read(ask, OK + b"Content-Length: 99\r\nContent-Encoding: gzip\r\n\r\n", method="HEAD")

    assert (read.status, read.content) == (200, b"")


@both_ways
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.9\r\n", id="another protocol"),
        pytest.param(b"", id="nothing"),
        pytest.param(_with(SAID)[:-1], id="an octet short"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", id="a chunk that is cut"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", id="a chunk without a size"),
        pytest.param(OK + b"no field\r\n\r\n", id="a head that is none"),
        pytest.param(_with(SAID, b"Content-Encoding: gzip"), id="not coded as it says"),
        pytest.param(_with(gzip.compress(SAID)[:-9], b"Content-Encoding: gzip"), id="coded, and cut"),
    ],
)
def test_what_is_no_answer_is_none(ask: Ask, answer: bytes) -> None:
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        _read(ask, answer)


@both_ways
def test_a_coding_that_is_not_known_is_named(ask: Ask) -> None:
    with pytest.raises(UnknownCoding, match=r"GET /x has Content-Encoding: br.* asks for identity"):
        _read(ask, _with(b"\x0b\x01\x80", b"Content-Encoding: br"))


@both_ways
def test_a_small_answer_that_says_a_lot_is_not_read(ask: Ask) -> None:
    bomb = gzip.compress(bytes(LARGEST_ANSWER + 1), 1)

    with pytest.raises(TooLarge):
        _read(ask, _with(bomb, b"Content-Encoding: gzip"))


@both_ways
@pytest.mark.parametrize("status", [b"429 Too Many Requests", b"503 Service Unavailable"])
def test_who_says_when_to_come_again_is_asked_again(ask: Ask, status: bytes) -> None:
    later = b"HTTP/1.1 " + status + b"\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    assert _read(ask, later, later, _with(SAID)).json == {"name": "Zürich"}


@both_ways
@pytest.mark.parametrize("field", [b"", b"Retry-After: 3600\r\n"])
def test_a_503_is_an_answer_where_it_does_not_end(ask: Ask, field: bytes) -> None:
    answer = b"HTTP/1.1 503 Service Unavailable\r\n" + field + b"Content-Length: 0\r\n\r\n"

    assert _read(ask, answer).status == 503


@pytest.mark.parametrize("answer", LEGAL.values(), ids=LEGAL)
def test_how_an_answer_is_cut_on_its_way_changes_nothing(answer: bytes) -> None:
    for cut in range(1, len(answer)):
        reader = Reader("GET")
        for piece in (answer[:cut], answer[cut:], b""):
            reader.feed(piece)

        assert (reader.complete, reader.status, reader.trailing) == (True, 200, b""), cut


def test_what_follows_the_end_is_kept() -> None:
    reader = Reader("HEAD")
    reader.feed(_with(SAID))

    assert (reader.content, reader.trailing) == (b"", SAID)
