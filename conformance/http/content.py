"""The content of an answer: how large it may be, and out of which coding it is taken (RFC 9110 §8.4)."""

import zlib

import httpx

from conformance.http.unreached import Unreached

LARGEST_ANSWER = 16 * 1024 * 1024
"""Octets of a body. What is larger is no answer of an API."""

_GZIP_OR_ZLIB, _BARE_DEFLATE = 47, -15
_WINDOWS = {
    "gzip": (_GZIP_OR_ZLIB,),
    "x-gzip": (_GZIP_OR_ZLIB,),
    "deflate": (_GZIP_OR_ZLIB, _BARE_DEFLATE),
}
"""zlib's `wbits` by coding. What HTTP calls deflate has a header of zlib's; some servers leave it out."""


class TooLarge(Unreached):
    """The answer goes on past the limit."""


class UnknownCoding(Unreached):
    """The answer is coded in a way that the suite cannot read."""


def too_large(method: str, target: str) -> TooLarge:
    """Return the error that an answer is larger than one of an API can be."""
    size = f"{LARGEST_ANSWER // 1024**2} MiB"
    return TooLarge(
        f"the answer to {method} {target.partition('?')[0]} is larger than {size}; no more was read"
    )


def decoded(method: str, target: str, headers: httpx.Headers, content: bytes) -> bytes:
    """Return what the content says, taken out of each coding that `Content-Encoding` names.

    Raises:
        httpx.RemoteProtocolError: it is not coded as the answer says.
        TooLarge: it says more than an answer may.
        UnknownCoding: the suite does not know a coding of it.
    """
    stated = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")]
    for coding in reversed([coding for coding in stated if coding not in ("", "identity")]):
        if not content:
            break
        if coding not in _WINDOWS:
            raise UnknownCoding(
                f"the answer to {method} {target.partition('?')[0]} has Content-Encoding: {coding}. "
                "The suite asks for identity and can read gzip and deflate; let no proxy compress."
            )
        content = _inflated(method, target, coding, content)
    return content


def _inflated(method: str, target: str, coding: str, content: bytes) -> bytes:
    for window in _WINDOWS[coding]:
        stream = zlib.decompressobj(window)
        try:
            plain = stream.decompress(content, LARGEST_ANSWER + 1)
        except zlib.error:
            continue
        if len(plain) > LARGEST_ANSWER:
            raise too_large(method, target)
        if stream.eof:
            return plain
    raise httpx.RemoteProtocolError(f"the answer says Content-Encoding: {coding}, and its content is not")
