"""Texts of formats and of patterns: good ones, broken ones, and such as are nobody's."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.contract.texts import NoText, Texts, fits

NAME = "cf-0123456789-1-000001"


@pytest.fixture
def texts() -> Texts:
    return Texts(NAME, random.Random(1))


def test_a_format_is_kept_and_broken_and_a_name_is_of_few(texts: Texts) -> None:
    for stated in ("uuid", "duration", "time", "byte", "json-pointer", "uri-reference"):
        schema = {"type": "string", "format": stated}
        assert fits(schema)(texts.sample(schema)), stated
        assert not fits(schema)(texts.breaking(schema, "format")), stated
        assert fits(schema)(NAME) is (stated == "uri-reference"), stated


def test_a_uuid_is_drawn_from_the_seed() -> None:
    schema = {"type": "string", "format": "uuid"}
    first, same, other = (Texts(NAME, random.Random(seed)) for seed in (1, 1, 2))

    assert first.sample(schema) == first.sample(schema) == same.sample(schema) != other.sample(schema)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", another := first.another(schema))
    assert (another[14], another[19] in "89ab") == ("4", True)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9a-f]{8}$",
        "^[a-z]{3,8}$",
        "^[A-Z]{3}$",
        r"^\+[1-9]\d{6,14}$",
        r"^\d+\.\d+\.\d+$",
        "^#[0-9a-f]{6}$",
        "^(?!admin)[a-z]{3,9}$",
        "^[а-я]{3}$",
    ],
)
def test_a_text_is_drawn_from_a_pattern(pattern: str, texts: Texts) -> None:
    schema = {"type": "string", "pattern": pattern}

    assert fits(schema)(texts.sample(schema))
    assert not fits(schema)(texts.breaking(schema, "pattern"))


@pytest.mark.parametrize("bounds", [{"minLength": 20}, {"maxLength": 5}, {"minLength": 6, "maxLength": 7}])
def test_a_text_of_a_pattern_is_as_long_as_it_has_to_be(bounds: dict[str, int], texts: Texts) -> None:
    schema = {"type": "string", "pattern": "^[A-Z]{2}[0-9][0-9a-z]+$", **bounds}

    sample = texts.sample(schema)

    assert bounds.get("minLength", 0) <= len(sample) <= bounds.get("maxLength", 99)
    assert fits(schema)(sample)


def test_texts_that_are_nobodys_are_unlike_each_other(texts: Texts) -> None:
    patterns = ("^[0-9a-f]{8}$", "^[a-z]{3,8}$", r"^\+[1-9]\d{6,14}$")
    for stated in ({"format": "uuid"}, *({"pattern": pattern} for pattern in patterns)):
        schema = {"type": "string", **stated}
        drawn = [texts.another(schema) for _ in range(20)]
        assert all(map(fits(schema), drawn))
        assert len({*drawn}) == len(drawn)


@pytest.mark.parametrize("pattern", ["^[A-Z]{3}$", r"^\p{Greek}-\p{Greek}$"])
def test_what_no_text_or_no_known_pattern_keeps_has_no_sample(pattern: str, texts: Texts) -> None:
    with pytest.raises(NoText, match="no text was found that keeps"):
        texts.sample({"type": "string", "pattern": pattern, "minLength": 40})


def test_what_is_drawn_leaves_nothing_in_the_present_folder(tmp_path: Path) -> None:
    draw = (
        "import random; from conformance.contract.texts import Texts;"
        "print(Texts('cf-name', random.Random(1)).sample({'type': 'string', 'pattern': '^[A-Z]{3}$'}))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), paths])}

    command = [sys.executable, "-c", draw]
    drawn = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert drawn.stdout == "AAA\n"
    assert list(tmp_path.iterdir()) == []
