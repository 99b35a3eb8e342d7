"""Path and query parameters: strictly as the contract types them."""

from typing import Any
from urllib.parse import quote

import pytest

from handlers.replies.errors import ApiError
from server.contract.document import load_contract
from server.contract.schemas import SchemaCompiler
from server.http.parameters import MAX_QUERY_FIELDS, ParameterReader
from tests.server.contracts import contract, one_operation, parameter

READER = ParameterReader(
    one_operation(
        parameters=[
            parameter("thing_id", "path", type="integer", minimum=1, maximum=2**63 - 1),
            parameter("limit", type="integer", minimum=-(2**31), maximum=2**31 - 1, default=25),
            parameter("search", type="string", maxLength=5),
            parameter("is_active", type="boolean"),
        ]
    ),
    SchemaCompiler(contract({}), request=True),
)


def read(query: str = "", thing_id: str = "7") -> dict[str, Any]:
    return READER.read({"thing_id": thing_id}, query.encode("latin-1"))


def faults(query: str = "", thing_id: str = "7") -> list[tuple[str, tuple[str | int, ...], str]]:
    with pytest.raises(ApiError) as refused:
        read(query, thing_id)
    assert refused.value.code == "validation_failed"
    return [(entry.part, entry.fault.path, entry.fault.code) for entry in refused.value.faults]


def test_what_is_left_out_has_its_default_or_none() -> None:
    assert read() == {"thing_id": 7, "limit": 25, "search": None, "is_active": None}


def test_every_parameter_is_read_as_its_type() -> None:
    assert read("is_active=false&search=a%20b&limit=-3", "12") == {
        "thing_id": 12,
        "limit": -3,
        "search": "a b",
        "is_active": False,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-1", -1), ("100", 100), ("2147483647", 2**31 - 1), ("-2147483648", -(2**31))],
)
def test_an_integer_is_written_as_in_json(text: str, value: int) -> None:
    assert read(f"limit={text}")["limit"] == value


NO_INTEGERS = [
    "",
    "abc",
    "1_0",
    " 1",
    "1 ",
    "+1",
    "01",
    "00",
    "-01",
    "--1",
    "1.0",
    "1e2",
    "0x10",
    "٣",
    "１",
    "²",
    "1\n",
    "1\x00",
    "null",
    "true",
    "[1]",
    "9" * 20,
    "9" * 5000,
    "-" + "9" * 20,
]


@pytest.mark.parametrize("text", NO_INTEGERS, ids=lambda text: ascii(text)[:30])
def test_what_is_no_integer_is_a_fault_in_the_query(text: str) -> None:
    assert faults(f"limit={quote(text)}") == [("query", ("limit",), "type")]


@pytest.mark.parametrize("text", NO_INTEGERS, ids=lambda text: ascii(text)[:30])
def test_what_is_no_integer_is_a_fault_in_the_path(text: str) -> None:
    assert faults(thing_id=text) == [("path", ("thing_id",), "type")]


@pytest.mark.parametrize(
    ("thing_id", "code"),
    [("0", "minimum"), ("-1", "minimum"), ("9223372036854775808", "maximum"), ("9" * 19, "maximum")],
)
def test_an_integer_outside_the_contracts_range_is_a_fault(thing_id: str, code: str) -> None:
    assert faults(thing_id=thing_id) == [("path", ("thing_id",), code)]


def test_the_largest_id_is_read() -> None:
    assert read(thing_id="9223372036854775807")["thing_id"] == 2**63 - 1


@pytest.mark.parametrize("text", ["2147483648", "-2147483649"])
def test_a_limit_that_is_too_large_is_a_fault(text: str) -> None:
    assert faults(f"limit={text}") in (
        [("query", ("limit",), "maximum")],
        [("query", ("limit",), "minimum")],
    )


@pytest.mark.parametrize("text", ["", "True", "TRUE", "1", "0", "yes", "on", " true", "true ", "null"])
def test_a_boolean_is_true_or_false(text: str) -> None:
    assert faults(f"is_active={quote(text)}") == [("query", ("is_active",), "type")]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("search=", ""),
        ("search", ""),
        ("search=a+b", "a b"),
        ("search=a%2Bb", "a+b"),
        ("search=%C3%A9", "é"),
        ("search=%F0%9F%98%80", "😀"),
        ("search=a%26b", "a&b"),
        ("search=a=b", "a=b"),
        ("search=a;b", "a;b"),
        ("&&search=x&", "x"),
        ("%73earch=x", "x"),
    ],
)
def test_a_text_is_decoded(query: str, value: str) -> None:
    assert read(query)["search"] == value


