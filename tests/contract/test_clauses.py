"""The clauses: what no schema can say, under ids that stay."""

import re
from collections.abc import Iterator

from tests.contract.document import DOCUMENT, OPERATIONS, Node
from tests.rules import for_each

ROOT_PREFIXES = {"AUTH", "ERR", "HTTP", "SRV"}


def clauses() -> Iterator[tuple[str, Node]]:
    """Yield every clause with the operationId that states it, or `` for those of all operations."""
    for clause in DOCUMENT["x-clauses"]:
        yield "", clause
    for operation_id, operation in OPERATIONS.items():
        for clause in operation["x-clauses"]:
            yield operation_id, clause


CLAUSES = list(clauses())
each_clause = for_each((clause["id"], clause) for _, clause in CLAUSES)


def test_ids_and_texts_are_unique() -> None:
    ids = [clause["id"] for _, clause in CLAUSES]
    texts = [clause["text"] for _, clause in CLAUSES]

    assert len(set(ids)) == len(ids)
    assert len(set(texts)) == len(texts)


def test_the_clauses_of_one_place_stand_in_the_order_of_their_ids() -> None:
    for place in {place for place, _ in CLAUSES}:
        ids = [clause["id"] for at, clause in CLAUSES if at == place]
        prefixes = list(dict.fromkeys(clause_id.rpartition("-")[0] for clause_id in ids))
        assert ids == sorted(ids, key=lambda each: (prefixes.index(each.rpartition("-")[0]), each)), place


def test_the_ids_of_an_operation_share_a_prefix_of_their_own() -> None:
    prefixes = {
        place: {clause["id"].rpartition("-")[0] for at, clause in CLAUSES if at == place}
        for place in ("", *OPERATIONS)
    }

    assert prefixes.pop("") == ROOT_PREFIXES
    owners = [prefix for own in prefixes.values() for prefix in own]
    assert all(len(own) == 1 for own in prefixes.values())
    assert len(set(owners)) == len(owners)
    assert ROOT_PREFIXES.isdisjoint(owners)


@each_clause
def test_a_clause_has_its_four_members(clause: Node) -> None:
    assert set(clause) == {"id", "level", "profile", "text"}
    assert re.fullmatch(r"[A-Z]+(-[A-Z]+)?-\d{3}", clause["id"])
    assert clause["level"] in {"MUST", "SHOULD", "MAY"}
    assert clause["profile"] in DOCUMENT["x-profiles"]


@each_clause
def test_a_clause_is_a_sentence(clause: Node) -> None:
    text = clause["text"]

    assert text == text.strip()
    assert "\n" not in text
    assert "  " not in text
    assert text.endswith(".")
    assert text[0].isupper() or text[0] in "`0123456789"
    assert text.count("`") % 2 == 0


def test_every_profile_is_described_and_used() -> None:
    used = {clause["profile"] for _, clause in CLAUSES}

    assert used == set(DOCUMENT["x-profiles"])
    assert all(text.strip().endswith(".") for text in DOCUMENT["x-profiles"].values())
