from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.amounts import to_dollars, to_micros
from tests.domain.strategies import repeatable


@pytest.mark.parametrize(
    ("dollars", "micros"),
    [
        (0, 0),
        (0.0, 0),
        (-0.0, 0),
        (1, 1_000_000),
        (20.0, 20_000_000),
        (0.1, 100_000),
        (0.000001, 1),
        (2.5, 2_500_000),
        (123.456789, 123_456_789),
        (10**12, 10**18),
        (1e12, 10**18),
        # Further decimals are rounded half to even.
        (0.0000005, 0),
        (0.0000015, 2),
        (0.0000025, 2),
        (0.0000035, 4),
        (1.0000005, 1_000_000),
        (1.0000015, 1_000_002),
        (0.00000049, 0),
        (0.00000051, 1),
        (0.00000250000001, 3),
        (5e-324, 0),
    ],
)
def test_dollars_become_micro_dollars(dollars: float, micros: int) -> None:
    assert to_micros(dollars) == micros


@pytest.mark.parametrize(
    ("micros", "dollars"),
    [(0, 0), (1, 0.000001), (100_000, 0.1), (20_000_000, 20), (20_500_000, 20.5), (10**18, 10**12)],
)
def test_micro_dollars_become_dollars(micros: int, dollars: float) -> None:
    found = to_dollars(micros)

    assert found == dollars
    assert type(found) is type(dollars)


def test_sums_of_tenths_are_exact() -> None:
    assert to_dollars(3 * to_micros(0.1)) == 0.3
    assert to_dollars(sum(to_micros(0.1) for _ in range(10))) == 1
    assert to_dollars(to_micros(0.1) + to_micros(0.2)) == 0.3


@repeatable
@given(st.integers(0, 10**15))
def test_every_amount_of_six_decimals_up_to_a_billion_comes_back(micros: int) -> None:
    dollars = float(Decimal(micros) / 1_000_000)

    assert to_micros(dollars) == micros
    assert to_dollars(micros) == dollars
    assert to_micros(to_dollars(micros)) == micros


@repeatable
@given(st.floats(0, 1e12))
def test_what_is_kept_is_within_half_a_micro_dollar(dollars: float) -> None:
    assert abs(Decimal(repr(dollars)) * 1_000_000 - to_micros(dollars)) <= Decimal("0.5")


@repeatable
@given(st.integers(0, 10**12))
def test_whole_dollars_are_the_same_as_an_int_and_as_a_float(dollars: int) -> None:
    assert to_micros(dollars) == to_micros(float(dollars)) == dollars * 1_000_000
