"""Serves one of the servers here, in this process."""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.troubles.registry import TROUBLES
from tests.foreign.troubles.security import Credentials
from tests.foreign.troubles.server import Server


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers as soon as `server.serve_forever` runs.

    Attributes:
        url: where the paths of its contract begin, without a slash at the end.
        contract: the file that holds its contract.
        credentials: what each role sends for each security scheme.
    """

    server: Server
    url: str
    contract: Path
    credentials: Credentials


@contextmanager
def prepared(name: str, port: int = 0) -> Iterator[Served]:
    """Provide a server that listens, and its contract in a file that goes with it."""
    trouble = TROUBLES[name]
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder, Server(port) as server:
        api = trouble.build(server)
        server.answer = api.answer
        contract = Path(folder) / "openapi.json"
        contract.write_text(json.dumps(api.document, indent=1), encoding="utf-8")
        yield Served(server, server.url + trouble.base, contract, api.credentials)


@contextmanager
def served(name: str) -> Iterator[Served]:
    """Provide a server that answers, on a thread, for as long as the block lasts."""
    with prepared(name) as ready:
        thread = threading.Thread(target=ready.server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield ready
        finally:
            ready.server.shutdown()
            thread.join()
