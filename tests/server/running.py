"""Running commands within this process."""

from collections.abc import Callable
from typing import TypeAlias

from click.testing import Result

Run: TypeAlias = Callable[..., Result]
"""Runs a command of `access-profiles`; `store` names another store than the test's own."""
