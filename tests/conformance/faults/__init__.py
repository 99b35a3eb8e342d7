"""Faults: for each clause at least one way in which a server breaks it."""

from tests.conformance.faults import create_names, create_values, lists, reads, refusals, requests
from tests.conformance.faults.catalogue import FAULTS, Planted

__all__ = ["FAULTS", "Planted", "create_names", "create_values", "lists", "reads", "refusals", "requests"]
