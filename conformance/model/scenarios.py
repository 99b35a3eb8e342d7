"""What the model phase decides."""

from conformance.run.scenarios import Scenario

TEMPLATES = Scenario(
    id="MODEL.templates",
    phase="model",
    profile="lifecycle",
    needs=frozenset({"core", "lifecycle"}),
    operation_id="createAccessProfile",
    text="Whatever is done with templates, in any order, leaves what the clauses say.",
)
PEOPLE = Scenario(
    id="MODEL.people",
    phase="model",
    profile="users",
    needs=frozenset({"core", "lifecycle", "strict", "users", "extensions"}),
    operation_id="createUser",
    text="Whatever is done with templates, roles, users and copies, in any order, leaves what clauses say.",
)
