"""Pages of lists: how `limit` and `offset` are read (clause AP-LST-005)."""

DEFAULT_LIMIT = 25
MAX_LIMIT = 100


def clamped(limit: int, offset: int) -> tuple[int, int]:
    """Return the limit and offset to use."""
    return (min(limit, MAX_LIMIT) if limit >= 1 else DEFAULT_LIMIT), max(offset, 0)
