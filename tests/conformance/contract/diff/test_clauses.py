"""Clauses, profiles and error codes: what no schema says is compared, too."""

from typing import Any

import pytest

from conformance.contract.diff.change import Party, Severity
from conformance.contract.diff.compare import compare
from tests.conformance.contract.diff.documents import changes, contract, document, rules

TEXT = "The id of no thing is answered 404 with the code `thing_not_found`, and nothing is changed."
CODES = ("thing_not_found", "name_taken")


def _clause(
    clause_id: str = "T-1", level: str = "MUST", profile: str = "core", text: str = TEXT
) -> dict[str, str]:
    return {"id": clause_id, "level": level, "profile": profile, "text": text}


def _stated(
    *clauses: dict[str, str], codes: tuple[str, ...] = CODES, root: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a contract with clauses on its operation; the catalogue of error codes is in use."""
    error = {"type": "object", "properties": {"code": {"$ref": "#/components/schemas/ErrorCode"}}}
    operation = {
        "x-clauses": list(clauses),
        "responses": {"404": {"description": "None.", "content": {"application/json": {"schema": error}}}},
    }
    components = {"schemas": {"ErrorCode": {"type": "string", "enum": list(codes)}}}
    profiles = {"core": "All.", "strict": "More."}
    return contract(operation, **{"components": components, "x-profiles": profiles, **(root or {})})


def _with_another_operation(*clauses: dict[str, str]) -> dict[str, Any]:
    stated = _stated()
    stated["paths"]["/others"] = {
        "get": {
            "operationId": "getOther",
            "responses": {"200": {"description": ""}},
            "x-clauses": list(clauses),
        }
    }
    return stated


BOTH = {Party.CONSUMERS, Party.SERVERS}
EXAMPLES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("clause-added", "clause-removed", _stated(), _stated(_clause())),
    ("clause-added-as-advice", "clause-removed", _stated(), _stated(_clause(level="SHOULD"))),
    (
        "clause-level-raised",
        "clause-level-lowered",
        _stated(_clause(level="SHOULD")),
        _stated(_clause(level="MUST")),
    ),
    (
        "clause-profile-changed",
        "clause-profile-changed",
        _stated(_clause()),
        _stated(_clause(profile="strict")),
    ),
    ("clause-id-changed", "clause-id-changed", _stated(_clause()), _stated(_clause("T-2"))),
    (
        "clause-reworded",
        "clause-reworded",
        _stated(_clause()),
        _stated(_clause(text=TEXT.replace("404", "410"))),
    ),
    (
        "clause-id-reused",
        "clause-id-reused",
        _stated(_clause()),
        _stated(_clause(text="Pages follow each other without a gap.")),
    ),
    (
        "clause-error-code-changed",
        "clause-error-code-changed",
        _stated(_clause()),
        _stated(_clause(text=TEXT.replace("thing_not_found", "name_taken"))),
    ),
    ("clause-moved", "clause-moved", _stated(root={"x-clauses": [_clause()]}), _stated(_clause())),
    ("error-code-added", "error-code-removed", _stated(codes=CODES[:1]), _stated()),
    (
        "profile-added",
        "profile-removed",
        _stated(),
        _stated(root={"x-profiles": {"core": "All.", "strict": "More.", "extra": "Other."}}),
    ),
    (
        "profile-reworded",
        "profile-reworded",
        _stated(),
        _stated(root={"x-profiles": {"core": "Nearly all.", "strict": "More."}}),
    ),
]


@pytest.mark.parametrize(
    ("there", "back", "old", "new"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_change_is_found_both_ways_and_nothing_beside_it(
    there: str, back: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert rules(old, new) == [there]
    assert rules(new, old) == [back]


@pytest.mark.parametrize(
    ("old", "new", "severity", "breaks"),
    [
        (_clause(level="MUST"), _clause(level="SHOULD"), Severity.BREAKING, {Party.CONSUMERS}),
        (_clause(level="SHOULD"), _clause(level="MUST"), Severity.BREAKING, {Party.SERVERS}),
        (_clause(), None, Severity.BREAKING, {Party.CONSUMERS}),
        (None, _clause(), Severity.BREAKING, {Party.SERVERS}),
        (_clause(), _clause(text=f"{TEXT} Always."), Severity.UNCLEAR, BOTH),
    ],
)
def test_who_breaks_is_said(
    old: dict[str, str] | None, new: dict[str, str] | None, severity: Severity, breaks: set[Party]
) -> None:
    [change] = changes(*(_stated(clause) if clause else _stated() for clause in (old, new)))

    assert (change.severity, set(change.concerns(severity))) == (severity, breaks)
    assert change.uses == ("doThing",)


def test_the_clauses_of_an_added_operation_ask_nothing_of_the_others() -> None:
    found = changes(_stated(), _with_another_operation(_clause()))

    assert [(change.rule.id, change.consumers, change.servers) for change in found] == [
        ("endpoint-added", Severity.SAFE, Severity.BREAKING),
        ("clause-added-with-operation", Severity.SAFE, Severity.SAFE),
    ]


def test_the_clauses_of_a_removed_operation_are_one_break_with_it() -> None:
    found = changes(_with_another_operation(_clause(), _clause("T-2", text="Another.")), _stated())

    assert [(change.rule.id, change.severity) for change in found] == [
        ("api-path-removed-without-deprecation", Severity.BREAKING),
        ("clause-removed-with-operation", Severity.SAFE),
        ("clause-removed-with-operation", Severity.SAFE),
    ]


def test_a_reworded_clause_is_shown_word_by_word() -> None:
    new = TEXT.replace("404", "410").replace("nothing is", "no thing is ever")
    [change] = changes(_stated(_clause()), _stated(_clause(text=new)))

    assert [(edit.old, edit.new) for edit in change.words if not edit.stayed] == [
        ("404", "410"),
        ("nothing", "no thing"),
        ("", "ever"),
    ]
    assert " ".join(edit.new for edit in change.words if edit.new) == new
    assert " ".join(edit.old for edit in change.words if edit.old) == TEXT


def test_how_the_lines_of_a_clause_are_broken_says_nothing() -> None:
    assert rules(_stated(_clause()), _stated(_clause(text=TEXT.replace(" with", "\nwith")))) == []


def test_a_removed_error_code_names_the_clauses_that_still_ask_for_it() -> None:
    found = changes(_stated(_clause()), _stated(_clause(), codes=("name_taken",)))

    assert [change.rule.id for change in found] == ["clause-names-removed-error-code", "error-code-removed"]
    assert found[0].subject == "clause T-1"
    assert found[1].message == "removed; named by T-1"


def test_a_moved_clause_is_one_change() -> None:
    old = _stated(_clause())
    new = _with_another_operation(_clause())

    assert "clause-moved" in rules(old, new)
    assert "clause-removed" not in rules(old, new)


def test_checks_that_are_missing_are_named() -> None:
    old, new = (
        document(_stated(_clause("T-1"))),
        document(_stated(_clause("T-1"), _clause("T-3", text="Other."))),
    )
    comparison = compare(old, new, frozenset({"T-1", "T-2"}))

    assert (comparison.unchecked, comparison.stray_checks) == (("T-3",), ("T-2",))


def test_of_another_apis_contract_no_checks_are_missed() -> None:
    comparison = compare(document(_stated()), document(_stated(_clause())), frozenset({"AP-1"}))

    assert (comparison.unchecked, comparison.stray_checks) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("1.0.0", "1.0.0", "info.version stays at 1.0.0; after a breaking change it would be 2.0.0."),
        (
            "1.0.0",
            "1.1.0",
            "info.version goes from 1.0.0 to 1.1.0; after a breaking change it would be 2.0.0.",
        ),
        ("1.0.0", "2.0.0", None),
        ("0.9.0", "0.9.0", None),
    ],
)
def test_a_version_that_hides_a_break_is_noted(old: str, new: str, note: str | None) -> None:
    def versioned(version: str, **parts: Any) -> dict[str, Any]:
        return contract(parts, info={"title": "Things", "version": version})

    comparison = compare(document(versioned(old)), document(versioned(new, operationId="other")))

    assert comparison.notes == ((note,) if note else ())
