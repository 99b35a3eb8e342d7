"""What the model remembers of templates, copies and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

Fields = dict[str, Any]
"""A configuration by the names of the contract, as it is sent, with nothing left out."""

Place = tuple[str, str, str]
"""Where a line stands: its scope, `budget` or `rate_limit`, and its reset duration."""

LENGTHS = {"1d": timedelta(days=1), "1w": timedelta(days=7), "1M": timedelta(days=30)}
"""How long windows are that roll."""

PROPAGATED = (
    "provider_configs",
    "budgets",
    "rate_limit",
    "mcp_tool_groups",
    "mcp_servers",
    "mcp_tool_overrides",
)
DEFAULTS: Fields = {
    "description": None,
    "tags": [],
    "provider_configs": [],
    "budgets": [],
    "rate_limit": None,
    "calendar_aligned": False,
    "mcp_tool_groups": [],
    "mcp_servers": [],
    "mcp_tool_overrides": [],
}
"""What a template has where nothing is sent (AP-CRE-007)."""


@dataclass
class Line:
    """A budget or rate limit of a copy: everything but its limit.

    Attributes:
        number: tells it from all other lines of the history.
        usage: dollars or requests in the present window.
        raised_by: dollars of the override; 0 for none.
        raised_in: the window in which the override was set.
        raised_for: how many windows it lasts; None for good.
    """

    number: int
    duration: str
    begun: datetime
    window: int = 0
    usage: int = 0
    raised_by: int = 0
    raised_in: int = 0
    raised_for: int | None = None

    def at(self, now: datetime) -> "Line":
        """Return the line at an instant.

        A window that has ended took its usage along, and cycles are used up.
        """
        window = (now - self.begun) // LENGTHS[self.duration]
        line = self if window == self.window else replace(self, usage=0, window=window)
        if line.raised_for is not None and line.cycles_left <= 0:
            line = replace(line, raised_by=0, raised_for=None)
        return line

    @property
    def cycles_left(self) -> int:
        """Windows that an override has left, the present one included."""
        return (self.raised_for or 0) - (self.window - self.raised_in)


@dataclass(frozen=True)
class Key:
    """A virtual key. The server made its name up when there is none."""

    number: int
    name: str | None = None


@dataclass
class Copy:
    """What a user holds of a template."""

    number: int
    fields: Fields
    lines: dict[Place, Line]
    granted_by: str | None
    keys: list[Key]


@dataclass(frozen=True)
class Row:
    """A row of the audit log; an optional one is stated by no clause, and may be there or not."""

    action: str
    user: str | None = None
    event: str | None = None
    optional: bool = False


@dataclass
class Profile:
    """A template.

    Attributes:
        label: what the history calls it, whatever its name becomes.
        roles: whether it is the default, by each role's label.
        copies: by the user's label.
        rows: its audit log, the oldest first.
        versions: name and configuration after each change, the oldest first.
    """

    label: str
    name: str
    fields: Fields
    lines: dict[Place, int]
    is_active: bool = False
    was_deactivated: bool = False
    roles: dict[str, bool] = field(default_factory=dict)
    copies: dict[str, Copy] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    versions: list[Fields] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The number of the present version."""
        return len(self.versions)

    def keep_version(self) -> None:
        """Remember how the template stands after a change."""
        self.versions.append({"name": self.name, **self.fields})


@dataclass
class Role:
    """A role of the organisation."""

    label: str
    name: str


@dataclass
class User:
    """A person: the label of the role, and of the groups."""

    label: str
    role: str | None = None
    groups: set[str] = field(default_factory=set)


def scopes(fields: Fields) -> Iterator[tuple[str, Fields]]:
    """Yield every holder of lines in a configuration, with the scope of its budgets (AP-CRE-012)."""
    yield "total", fields
    for config in fields["provider_configs"]:
        yield f"provider:{config['provider_name']}", config


def places(fields: Fields) -> list[Place]:
    """Return the places of all lines of a configuration. Rate limits of the model count requests alone."""
    found: list[Place] = []
    for scope, holder in scopes(fields):
        found += [(scope, "budget", line["reset_duration"]) for line in holder.get("budgets", ())]
        if limit := holder.get("rate_limit"):
            found.append((scope, "rate_limit", limit["request_reset_duration"]))
    return found


def has_conflict(fields: Fields) -> bool:
    """Return whether a server is granted whole and a tool of it is taken away as well (AP-CRE-017)."""
    granted = {link["mcp_server_id"] for link in fields["mcp_servers"]}
    overrides = fields["mcp_tool_overrides"]
    return any(o["action"] == "exclude" and o["mcp_client_id"] in granted for o in overrides)
