"""Texts that keep or break one word of a schema: found by changing a good one until it fits."""

import json
import random
import string
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from conformance.contract.drawing import drawn
from conformance.contract.schemas import as_json_schema, compiled

Schema = dict[str, Any]

# Characters of which hardly any name consists: the common ideographs.
_RARE = 0x4E00, 0x9FA5
_WORDS = ("type", "enum", "minLength", "maxLength", "pattern", "format")
# Something for every common format, and the shortest of most patterns.
_CANDIDATES = (
    "2400-01-01T00:00:00.0Z",
    "2400-01-01",
    "someone@example.com",
    "5f0c6a0e-3f4c-4a4e-8a37-0d7c6c1f2b11",
    "https://example.com/",
    "192.0.2.1",
    "2001:db8::1",
    "x",
    "X",
    '"x"',
    "1",
    "",
)
_OF_FORMATS = {
    "byte": "eA==",
    "duration": "P1D",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "json-pointer": "/x",
    "relative-json-pointer": "0",
    "time": "00:00:00Z",
    "uri-reference": "/x",
}
# Of the right form, and no such thing.
_IMPOSSIBLE = ("2400-02-30T00:00:00Z", "2400-02-30", "nobody")
# What patterns tend to forbid: the likeliest first.
_PROBES = '\x01\x00,/. "@t9é'
_PROBES_OF_HEADERS = 'x ,;"@9'


_KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
_ENOUGH = 12
"""How many characters are drawn of a text that is to be nobody's."""

_LONGEST = 1_000_000
"""Characters of a text that is sent at most."""


class NoText(LookupError):
    """No text was found that a schema allows, or that it forbids for one reason alone."""


class Texts:
    """Makes texts for one operation.

    Args:
        good: a text that no object of the server has, to be used where the schema allows it.
        drawn: where characters are drawn from of which hardly any name consists.
    """

    def __init__(self, good: str, drawn: random.Random) -> None:
        self._good = good
        self._drawn = drawn
        self._uuid = ""

    def sample(self, schema: Schema, first: Iterable[str] = ()) -> str:
        """Return a text that the schema allows.

        Raises:
            NoText: none was found.
        """
        is_good = fits(schema)
        for candidate in (*first, self._good, *_examples(schema), *self._of_format(schema), *_CANDIDATES):
            if is_good(candidate):
                return candidate
        stated = schema.get("minLength", 1), schema.get("maxLength", 1)
        lengths = [length for length in stated if length <= _LONGEST]
        for length in lengths:
            for candidate in (self._good, *_CANDIDATES):
                if found := _of_length(candidate, length, is_good):
                    return found
        if found := drawn(_key(schema)):
            return found
        # Few of a pattern's texts may be as long as they have to be.
        start = drawn(_key({"type": "string", "pattern": schema.get("pattern", "")}))
        for length in lengths:
            if start and (found := _of_length(start, length, is_good)):
                return found
        raise NoText(f"no text was found that keeps {_shown(schema)}")

    def is_own(self, text: Any) -> bool:
        """Return whether a text bears the run's name, or is none."""
        return not isinstance(text, str) or self._good in text

    def another(self, schema: Schema) -> str:
        """Return a text that the schema allows and that is likely nobody's, where no name of the run's fits.

        Raises:
            NoText: none was found.
        """
        is_good = fits(schema)
        if schema.get("format") == "uuid" and is_good(made := self._drawn_uuid()):
            return made
        sample = self.sample(schema)
        longest = min(schema.get("maxLength", _ENOUGH), _ENOUGH)
        lengths = range(longest, len(sample), -1)
        found = next(filter(None, (_of_length(sample, length, is_good) for length in lengths)), sample)
        for at, character in enumerate(found):
            letters = next((kind for kind in _KINDS if character in kind), "")
            for other in self._drawn.sample(letters, len(letters)):
                changed = found[:at] + other + found[at + 1 :]
                if is_good(changed):
                    found = changed
                    break
        return found

    def of_length(self, schema: Schema, length: int, first: Iterable[str] = ()) -> str:
        """Return a text of so many characters that is allowed but for its length.

        When the other words of the schema forbid every text of this length, it is one of those.

        Raises:
            NoText: there is no good text to begin with.
        """
        is_good = fits(
            {word: rule for word, rule in schema.items() if word not in ("minLength", "maxLength")}
        )
        sample = self.sample(schema, first)
        starts = (
            (sample, *_CANDIDATES)
            if length >= len(sample)
            else (chr(self._drawn.randint(*_RARE)), sample, *_CANDIDATES)
        )
        for start in starts:
            if found := _of_length(start, length, is_good):
                return found
        return sample[:length].ljust(length, "x")

    def breaking(self, schema: Schema, word: str, first: Iterable[str] = (), *, header: bool = False) -> str:
        """Return a text that breaks one word of the schema and keeps all others.

        Raises:
            NoText: none was found.
        """
        is_good, is_good_but = fits(schema), fits({key: rule for key, rule in schema.items() if key != word})
        impossible: tuple[str, ...] = _IMPOSSIBLE if word == "format" else ()
        changes = _changes(self.sample(schema, first), _PROBES_OF_HEADERS if header else _PROBES)
        for changed in (*impossible, *changes):
            if is_good_but(changed) and not is_good(changed):
                return changed
        raise NoText(f"no text was found that breaks {word} alone of {_shown(schema)}")

    def _of_format(self, schema: Schema) -> Iterator[str]:
        stated = schema.get("format")
        if stated == "uuid":
            # One and the same for this operation: values are compared.
            self._uuid = self._uuid or self._drawn_uuid()
            yield self._uuid
        elif stated in _OF_FORMATS:
            yield _OF_FORMATS[stated]

    def _drawn_uuid(self) -> str:
        return str(uuid.UUID(int=self._drawn.getrandbits(128), version=4))


