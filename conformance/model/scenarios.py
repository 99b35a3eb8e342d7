"""What the model phase decides."""

from __future__ import annotations

from conformance.run.scenarios import Subject

TEMPLATES = Subject(
    id="MODEL.templates",
    phase="model",
    profile="lifecycle",
    needs=frozenset({"core", "lifecycle"}),
    operation_id="createAccessProfile",
    text="Whatever is done with templates, in any order, leaves what the clauses say.",
)
PEOPLE = Subject(
    id="MODEL.people",
    phase="model",
    profile="users",
    needs=frozenset({"core", "lifecycle", "strict", "users", "extensions"}),
    operation_id="createUser",
    text="Whatever is done with templates, roles, users and copies, in any order, leaves what clauses say.",
)
IDS = (TEMPLATES.id, PEOPLE.id)
"""The ids of the verdicts of this phase."""
