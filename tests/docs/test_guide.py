"""The guide's lines are run as a reader would paste them, and its answers are what comes back."""

import json
import re
from pathlib import Path
from typing import Any

from tests.docs.running import pasted
from tests.serving import ROOT, add_keys, running_server

GUIDE = (ROOT / "docs" / "guide.md").read_text("utf-8")
ANY = "…"
END = "=== end of a step ==="

STEPS = [
    (code, None if answer is None else json.loads(answer))
    for code, answer in re.findall(r"```sh\n(.*?)```(?:\n```json\n(.*?)```)?", GUIDE, re.DOTALL)
    for answer in [answer or None]
]


def fits(shown: Any, found: Any) -> bool:
    """Return whether an answer holds what the guide shows of it."""
    if shown == ANY:
        return found is not None
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(
            name in found and fits(member, found[name]) for name, member in shown.items()
        )
    if isinstance(shown, list):
        # A list that is shown is shown from its beginning; an empty one is empty.
        return isinstance(found, list) and (
            all(map(fits, shown, found)) and len(shown) <= len(found) if shown else found == []
        )
    return bool(shown == found)


def first_json(text: str) -> Any:
    return json.JSONDecoder().raw_decode(text.strip())[0]


def test_every_line_of_the_guide_does_what_it_says(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'profiles.db'}"
    keys = add_keys(store)
    with running_server(store, keys) as server:
        script = f"\necho '{END}'\n".join(code for code, _ in STEPS)
        run = pasted(script, tmp_path, URL=f"{server.url}/api", KEY=keys.admin)

    outputs = run.stdout.split(END)
    assert len(outputs) == len(STEPS) > 15
    for (code, shown), output in zip(STEPS, outputs, strict=True):
        if shown is not None:
            assert fits(shown, first_json(output)), f"{code}\nanswered\n{output}"


def test_an_answer_that_lacks_what_is_shown_does_not_fit() -> None:
    assert fits({"a": [1], "b": ANY}, {"a": [1, 2], "b": "x", "c": None})
    assert not fits({"a": []}, {"a": [1]})
    assert not fits({"a": [1, 2]}, {"a": [1]})
    assert not fits({"a": ANY}, {"a": None})
    assert not fits({"a": 1}, {})
