"""Pages of rows."""

from dataclasses import dataclass
from typing import Generic, TypeVar

RowT_co = TypeVar("RowT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT_co]):
    """Rows of one page, and how many rows match in all."""

    rows: tuple[RowT_co, ...]
    total_count: int