def test_the_length_of_a_text_is_counted_in_characters() -> None:
    assert read("search=" + quote("é" * 5))["search"] == "é" * 5
    assert faults("search=" + quote("é" * 6)) == [("query", ("search",), "maxLength")]


@pytest.mark.parametrize(
    "query", ["search=%FF", "search=%C3", "search=%ED%A0%80", "%FF=1", "search=é", "search=\xff"]
)
def test_a_query_that_is_not_utf_8_in_percent_encoding_is_refused(query: str) -> None:
    with pytest.raises(ApiError, match="not UTF-8 in percent-encoding") as refused:
        read(query)

    assert refused.value.code == "validation_failed"


@pytest.mark.parametrize("query", ["limit=1&limit=1", "limit=1&search=x&limit=2", "limit=1&%6Cimit=1"])
def test_a_parameter_that_is_sent_twice_is_a_fault(query: str) -> None:
    assert faults(query) == [("query", ("limit",), "duplicate")]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=1", "page"),
        ("Limit=1", "Limit"),
        ("limit%20=1", "limit "),
        ("=1", ""),
        ("limit[]=1", "limit[]"),
    ],
)
def test_an_unknown_parameter_is_a_fault(query: str, name: str) -> None:
    assert faults(query) == [("query", (name,), "unknown_parameter")]


def test_an_unknown_parameter_is_told_what_there_is() -> None:
    with pytest.raises(ApiError) as refused:
        read("page=SECRET")

    [entry] = refused.value.faults
    assert entry.fault.message == (
        'There is no query parameter "page". This operation has: limit, search, is_active.'
    )


def test_every_fault_is_told_at_once_the_path_first() -> None:
    assert faults("limit=x&page=1&is_active=2&search=toolong", "0") == [
        ("path", ("thing_id",), "minimum"),
        ("query", ("limit",), "type"),
        ("query", ("page",), "unknown_parameter"),
        ("query", ("is_active",), "type"),
        ("query", ("search",), "maxLength"),
    ]


def test_a_query_may_have_a_hundred_parameters_and_no_more() -> None:
    assert len(faults("&".join(["x=1"] * MAX_QUERY_FIELDS))) == MAX_QUERY_FIELDS

    with pytest.raises(ApiError, match="more than 100 parameters") as refused:
        read("&".join(["x=1"] * (MAX_QUERY_FIELDS + 1)))
    assert refused.value.code == "validation_failed"


def test_no_message_repeats_a_value_or_a_long_name() -> None:
    with pytest.raises(ApiError) as refused:
        read(f"limit=SECRET&is_active=SECRET&search=SECRETS&{'n' * 5000}=1")

    told = refused.value.message + "".join(entry.fault.message for entry in refused.value.faults)
    assert "SECRET" not in told
    assert "n" * 101 not in told
    assert all(len(str(entry.fault.path)) < 120 for entry in refused.value.faults)


def test_a_required_parameter_must_be_sent() -> None:
    required = parameter("since", type="string") | {"required": True}
    reader = ParameterReader(one_operation(parameters=[required]), SchemaCompiler(contract({}), request=True))

    with pytest.raises(ApiError) as refused:
        reader.read({}, b"")

    [entry] = refused.value.faults
    assert (entry.part, entry.fault.path, entry.fault.code) == ("query", ("since",), "required")
    assert reader.read({}, b"since=") == {"since": ""}


def test_every_parameter_of_the_contract_can_be_read() -> None:
    own = load_contract()
    for operation in own.operations:
        reader = ParameterReader(operation, SchemaCompiler(own, request=True))
        in_path = {each.name: "1" for each in operation.parameters if each.location == "path"}
        assert set(reader.read(in_path, b"")) == {each.argument for each in operation.parameters}


def test_a_header_is_read_under_the_name_of_its_argument() -> None:
    reader = ParameterReader(
        one_operation(
            parameters=[
                parameter("thing_id", "path", type="integer"),
                parameter("If-Match", "header", type="string", maxLength=20),
            ]
        ),
        SchemaCompiler(contract({}), request=True),
    )

    def read_headers(*values: bytes) -> object:
        return reader.read({"thing_id": "7"}, b"", [(b"if-match", value) for value in values])["if_match"]

    assert read_headers() is None
    assert read_headers(b'"v1"') == '"v1"'
    assert read_headers(b'"v1"', b'"v2"') == '"v1", "v2"'
    with pytest.raises(ApiError) as refused:
        read_headers(b"x" * 21)
    [fault] = refused.value.faults
    assert (fault.part, fault.fault.path, fault.fault.code) == ("header", ("If-Match",), "maxLength")
