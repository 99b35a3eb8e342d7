"""What a newcomer sees: `access-profiles serve --demo`, and the curl line that it prints."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import start
from tests.serving import LONG_SECONDS

# The example of the page that this API was first documented on: every field, with its type.
BUDGET = {"max_limit": float, "id": str, "scope": str, "current_usage": float, "last_reset": str}
RATE_LIMIT = {
    "id": str,
    "token_max_limit": float,
    "request_max_limit": float,
    "token_current_usage": float,
    "request_current_usage": float,
}
EXAMPLE = {
    "access_profile": {
        "id": int,
        "name": str,
        "description": str,
        "is_active": bool,
        "version": int,
        "tags": [str],
        "provider_configs": [
            {
                "provider_name": str,
                "id": int,
                "all_models_allowed": bool,
                "allowed_models": [str],
                "budgets": [BUDGET],
                "rate_limit": RATE_LIMIT,
            }
        ],
        "budgets": [BUDGET],
        "rate_limit": RATE_LIMIT,
        "calendar_aligned": bool,
        "mcp_tool_groups": [{"tool_group_id": int}],
        "mcp_servers": [{"mcp_server_id": str}],
        "mcp_tool_overrides": [{"mcp_client_id": str, "tool_name": str}],
        "created_at": str,
        "updated_at": str,
    },
    "roles": [{"id": int, "access_profile_id": int, "role_id": int, "role_name": str, "is_default": bool}],
    "user_count": int,
}


@dataclass(frozen=True, slots=True)
class FirstDay:
    """A demo that ran and was stopped: its folder, what it printed, and its answers under both paths."""

    folder: Path
    printed: str
    answer: httpx.Response
    other: httpx.Response


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder) as printed:
        url, headers = curl_line(printed)
        answer = httpx.get(url, headers=headers, timeout=LONG_SECONDS)
        other = httpx.get(url.replace("/api/", "/api/governance/"), headers=headers, timeout=LONG_SECONDS)
    return FirstDay(folder, printed, answer, other)


def test_the_printed_line_shows_every_field_of_the_first_page(first_day: FirstDay) -> None:
    assert first_day.answer.status_code == 200
    assert missing(EXAMPLE, first_day.answer.json()) == []
    assert first_day.other.content == first_day.answer.content


def test_the_key_is_printed_once_and_the_company_is_made_once(first_day: FirstDay) -> None:
    _, headers = curl_line(first_day.printed)
    with demo(first_day.folder) as second:
        again_url, again_headers = curl_line(second)
        after = httpx.get(again_url, headers=headers, timeout=LONG_SECONDS).content

    assert "bfst-" in first_day.printed
    assert "bfst-" not in second
    assert again_headers == {"Authorization": "Bearer $KEY"}
    assert "keys create" in second
    assert first_day.answer.content == after


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """Run the demo and yield what it printed."""
    store_url = f"sqlite:///{folder / 'demo.db'}"
    with start("server.cli", "--store", store_url, "serve", "--demo", "--port", "0") as process:
        printed = ""
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        try:
            yield printed
        finally:
            process.terminate()


def curl_line(text: str) -> tuple[str, dict[str, str]]:
    """Return the URL and the headers of the curl line."""
    found = re.search(r"^\s*(curl .*)$", text, re.MULTILINE)
    assert found, text
    _, flag, header, url = shlex.split(found[1])
    assert flag == "-H"
    name, _, value = header.partition(": ")
    return url, {name: value}


def missing(expected: Any, found: Any, path: str = "") -> list[str]:
    """Return the places where an answer lacks a field, or has another type."""
    match expected:
        case dict():
            if not isinstance(found, dict):
                return [path]
            return [
                fault
                for name, member in expected.items()
                for fault in (
                    missing(member, found[name], f"{path}/{name}") if name in found else [f"{path}/{name}"]
                )
            ]
        case list():
            # The example shows one item; the first of ours must be like it.
            return missing(expected[0], found[0], f"{path}/0") if found else [f"{path}/0"]
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    fits = is_number if expected is float else isinstance(found, expected)
    return [] if fits else [path]
