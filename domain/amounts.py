"""Amounts of money: dollars at the edge, whole micro-dollars within.

Integers add up exactly and are compared exactly by every database; six decimals are what the contract
keeps (clause AP-CRE-023).
"""

from decimal import ROUND_HALF_EVEN, Decimal

MICROS_PER_DOLLAR = 1_000_000
_MICRO = Decimal("0.000001")


def to_micros(dollars: float) -> int:
    """Return an amount in micro-dollars, rounded half to even.

    The shortest decimal form of a float is taken as what was meant: 0.1 is 100,000 micro-dollars, not
    the binary fraction beside it.
    """
    if isinstance(dollars, int):
        return dollars * MICROS_PER_DOLLAR
    return int(Decimal(repr(dollars)).quantize(_MICRO, rounding=ROUND_HALF_EVEN) * MICROS_PER_DOLLAR)


def to_dollars(micros: int) -> int | float:
    """Return an amount in dollars: an int when it is whole, else the nearest float."""
    whole, rest = divmod(micros, MICROS_PER_DOLLAR)
    return whole if rest == 0 else micros / MICROS_PER_DOLLAR
