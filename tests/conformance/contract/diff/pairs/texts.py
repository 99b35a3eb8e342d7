"""Pairs of texts: what YAML 1.2 says, and what older readers of YAML make of it."""

from tests.conformance.contract.diff.pairs import BREAKS, SAFE, Pair, Verdict, both_ways

_TEXT = """\
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths:
  /things:
    get:
      parameters:
        - {name: p, in: query, schema: {%s}}
      responses: {'200': {description: Done.}}
"""

SAME, OTHER = Verdict(SAFE, SAFE), Verdict(BREAKS, BREAKS)
TIGHTER, WIDER = Verdict(BREAKS, BREAKS), Verdict(SAFE, BREAKS)


def _pairs(name: str, old: str, new: str, there: Verdict, back: Verdict) -> list[Pair]:
    return both_ways(name, _TEXT % old, _TEXT % new, there, back)


PAIRS = [
    *_pairs("NO is a text", "enum: [YES, NO]", "enum: [YES, OFF]", OTHER, OTHER),
    *_pairs("on is a text", "enum: [on]", "enum: [yes]", OTHER, OTHER),
    *_pairs("010 is ten", "enum: [010]", "enum: [8]", OTHER, OTHER),
    *_pairs("010 and 10", "enum: [010]", "enum: [10]", SAME, SAME),
    *_pairs("1:30 is a text", "enum: [1:30]", "enum: [90]", OTHER, OTHER),
    *_pairs("quotes about NO", "enum: [NO]", "enum: ['NO']", SAME, SAME),
    *_pairs("quotes about a day", "enum: [2020-01-01]", 'enum: ["2020-01-01"]', SAME, SAME),
    *_pairs("quotes about a time", "enum: [12:30:45]", "enum: ['12:30:45']", SAME, SAME),
    *_pairs("quotes about a number", "enum: [1]", "enum: ['1']", OTHER, OTHER),
    *_pairs("a number with an exponent", "maximum: 1e3", "maximum: 1000", SAME, SAME),
    *_pairs("an underscore makes a text", "enum: [1_000]", "enum: [1000]", OTHER, OTHER),
    *_pairs("y is a text", "enum: [y, n]", "enum: [y]", TIGHTER, WIDER),
    *_pairs("octal and decimal", "maximum: 0o17", "maximum: 15", SAME, SAME),
]
