"""Draws a text from a pattern, in a process that can be ended: a pattern of others may take for ever."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.contract.schemas import as_json_schema, compiled

_HERE = Path(__file__).parents[2]
_CPU_SECONDS = 5
"""What a pattern may cost that never ends. It is not the time that passes, which hangs on what else runs."""
_SECONDS = 300.0
"""What guards against a process that does nothing."""
_MOST_DRAWN = 100
"""How many texts of a pattern are tried."""


@lru_cache(maxsize=512)
def drawn(key: str) -> str | None:
    """Return the simplest text that a schema, as JSON, allows by its pattern; None for none in time."""
    if not json.loads(key).get("pattern"):
        return None
    path = os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "conformance.contract.drawing"]
    try:
        ran = subprocess.run(  # noqa: S603  our own interpreter, arguments as a list
            command,
            input=key.encode(),
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    found: str | None = json.loads(ran.stdout)
    return found


def _of_pattern(key: str) -> str | None:
    # It takes long to import, and few contracts need it.
    from hypothesis.strategies import characters, from_regex

    schema: dict[str, Any] = json.loads(key)
    # Not every pattern can be kept with ASCII alone.
    for codec in ("ascii", "utf-8"):
        # Patterns are the contract's: Python may not know them, or never come upon a text that fits.
        with suppress(Exception), without_trace():
            texts = from_regex(schema["pattern"], alphabet=characters(codec=codec))
            is_good = compiled(as_json_schema(schema)).is_valid
            return str(simplest(texts, is_good, most=_MOST_DRAWN, seed=key))
    return None


def simplest(values: Any, is_good: Callable[[Any], bool], *, most: int, seed: int | str) -> Any:
    """Return the simplest good one of at most so many values that a strategy draws; one seed, one value.

    Raises:
        hypothesis.errors.HypothesisException: none was found, or none can be drawn.
    """
    from hypothesis import HealthCheck, Phase, find, settings

    bounded = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=most,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seeded = random.Random(seed)  # noqa: S311  nothing secret is drawn
    return find(values, is_good, settings=bounded, random=seeded)


@contextmanager
def without_trace() -> Iterator[None]:
    """Let Hypothesis keep what it remembers in a folder that is removed, and then where it did before."""
    from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

    before = storage_directory(intent_to_write=False).home_directory
    with TemporaryDirectory() as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(before)


if __name__ == "__main__":
    # Not every system has it, and only this process needs it.
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    sys.stdout.write(json.dumps(_of_pattern(sys.stdin.read())))
