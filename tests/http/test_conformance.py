"""The suite, run as QA would run it, against server processes on each store."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access_profiles import fixtures
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.fuzz.phase import derived_id
from conformance.http.target import Target
from conformance.run.clean_up import clean_up
from conformance.run.session import Session, Workspace
from tests.http.conftest import DURABLE
from tests.processes import Running, run, start, start_anew
from tests.serving import LONG_SECONDS, Keys, Server, running_server

IS_SOAK = "SOAK_ROUNDS" in os.environ
HISTORIES = ("--seed", "1", "--mode", "certify" if IS_SOAK else "standard")
"""Five random histories of each kind; `make soak` lives forty, twice."""
NOTHING = {"users": 0, "roles": 0, "profiles": 0, "api_keys": 0, "name_prefix": ""}


@contextmanager
def in_memory() -> Iterator[Server]:
    """Serve the demo in memory. Its key is known by what is printed, and the viewer's is made over HTTP."""
    unknown = Keys(admin="", viewer="", expired="", revoked="")
    with running_server("memory:", unknown, arguments=("--demo",)) as server:
        assert server.process.stdout is not None
        lines = iter(server.process.stdout.readline, "")
        admin = next(found[0] for line in lines if (found := re.search("bfst-[A-Za-z0-9]{44}", line)))
        answer = httpx.post(
            f"{server.url}/api/api-keys",
            headers={"Authorization": f"Bearer {admin}"},
            json={"name": "viewer", "scopes": ["AccessProfiles:View"]},
            timeout=LONG_SECONDS,
        )
        keys = Keys(admin=admin, viewer=answer.json()["key"], expired="", revoked="")
        yield Server(server.url, server.store, keys, server.process)


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Server]:
    """Serve a new database."""
    with running_server(DURABLE["postgresql"](folder)) as server:
        yield server


def check(
    server: Server, folder: Path, *options: str, start: Callable[..., Running] = start
) -> subprocess.CompletedProcess[str]:
    """Run the suite."""
    keys = ("--key", server.keys.admin, "--viewer-key", server.keys.viewer)
    return run("conformance", "check", server.url, *keys, "--output", str(folder), *options, start=start)


def assert_every_clause_is_kept(server: Server, folder: Path, *options: str) -> None:
    """Run the suite and look at its verdicts, and whether its reports hold a key."""
    ran = check(server, folder, "--seed", "1", *options)

    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    statuses = {clause["id"]: clause["status"] for clause in results["clauses"]}
    statuses |= {check["id"]: check["status"] for check in results["derived"]}
    assert {name: status for name, status in statuses.items() if status != "PASS"} == {}, ran.stdout
    assert results["left_behind"] | {"name_prefix": ""} == NOTHING
    assert "Nothing of the run was left behind." in ran.stdout
    assert set(statuses) > {clause.id for clause in document.load().clauses}
    empty = {
        f"{operation['id']}.{status}{place}"
        for operation in results["coverage"]["operations"]
        for status, places in operation["unseen"].items()
        for place in places
    }
    assert {place for place in empty if ACCESS_PROFILES.unfilled(place) is None} == set()
    for written in (*folder.iterdir(),):
        text = written.read_text(encoding="utf-8")
        assert server.keys.admin not in text
        assert server.keys.viewer not in text
    assert ran.returncode == 0, ran.stdout + ran.stderr


def objects(session: Session) -> dict[str, Any]:
    """Return the ids of what others have on the server, an object of each kind."""
    profile_id = fixtures.active_profile(session)["id"]
    role_id = fixtures.role(session)["id"]
    fixtures.attached(session, profile_id, role_id, is_default=True)
    return {
        "profile_id": profile_id,
        "role_id": role_id,
        "user_id": fixtures.user(session, role_id=role_id, group_ids=["finance"])["id"],
        "key_id": fixtures.api_key(session, "AccessProfiles:View")["api_key"]["id"],
    }


def shown(session: Session, ids: dict[str, Any]) -> list[Any]:
    """Return all that can be read of these objects."""
    readers = ("getAccessProfile", "getRole", "getUser", "listUserAccessProfiles", "listUserVirtualKeys")
    keys = session.call("listApiKeys").json["api_keys"]
    return [
        *(session.call(reader, parameters=ids).json for reader in readers),
        [key for key in keys if key["id"] == ids["key_id"]],
    ]


def test_our_server_keeps_every_clause_and_every_schema_and_what_others_have_stays_as_it_is(
    server: Server, tmp_path: Path
) -> None:
    target = Target(server.url, {"admin": server.keys.admin, "viewer": server.keys.viewer})
    with Workspace(document.load(), target, 1, prefix="other-") as others:
        session = others.session("others")
        ids = objects(session)
        before = shown(session, ids)
        assert_every_clause_is_kept(server, tmp_path, "--without", "model")
        histories = check(server, tmp_path / "histories", "--only", "MODEL.*", *HISTORIES)
        after = shown(session, ids)
        clean_up(others, ACCESS_PROFILES)
    derived = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["derived"]

    assert after == before
    assert histories.returncode == 0, histories.stdout
    assert re.findall(r"(?m)^PASS +(MODEL\.\w+)", histories.stdout) == ["MODEL.templates", "MODEL.people"]
    fuzzed = {derived_id(operation.id) for operation in document.load().operations}
    assert fuzzed <= {check["id"] for check in derived}


@pytest.mark.timeout(3600)
def test_one_seed_gives_the_same_verdicts_at_a_fresh_server(tmp_path: Path) -> None:
    """A short run in every test run; `SOAK_ROUNDS=20` makes twenty whole ones."""
    rounds = int(os.environ.get("SOAK_ROUNDS", "0"))
    verdicts = []
    for number in range(rounds or 2):
        with running_server(f"sqlite:///{tmp_path / f'{number}.db'}") as server:
            folder = tmp_path / str(number)
            options = ("--budget", "900") if rounds else ("--mode", "quick", "--budget", "300")
            # Anew: hashes have another seed each time.
            check(server, folder, "--seed", "7", *options, start=start_anew)
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        verdicts.append({each["id"]: each["status"] for each in results["clauses"] + results["derived"]})

    assert verdicts == [verdicts[0]] * len(verdicts)
    assert set(verdicts[0].values()) == ({"PASS"} if rounds else {"PASS", "SKIP"})


LEFT_OUT = "fuzz" if IS_SOAK else "fuzz,model,boundary"
"""What no store changes is tried on SQLite alone; `make soak` tries constraints and histories on each."""


def test_our_server_keeps_every_clause_in_memory(tmp_path: Path) -> None:
    with in_memory() as server:
        assert_every_clause_is_kept(server, tmp_path, "--without", LEFT_OUT)


def test_our_server_keeps_every_clause_on_postgresql(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with on_postgresql(tmp_path) as server:
        assert_every_clause_is_kept(server, reports, "--without", LEFT_OUT)
