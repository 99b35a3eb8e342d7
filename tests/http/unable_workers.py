"""Serve with two workers that can become unable to start: `python -m tests.http.unable_workers FILE`.

While there is the file, a worker's start fails. The port is printed when both accept connections; a worker
answers its process id.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.cli.serving import listening
from server.process.logs import configure_logs
from server.process.settings import Settings
from server.process.workers import serve_with_workers


async def who(_request: Request) -> PlainTextResponse:
    """Say who answers."""
    return PlainTextResponse(str(os.getpid()))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def main(file: Path) -> None:
    """Serve until told to stop."""
    is_unable = file.exists

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if is_unable():
            raise RuntimeError("there is the file")
        yield

    configure_logs("info", "json")
    app = Starlette(routes=[Route("/", who)], lifespan=lifespan)
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
    with listening(Settings(port=0)) as listener:
        port = listener.getsockname()[1]
        serve_with_workers(config, listener, count=2, on_ready=lambda: click.echo(port))


if __name__ == "__main__":
    main()
