"""The server process: a socket, the demo, uvicorn."""

import gc
import socket
from functools import partial
from importlib.metadata import version

import click
import uvicorn

from domain.credentials import ALL_SCOPES
from server.connexion_app import create_app
from server.http.authentication import issue_key
from server.process.clock import system_clock
from server.process.logs import configure_logs
from server.process.settings import Settings
from server.process.workers import serve_with_workers
from store.api import Store
from store.registry import open_store

DEMO_KEY = "demo"
DEMO_SEED = 1
DEMO_USERS = 300

GRACEFUL_SECONDS = 10
"""How long requests that are under way may take when the server is told to stop."""


def serve(settings: Settings, store: Store, *, demo: bool) -> None:
    """Serve until told to stop.

    Raises:
        click.ClickException: the address cannot be listened on, or workers cannot be started.
        WrongRevision: the store must be migrated first.
        ContractMismatch: the handlers do not fit the contract.
    """
    configure_logs(settings.log_level, settings.log_format)
    with listening(settings) as listener:
        key = prepare_demo(store) if demo else None
        store.check_ready()
        host, port = listener.getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        if settings.workers > 1:
            # Workers are forked, and no connection may be used on both sides of a fork.
            store.close()
            store = open_store(settings.store)
        app = create_app(store, memory_mib=settings.memory_mib)
        # What was made so far stays for good: without it, each collection of garbage has 180,000 objects less
        # to look at. Only 2,000 of them are garbage, which is not worth the 0.1 s that it takes to find them.
        gc.freeze()
        gc.enable()
        config = uvicorn.Config(
            app,
            log_config=None,
            ws="none",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the app sees to them
            lifespan="on",
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
        tell = partial(click.echo, banner(url, settings, key=key, demo=demo))
        if settings.workers > 1:
            serve_with_workers(config, listener, count=settings.workers, on_ready=tell)
        else:
            tell()
            uvicorn.Server(config).run(sockets=[listener])


def prepare_demo(store: Store) -> str | None:
    """Migrate, seed and make a key, each where it is missing; return the key if it was made now."""
    from server.cli.progress import seed_with_progress
    from server.cli.terminal import console
    from server.seed.company import is_seeded

    store.migrate()
    if not is_seeded(store):
        seed_with_progress(store, number=DEMO_SEED, users=DEMO_USERS, console=console())
    with store.write() as tx:
        if any(key.name == DEMO_KEY and key.revoked_at is None for key in tx.api_keys.list()):
            return None
        issued = issue_key(DEMO_KEY, [ALL_SCOPES], now=system_clock())
        tx.api_keys.add(issued.record)
    return issued.key


def banner(url: str, settings: Settings, *, key: str | None, demo: bool) -> str:
    """Return what to do next, as text."""
    shown = key or "$KEY"
    workers = f", with {settings.workers} workers" if settings.workers > 1 else ""
    lines = [f"access-profiles {version('access-profiles')} at {url}, on {settings.shown_store}{workers}", ""]
    if key is not None:
        lines += ["  API key, shown this once (it may do everything):", f"    {key}", ""]
    elif demo:
        lines += [
            f'  The API key "{DEMO_KEY}" was shown when it was made. For another one:',
            '    KEY=$(.venv/bin/access-profiles keys create "my key" --all-scopes)',
            "",
        ]
    if demo:
        lines += [
            "  See a profile:",
            f'    curl -H "Authorization: Bearer {shown}" {url}/api/access-profiles/1',
            "  Prove that this server keeps its contract:",
            f"    make suite && .venv/bin/conformance check {url} --key {shown}",
            "",
        ]
    lines += [f"  Docs      {url}/docs", f"  Contract  {url}/openapi.yaml", "  Stop      Ctrl-C", ""]
    return "\n".join(lines)


def listening(settings: Settings) -> socket.socket:
    """Return a socket that listens already, so that nothing is seeded or printed for a port that is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
            "Set ACCESS_PROFILES_HOST and ACCESS_PROFILES_PORT to an address that is free."
        ) from None
    return listener
