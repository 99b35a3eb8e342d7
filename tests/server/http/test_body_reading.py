"""Request bodies: read within limits, and only when they are declared as JSON."""

import asyncio
from collections.abc import Sequence

import pytest

from handlers.replies.errors import ApiError
from server.http.asgi import Message
from server.http.json_body import MAX_OCTETS, ClientGone, check_media_type, read_body


class Channel:
    """An ASGI channel that hands out messages and counts them."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = list(messages)
        self.asked = 0

    async def receive(self) -> Message:
        self.asked += 1
        return self.messages[self.asked - 1]


def chunks(*bodies: bytes) -> list[Message]:
    last = len(bodies) - 1
    return [
        {"type": "http.request", "body": body, "more_body": index < last} for index, body in enumerate(bodies)
    ]


def read(messages: Sequence[Message], declared: bytes | None = None) -> tuple[bytes, Channel]:
    channel = Channel(messages)
    return asyncio.run(read_body(channel.receive, declared)), channel


def test_a_body_is_read_in_the_chunks_that_come() -> None:
    assert read(chunks(b'{"a":', b"", b" 1}"))[0] == b'{"a": 1}'
    assert read([{"type": "http.request"}])[0] == b""


def test_a_body_of_exactly_the_limit_is_read() -> None:
    half = b"x" * (MAX_OCTETS // 2)

    assert len(read(chunks(half, half), str(MAX_OCTETS).encode())[0]) == MAX_OCTETS


@pytest.mark.parametrize("declared", [str(MAX_OCTETS + 1), str(10**12), "9" * 40, "9" * 5000])
def test_a_length_that_is_declared_too_large_is_refused_before_reading(declared: str) -> None:
    channel = Channel([])

    with pytest.raises(ApiError) as refused:
        asyncio.run(read_body(channel.receive, declared.encode()))

    assert refused.value.code == "body_too_large"
    assert refused.value.headers == {"Connection": "close"}
    assert channel.asked == 0


@pytest.mark.parametrize("declared", [None, b"2", b"nonsense", b"-5"])
def test_a_body_that_turns_out_too_large_is_refused_at_once(declared: bytes | None) -> None:
    channel = Channel(chunks(b"x" * MAX_OCTETS, b"x", b"never asked for"))

    with pytest.raises(ApiError) as refused:
        asyncio.run(read_body(channel.receive, declared))

    assert refused.value.code == "body_too_large"
    assert channel.asked == 2


def test_a_client_that_goes_away_is_not_answered() -> None:
    with pytest.raises(ClientGone):
        read([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"Application/JSON",
        b" application/json ",
        b"application/json;charset=utf-8",
        b'application/json; charset="UTF-8"',
        b"application/json; Charset=utf8",
        b"application/json; profile=x",
        b"application/json;",
    ],
)
def test_json_in_utf_8_is_accepted(content_type: bytes) -> None:
    check_media_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        b"",
        b" ",
        b"text/plain",
        b"text/json",
        b"application/jsonp",
        b"application/problem+json",
        b"application/x-www-form-urlencoded",
        b"application/json, text/plain",
        b"application/json; charset=utf-16",
        b"application/json; charset=latin-1",
        b"application/json; charset=",
        b"application/json; charset=utf-8; charset=utf-16",
        b"\xff\xfe",
    ],
)
def test_any_other_media_type_is_refused(content_type: bytes | None) -> None:
    with pytest.raises(ApiError) as refused:
        check_media_type(content_type)

    assert refused.value.code == "media_type_not_supported"
