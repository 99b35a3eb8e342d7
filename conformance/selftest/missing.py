"""What the clauses of the contract still need: a check and a fault for each, and where they belong."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.document import Clause, Contract

_SUITE = Path(__file__).parents[1]
CHECKS = _SUITE / "checks"
FAULTS = _SUITE / "selftest" / "faults"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a clause has not.

    Attributes:
        kind: check or fault.
        file: where it belongs, from the root of the project.
    """

    clause: Clause
    kind: str
    file: str

    @property
    def is_first(self) -> bool:
        """Whether there is no such file yet."""
        return not (_SUITE.parent / self.file).exists()

    def __str__(self) -> str:
        prints = f"`conformance new-check {self.clause.id}` prints one"
        return f"The clause {self.clause.id} has no {self.kind}: write it into {self.file}; {prints}."


def missing(contract: Contract, checked: Iterable[str], proved: Iterable[str]) -> Iterator[Missing]:
    """Yield what clauses have not, given the ids of those with a check and of those with a fault."""
    checked, proved = frozenset(checked), frozenset(proved)
    for clause in contract.clauses:
        if clause.id not in checked:
            yield Missing(clause, "check", file_for(contract, clause, CHECKS))
        if clause.id not in proved:
            yield Missing(clause, "fault", file_for(contract, clause, FAULTS))


def file_for(contract: Contract, clause: Clause, folder: Path) -> str:
    """Return the file of a folder that names most clauses of the same operation, or else of its tag.

    Without any it is a new one of the tag's name.
    """
    tag = _tag(contract, clause.operation_id)
    related = [each.id for each in contract.clauses if _tag(contract, each.operation_id) == tag]
    siblings = [each.id for each in contract.clauses if each.operation_id == clause.operation_id]
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    for ids in (siblings, related):
        named = {path: sum(_names(text, each) for each in ids) for path, text in texts.items()}
        best = max(named, key=named.__getitem__, default=None)
        if best is not None and named[best]:
            return _shown(best)
    name = re.sub(r"\W+", "_", tag).lower() or "all_operations"
    return _shown(folder / f"{name}.py")


def _names(text: str, clause_id: str) -> bool:
    """Return whether code has a clause's id, of a check, or with the name of a fault behind it."""
    return f'"{clause_id}"' in text or f'"{clause_id}/' in text


def _tag(contract: Contract, operation_id: str | None) -> str:
    operation = contract.operation(operation_id) if operation_id else None
    return "" if operation is None else str(next(iter(contract.stated(operation).get("tags", ())), ""))


def _shown(path: Path) -> str:
    return str(path.relative_to(_SUITE.parent))
