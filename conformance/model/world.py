"""What the clauses say becomes of templates, roles, users and copies.

It is written from the sentences of the contract alone. Every method does what one answered call does; what is
refused never gets here. Where no clause decides, the model leaves both open.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from conformance.model.records import (
    DEFAULTS,
    Copy,
    Fields,
    Key,
    Line,
    Place,
    Profile,
    Role,
    Row,
    User,
    has_conflict,
    places,
)

_STANDSTILL = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """Everything that one history made, by label.

    Attributes:
        now: the server's clock, as far as windows go. It stands still, unless given: no day passes in a run.
    """

    now: Callable[[], datetime] = lambda: _STANDSTILL
    profiles: dict[str, Profile] = field(default_factory=dict)
    deleted: dict[str, Profile] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    # Templates

    def is_taken(self, name: str, but: str | None = None) -> bool:
        """Return whether a template has the name, another one than `but`."""
        return any(each.name == name and each.label != but for each in self.profiles.values())

    def create(self, label: str, name: str, fields: Fields, action: str = "create") -> Profile:
        """Return a new template, with what is not sent at its default."""
        whole = {**DEFAULTS, **fields}
        profile = Profile(label, name, whole, {place: next(self.numbers) for place in places(whole)})
        profile.rows.append(Row(action))
        profile.keep_version()
        self.profiles[label] = profile
        return profile

    def clone(self, source: Profile, label: str, name: str) -> Profile:
        """Return a new template with the configuration of another one."""
        return self.create(label, name, source.fields, "clone")

    def update(self, profile: Profile, sent: Fields) -> bool:
        """Change the fields that are sent, the name among them; return whether that changes anything."""
        fields = {**profile.fields, **{name: value for name, value in sent.items() if name != "name"}}
        name = sent.get("name", profile.name)
        if (name, fields) == (profile.name, profile.fields):
            return False
        profile.name, profile.fields = name, fields
        # A budget of a duration that was there keeps its id (AP-UPD-010).
        profile.lines = {p: profile.lines.get(p) or next(self.numbers) for p in places(fields)}
        profile.rows.append(Row("update"))
        profile.keep_version()
        return True

    def set_active(self, profile: Profile, *, active: bool) -> None:
        """Activate or deactivate a template."""
        if profile.is_active is not active:
            profile.rows.append(Row("activate" if active else "deactivate"))
        profile.is_active, profile.was_deactivated = active, not active

    def delete(self, profile: Profile) -> None:
        """Delete a template that nobody holds. Its audit log stays."""
        profile.rows.append(Row("delete"))
        profile.roles.clear()
        self.deleted[profile.label] = self.profiles.pop(profile.label)

    # Roles

    def attach(self, profile: Profile, roles: Sequence[str], *, default: bool, apply: bool) -> int:
        """Attach roles, and return how many members got a copy."""
        before = (dict(profile.roles), profile.is_active)
        for role in roles:
            if default:
                self._displace(role, profile)
            profile.roles[role] = default
        profile.is_active = not profile.was_deactivated
        members = [user for user in self.users.values() if user.role in roles] if apply else []
        given = [user for user in members if user.label not in profile.copies]
        for user in given:
            self.give(profile, user, user.role)
        same = not given and before == (profile.roles, profile.is_active)
        profile.rows.append(Row("attach_role", optional=same))
        return len(given)

    def _displace(self, role: str, by: Profile) -> None:
        for other in self.profiles.values():
            if other is not by and other.roles.get(role, False):
                other.roles[role] = False
                other.rows.append(Row("attach_role", optional=True))

    def detach(self, profile: Profile, role: str) -> None:
        """Remove an attachment. Copies stay."""
        del profile.roles[role]
        profile.rows.append(Row("detach_role"))

    def delete_role(self, role: Role) -> None:
        """Remove a role with its attachments. Members and their copies stay, without it."""
        del self.roles[role.label]
        for profile in self.profiles.values():
            if profile.roles.pop(role.label, None) is not None:
                profile.rows.append(Row("detach_role", optional=True))
            for copy in profile.copies.values():
                copy.granted_by = None if copy.granted_by == role.label else copy.granted_by
        for user in self.users.values():
            user.role = None if user.role == role.label else user.role

    def default_of(self, role: str | None) -> Profile | None:
        """Return the default template of a role."""
        defaults = (p for p in self.profiles.values() if role is not None and p.roles.get(role, False))
        return next(defaults, None)

    # Users

    def change_role(self, user: User, role: str | None) -> None:
        """Take what the old role gave and the new does not give as well, and give the new default."""
        old, user.role = user.role, role
        if old == role:
            return
        default = self.default_of(role)
        for profile in self.profiles.values():
            copy = profile.copies.get(user.label)
            if copy is None or old is None or copy.granted_by != old:
                continue
            if profile is default:
                copy.granted_by = role
            else:
                self.take(profile, user)
        if default is not None and default.is_active and user.label not in default.copies:
            self.give(default, user, role)

    def delete_user(self, user: User) -> None:
        """Remove a user with all that the user holds."""
        for profile, _ in self.held(user):
            self.take(profile, user)
        del self.users[user.label]

    # Copies

    def copies(self) -> list[tuple[Profile, User, Copy]]:
        """Return every copy, with its template and its holder."""
        users = self.users
        return [(p, users[user], copy) for p in self.profiles.values() for user, copy in p.copies.items()]

    def held(self, user: User) -> list[tuple[Profile, Copy]]:
        """Return the copies of a user, the oldest first."""
        found = [(p, p.copies[user.label]) for p in self.profiles.values() if user.label in p.copies]
        return sorted(found, key=lambda pair: pair[1].number)

    def give(self, profile: Profile, user: User, role: str | None = None) -> Copy:
        """Give a user a copy of a template as it is now, with one virtual key."""
        copy = Copy(
            number=next(self.numbers),
            fields=dict(profile.fields),
            lines=self._lines(places(profile.fields), {}),
            granted_by=role,
            keys=[Key(next(self.numbers))],
        )
        profile.copies[user.label] = copy
        profile.rows.append(Row("update", user.label, "user_assign"))
        return copy

    def take(self, profile: Profile, user: User) -> Copy:
        """Take a copy away, with its keys."""
        profile.rows.append(Row("update", user.label, "user_detach"))
        return profile.copies.pop(user.label)

    def roll_forward(self, copy: Copy) -> None:
        """Bring the windows of a copy to the present."""
        now = self.now()
        copy.lines = {place: line.at(now) for place, line in copy.lines.items()}

    def sorted_out(
        self, profile: Profile, fields: Iterable[str], users: Iterable[str]
    ) -> tuple[set[str], set[str]]:
        """Return holders whose copies can have fields of a template, and those whose would break a rule."""
        chosen = {name: profile.fields[name] for name in fields}
        held = {user: {**profile.copies[user].fields, **chosen} for user in users}
        unfit = {user for user, merged in held.items() if has_conflict(merged)}
        return set(held) - unfit, unfit

    def propagate(
        self, profile: Profile, fields: Iterable[str], users: Iterable[str], *, reset_usage: bool
    ) -> None:
        """Bring fields of a template to copies, which they fit."""
        chosen = {name: profile.fields[name] for name in fields}
        changes = [self._propagate(profile.copies[user], chosen, reset_usage=reset_usage) for user in users]
        if any(changes):
            profile.rows.append(Row("propagate"))

    def _propagate(self, copy: Copy, chosen: Fields, *, reset_usage: bool) -> bool:
        self.roll_forward(copy)
        before = (copy.fields, copy.lines)
        copy.fields = {**copy.fields, **chosen}
        copy.lines = self._lines(places(copy.fields), copy.lines)
        if reset_usage:
            within = set(places({**DEFAULTS, **chosen}))
            copy.lines = {p: replace(e, usage=0) if p in within else e for p, e in copy.lines.items()}
        return (copy.fields, copy.lines) != before

    def _lines(self, wanted: Iterable[Place], kept: dict[Place, Line]) -> dict[Place, Line]:
        """Return a line for each place: the one that stands there, or else one that begins now."""
        now = self.now()
        return {place: kept.get(place) or Line(next(self.numbers), place[2], now) for place in wanted}
