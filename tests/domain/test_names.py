import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Fault
from domain.names import MAX_LENGTH, distinct, faults, folded, trimmed
from tests.domain.strategies import repeatable

# PropList.txt of Unicode, property White_Space.
WHITE_SPACE = [
    *range(0x09, 0x0E),
    *(0x20, 0x85, 0xA0, 0x1680),
    *range(0x2000, 0x200B),
    *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
]


@pytest.mark.parametrize("code_point", WHITE_SPACE, ids=lambda code_point: f"U+{code_point:04X}")
def test_white_space_around_a_name_is_removed(code_point: int) -> None:
    space = chr(code_point)

    assert trimmed(f"{space}{space} Analyst {space}") == "Analyst"
    assert trimmed(space) == ""


@pytest.mark.parametrize(
    "character",
    ["\x1c", "\x1d", "\x1e", "\x1f", "\x00", "\u180e", "\u200b", "\u2060", "\ufeff"],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_what_is_no_white_space_is_kept(character: str) -> None:
    assert trimmed(f"{character}Analyst{character}") == f"{character}Analyst{character}"


def test_white_space_within_a_name_is_kept() -> None:
    assert trimmed("\u00a0Data \u2003 analyst\n") == "Data \u2003 analyst"


def test_a_name_of_nothing_is_a_fault() -> None:
    assert faults("") == [Fault(("name",), "empty", "A name needs a character that is not white space.")]


def test_any_other_name_has_no_fault() -> None:
    assert faults("x") == []
    assert faults("\u200b") == []


def test_a_name_has_at_most_255_characters() -> None:
    assert MAX_LENGTH == 255


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Analyst", "aNALYST"),
        ("straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ÉCOLE", "école"),
        ("ﬁnance", "FINANCE"),
    ],
)
def test_upper_and_lower_case_are_searched_as_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_accents_and_composition_are_told_apart_in_searches() -> None:
    assert folded("école") != folded("ecole")
    assert folded("e\u0301cole") != folded("école")


def test_repetitions_are_dropped_and_the_first_place_counts() -> None:
    assert distinct(["b", "a", "b", "A", "a", "c"]) == ("b", "a", "A", "c")
    assert distinct([]) == ()


@repeatable
@given(st.text())
def test_trimming_twice_changes_nothing(name: str) -> None:
    assert trimmed(trimmed(name)) == trimmed(name)
    assert trimmed(name) in name


@repeatable
@given(st.lists(st.text(max_size=2)))
def test_distinct_values_are_the_given_ones_in_their_order(values: list[str]) -> None:
    kept = distinct(values)

    assert set(kept) == set(values)
    assert [values.index(value) for value in kept] == sorted(values.index(value) for value in kept)
