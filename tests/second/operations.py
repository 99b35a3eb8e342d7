"""The operations, on dictionaries behind one lock."""

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.second import parameters, rules
from tests.second.faults import Document, Refusal
from tests.second.history import AuditLog, version
from tests.second.keys import Key
from tests.second.lines import content, fresh_id, instant


@dataclass(frozen=True, slots=True)
class Call:
    """An operation that is asked for, and by whom."""

    key: Key
    path: dict[str, int]
    query: Document
    body: Document
    if_match: str | None
    if_none_match: str | None
    base: str
    """The URL under which profiles are read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; a document of None is no body."""

    status: int
    document: Document | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Profile:
    """A profile as it is kept. Its content is replaced whole, and never changed in place."""

    id: int
    content: Document
    created_at: str
    updated_at: str
    is_active: bool = False
    versions: list[Document] = field(default_factory=list)

    def shown(self) -> Document:
        """Return the profile as an `AccessProfile`."""
        return {
            "updated_at": self.updated_at,
            "created_at": self.created_at,
            **self.content,
            "version": len(self.versions),
            "is_active": self.is_active,
            "id": self.id,
        }


class Operations:
    """The state of the server, and what can be done with it. Every method but `__init__` holds the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.profiles: dict[int, Profile] = {}
        self.audit = AuditLog()

    # --- reading

    def list_profiles(self, call: Call) -> Reply:
        rows = self.ordered(list(filter(self.filter(call.query), self.profiles.values())))
        limit, offset = self.window(call.query)
        page = self.page(rows, limit, offset)
        document = {
            "total_count": len(rows),
            "count": len(page),
            "offset": offset,
            "limit": limit,
            "access_profiles": [row.shown() for row in page],
        }
        return Reply(200, document)

    def read_profile(self, call: Call) -> Reply:
        profile = self.find(call)
        tag = self.entity_tag(profile)
        if parameters.is_known(call.if_none_match, tag):
            return Reply(304, None, {"ETag": tag})
        document = {"user_count": 0, "roles": [], "access_profile": profile.shown()}
        return Reply(200, document, {"ETag": tag})

    def list_versions(self, call: Call) -> Reply:
        return Reply(200, {"versions": self.find(call).versions[::-1]})

    def read_version(self, call: Call) -> Reply:
        number = call.path["version"]
        found = [row for row in self.find(call).versions if row["version"] == number]
        if not found:
            raise Refusal(404, "version_not_found", f"The profile never had version {number}.")
        return Reply(200, {"version": found[0]})

    def list_audit_rows(self, call: Call) -> Reply:
        rows = self.audit.matching(
            call.path.get("profile_id"), call.query.get("action"), call.query.get("user_id")
        )
        return Reply(200, {"total_count": len(rows), "audit_logs": self.page(rows, *self.window(call.query))})

    # --- writing

    def create_profile(self, call: Call) -> Reply:
        rules.hold(call.body, {})
        return self.made(call, "create", content(call.body, {}, self.now()))

    def clone_profile(self, call: Call) -> Reply:
        source = self.find(call).content
        # What is cloned is sent again, and so gets lines of its own.
        copied = {name: self.without_ids(value) for name, value in source.items()}
        return self.made(call, "clone", content({**copied, **call.body}, {}, self.now()))

    def update_profile(self, call: Call) -> Reply:
        profile = self.find_unchanged(call)
        rules.hold(call.body, profile.content)
        changed = self.merged(call.body, profile.content)
        if changed == profile.content:
            return self.whole(profile, 200)
        self.keep_name_free(changed["name"], profile)
        now, before = self.now(), profile.content
        profile.content, profile.updated_at = changed, instant(now)
        profile.versions.append(version(profile.id, len(profile.versions) + 1, changed, call.key.name, now))
        self.audit.write(profile.id, "update", call.key.name, now, (before, changed))
        return self.whole(profile, 200)

    def delete_profile(self, call: Call) -> Reply:
        profile = self.find_unchanged(call)
        del self.profiles[profile.id]
        self.audit.write(profile.id, "delete", call.key.name, self.now(), (profile.content, None))
        return Reply(200, {"message": f"{profile.content['name']!r} is gone."})

    def activate_profile(self, call: Call) -> Reply:
        return self.switch(call, "activate", is_active=True)

    def deactivate_profile(self, call: Call) -> Reply:
        return self.switch(call, "deactivate", is_active=False)

    # --- what they share

    def now(self) -> datetime:
        return datetime.now(UTC)

    def find(self, call: Call) -> Profile:
        try:
            return self.profiles[call.path["profile_id"]]
        except KeyError:
            raise Refusal(404, "access_profile_not_found", "No profile has this id.") from None

    def find_unchanged(self, call: Call) -> Profile:
        profile = self.find(call)
        if not parameters.holds(call.if_match, self.entity_tag(profile)):
            raise Refusal(412, "precondition_failed", "The profile is not what you think it is.")
        return profile

    def filter(self, query: Document) -> Any:
        search, is_active = query.get("search", "").lower(), query.get("is_active")
        tags = {tag for tag in query.get("tags", "").split(",") if tag}

        def matches(profile: Profile) -> bool:
            return (
                search in profile.content["name"].lower()
                and (not tags or not tags.isdisjoint(profile.content["tags"]))
                and is_active in (None, profile.is_active)
            )

        return matches

    def ordered(self, rows: list[Profile]) -> list[Profile]:
        return sorted(rows, key=lambda row: row.id)

    def window(self, query: Document) -> tuple[int, int]:
        limit, offset = query.get("limit", 0), query.get("offset", 0)
        return 25 if limit < 1 else min(limit, 100), max(offset, 0)

    def page(self, rows: list[Any], limit: int, offset: int) -> list[Any]:
        return rows[offset : offset + limit]

    def entity_tag(self, profile: Profile) -> str:
        octets = json.dumps(profile.shown()).encode()
        return f'"{base64.b32encode(hashlib.blake2b(octets, digest_size=15).digest()).decode()}"'

    def merged(self, sent: Document, kept: Document) -> Document:
        return content(sent, kept, self.now())

    def without_ids(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.without_ids(member) for name, member in value.items() if name != "id"}
        return [self.without_ids(item) for item in value] if isinstance(value, list) else value

    def name_key(self, name: str) -> str:
        return name

    def keep_name_free(self, name: str, owner: Profile | None = None) -> None:
        taken = (row for row in self.profiles.values() if row is not owner)
        if any(self.name_key(row.content["name"]) == self.name_key(name) for row in taken):
            raise Refusal(409, "name_taken", "Another profile goes by this name.", param="/name")

    def made(self, call: Call, action: str, made: Document) -> Reply:
        self.keep_name_free(made["name"])
        now = self.now()
        profile = Profile(fresh_id(), made, instant(now), instant(now))
        profile.versions.append(version(profile.id, 1, made, call.key.name, now))
        self.profiles[profile.id] = profile
        self.audit.write(profile.id, action, call.key.name, now, (None, made))
        return self.whole(profile, 201, {"Location": f"{call.base}/{profile.id}"})

    def switch(self, call: Call, action: str, *, is_active: bool) -> Reply:
        profile = self.find_unchanged(call)
        if profile.is_active is not is_active:
            profile.is_active = is_active
            states = ({"is_active": not is_active}, {"is_active": is_active})
            self.audit.write(profile.id, action, call.key.name, self.now(), states)
        return self.whole(profile, 200)

    def whole(self, profile: Profile, status: int, headers: dict[str, str] | None = None) -> Reply:
        document = {"access_profile": profile.shown()}
        return Reply(status, document, {"ETag": self.entity_tag(profile), **(headers or {})})
