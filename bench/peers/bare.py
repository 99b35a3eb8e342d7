"""An ASGI app that sends constant bytes, as many as a profile: nothing can be faster on this HTTP server."""

import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

BODY = Path(os.environ["PEER_CONSTANT"]).read_bytes()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer any request."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
