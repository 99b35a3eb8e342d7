"""JSON request bodies: read with a limit, and parsed as strictly as RFC 8259 and RFC 7493 (I-JSON) allow."""

from collections.abc import Iterable
from typing import Any

import jiter

from handlers.replies.errors import ApiError
from server.http.asgi import Receive

MAX_OCTETS = 1_048_576
"""The most octets of a request body (clause HTTP-007)."""

MAX_DEPTH = 64
"""The deepest nesting of a body (clause HTTP-006)."""

MAX_SENTENCE = 160
"""How many characters of a parser's own sentence an error repeats."""


class ClientGone(Exception):
    """The client closed the connection before it had sent the whole body."""


async def read_body(receive: Receive, declared_length: bytes | None) -> bytes:
    """Return the whole body.

    Args:
        receive: the ASGI channel.
        declared_length: the Content-Length header, if there is one.

    Raises:
        ApiError: 413 when the body is too large, declared or found.
        ClientGone: the client went away.
    """
    # A length of more digits than this is too large, whatever they are; Python's int() takes 4,300 at most.
    declared = (declared_length or b"").lstrip(b"0")
    if declared.isdigit() and (len(declared) > len(str(MAX_OCTETS)) or int(declared) > MAX_OCTETS):
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_OCTETS:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def check_media_type(content_type: bytes | None) -> None:
    """Return when a Content-Type is JSON in UTF-8.

    Raises:
        ApiError: 415.
    """
    media_type, _, parameters = (content_type or b"").decode("latin-1").partition(";")
    if media_type.strip().lower() != "application/json" or not _is_utf8(parameters.split(";")):
        raise ApiError("media_type_not_supported", 'Send the body as "Content-Type: application/json".')


def _is_utf8(parameters: Iterable[str]) -> bool:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            return False
    return True


def parse_json(body: bytes) -> Any:
    """Return the value that a body holds.

    Raises:
        ApiError: 400 when it is no JSON, repeats a member's name, or is nested too deep.
    """
    if not body:
        raise ApiError("invalid_json", "A JSON body is required, and the body is empty.")
    try:
        value = jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="none")
    except ValueError as error:
        raise ApiError("invalid_json", f"The body is not JSON that can be accepted: {_cut(error)}.") from None
    # Most bodies have fewer brackets than the limit, and then need no look inside.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth_exceeds(value, MAX_DEPTH):
        raise ApiError("invalid_json", f"The body is nested deeper than {MAX_DEPTH}.")
    return value


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return any(isinstance(node, (dict, list)) for node in level)


def _cut(error: ValueError) -> str:
    """Return a parser's sentence without the most of a long name that it repeats; the place is at its end."""
    text = str(error)
    return text if len(text) <= MAX_SENTENCE else f"{text[: MAX_SENTENCE // 2]}…{text[-MAX_SENTENCE // 2 :]}"


def _too_large() -> ApiError:
    # The rest of the body is not read, so the connection cannot be used again.
    return ApiError(
        "body_too_large", f"The body has more than {MAX_OCTETS} octets.", headers={"Connection": "close"}
    )
