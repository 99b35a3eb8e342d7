"""Health, for load balancers and people: is the process up, and can it serve."""

from collections.abc import Callable

import orjson
import structlog
from flask import Blueprint, Response

log = structlog.get_logger(__name__)


def health(ready: Callable[[], None], *, told: tuple[type[Exception], ...] = ()) -> Blueprint:
    """Return the blueprint `health`, with `/healthz` and `/readyz`.

    Args:
        ready: returns when requests can be served and raises when not.
        told: exceptions whose text is fit for everybody's eyes. Of any other only the log has the text.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return _answer(200, {"status": "ok"})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        try:
            ready()
        except told as error:
            return _not_ready(str(error))
        except Exception:
            log.exception("readiness_check_failed")
            return _not_ready("The check itself failed. The server's log has the reason.")
        return _answer(200, {"status": "ready"})

    return blueprint


def _not_ready(reason: str) -> Response:
    return _answer(503, {"status": "not ready", "reason": reason})


def _answer(status: int, body: dict[str, str]) -> Response:
    # An old answer about health is worth nothing.
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(body), status, headers, content_type="application/json")
