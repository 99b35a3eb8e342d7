"""Stores around a store: each adds one thing, and none knows what it is wrapped around."""

from tests.store.wrappers.faulty import FaultyStore, Moment
from tests.store.wrappers.observed import ObservedStore, UnitOfWork

__all__ = ["FaultyStore", "Moment", "ObservedStore", "UnitOfWork"]
