"""The table of pairs: nothing is called safer than it is, and next to nothing worse."""

import json
from collections import Counter
from functools import cache

import pytest

from conformance.contract.diff.change import Party, Severity
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import Document, read
from tests.conformance.contract.diff.pairs import Contract, Verdict, histories, operations, schemas, texts

PAIRS = [*schemas.PAIRS, *operations.PAIRS, *texts.PAIRS, *histories.PAIRS]
_ORDER = [Severity.SAFE, Severity.UNCLEAR, Severity.BREAKING]


def _document(stated: Contract | str) -> Document:
    text = stated if isinstance(stated, str) else json.dumps(stated)
    return read(text.encode(), "openapi.yaml")


@cache
def _called(index: int) -> Verdict:
    comparison = compare(_document(PAIRS[index].old), _document(PAIRS[index].new))
    return Verdict(*(comparison.verdict(party) for party in Party))


@pytest.mark.parametrize("index", range(len(PAIRS)), ids=[pair.name for pair in PAIRS])
def test_no_pair_is_called_safer_than_it_is(index: int) -> None:
    pair, called = PAIRS[index], _called(index)

    for told, right in zip(called, pair.verdict, strict=True):
        assert _ORDER.index(told) >= _ORDER.index(right), (called, pair.verdict)


def test_at_most_one_in_twenty_is_called_worse() -> None:
    worse = [pair.name for index, pair in enumerate(PAIRS) if _called(index) != pair.verdict]

    assert len(worse) * 20 <= len(PAIRS), worse


def test_the_table_is_large_and_names_each_pair_once() -> None:
    assert len(PAIRS) > 100
    assert [name for name, count in Counter(pair.name for pair in PAIRS).items() if count > 1] == []