def _examples(schema: Schema) -> Iterator[str]:
    if isinstance(schema.get("example"), str):
        yield schema["example"]


def _of_length(start: str, length: int, is_good: Callable[[str], bool]) -> str | None:
    if length > _LONGEST:
        raise NoText(f"a text of {length} characters is longer than any that is sent ({_LONGEST:,})")
    if len(start) == length:
        return start if is_good(start) else None
    if len(start) < length:
        more = length - len(start)
        stretched = [start + "x" * more]
        # The last characters first: what stands before them may be what makes the text unlike any other.
        stretched += [start[:at] + start[at] * more + start[at:] for at in reversed(range(len(start)))]
        return next((text for text in stretched if is_good(text)), None)
    while len(start) > length:
        shorter = (start[:at] + start[at + 1 :] for at in reversed(range(len(start))))
        found = next((text for text in shorter if is_good(text)), None)
        if found is None:
            return None
        start = found
    return start


def _changes(sample: str, probes: str) -> Iterator[str]:
    """Yield the sample in other letters, then with one character more or another one, in every place."""
    yield sample.swapcase()
    for probe in probes:
        for at in dict.fromkeys((len(sample), 0, len(sample) // 2)):
            yield sample[:at] + probe + sample[at:]
    for probe in probes:
        for at in range(len(sample)):
            yield sample[:at] + probe + sample[at + 1 :]


def fits(schema: Schema) -> Callable[[Any], bool]:
    """Return what tells whether a text keeps a schema."""
    told: Callable[[Any], bool] = _compiled(_key(schema)).is_valid
    return told


@lru_cache(maxsize=512)
def _compiled(key: str) -> Any:
    return compiled(as_json_schema(json.loads(key)))


def _key(schema: Schema) -> str:
    return json.dumps({word: schema[word] for word in _WORDS if word in schema}, sort_keys=True)


def _shown(schema: Schema) -> str:
    return json.dumps({word: schema[word] for word in _WORDS if word in schema})
