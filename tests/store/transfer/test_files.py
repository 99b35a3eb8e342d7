"""Files of records: what is cut, damaged or of another kind is noticed, and nothing of it is kept."""

import json
from collections.abc import Callable

import pytest

from store.memory import MemoryStore
from store.transfer import Unreadable
from tests.store.transfer.exports import exported, file_of_records, imported, records_of


def refusal_of(file: bytes) -> str:
    """Return why a file is refused; the store stays empty."""
    store = MemoryStore()
    empty = exported(store)
    with pytest.raises(Unreadable) as refused:
        imported(store, file)
    assert exported(store) == empty
    return str(refused.value)


def test_a_file_that_is_cut_anywhere_is_refused(everything: bytes) -> None:
    for length in range(len(everything) - 1):
        store = MemoryStore()
        with pytest.raises(Unreadable):
            imported(store, everything[:length])


def test_a_cut_is_told_with_its_line(everything: bytes) -> None:
    lines = everything.splitlines(keepends=True)

    assert refusal_of(b"".join(lines[:-1])) == (
        f"The file was cut off: it ends after line {len(lines) - 1}, and its last line is missing."
    )
    assert refusal_of(b"".join(lines[:9]) + lines[9][:20]) == "The file was cut off: it ends within line 10."


def test_the_last_line_needs_no_end(everything: bytes) -> None:
    imported(MemoryStore(), everything.rstrip(b"\n"))


FIRST = b'{"format":"access-profiles","version":1,"exported_at":"2026-03-01T08:00:00.123456Z"}'


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b"", "This is no file that access-profiles export wrote: line 1"),
        (b"A letter to a friend.", "This is no file that access-profiles export wrote: line 1"),
        (b"{}", "This is no file that access-profiles export wrote: line 1"),
        (FIRST.replace(b"access-profiles", b"other"), 'its format is "other", not "access-profiles"'),
        (
            FIRST.replace(b":1,", b":2,"),
            "has version 2 of the format and this program reads version 1. Install",
        ),
    ],
)
def test_a_first_line_of_another_file_is_refused(everything: bytes, first: bytes, told: str) -> None:
    assert everything.startswith(FIRST)

    assert told in refusal_of(everything.replace(FIRST, first, 1))


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"kind": "spell", "id": 1}, "Line 2 cannot be read: Invalid value 'spell'"),
        ({"id": "a", "name": "A"}, "Line 2 cannot be read: Object missing required field `kind`"),
        ({"kind": "group", "id": "a", "name": "A", "x": 1}, "unknown field `x`"),
        ({"kind": "group", "id": "a"}, "missing required field `name`"),
        ({"kind": "group", "id": 1, "name": "A"}, "Expected `str`, got `int` - at `$.id`"),
        ({"kind": "last_id", "of": "role", "value": -1}, "Expected `int` >= 0"),
        ({"kind": "last_id", "of": "role", "value": 2**63}, "Expected `int` <="),
        ({"kind": "last_id", "of": "spell", "value": 1}, "Invalid enum value"),
        (
            {"kind": "role", "id": 1, "name": "A", "description": None, "created_at": "2026-03-01T08:00:00"},
            "with a timezone",
        ),
    ],
)
def test_a_record_that_is_none_is_refused(record: dict[str, object], told: str) -> None:
    assert told in refusal_of(file_of_records([record]))


def test_unknown_members_are_refused_at_any_depth(everything: bytes) -> None:
    records = records_of(everything)
    [profile] = [record for record in records if record["kind"] == "access_profile"]
    profile["policy"]["mcp"]["magic"] = True

    assert "unknown field `magic` - at `$.policy.mcp`" in refusal_of(file_of_records(records))


def test_a_secret_that_is_no_hash_is_refused_and_not_told(everything: bytes) -> None:
    records = records_of(everything)
    key = next(record for record in records if record["kind"] == "api_key")
    key["secret_hash"] = "c2VjcmV0"

    told = refusal_of(file_of_records(records))

    assert "at `$.secret_hash`" in told
    assert "c2VjcmV0" not in told


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a letter": lambda file: file.replace(b"Analyst", b"Analyze"),
    "a line that is missing": lambda file: b"".join(
        line for line in file.splitlines(keepends=True) if b'"audit_log","id":2' not in line
    ),
    "a count": lambda file: file.replace(b'"audit_log":2', b'"audit_log":3'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_makes_sense_is_noticed_by_the_checksum(everything: bytes, change: str) -> None:
    changed = CHANGES[change](everything)
    assert changed != everything

    assert "The file was damaged or changed." in refusal_of(changed)


def test_lines_after_the_last_are_refused(everything: bytes) -> None:
    told = refusal_of(everything + everything)

    assert told == f"Line {len(everything.splitlines()) + 1} comes after what should be the last line."


def test_no_secret_is_in_a_file_but_its_hash(everything: bytes) -> None:
    kept = [record for record in records_of(everything) if record["kind"] == "api_key"]

    assert {name for record in kept for name in record} == {
        *("kind", "id", "name", "secret_hash", "key_prefix", "scopes"),
        *("created_at", "expires_at", "revoked_at"),
    }
    assert json.loads(everything.splitlines()[-1])["counts"]["api_key"] == 2
