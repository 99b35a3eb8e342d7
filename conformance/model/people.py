"""Histories of roles and users: who has what, and what is compared of it."""

from collections.abc import Sequence
from typing import Any

from conformance.access_profiles import calls
from conformance.model.history import Inapplicable
from conformance.model.records import Copy, Profile, Role, User
from conformance.model.templates import TemplateHistory


class PeopleHistory(TemplateHistory):
    """What can be done with roles and users as well.

    Attributes:
        touched_users: whose copies the last step may have touched.
        touched_roles: which roles it may have touched.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.touched_users: set[str] = set()
        self.touched_roles: set[str] = set()
        self._holders_seen: dict[str, set[str]] = {}

    # Roles

    def create_role(self, label: str, name: str) -> None:
        """Create a role called `label`."""
        due = [(409, "ROL-CRE-002")] * self._is_role(name)
        body = {"name": self.named(name)}
        answer = self.write("createRole", {"name": name}, due, success=201, body=body)
        if answer is not None:
            self.ids["role", label] = answer.json["role"]["id"]
            self.world.roles[label] = Role(label, name)
            self.touched_roles.add(label)
            self.lines[-1] += f" ({label})"

    def rename_role(self, role: str, name: str) -> None:
        """Give a role another name."""
        found = self._role(role)
        due = [(409, "ROL-UPD-002")] * self._is_role(name, but=role)
        said, body = {"role": role, "name": name}, {"name": self.named(name)}
        answer = self.write("updateRole", said, due, targets=self._attached(role), body=body)
        self.touched_roles.add(role)
        if answer is not None:
            found.name = name

    def delete_role(self, role: str) -> None:
        """Delete a role, whoever has it."""
        found = self._role(role)
        self.write("deleteRole", {"role": role}, targets=self._attached(role))
        self.touched_users |= {user.label for user in self.world.users.values() if user.role == role}
        self.world.delete_role(found)
        self.read("getRole", missing="ROL-DEL-001", role=role)

    def attach(self, profile: str, roles: Sequence[str], default: bool = False, apply: bool = False) -> None:
        """Attach roles to a template; those that are gone make the server refuse all."""
        found = self.profile(profile)
        role_ids = [self._role_id(role) for role in roles]
        due = [(400, "AP-ATT-003")] * any(role not in self.world.roles for role in roles)
        due += [(400, "AP-ATT-009")] * (apply and found.was_deactivated)
        answer = self.write(
            "attachRolesToAccessProfile",
            {"profile": profile, "roles": list(roles), "default": default, "apply": apply},
            due,
            body={"role_ids": role_ids, "is_default": default, "apply_to_existing": apply},
        )
        self.touched_roles |= {role for role in roles if role in self.world.roles}
        if answer is not None:
            given = self.world.attach(found, roles, default=default, apply=apply)
            self.agrees("copies", "users_applied", answer.json["users_applied"], given, answer, label=profile)

    def detach(self, profile: str, role: str) -> None:
        """Detach a role from a template, attached or not."""
        found = self.profile(profile)
        due = [(404, "AP-DET-002")] * (role not in found.roles)
        self._role_id(role)
        if self.write("detachRoleFromAccessProfile", {"profile": profile, "role": role}, due) is not None:
            self.world.detach(found, role)

    # Users

    def create_user(self, user: str, role: str | None = None) -> None:
        """Create a user of that label, with a role or without."""
        due = [(409, "USR-CRE-002")] * (user in self.world.users)
        due += [(400, "USR-CRE-002")] * (role is not None and role not in self.world.roles)
        person = {"id": self.named(user), "name": user, "email": "someone@example.com"}
        body = {**person, "role_id": role and self._role_id(role)}
        answer = self.write("createUser", {"user": user, "role": role}, due, success=201, body=body)
        self._touch(user, role)
        if answer is not None:
            self.world.users[user] = User(user)
            self.world.change_role(self.world.users[user], role)

    def change_role(self, user: str, role: str | None) -> None:
        """Give a user another role, or none."""
        found = self._user(user)
        default = self.world.default_of(role)
        if default is not None and not default.is_active and default.label in self._granted(found):
            # Whether a deactivated default still "gives" the copy that is there, no clause says.
            raise Inapplicable(default.label)
        due = [(400, "USR-ROL-004")] * (role is not None and role not in self.world.roles)
        body = {"role_id": role and self._role_id(role)}
        answer = self.write("updateUserRole", {"user": user, "role": role}, due, body=body)
        self._touch(user, role, found.role)
        if answer is not None:
            self.world.change_role(found, role)

    def set_groups(self, user: str, groups: Sequence[str]) -> None:
        """Make a user a member of exactly these groups."""
        found = self._user(user)
        body = {"group_ids": [self.named(group) for group in groups]}
        self.write("updateUserGroups", {"user": user, "groups": list(groups)}, body=body)
        found.groups = set(groups)
        self._touch(user)

    def delete_user(self, user: str) -> None:
        """Delete a user, whatever the user holds."""
        found = self._user(user)
        self.write("deleteUser", {"user": user})
        self.world.delete_user(found)
        self._touch(*([found.role] if found.role else []))
        self.read("listUserAccessProfiles", missing="USR-DEL-001", user=user)

    def _granted(self, user: User) -> set[str]:
        """Return the templates whose copies a user has of the present role."""
        held = self.world.held(user)
        return {p.label for p, copy in held if copy.granted_by is not None and copy.granted_by == user.role}

    def _touch(self, *labels: str | None) -> None:
        self.touched_users |= {label for label in labels if label in self.world.users}
        self.touched_roles |= {label for label in labels if label in self.world.roles}

    def _user(self, label: str) -> User:
        if label not in self.world.users:
            raise Inapplicable(label)
        return self.world.users[label]

    def _role(self, label: str) -> Role:
        if label not in self.world.roles:
            raise Inapplicable(label)
        return self.world.roles[label]

    def _role_id(self, label: str) -> Any:
        """Return the id of a role, gone or not."""
        if ("role", label) not in self.ids:
            raise Inapplicable(label)
        return self.ids["role", label]

    def _attached(self, role: str) -> list[str]:
        """Return the templates that a role is attached to."""
        return [profile.label for profile in self.world.profiles.values() if role in profile.roles]

    def _is_role(self, name: str, but: str | None = None) -> bool:
        return any(role.name == name and role.label != but for role in self.world.roles.values())

    # What is seen

    def observe(self) -> None:
        """Compare what has other holders than before, and the copies of all that may be touched, as well."""
        super().observe()
        for profile in self.world.profiles.values():
            if profile.label not in self.act.targets and self._holders_seen.get(profile.label) != {
                *profile.copies
            }:
                self.observe_profile(profile)
        holders = [p.copies for p in self.world.profiles.values() if p.label in self.act.targets]
        for user in sorted(self.touched_users.union(*holders) & self.world.users.keys()):
            self.observe_copies(self.world.users[user])
        for role in sorted(self.touched_roles & self.world.roles.keys()):
            self.observe_role(self.world.roles[role])
        self._forget_touched()

    def observe_all(self) -> None:
        """Compare every user and role as well."""
        super().observe_all()
        for user in self.world.users.values():
            self.observe_copies(user)
            self.observe_user(user)
        for role in self.world.roles.values():
            self.observe_role(role)
        self._forget_touched()

    def _forget_touched(self) -> None:
        self.touched_users.clear()
        self.touched_roles.clear()
        self._holders_seen = {profile.label: {*profile.copies} for profile in self.world.profiles.values()}

    def observe_user(self, user: User) -> None:
        """Compare a user's role and groups."""
        answer = self.read("getUser", user=user.label)
        shown = answer.json["user"]
        role_id = None if user.role is None else self.ids["role", user.role]
        self.agrees("user", f"role_id of {user.label}", shown["role_id"], role_id, answer)
        groups = sorted(self.named(group) for group in user.groups)
        self.agrees("user", f"group_ids of {user.label}", shown["group_ids"], groups, answer)

    def observe_role(self, role: Role) -> None:
        """Compare a role's attachments and its number of members."""
        answer = self.read("getRole", role=role.label)
        rows = answer.json["access_profiles"]
        shown = sorted([row["access_profile_id"], row["is_default"]] for row in rows)
        due = sorted(
            [self.ids["profile", label], self.world.profiles[label].roles[role.label]]
            for label in self._attached(role.label)
        )
        self.agrees("role", f"attachments of {role.label} (id, default)", shown, due, answer)
        members = sum(user.role == role.label for user in self.world.users.values())
        self.agrees("members", f"user_count of {role.label}", answer.json["user_count"], members, answer)
        self.agrees(
            "role", f"name of {role.label}", answer.json["role"]["name"], self.named(role.name), answer
        )

    def observe_copies(self, user: User) -> None:
        """Compare the copies that a user holds, and the virtual keys."""
        answer = self.read("listUserAccessProfiles", user=user.label)
        labels = {self.ids["profile", p.label]: p.label for p in self.world.profiles.values()}
        rows = calls.listed(answer)
        shown = sorted(str(labels.get(row["parent_profile_id"], row["parent_profile_id"])) for row in rows)
        held = {profile.label: copy for profile, copy in self.world.held(user)}
        self.agrees("copies", f"what {user.label} holds copies of", shown, sorted(held), answer)
        for row in rows:
            label = labels[row["parent_profile_id"]]
            self.compare_copy(user, self.world.profiles[label], held[label], row, answer)

    def compare_copy(self, user: User, profile: Profile, copy: Copy, shown: Any, answer: Any) -> None:
        """Compare one copy of a user."""
        raise NotImplementedError
