"""What the clauses of the contract say of profiles, copies and keys, as a model in memory.

It is written from the sentences of `openapi.yaml` and knows nothing of handlers and stores. Budgets of rolling
windows stand for all lines, tags and descriptions for all other content.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

LENGTHS = {"1d": timedelta(days=1), "1w": timedelta(days=7), "1M": timedelta(days=30)}

Limits = dict[str, int]
"""Dollars by reset duration."""


@dataclass
class Line:
    """A budget of a copy."""

    limit: int
    begun: datetime
    usage: int = 0
    window: int = 0
    raised_by: int = 0
    raised_in: int = 0
    raised_for: int | None = None

    def at(self, now: datetime, duration: str) -> Line:
        """The line as it is at an instant: windows that have ended are reset, and cycles are used up."""
        window = (now - self.begun) // LENGTHS[duration]
        line = self if window == self.window else replace(self, usage=0, window=window)
        if line.raised_for is not None and window - line.raised_in >= line.raised_for:
            line = replace(line, raised_by=0, raised_for=None)
        return line


@dataclass
class Copy:
    """What a user holds of a profile."""

    lines: dict[str, Line]
    granted_by: str | None
    keys: set[str]


@dataclass
class Profile:
    """A template."""

    name: str
    limits: Limits
    tags: list[str] = field(default_factory=list)
    description: str | None = None
    is_active: bool = False
    was_deactivated: bool = False
    version: int = 1
    roles: dict[str, bool] = field(default_factory=dict)
    copies: dict[str, Copy] = field(default_factory=dict)
    rows: int = 1
    """How many audit rows it has."""

    def content(self) -> tuple[object, ...]:
        return self.name, self.limits, self.tags, self.description

    def fresh_copy(self, now: datetime, granted_by: str | None) -> Copy:
        lines = {duration: Line(limit, now) for duration, limit in self.limits.items()}
        return Copy(lines, granted_by, keys=set())

    def propagate_budgets(self, copy: Copy, now: datetime, *, reset_usage: bool) -> None:
        """A line whose duration the template has stays, with usage, window and raise; others begin afresh."""
        kept = {duration: line.at(now, duration) for duration, line in copy.lines.items()}
        copy.lines = {
            duration: replace(kept[duration], limit=limit) if duration in kept else Line(limit, now)
            for duration, limit in self.limits.items()
        }
        if reset_usage:
            for line in copy.lines.values():
                line.usage = 0


@dataclass
class World:
    """Everything that one history made, by the names that it gave."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    """By a handle that never changes, whatever the profile is called."""

    members: dict[str, str | None] = field(default_factory=dict)
    """The role of each user."""

    def is_taken(self, name: str, handle: str | None = None) -> bool:
        return any(p.name == name and h != handle for h, p in self.profiles.items())

    def default_of(self, role: str | None) -> str | None:
        if role is None:
            return None
        return next((h for h, p in self.profiles.items() if p.roles.get(role, False)), None)

    def attach(self, handle: str, role: str, *, is_default: bool, apply: bool, now: datetime) -> int:
        """Attach a profile, and return how many members got a copy."""
        profile = self.profiles[handle]
        before = (dict(profile.roles), profile.is_active)
        if is_default:
            for other_handle, other in self.profiles.items():
                if other_handle != handle and other.roles.get(role, False):
                    other.roles[role] = False
                    other.rows += 1
        profile.roles[role] = is_default
        if not profile.was_deactivated:
            profile.is_active = True
        given = [
            user
            for user, held in self.members.items()
            if apply and held == role and user not in profile.copies
        ]
        for user in given:
            profile.copies[user] = profile.fresh_copy(now, role)
        if given or before != (profile.roles, profile.is_active):
            profile.rows += 1
        return len(given)

    def change_role(self, user: str, role: str | None, now: datetime) -> None:
        """Take what the old role gave and the new does not give as well, and give the new role's default."""
        old = self.members.get(user)
        self.members[user] = role
        if old == role:
            return
        default = self.default_of(role)
        for handle, profile in self.profiles.items():
            copy = profile.copies.get(user)
            if copy is not None and old is not None and copy.granted_by == old:
                if handle == default:
                    copy.granted_by = role
                else:
                    del profile.copies[user]
                    profile.rows += 1
        if default is not None:
            profile = self.profiles[default]
            if profile.is_active and user not in profile.copies:
                profile.copies[user] = profile.fresh_copy(now, role)
                profile.rows += 1
