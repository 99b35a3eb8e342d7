"""Before anything is timed: everybody answers the same JSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

import click
import httpx

from bench.contest.contestants import Contestant
from bench.contest.load import Request

_MADE = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}-[0-9a-f-]{27})$")


def agree(contestants: Sequence[Contestant], request: Request, *, made: bool = False) -> None:
    """Ask everybody the same, and compare; ids and instants of what is `made` now may differ.

    Raises:
        click.ClickException: one answers something else.
    """
    first, *others = [(contestant.name, _asked(contestant, request, made)) for contestant in contestants]
    for name, answer in others:
        if answer != first[1]:
            raise click.ClickException(
                f"{name} answers {request.method} {request.path} unlike {first[0]}:\n"
                f"{json.dumps(answer)[:2000]}\n{json.dumps(first[1])[:2000]}"
            )


def _asked(contestant: Contestant, request: Request, made: bool) -> Any:
    answer = httpx.request(
        request.method,
        contestant.url + request.path,
        content=request.body or None,
        headers={"Authorization": f"Bearer {contestant.keys[0]}", "Content-Type": "application/json"},
    )
    return answer.status_code, _levelled(answer.json()) if made else answer.json()


def _levelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: 0 if name == "id" and isinstance(member, int) else _levelled(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_levelled(item) for item in value]
    return "made" if isinstance(value, str) and _MADE.match(value) else value
