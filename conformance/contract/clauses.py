"""The clauses of a document (`x-clauses`), each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.contract.lines import Lines
from conformance.contract.pointers import pointer_to
from conformance.contract.reading import ContractError

EVERY_SERVER = "core"
"""The profile that every server has, and of which a clause is that names none."""


class Level(StrEnum):
    """How binding a clause is (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True, slots=True)
class Clause:
    """One normative sentence."""

    id: str
    level: Level
    profile: str
    text: str
    operation_id: str | None
    pointer: str
    line: int


def read(holder: dict[str, Any], lines: Lines, operation_id: str | None, place: str) -> Iterator[Clause]:
    """Yield the clauses of a document or of an operation, which stands at the pointer `place`.

    Raises:
        ContractError: one of them does not say what a clause says.
    """
    stated = holder.get("x-clauses", [])
    for index, each in enumerate(stated if isinstance(stated, list) else [stated]):
        pointer = f"{place}{pointer_to('x-clauses', str(index))}"
        line = lines.line_of(pointer)
        try:
            clause_id, level, profile, text = (
                each["id"],
                Level(each["level"]),
                each.get("profile", EVERY_SERVER),
                " ".join(each["text"].split()),
            )
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise ContractError(
                f"Line {line}: a clause needs id, level, profile and text ({error})."
            ) from error
        yield Clause(str(clause_id), level, str(profile), text, operation_id, pointer, line)


def profiles(document: dict[str, Any], clauses: Iterable[Clause]) -> dict[str, str]:
    """Return the profiles with what each is; without `x-profiles` those that the clauses name."""
    stated = document.get("x-profiles")
    if isinstance(stated, dict):
        return {name: str(text) for name, text in stated.items()}
    return {clause.profile: "" for clause in clauses}
