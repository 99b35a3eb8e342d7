"""Faults: for each clause at least one way in which a server breaks it. Every module here adds some."""

import importlib
import pkgutil

from conformance.selftest.faults.registry import FAULTS, SeededFault, fault_of

for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    importlib.import_module(module.name)

__all__ = ["FAULTS", "SeededFault", "fault_of"]
