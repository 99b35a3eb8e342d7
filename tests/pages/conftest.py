"""The pages in an app of their own, and the contract that they show."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from server.contract.document import Contract
from server.pages import PublishedContract, ServerInfo, health, pages

SOURCE = (Path(__file__).parents[2] / "openapi.yaml").read_bytes()


@cache
def _published() -> PublishedContract:
    return PublishedContract.from_document(SOURCE, Contract(SOURCE).document)


def site() -> Flask:
    """Return an app that has the pages and is always ready."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages(_published(), ServerInfo("9.8.7")))
    app.register_blueprint(health(lambda: None))
    return app


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and node of every operation of a contract."""
    return [
        (method, path, node)
        for path, item in document["paths"].items()
        for method, node in item.items()
        if isinstance(node, dict) and "operationId" in node
    ]


@pytest.fixture
def client() -> FlaskClient:
    return site().test_client()


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """Give the contract, parsed."""
    parsed: dict[str, Any] = yaml.load(SOURCE, yaml.CSafeLoader)
    return parsed
