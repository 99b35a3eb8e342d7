"""The summary for a terminal, as plain text."""

from conformance.report import summary
from tests.conformance.report import samples


def test_of_many_ids_the_first_ten_are_told_and_how_many_more() -> None:
    made = samples.short_of_time()
    ids = [verdict["id"] for verdict in made["clauses"][:50]]
    [told] = [line for line in summary.render(made).splitlines() if ids[0] in line]

    assert told.strip() == f"{', '.join(ids[:10])}, and 40 more: results.json has all"


def test_of_ten_ids_all_are_told() -> None:
    made = samples.document()
    for verdict in made["clauses"][:10]:
        verdict.update(status="NOT_REACHED", reason="no time was left")
    text = summary.render(made)

    assert ", ".join(verdict["id"] for verdict in made["clauses"][:10]) in text
    assert "more:" not in text
