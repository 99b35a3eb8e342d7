"""Header fields that a server may write in more than one way."""

from datetime import UTC, datetime

import pytest

from conformance.http.fields import instant, members, schemes


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["GET, HEAD"], ["GET", "HEAD"]),
        (["GET,HEAD", "\tPOST "], ["GET", "HEAD", "POST"]),
        ([",GET,, HEAD ,"], ["GET", "HEAD"]),
        (['a="1, 2", b'], ['a="1, 2"', "b"]),
        ([""], []),
        ([], []),
    ],
)
def test_a_list_has_its_members_however_it_is_written(lines: list[str], found: list[str]) -> None:
    assert members(lines) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["Bearer"], {"bearer"}),
        (['BEARER realm="x"'], {"bearer"}),
        (['Digest realm="x", nonce="1", bearer realm="y", error="z"'], {"digest", "bearer"}),
        (['Basic realm="x"', "Bearer"], {"basic", "bearer"}),
        (['Basic realm="a, bearer b"'], {"basic"}),
        (['Basic realm = "bearer"'], {"basic"}),
        (['Basic realm="x", charset = "UTF-8"'], {"basic"}),
        (["Negotiate YQ==, Bearer"], {"negotiate", "bearer"}),
        (["Negotiate , ,Bearer"], {"negotiate", "bearer"}),
        ([], set()),
    ],
)
def test_challenges_are_told_from_their_parameters(lines: list[str], found: set[str]) -> None:
    assert schemes(lines) == found


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_an_instant_may_have_each_form_of_http(text: str) -> None:
    assert instant(text) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "now"])
def test_what_is_no_instant_is_none(text: str | None) -> None:
    assert instant(text) is None
