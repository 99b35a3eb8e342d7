"""Faults: for each clause at least one way in which a server breaks it. Every module here adds some."""

import importlib
import pkgutil

from conformance.selftest.faults.registry import FAULTS, Planted

for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    importlib.import_module(module.name)

__all__ = ["FAULTS", "Planted"]
