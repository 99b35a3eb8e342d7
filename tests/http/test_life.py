"""Random lives of profiles over HTTP: what the server shows is what the clauses say, after every step."""

import itertools
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.lines import with_lines
from domain.usage import settled
from handlers.representation.instants import instant
from tests.http.conftest import DURABLE
from tests.http.life_model import Copy, Limits, Profile, World
from tests.http.life_server import LifeServer, life_server
from tests.http.life_views import (
    expected_copy,
    expected_template,
    line_ids,
    lines,
    shown_copy,
    shown_template,
)

STORES = {"memory": lambda _folder: "memory:", **DURABLE}

LIMITS = st.dictionaries(st.sampled_from(["1d", "1w", "1M"]), st.integers(0, 50), max_size=3)
TAGS = st.lists(st.sampled_from(["eu", "us"]), unique=True, max_size=2)
PICK = st.integers(0, 5)
SECRET = re.compile(r"sk-bf-[A-Za-z0-9]{32}|bfst-[A-Za-z0-9]{44}")


class Life(RuleBasedStateMachine):
    """One history. Names are its own, so that many histories share a server."""

    server: ClassVar[LifeServer]

    @initialize()
    def begin(self) -> None:
        self.prefix = uuid.uuid4().hex[:8]
        self.numbers = itertools.count(1)
        self.world = World()
        self.ids: dict[str, int] = {}
        self.roles: dict[str, int] = {}
        for name in (f"{self.prefix} r1", f"{self.prefix} r2"):
            self.roles[name] = self.send("POST", "/roles", 201, {"name": name})["role"]["id"]

    def send(self, method: str, path: str, expected: int, body: Any = None, *, secret: bool = False) -> Any:
        """Send a request, and demand a status. Only answers that are to show a secret may hold one."""
        answer = self.server.client.request(method, path, json=body)
        assert answer.status_code == expected, f"{method} {path} {body}: {answer.text}"
        assert bool(SECRET.search(answer.text)) == secret, answer.text
        return answer.json()

    def pick_profile(self, pick: int) -> tuple[str, Profile]:
        handles = list(self.world.profiles)
        handle = handles[pick % len(handles)]
        return handle, self.world.profiles[handle]

    def pick_user(self, pick: int) -> str:
        users = list(self.world.members)
        return users[pick % len(users)]

    def pick_role(self, pick: int) -> str | None:
        return [*self.roles, None][pick % (len(self.roles) + 1)]

    def pick_copy(self, pick: int) -> tuple[str, str, Copy] | None:
        held = [(h, user, copy) for h, p in self.world.profiles.items() for user, copy in p.copies.items()]
        return held[pick % len(held)] if held else None

    def path(self, handle: str, rest: str = "") -> str:
        return f"/access-profiles/{self.ids[handle]}{rest}"

    # Templates

    @rule(number=st.integers(0, 3), limits=LIMITS, tags=TAGS)
    def create(self, number: int, limits: Limits, tags: list[str]) -> None:
        name = f"{self.prefix} p{number}"
        taken = self.world.is_taken(name)
        body = {"name": f" {name} ", "tags": tags, "budgets": lines(limits)}
        answer = self.send("POST", "/access-profiles", 409 if taken else 201, body)
        if not taken:
            self.add(answer, Profile(name, dict(limits), tags))

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK, number=st.integers(0, 3))
    def clone(self, pick: int, number: int) -> None:
        handle, source = self.pick_profile(pick)
        name = f"{self.prefix} p{number}"
        taken = self.world.is_taken(name)
        answer = self.send("POST", self.path(handle, "/clone"), 409 if taken else 201, {"name": name})
        if not taken:
            self.add(answer, Profile(name, dict(source.limits), list(source.tags), source.description))

    def add(self, answer: Any, profile: Profile) -> None:
        handle = f"handle {next(self.numbers)}"
        self.ids[handle] = answer["access_profile"]["id"]
        self.world.profiles[handle] = profile

    @precondition(lambda self: self.world.profiles)
    @rule(
        pick=PICK,
        number=st.none() | st.integers(0, 3),
        limits=st.none() | LIMITS,
        tags=st.none() | TAGS,
        description=st.sampled_from(["absent", None, "text"]),
    )
    def update(
        self,
        pick: int,
        number: int | None,
        limits: Limits | None,
        tags: list[str] | None,
        description: str | None,
    ) -> None:
        handle, profile = self.pick_profile(pick)
        before = profile.content()
        body: dict[str, Any] = {}
        if number is not None:
            body["name"] = f"{self.prefix} p{number}"
        if limits is not None:
            body["budgets"] = lines(limits)
        if tags is not None:
            body["tags"] = tags
        if description != "absent":
            body["description"] = description
        if "name" in body and self.world.is_taken(body["name"], handle):
            self.send("PUT", self.path(handle), 409, body)
            return
        self.send("PUT", self.path(handle), 200, body)
        profile.name = body.get("name", profile.name)
        profile.limits = profile.limits if limits is None else dict(limits)
        profile.tags = body.get("tags", profile.tags)
        profile.description = body.get("description", profile.description)
        # The order of lists counts, too.
        if profile.content() != before or list(profile.limits) != list(before[1]):  # type: ignore[call-overload]
            profile.version += 1
            profile.rows += 1

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK, is_active=st.booleans())
    def set_active(self, pick: int, is_active: bool) -> None:
        handle, profile = self.pick_profile(pick)
        self.send("PUT", self.path(handle, "/activate" if is_active else "/deactivate"), 200)
        if (profile.is_active, profile.was_deactivated) != (is_active, not is_active):
            profile.rows += 1
        profile.is_active, profile.was_deactivated = is_active, not is_active

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        handle, profile = self.pick_profile(pick)
        if profile.copies:
            self.send("DELETE", self.path(handle), 409)
            return
        self.send("DELETE", self.path(handle), 200)
        self.send("GET", self.path(handle), 404)
        log = self.send("GET", self.path(handle, "/audit-logs"), 200)
        assert (log["total_count"], log["audit_logs"][0]["action"]) == (profile.rows + 1, "delete")
        del self.world.profiles[handle]

    @rule(number=st.integers(0, 3))
    def create_at_once(self, number: int) -> None:
        name = f"{self.prefix} p{number}"
        clients = [httpx.Client(base_url=self.server.client.base_url, headers=self.server.client.headers)] * 4

        def create(client: httpx.Client) -> httpx.Response:
            return client.post("/access-profiles", json={"name": name})

        with ThreadPoolExecutor(4) as pool, clients[0]:
            answers = list(pool.map(create, clients))
        won = [answer for answer in answers if answer.status_code == 201]
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len(won) == (0 if self.world.is_taken(name) else 1)
        for answer in won:
            self.add(answer.json(), Profile(name, {}))

    # Roles and users

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK, role=st.integers(0, 1), is_default=st.booleans(), apply=st.booleans())
    def attach(self, pick: int, role: int, is_default: bool, apply: bool) -> None:
        handle, profile = self.pick_profile(pick)
        name = list(self.roles)[role]
        body = {"role_ids": [self.roles[name]], "is_default": is_default, "apply_to_existing": apply}
        if apply and profile.was_deactivated:
            self.send("POST", self.path(handle, "/roles"), 400, body)
            return
        answer = self.send("POST", self.path(handle, "/roles"), 200, body)
        applied = self.world.attach(
            handle, name, is_default=is_default, apply=apply, now=self.server.clock.now
        )
        assert answer["users_applied"] == applied
        self.learn_keys()

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK, role=st.integers(0, 1))
    def detach(self, pick: int, role: int) -> None:
        handle, profile = self.pick_profile(pick)
        name = list(self.roles)[role]
        attached = name in profile.roles
        self.send("DELETE", self.path(handle, f"/roles/{self.roles[name]}"), 200 if attached else 404)
        if attached:
            del profile.roles[name]
            profile.rows += 1

    @rule(pick=PICK)
    def add_user(self, pick: int) -> None:
        user = f"{self.prefix}-u{next(self.numbers)}"
        role = self.pick_role(pick)
        body = {"id": user, "name": user, "email": "u@example.com", "role_id": role and self.roles[role]}
        self.send("POST", "/users", 201, body)
        self.world.members[user] = None
        self.world.change_role(user, role, self.server.clock.now)
        self.learn_keys()

    @precondition(lambda self: self.world.members)
    @rule(pick=PICK, role=PICK)
    def change_role(self, pick: int, role: int) -> None:
        user, name = self.pick_user(pick), self.pick_role(role)
        self.send("PUT", f"/users/{user}/role", 200, {"role_id": name and self.roles[name]})
        self.world.change_role(user, name, self.server.clock.now)
        self.learn_keys()

    @precondition(lambda self: self.world.members and self.world.profiles)
    @rule(pick=PICK, user_pick=PICK)
    def assign(self, pick: int, user_pick: int) -> None:
        handle, profile = self.pick_profile(pick)
        user = self.pick_user(user_pick)
        body = {"profile_id": self.ids[handle]}
        if user in profile.copies or not profile.is_active:
            self.send("POST", f"/users/{user}/access-profiles", 409, body)
            return
        self.send("POST", f"/users/{user}/access-profiles", 201, body, secret=True)
        profile.copies[user] = profile.fresh_copy(self.server.clock.now, None)
        profile.rows += 1
        self.learn_keys()

    @rule(pick=PICK)
    def detach_user(self, pick: int) -> None:
        if (found := self.pick_copy(pick)) is None:
            return
        handle, user, copy = found
        answer = self.send("DELETE", f"/users/{user}/access-profiles/{self.ids[handle]}", 200)
        assert answer["deleted_vk_count"] == len(copy.keys)
        self.send("DELETE", f"/users/{user}/access-profiles/{self.ids[handle]}", 404)
        del self.world.profiles[handle].copies[user]
        self.world.profiles[handle].rows += 1

    # What users hold

    @rule(pick=PICK)
    def add_key(self, pick: int) -> None:
        if (found := self.pick_copy(pick)) is None:
            return
        handle, user, copy = found
        path = f"/users/{user}/access-profiles/{self.ids[handle]}/virtual-keys"
        copy.keys.add(self.send("POST", path, 200, secret=True)["virtual_key"]["id"])
        self.world.profiles[handle].rows += 1

    @rule(pick=PICK)
    def delete_key(self, pick: int) -> None:
        if (found := self.pick_copy(pick)) is None or not found[2].keys:
            return
        handle, user, copy = found
        key = sorted(copy.keys)[pick % len(copy.keys)]
        self.send("DELETE", f"/users/{user}/access-profiles/virtual-keys/{key}", 200)
        self.send("DELETE", f"/users/{user}/access-profiles/virtual-keys/{key}", 404)
        copy.keys.remove(key)
        self.world.profiles[handle].rows += 1

    @rule(pick=PICK, amount=st.integers(1, 9), cycles=st.none() | st.integers(1, 2))
    def override(self, pick: int, amount: int, cycles: int | None) -> None:
        if (found := self.pick_copy(pick)) is None or not found[2].lines:
            return
        handle, user, copy = found
        duration = sorted(copy.lines)[pick % len(copy.lines)]
        line = copy.lines[duration] = copy.lines[duration].at(self.server.clock.now, duration)
        mode = {"mode": "forever"} if cycles is None else {"mode": "cycles", "cycles": cycles}
        answer = self.send("PUT", self.override_path(handle, user, duration), 200, {"amount": amount, **mode})
        assert answer["effective_max_limit"] == line.limit + amount
        if (line.raised_by, line.raised_for, line.raised_in) != (amount, cycles, line.window):
            # An override for good that is set again in a later window begins there.
            self.world.profiles[handle].rows += 1
        line.raised_by, line.raised_for, line.raised_in = amount, cycles, line.window

    @rule(pick=PICK)
    def clear_override(self, pick: int) -> None:
        if (found := self.pick_copy(pick)) is None or not found[2].lines:
            return
        handle, user, copy = found
        duration = sorted(copy.lines)[pick % len(copy.lines)]
        line = copy.lines[duration] = copy.lines[duration].at(self.server.clock.now, duration)
        self.send("DELETE", self.override_path(handle, user, duration), 200)
        self.world.profiles[handle].rows += bool(line.raised_by)
        line.raised_by, line.raised_for = 0, None

    def override_path(self, handle: str, user: str, duration: str) -> str:
        [budget] = [b for b in self.copy_of(user, handle)["budgets"] if b["reset_duration"] == duration]
        return f"/users/{user}/access-profiles/{self.ids[handle]}/budgets/{budget['id']}/override"

    @rule(pick=PICK, dollars=st.integers(1, 20))
    def spend(self, pick: int, dollars: int) -> None:
        """The gateway charges a copy; there is no operation for it."""
        if (found := self.pick_copy(pick)) is None:
            return
        handle, user, copy = found
        now = self.server.clock.now
        with self.server.store.write() as tx:
            kept = tx.copies.find(user, self.ids[handle])
            assert kept is not None
            policy = with_lines(
                settled(kept.policy, now),
                budget=lambda line: replace(
                    line, current_usage_micros=line.current_usage_micros + dollars * 10**6
                ),
            )
            tx.copies.save(replace(kept, policy=policy))
        for duration in copy.lines:
            copy.lines[duration] = copy.lines[duration].at(now, duration)
            copy.lines[duration].usage += dollars

    @precondition(lambda self: self.world.profiles)
    @rule(pick=PICK, user_pick=PICK, reset_usage=st.booleans(), named=st.booleans())
    def propagate(self, pick: int, user_pick: int, reset_usage: bool, named: bool) -> None:
        handle, profile = self.pick_profile(pick)
        body: dict[str, Any] = {"fields": ["budgets"], "reset_usage": reset_usage}
        targets = set(profile.copies)
        if named and self.world.members:
            user = self.pick_user(user_pick)
            body["user_ids"] = [user, "nobody"]
            targets &= {user}
        dry = self.send("POST", self.path(handle, "/propagate"), 200, {**body, "dry_run": True})
        self.shows_what_the_clauses_say()
        wet = self.send("POST", self.path(handle, "/propagate"), 200, body)
        assert {**dry, "applied": True} == wet
        assert set(wet["user_ids"]) == targets
        aimed_at = len(body["user_ids"]) if "user_ids" in body else len(targets)
        assert wet["affected_users"] + wet["skipped_users"] + wet["failed_users"] == aimed_at
        for user in targets:
            profile.propagate_budgets(profile.copies[user], self.server.clock.now, reset_usage=reset_usage)
        profile.rows += bool(targets)

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.server.clock.forward(timedelta(hours=hours))

    # What is seen

    def learn_keys(self) -> None:
        """Automatic keys have ids of the server's own."""
        for handle, profile in self.world.profiles.items():
            for user, copy in profile.copies.items():
                if not copy.keys:
                    copy.keys = set(self.copy_of(user, handle)["virtual_key_ids"])

    def copy_of(self, user: str, handle: str) -> Any:
        copies = self.send("GET", f"/users/{user}/access-profiles", 200)["access_profiles"]
        [copy] = [copy for copy in copies if copy["parent_profile_id"] == self.ids[handle]]
        return copy

    @invariant()
    def shows_what_the_clauses_say(self) -> None:
        if not hasattr(self, "world"):
            return
        seen: list[str] = []
        now = instant(self.server.clock.now)
        for handle, profile in self.world.profiles.items():
            detail = self.send("GET", self.path(handle), 200)
            template = detail["access_profile"]
            assert shown_template(detail) == expected_template(profile, self.roles)
            seen += line_ids(template)
            versions = self.send("GET", self.path(handle, "/versions"), 200)["versions"]
            assert [row["version"] for row in versions] == list(range(profile.version, 0, -1))
            assert self.send("GET", self.path(handle, "/audit-logs"), 200)["total_count"] == profile.rows
        for user in self.world.members:
            copies = self.send("GET", f"/users/{user}/access-profiles", 200)["access_profiles"]
            assert {copy["parent_profile_id"]: shown_copy(copy) for copy in copies} == {
                self.ids[handle]: expected_copy(profile.copies[user], self.roles, self.server.clock.now)
                for handle, profile in self.world.profiles.items()
                if user in profile.copies
            }
            for copy in copies:
                seen += line_ids(copy)
                for budget in copy["budgets"]:
                    assert budget["last_reset"] <= now < budget["next_reset"]
        assert len(seen) == len(set(seen)), "two lines share an id"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("backend", STORES)
def test_every_life_is_as_the_clauses_say(backend: str, tmp_path: Path) -> None:
    with life_server(STORES[backend](tmp_path)) as server:
        Life.server = server
        run_state_machine_as_test(
            Life,
            settings=settings(
                derandomize=True,
                deadline=None,
                max_examples=10,
                stateful_step_count=25,
                suppress_health_check=list(HealthCheck),
                # Each example is slow, so a failing history is reported as it was found.
                phases=[Phase.generate],
            ),
        )
