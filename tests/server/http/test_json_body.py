"""Request bodies: parsed as strictly as RFC 8259 and RFC 7493 allow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orjson import dumps

from handlers.replies.errors import ApiError
from server.http.json_body import MAX_DEPTH, parse_json


def nested(depth: int, innermost: bytes = b"1") -> bytes:
    return b"[" * depth + innermost + b"]" * depth


def objects(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" \n", id="blank"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b'{"a": 1', id="object cut short"),
        pytest.param(b'{"a": "x', id="text cut short"),
        pytest.param(b'{"a": 1} {}', id="two values"),
        pytest.param(b'{"a": 1} x', id="trailing text"),
        pytest.param(b'{"a": 1,}', id="trailing comma"),
        pytest.param(b"[1,]", id="trailing comma in a list"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b"{a: 1}", id="no quotes"),
        pytest.param(b'{"a": 1 /* one */}', id="comment"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": Infinity}', id="Infinity"),
        pytest.param(b'{"a": -Infinity}', id="-Infinity"),
        pytest.param(b'{"a": nan}', id="nan"),
        pytest.param(b'{"a": 01}', id="leading zero"),
        pytest.param(b'{"a": +1}', id="plus sign"),
        pytest.param(b'{"a": .5}', id="no digit before the point"),
        pytest.param(b'{"a": 1.}', id="no digit behind the point"),
        pytest.param(b'{"a": 0x10}', id="hexadecimal"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="5,000 digits"),
        pytest.param(b'{"a": True}', id="Python's True"),
        pytest.param(b'{"a": undefined}', id="undefined"),
        pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"a": "\xc3"}', id="UTF-8 cut short"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', id="surrogate in UTF-8"),
        pytest.param(b'{"a": "\xc0\xaf"}', id="overlong UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', id="byte order mark"),
        pytest.param(b'{"a": "\\ud800"}', id="lone high surrogate"),
        pytest.param(b'{"a": "\\udc00"}', id="lone low surrogate"),
        pytest.param(b'{"a": "\\ud800\\u0041"}', id="high surrogate and a letter"),
        pytest.param(b'{"\\ud800": 1}', id="lone surrogate in a name"),
        pytest.param(b'{"a": "\\x41"}', id="unknown escape"),
        pytest.param(b'{"a": "\n"}', id="line break in a text"),
        pytest.param(b'{"a": "\x00"}', id="NUL in a text"),
        pytest.param(b'{"a": 1, "a": 1}', id="duplicate member"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', id="duplicate member, escaped"),
        pytest.param(b'[{"b": {"a": 1, "c": 2, "a": 3}}]', id="duplicate member, nested"),
        pytest.param(b'{"": 1, "": 2}', id="duplicate empty name"),
        pytest.param(nested(MAX_DEPTH + 1), id="lists 65 deep"),
        pytest.param(objects(MAX_DEPTH + 1), id="objects 65 deep"),
        pytest.param(nested(MAX_DEPTH + 1, b""), id="an empty list 65 deep"),
        pytest.param(b'{"a": [1, 2], "b": ' + nested(MAX_DEPTH) + b"}", id="65 deep behind shallow ones"),
        pytest.param(nested(100_000), id="100,000 deep"),
        pytest.param(b"[" * 500_000, id="500,000 open brackets"),
    ],
)
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        parse_json(body)

    assert refused.value.code == "invalid_json"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"null", None),
        (b" [1, -0.5, 2e3] \r\n\t", [1, -0.5, 2000.0]),
        (b'{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}', {"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}),
        (b'{"A": 1, "a": 2}', {"A": 1, "a": 2}),
        ('{"é": "日本 😀"}'.encode(), {"é": "日本 😀"}),
        (b'"\\ud83d\\ude00 \\u00e9 \\" \\\\ \\/ \\b\\f\\n\\r\\t"', '😀 é " \\ / \b\f\n\r\t'),
        (b'"\x7f"', "\x7f"),
        (b"9007199254740993", 9007199254740993),
        (b"9223372036854775808", 2**63),
        (b"true", True),
    ],
)
def test_json_is_read(body: bytes, value: object) -> None:
    found = parse_json(body)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("body", [nested(MAX_DEPTH), objects(MAX_DEPTH), nested(MAX_DEPTH, b"")])
def test_a_body_may_be_64_deep(body: bytes) -> None:
    assert parse_json(body) is not None


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(parse_json(b"[" + b",".join([b"[{}]"] * 1000) + b"]")) == 1000
    assert parse_json(b'{"a": "' + b"[{" * 1000 + b'"}') == {"a": "[{" * 1000}


@settings(derandomize=True, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda members: (
            st.lists(members) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), members)
        ),
    )
)
def test_whatever_a_writer_of_json_makes_is_read_again(value: object) -> None:
    assert parse_json(dumps(value)) == value


@pytest.mark.parametrize("member", [b'"%s": 1, "%s": 2', b'"%s": 1, "%s" 2'])
def test_a_refusal_never_repeats_a_long_part_of_the_body(member: bytes) -> None:
    name = b"n" * 100_000

    with pytest.raises(ApiError) as refused:
        parse_json(b"{" + member % (name, name) + b"}")

    assert len(refused.value.message) < 300
