"""Histories of templates: what is called, and what is compared afterwards."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from conformance.access_profiles import audit_log, calls
from conformance.http.answer import Answer
from conformance.model import attribution
from conformance.model.history import History, Inapplicable
from conformance.model.records import Fields, Profile, Row, has_conflict, scopes
from conformance.run import expect

_NO_TAG = '"never-given"'


class TemplateHistory(History):
    """What can be done with templates alone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tags: dict[str, dict[str, Any]] = {}
        self._last_tag: dict[str, tuple[str, int]] = {}
        self._promised: dict[str, tuple[Answer, int]] = {}

    # Steps

    def create(self, label: str, name: str, fields: Fields) -> None:
        """Create a template called `label`."""
        due = [(409, "AP-CRE-004")] * self.world.is_taken(name) + [(400, "AP-CRE-017")] * _clashes(fields)
        answer = self.write(
            "createAccessProfile",
            {"name": name, **fields},
            due,
            success=201,
            targets=[] if due else [label],
            body={"name": f" {self.named(name)} ", **fields},
        )
        if answer is not None:
            self._meet(self.world.create(label, name, fields), answer)

    def clone(self, profile: str, label: str, name: str) -> None:
        """Clone a template, and call the clone `label`."""
        source = self.profile(profile)
        due = [(409, "AP-CLO-005")] * self.world.is_taken(name)
        answer = self.write(
            "cloneAccessProfile",
            {"profile": profile, "name": name},
            due,
            success=201,
            targets=[] if due else [label],
            body={"name": self.named(name)},
        )
        if answer is not None:
            self._meet(self.world.clone(source, label, name), answer)

    def update(self, profile: str, fields: Fields, condition: str | None = None) -> None:
        """Change the fields that are sent, the name among them."""
        found = self.profile(profile)
        name = fields.get("name", found.name)
        due = [(409, "AP-UPD-008")] * self.world.is_taken(name, but=profile)
        due += [(400, "AP-UPD-013")] * has_conflict({**found.fields, **fields})
        changed = any(fields[key] != value for key, value in self._has(found, fields).items())
        body = {**fields, "name": self.named(name)} if "name" in fields else fields
        answer = self._write_on(found, "updateAccessProfile", fields, condition, due, changed, body=body)
        if answer is not None:
            if not self.world.update(found, fields):
                self._may_have_row(found, "update")
            self._promise(found, answer)

    def set_active(self, profile: str, active: bool, condition: str | None = None) -> None:
        """Activate or deactivate a template."""
        found = self.profile(profile)
        operation_id = "activateAccessProfile" if active else "deactivateAccessProfile"
        answer = self._write_on(found, operation_id, {}, condition, [], found.is_active is not active)
        if answer is not None:
            if found.is_active is active:
                self._may_have_row(found, "activate" if active else "deactivate")
            self.world.set_active(found, active=active)
            self._promise(found, answer)

    def delete(self, profile: str, condition: str | None = None) -> None:
        """Delete a template, which nobody may hold."""
        found = self.profile(profile)
        due = [(409, "AP-DEL-003")] * bool(found.copies)
        if self._write_on(found, "deleteAccessProfile", {}, condition, due, changed=True) is not None:
            self.world.delete(found)

    def profile(self, label: str) -> Profile:
        """Return the template of that label."""
        if label not in self.world.profiles:
            raise Inapplicable(label)
        return self.world.profiles[label]

    def _write_on(
        self,
        profile: Profile,
        operation_id: str,
        said: Fields,
        condition: str | None,
        due: list[tuple[int, str]],
        changed: bool,
        **request: Any,
    ) -> Answer | None:
        """Send a call on a template, with an `If-Match` that is current, stale or `*`."""
        if condition is not None and self.is_claimed("HTTP-009"):
            said = {**said, "If-Match": condition}
            request["headers"] = {"If-Match": self._tag(profile, condition)}
            due = due + [(412, "HTTP-009")] * (condition == "stale")
        return self.write(operation_id, {"profile": profile.label, **said}, due, changed=changed, **request)

    def _tag(self, profile: Profile, condition: str) -> str:
        current = str(self.observe_profile(profile).headers.get("etag", _NO_TAG))
        older = [tag for tag in self._tags[profile.label] if tag != current]
        return {"current": current, "*": "*", "stale": (older or [_NO_TAG])[-1]}[condition]

    def _may_have_row(self, profile: Profile, action: str) -> None:
        """Let what changes nothing make a row, where the clause against it is not claimed."""
        if not self.is_claimed("AP-AUD-003"):
            profile.rows.append(Row(action, optional=True))

    def _has(self, profile: Profile, fields: Fields) -> Fields:
        return {key: {"name": profile.name, **profile.fields}[key] for key in fields}

    def _meet(self, profile: Profile, answer: Answer) -> None:
        """Learn what the server calls a new template."""
        self.ids["profile", profile.label] = calls.shown(answer)["id"]
        self.lines[-1] += f" ({profile.label})"
        self._promise(profile, answer)

    def _promise(self, profile: Profile, answer: Answer) -> None:
        """Note an answer with the whole template: the next read is to give its tag (AP-GET-007)."""
        self._promised[profile.label] = (answer, self.effects)

    # What is seen

    def observe(self) -> None:
        """Compare the list, and what else is shown of the templates of the last call.

        Versions and audit rows only ever grow: they are compared at the end.
        """
        rows = self.observe_list()
        for label in sorted(self.act.targets & self.world.profiles.keys()):
            answer = self.observe_profile(self.world.profiles[label])
            detail = answer.json["access_profile"]
            self.agrees("row of the list", f"row {label} of the list", rows.get(label), detail, answer)

    def observe_all(self) -> None:
        """Compare the list with filters, and every template with its versions and audit log."""
        self.observe_list({"is_active": "true"}, lambda profile: profile.is_active)
        self.observe_list({"tags": "eu"}, lambda profile: "eu" in profile.fields["tags"])
        for profile in self.world.profiles.values():
            self.observe_profile(profile)
            self.observe_versions(profile)
            self.observe_rows(profile)
        for label, profile in self.world.deleted.items():
            self._is_gone(label)
            self.observe_rows(profile)

    def observe_list(self, query: Fields | None = None, keep: Any = lambda _: True) -> Fields:
        """Compare the rows of the list that a filter keeps, and return them by label."""
        wanted = [profile for profile in self.world.profiles.values() if keep(profile)]
        answer = self.read("listAccessProfiles", query={"search": self.prefix, "limit": 100, **(query or {})})
        labels = {self.ids["profile", p.label]: p.label for p in self.world.profiles.values()}
        rows = {labels.get(row["id"], f"id {row['id']}"): row for row in calls.listed(answer)}
        clause_id = {"is_active": "AP-LST-011", "tags": "AP-LST-009"}.get(next(iter(query or {}), ""))
        shown, due = sorted(rows), sorted(profile.label for profile in wanted)
        self.agrees("list", "the listed templates", shown, due, answer, clause_id=clause_id)
        totals = [answer.json["count"], answer.json["total_count"]]
        self.agrees("totals", "count and total_count", totals, [len(wanted)] * 2, answer)
        for profile in wanted:
            if profile.label in rows:
                self._compare(profile, rows[profile.label], answer)
        return rows

    def observe_profile(self, profile: Profile) -> Answer:
        """Compare one template with its attachments, its number of holders and its tag."""
        answer = calls.read(self.session, self.ids["profile", profile.label])
        self.agrees("list", f"status of {profile.label}", answer.status, 200, answer, label=profile.label)
        body = answer.json
        self._compare(profile, body["access_profile"], answer)
        self._compare_attachments(profile, body, answer)
        self._compare_tag(profile, body, answer)
        return answer

    def _compare_attachments(self, profile: Profile, body: Any, answer: Answer) -> None:
        attachments = sorted((row["role_id"], row["is_default"], row["role_name"]) for row in body["roles"])
        due = sorted(
            (self.ids["role", role], default, self.named(self.world.roles[role].name))
            for role, default in profile.roles.items()
        )
        shown, wanted = [list(row) for row in attachments], [list(row) for row in due]
        label = profile.label
        self.agrees("roles", f"roles of {label} (id, default, name)", shown, wanted, answer, label=label)
        held = len(profile.copies)
        self.agrees("user_count", f"user_count of {label}", body["user_count"], held, answer, label=label)

    def _compare(self, profile: Profile, shown: Any, answer: Answer) -> None:
        """Compare what is shown of a template. Where no claimed clause decides, the model follows."""
        label = profile.label
        faults = expect.missing_parts(shown, self._template(profile))
        if faults:
            self.fails("fields", f"{label} as it was sent", "; ".join(faults), answer, label)
        agreed = {
            name: self.agrees(name, f"{name} of {label}", shown[name], due, answer, label=label)
            for name, due in (("is_active", profile.is_active), ("version", profile.version))
        }
        if not agreed["is_active"]:
            profile.is_active = shown["is_active"]
        if not agreed["version"]:
            profile.versions += [profile.versions[-1]] * (shown["version"] - profile.version)
            del profile.versions[shown["version"] :]
        self.bind("profile", label, shown["id"], "AP-CRE-011", answer)
        self.stays("created_at", label, shown["created_at"], answer, "AP-UPD-006")
        if self.is_claimed("AP-UPD-007"):
            clause_id = attribution.of_difference("times", self.act, label)
            self.stays("times", (label, profile.version), shown["updated_at"], answer, clause_id, label)
        if self.is_claimed("AP-UPD-010"):
            self._bind_lines(profile, shown, answer)

    def _template(self, profile: Profile) -> Fields:
        """Return what is to be seen of a template, without what the server alone decides."""
        fields = json.loads(json.dumps(profile.fields))
        for scope, holder in scopes(fields):
            for line in holder.get("budgets", ()):
                line |= {"scope": scope, "current_usage": 0}
        return {"id": self.ids["profile", profile.label], "name": self.named(profile.name), **fields}

    def _bind_lines(self, profile: Profile, shown: Any, answer: Answer) -> None:
        stated = {"cloneAccessProfile": "AP-CLO-002", "updateAccessProfile": "AP-UPD-010"}
        clause_id = stated.get(self.act.operation_id or "", "AP-CRE-011")
        for scope, holder in scopes(shown):
            for line in holder["budgets"]:
                number = profile.lines[scope, "budget", line["reset_duration"]]
                self.bind("budget", number, line["id"], clause_id, answer)

    def _compare_tag(self, profile: Profile, body: Any, answer: Answer) -> None:
        if not self.is_claimed("AP-GET-007"):
            return
        tag = answer.headers.get("etag", "")
        if not tag.startswith('"'):
            self._fails_tag("a strong ETag", tag or "none", answer)
        tags = self._tags.setdefault(profile.label, {})
        if tags.get(tag, body) != body:
            self._fails_tag(f"another ETag than {tag}, as {profile.label} has changed since", tag, answer)
        last, effects = self._last_tag.get(profile.label, (tag, self.effects))
        if effects == self.effects and last != tag:
            self._fails_tag(f"the ETag {last}, as nothing has changed", tag, answer)
        by, effects = self._promised.pop(profile.label, (answer, self.effects))
        promised = by.headers.get("etag", "none")
        if effects == self.effects and promised != tag:
            self._fails_tag(f"the ETag {tag} that the next read of {profile.label} gives", promised, by)
        tags[tag] = body
        self._last_tag[profile.label] = tag, self.effects

    def _fails_tag(self, expected: str, actual: str, answer: Answer) -> None:
        self.fails("tag", expected, actual, answer, clause_id="AP-GET-007")

    def observe_versions(self, profile: Profile) -> None:
        """Compare the versions of a template with what it was after each change."""
        answer = self.read("listAccessProfileVersions", profile=profile.label)
        rows = {row["version"]: row for row in expect.rows(answer, "versions")}
        due = list(range(profile.version, 0, -1))
        shown = list(rows) if self.is_claimed("AP-VER-002") else sorted(rows, reverse=True)
        self.agrees("versions", f"versions of {profile.label}", shown, due, answer, label=profile.label)
        for number, fields in enumerate(profile.versions, start=1):
            row = rows[number]
            kept = json.loads(row["snapshot"])
            policy = {key: value for key, value in fields.items() if key not in ("name", "description")}
            named = {"name": self.named(fields["name"]), "description": fields["description"]}
            faults = expect.missing_parts(row, named) + expect.missing_parts(kept, policy)
            if faults:
                self.fails("snapshot", f"version {number} as it was", "; ".join(faults), answer)
        last = {"version": profile.version}
        single = self.read("getAccessProfileVersion", profile=profile.label, parameters=last).json["version"]
        due = rows[profile.version]
        self.agrees("versions", "the last version", single, due, answer, clause_id="AP-VGT-001")

    def observe_rows(self, profile: Profile) -> None:
        """Compare the audit log of a template. Where no clause decides, the model follows."""
        answer = audit_log.of_profile(self.session, self.ids["profile", profile.label])
        rows = audit_log.rows(answer)
        shown = Counter(self._row(answer, row) for row in rows)
        stated = Counter(_plain(row) for row in profile.rows if not row.optional)
        allowed = stated + Counter(_plain(row) for row in profile.rows if row.optional)
        if not stated <= shown <= allowed:
            due = f"the audit rows of {profile.label}: {_listed(stated)}"
            self.fails("audit rows", due, _listed(shown), answer, profile.label)
        total = answer.json["total_count"]
        self.agrees("totals", "total_count", total, len(rows), answer, clause_id="AP-AUD-005")
        times = [datetime.fromisoformat(row["created_at"]) for row in rows]
        if times != sorted(times, reverse=True):
            self.fails("audit rows", "the newest row first", str(times), answer, clause_id="AP-AUD-004")
        profile.rows = [Row(*row) for row in shown.elements()]

    def _row(self, answer: Answer, row: Any) -> tuple[str, str | None, str | None]:
        user = row["user_id"]
        event = audit_log.json_object(answer, row, "metadata").get("event") if user else None
        return row["action"], None if user is None else self.labelled(user), event

    def _is_gone(self, label: str) -> None:
        self.read("getAccessProfile", missing="AP-DEL-001", profile=label)
        self.read("listAccessProfileVersions", missing="AP-DEL-006", profile=label)


def _clashes(fields: Fields) -> bool:
    return has_conflict({"mcp_servers": [], "mcp_tool_overrides": [], **fields})


def _plain(row: Row) -> tuple[str, str | None, str | None]:
    return row.action, row.user, row.event


def _listed(rows: Counter[tuple[str, str | None, str | None]]) -> str:
    words = [" ".join(word for word in row if word) for row in rows.elements()]
    return ", ".join(sorted(words)) or "none"
