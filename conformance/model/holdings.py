"""Histories of what users hold: copies, their budgets and virtual keys."""

import json
from collections.abc import Sequence
from typing import Any

from conformance.http.answer import Answer
from conformance.model.history import Inapplicable
from conformance.model.people import PeopleHistory
from conformance.model.records import PROPAGATED, Copy, Fields, Key, Line, Profile, Row, User, scopes
from conformance.run import expect


class HoldingHistory(PeopleHistory):
    """What can be done with copies and keys as well."""

    # Copies

    def assign(self, user: str, profile: str) -> None:
        """Give a user a copy, held already or not."""
        person, found = self._user(user), self.profile(profile)
        due = [(409, "AP-ASG-002")] * (user in found.copies) + [(409, "AP-ASG-005")] * (not found.is_active)
        answer = self.write(
            "assignUserAccessProfile",
            {"user": user, "profile": profile},
            due,
            success=201,
            secret=True,
            body={"profile_id": self.ids["profile", profile]},
        )
        self._touch(user)
        if answer is not None:
            [key] = self.world.give(found, person).keys
            self.bind("virtual key", key.number, answer.json["virtual_key"]["id"], "AP-ASG-003", answer)

    def detach_user(self, user: str, profile: str) -> None:
        """Take a copy from a user, held or not."""
        person, found = self._user(user), self.profile(profile)
        due = [(404, "AP-UDT-003")] * (user not in found.copies)
        answer = self.write("detachUserAccessProfile", {"user": user, "profile": profile}, due)
        self._touch(user)
        if answer is not None:
            keys = self.world.take(found, person).keys
            shown = answer.json["deleted_vk_count"]
            self.agrees("keys", "deleted_vk_count", shown, len(keys), answer, clause_id="AP-UDT-002")

    def propagate(
        self,
        profile: str,
        fields: Sequence[str],
        users: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        reset_usage: bool = False,
        dry: bool = False,
    ) -> None:
        """Bring fields of a template to copies, or count whose they would be."""
        found = self.profile(profile)
        narrowed = {"users": users, "groups": groups}
        said: Fields = {"profile": profile, "fields": list(fields)}
        said |= {name: list(labels) for name, labels in narrowed.items() if labels}
        said |= {"reset_usage": True} if reset_usage else {}
        said |= {"dry_run": True} if dry else {}
        body: Fields = {"fields": list(fields), "reset_usage": reset_usage, "dry_run": dry}
        body |= {f"{n[:-1]}_ids": [self.named(e) for e in labels] for n, labels in narrowed.items() if labels}
        aimed = self._aimed_at(found, users, groups)
        fit, unfit = self.world.sorted_out(found, fields, aimed & set(found.copies))
        answer = self.write("propagateAccessProfile", said, dry=dry, body=body)
        if answer is None:
            return
        shown = answer.json
        numbers = [
            shown["affected_users"],
            shown["failed_users"],
            sorted(map(self.labelled, shown["user_ids"])),
        ]
        due = [len(fit), len(unfit), sorted(fit)]
        self._answered("affected_users, failed_users and user_ids", numbers, due, answer, "AP-PRO-003")
        if not groups:
            skipped = len(aimed) - len(fit) - len(unfit)
            self._answered("skipped_users", shown["skipped_users"], skipped, answer, "AP-PRO-004")
        self._answered("applied", shown["applied"], not dry, answer, "AP-PRO-002")
        if not dry:
            self.world.propagate(found, fields, fit, reset_usage=reset_usage)

    def _aimed_at(
        self, profile: Profile, users: Sequence[str] | None, groups: Sequence[str] | None
    ) -> set[str]:
        aimed = set(users) if users else set(self.world.users if groups else profile.copies)
        members = {u.label for u in self.world.users.values() if u.groups & set(groups or ())}
        return aimed & members if groups else aimed

    def _answered(self, what: str, actual: Any, expected: Any, answer: Answer, clause_id: str) -> None:
        self.agrees("propagation", what, actual, expected, answer, clause_id=clause_id)

    # Budgets

    def set_override(
        self, user: str, profile: str, number: int, amount: int, cycles: int | None = None
    ) -> None:
        """Raise a budget of a copy, for some windows or for good. `number` picks the budget."""
        found, copy, place = self._budget(user, profile, number)
        line = copy.lines[place]
        mode = {"mode": "forever"} if cycles is None else {"mode": "cycles", "cycles": cycles}
        answer = self.write(
            "updateUserAccessProfileBudgetOverride",
            {"user": user, "profile": profile, "budget": " ".join(place[::2]), "amount": amount, **mode},
            parameters={"budget_id": self._budget_id(user, line)},
            body={"amount": amount, **mode},
        )
        if answer is None:
            return
        limit = _limit(copy.fields, place)
        effective = answer.json["effective_max_limit"]
        self.agrees("copy", "effective_max_limit", effective, limit + amount, answer)
        same = (line.raised_by, line.raised_for, line.raised_in) == (amount, cycles, line.window)
        line.raised_by, line.raised_for, line.raised_in = amount, cycles, line.window
        found.rows.append(Row("update", user, "override_set", optional=same))

    def clear_override(self, user: str, profile: str, number: int) -> None:
        """Take an override away, set or not."""
        found, copy, place = self._budget(user, profile, number)
        line = copy.lines[place]
        self.write(
            "deleteUserAccessProfileBudgetOverride",
            {"user": user, "profile": profile, "budget": " ".join(place[::2])},
            parameters={"budget_id": self._budget_id(user, line)},
        )
        found.rows.append(Row("update", user, "override_clear", optional=not line.raised_by))
        line.raised_by, line.raised_for = 0, None

    def _budget(self, user: str, profile: str, number: int) -> tuple[Profile, Copy, tuple[str, str, str]]:
        found, copy = self._copy(user, profile)
        self.world.roll_forward(copy)
        budgets = [place for place in copy.lines if place[1] == "budget"]
        if not budgets:
            raise Inapplicable("no budget")
        return found, copy, budgets[number % len(budgets)]

    def _budget_id(self, user: str, line: Line) -> Any:
        return self.known("budget", line.number, lambda: self.observe_copies(self._user(user)))

    def _key_id(self, user: User, key: Key) -> Any:
        return self.known("virtual key", key.number, lambda: self.observe_copies(user))

    def _copy(self, user: str, profile: str) -> tuple[Profile, Copy]:
        found = self.profile(profile)
        if user not in found.copies:
            raise Inapplicable(user)
        return found, found.copies[user]

    # Virtual keys

    def add_key(self, user: str, profile: str, name: str | None = None) -> None:
        """Make one more key for a copy, held or not."""
        self._user(user)
        found = self.profile(profile)
        due = [(404, "AP-VKA-005")] * (user not in found.copies) + [(409, "AP-VKA-003")] * self._is_key(name)
        answer = self.write(
            "addUserAccessProfileVirtualKey",
            {"user": user, "profile": profile, "name": name},
            due,
            secret=True,
            body={} if name is None else {"name": self.named(name)},
        )
        self._touch(user)
        if answer is not None:
            self._issue(found, user, name, answer)

    def add_user_key(self, user: str, name: str, profile: str | None = None) -> None:
        """Make one more key for a user: of the copy of a template, or else of the oldest one."""
        held = {found.label: found for found, _ in self.world.held(self._user(user))}
        chosen = next(iter(held), None) if profile is None else profile
        due = [(404, "VK-ADD-002")] * (chosen not in held) + [(409, "VK-ADD-003")] * self._is_key(name)
        link = {} if profile is None else {"profile_id": self.ids["profile", self.profile(profile).label]}
        answer = self.write(
            "addUserVirtualKey",
            {"user": user, "profile": profile, "name": name},
            due,
            targets=[] if chosen is None else [chosen],
            secret=True,
            body={"name": self.named(name), **link},
        )
        self._touch(user)
        if answer is not None and chosen is not None:
            self._issue(held[chosen], user, name, answer)

    def delete_key(self, user: str, profile: str, number: int) -> None:
        """Delete a key of a copy; `number` is the key's, of those it has."""
        found, copy = self._copy(user, profile)
        if not copy.keys:
            raise Inapplicable("no key")
        key = copy.keys[number % len(copy.keys)]
        parameters = {"vk_id": self._key_id(self._user(user), key)}
        said = {"user": user, "profile": profile, "key": key.name or "its own"}
        self.write("deleteUserAccessProfileVirtualKey", said, parameters=parameters)
        copy.keys.remove(key)
        found.rows.append(Row("update", user, "vk_delete"))

    def _issue(self, profile: Profile, user: str, name: str | None, answer: Answer) -> None:
        key = Key(next(self.world.numbers), name)
        profile.copies[user].keys.append(key)
        self.bind("virtual key", key.number, answer.json["virtual_key"]["id"], "AP-VKA-002", answer)
        profile.rows.append(Row("update", user, "vk_add"))

    def _is_key(self, name: str | None) -> bool:
        copies = [copy for profile in self.world.profiles.values() for copy in profile.copies.values()]
        return name is not None and any(key.name == name for copy in copies for key in copy.keys)

    # What is seen

    def observe_all(self) -> None:
        """Compare every user's virtual keys as well."""
        super().observe_all()
        for user in self.world.users.values():
            answer = self.read("listUserVirtualKeys", user=user.label)
            keys = [key for _, copy in self.world.held(user) for key in copy.keys]
            due = sorted((self._key_id(user, key) for key in keys), key=str)
            shown = sorted((row["id"] for row in expect.rows(answer, "virtual_keys")), key=str)
            self.agrees("virtual keys", f"the virtual keys of {user.label}", shown, due, answer)

    def compare_copy(self, user: User, profile: Profile, copy: Copy, shown: Any, answer: Answer) -> None:
        """Compare a copy's configuration, usage, override, keys and origin."""
        self.world.roll_forward(copy)
        label, what = profile.label, f"the copy of {profile.label} that {user.label} holds"
        faults = expect.missing_parts(shown, self._copied(copy))
        if faults:
            self.fails("copy", f"{what} as it was", "; ".join(faults), answer, label)
        stated = {"updateUserRole": "USR-ROL-003", "propagateAccessProfile": "AP-PRO-006"}
        clause_id = stated.get(self.act.operation_id or "", "AP-UAP-002")
        self.bind("copy", copy.number, shown["id"], clause_id, answer)
        for line, seen in self._lines(copy, shown):
            self.bind("line" if "scope" not in seen else "budget", line.number, seen["id"], clause_id, answer)
            begun = seen.get("last_reset") or seen.get("request_last_reset")
            self.stays("begin", (line.number, line.window), begun, answer, clause_id, label)
        self._compare_keys(what, copy, shown, answer, label)

    def _compare_keys(self, what: str, copy: Copy, shown: Any, answer: Answer, label: str) -> None:
        ids = shown["virtual_key_ids"]
        strange = [key_id for key_id in ids if not self.is_bound("virtual key", key_id)]
        for key in copy.keys:
            # A role gives a copy with a key that no answer has named yet.
            if strange and self.shown("virtual key", key.number) is None:
                self.bind("virtual key", key.number, strange.pop(), "AP-UAP-002", answer)
        due = [str(self.shown("virtual key", key.number)) for key in copy.keys]
        keys = f"virtual_key_ids of {what}"
        self.agrees("virtual keys", keys, sorted(ids), sorted(due), answer, label=label)
        masked, values = sorted(shown["virtual_key_values"]), f"virtual_key_values of {what}"
        self.agrees("copy", values, masked, sorted(ids), answer, clause_id="AP-UAP-006")

    def _copied(self, copy: Copy) -> Fields:
        """Return what is to be seen of a copy, without what the server alone decides."""
        policy = {name: copy.fields[name] for name in (*PROPAGATED, "calendar_aligned")}
        fields: Fields = json.loads(json.dumps(policy))
        for scope, holder in scopes(fields):
            for terms in holder.get("budgets", ()):
                line = copy.lines[scope, "budget", terms["reset_duration"]]
                terms |= {"scope": scope, **_state(line, terms["max_limit"])}
            if limit := holder.get("rate_limit"):
                line = copy.lines[scope, "rate_limit", limit["request_reset_duration"]]
                limit["request_current_usage"] = line.usage
        role = copy.granted_by
        return {**fields, "granted_by_role_id": None if role is None else self.ids["role", role]}

    def _lines(self, copy: Copy, shown: Any) -> list[tuple[Line, Any]]:
        pairs = []
        for scope, holder in scopes(shown):
            budgets = holder["budgets"]
            pairs += [(copy.lines[scope, "budget", seen["reset_duration"]], seen) for seen in budgets]
            if seen := holder.get("rate_limit"):
                pairs.append((copy.lines[scope, "rate_limit", seen["request_reset_duration"]], seen))
        return pairs


def _state(line: Line, limit: int) -> Fields:
    """Return what a budget of a copy shows beside its terms."""
    if not line.raised_by:
        none = dict.fromkeys(("override_amount", "override_mode", "override_cycles_remaining"))
        return {"current_usage": line.usage, "effective_max_limit": limit, **none}
    return {
        "current_usage": line.usage,
        "effective_max_limit": limit + line.raised_by,
        "override_amount": line.raised_by,
        "override_mode": "forever" if line.raised_for is None else "cycles",
        "override_cycles_remaining": None if line.raised_for is None else line.cycles_left,
    }


def _limit(fields: Fields, place: tuple[str, str, str]) -> int:
    """Return the limit of the budget at a place."""
    [holder] = [holder for scope, holder in scopes(fields) if scope == place[0]]
    [limit] = [e["max_limit"] for e in holder["budgets"] if e["reset_duration"] == place[2]]
    return int(limit)
