"""What the server under test is started behind: all faults, mutants and variants, one at a time.

`create` is what the command of a server is given as `--middleware`.
"""

from collections.abc import Mapping
from typing import Any

from conformance.contract import document
from conformance.selftest.asgi import ASGIApp
from conformance.selftest.faults import FAULTS
from conformance.selftest.middleware import Fault, FaultyApp
from conformance.selftest.mutants import mutants
from conformance.selftest.variants import VARIANTS


class ServedFaults(FaultyApp):
    """The middleware, told by name what to do."""

    def __init__(self, app: ASGIApp, keys: Mapping[str, str]) -> None:
        super().__init__(app, keys["admin"], keys["viewer"])
        self._faults: dict[str, dict[str, Fault | None]] = {
            "fault": {seeded.id: seeded.fault for seeded in FAULTS},
            "variant": {**VARIANTS},
            "mutant": {mutant.id: mutant.fault for mutant in mutants(document.load().document)},
        }

    def serve(self, app: ASGIApp, fault: Mapping[str, str] | None) -> None:
        """Serve an app from here on, with the fault of that kind and name.

        Raises:
            KeyError: there is none.
        """
        self.break_with(None if fault is None else self._faults[fault["kind"]][fault["name"]], app)

    def report(self) -> dict[str, Any]:
        """Return how many requests have come since the fault was set, and what it raised itself."""
        crashes = [f"{type(crash).__name__}: {crash}" for crash in self.crashes]
        return {"requests": self.requests, "crashes": crashes}


def create(app: ASGIApp, keys: Mapping[str, str]) -> ServedFaults:
    """Return the middleware before an app, which takes these keys."""
    return ServedFaults(app, keys)
