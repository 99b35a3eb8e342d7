"""Health: what a load balancer reads, and what it must not read."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from server.pages import health


class Locked(Exception):
    """A reason that everybody may read."""


def client(ready: Callable[[], None]) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(health(ready, told=(Locked,)))
    return app.test_client()


def fails(error: Exception) -> Callable[[], None]:
    def ready() -> None:
        raise error

    return ready


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_all_is_well(path: str, status: str) -> None:
    answer = client(lambda: None).get(path)

    assert (answer.status_code, answer.json) == (200, {"status": status})
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_not_ready_says_why() -> None:
    answer = client(fails(Locked("The tables must be migrated first."))).get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "reason": "The tables must be migrated first."}
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unforeseen_failure_is_for_the_log_alone() -> None:
    with capture_logs() as logs:
        answer = client(fails(RuntimeError("postgresql://user:secret@db"))).get("/readyz")

    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert [line["event"] for line in logs] == ["readiness_check_failed"]


def test_the_process_is_up_when_it_is_not_ready() -> None:
    assert client(fails(RuntimeError("no store"))).get("/healthz").status_code == 200
