"""The small servers here do what their contracts say, and each has the one trouble that it is named after."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import openapi_spec_validator
import pytest
import yaml

from tests.foreign.troubles.registry import TROUBLES
from tests.foreign.troubles.serving import Served, served
from tests.serving import ROOT

MILK = {"title": "Milk"}


@contextmanager
def client(name: str, **options: Any) -> Iterator[httpx.Client]:
    """Give a client of a server that runs."""
    with served(name) as run, client_of(run, **options) as made:
        yield made


def client_of(run: Served, **options: Any) -> httpx.Client:
    return httpx.Client(base_url=run.url, trust_env=False, verify=False, **options)


def document_of(run: Served) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(run.contract.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return loaded


NOT_OPENAPI_3 = {"swagger-2"}
FETCHES = {"remote-ref"}
ANCHORED = {"anchor"}
"""The validator of documents does not follow `$anchor`."""
SLOW = {"large"}
"""It is `undocumented-404` with more of the same, and takes ten seconds."""


@pytest.mark.parametrize("name", sorted(TROUBLES.keys() - NOT_OPENAPI_3 - FETCHES - ANCHORED - SLOW))
def test_contracts_are_valid(name: str) -> None:
    with served(name) as run:
        openapi_spec_validator.validate(document_of(run))


SCHEMATHESIS = {
    "notes": (),
    # It counts a header as missing that it has added itself by `--auth`.
    "tasks": ("--auth", "editor:correct horse", "--mode", "positive"),
}


@pytest.mark.parametrize("name", SCHEMATHESIS)
def test_schemathesis_finds_no_failure_in_a_correct_server(name: str, tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "schemathesis")
    with served(name) as run:
        command = [program, "run", str(run.contract), "--url", run.url, "--seed", "1", "--max-examples", "5"]
        done = subprocess.run(
            [*command, "--phases", "examples,fuzzing,stateful", *SCHEMATHESIS[name]],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout


def test_notes_live_and_go() -> None:
    with client("notes") as notes:
        made = notes.post("/notes", json=MILK | {"tags": ["shop"]})
        assert made.status_code == 201
        assert notes.get(made.headers["Location"]).json() == made.json()
        assert notes.post("/notes", json=MILK).status_code == 409
        assert notes.put("/notes/1", json={"title": "Bread"}).json()["tags"] == []
        assert notes.get("/notes", params={"tag": "shop"}).json() == {"items": [], "total": 0}
        assert notes.delete("/notes/1").status_code == 204
        assert notes.get("/notes/1").status_code == 404


REFUSED = [
    {},
    {"title": ""},
    {"title": "x" * 61},
    {"title": 1},
    {"title": "x", "tags": ["a", "a"]},
    {"title": "x", "remind_at": "tomorrow"},
    {"title": "x", "more": 1},
]


@pytest.mark.parametrize("body", REFUSED)
def test_notes_refuse_what_their_contract_does_not_allow(body: Any) -> None:
    with client("notes") as notes:
        answer = notes.post("/notes", json=body)

        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert notes.get("/notes").json()["total"] == 0


def test_notes_refuse_bodies_that_are_no_json() -> None:
    json_type = {"Content-Type": "application/json"}
    with client("notes") as notes:
        for body in (b"{", b"\xff", b'{"title": NaN}', b'{"title": "\\ud800"}', b"[" * 100_000, b"1e999"):
            assert notes.post("/notes", content=body, headers=json_type).status_code == 422
        assert notes.post("/notes", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
        chunked = notes.post("/notes", content=iter([b'{"title":', b' "x"}']), headers=json_type)
        assert chunked.status_code == 201
        assert notes.patch("/notes").headers["Allow"] == "GET, POST"


def test_tasks_know_who_may_write_and_what_must_go_first() -> None:
    with served("tasks") as run, ExitStack() as stack:
        editor, reader, nobody = (
            stack.enter_context(client_of(run, auth=auth))
            for auth in (("editor", "correct horse"), ("reader", "battery staple"), None)
        )
        project = {"key": "AB", "name": "House"}
        assert nobody.get("/health").status_code == 200
        assert nobody.get("/projects").headers["WWW-Authenticate"] == 'Basic realm="here"'
        assert reader.post("/projects", json=project).status_code == 403
        assert editor.post("/projects", json=project).status_code == 201
        assert editor.post("/projects/AB/tasks", json={"title": "Roof"}).json()["number"] == 1
        assert reader.get("/projects/AB/tasks", params={"state": "done"}).json() == []
        assert editor.delete("/projects/AB").status_code == 409
        assert editor.delete("/projects/AB/tasks/1").status_code == 204
        assert editor.delete("/projects/AB").status_code == 204


def test_each_door_opens_to_its_own_credentials_and_to_no_others() -> None:
    keys = {"X-Key": "key-in-a-header"}
    token = {"Authorization": "Bearer a-token"}
    opening: dict[str, dict[str, Any]] = {
        "/token": {"headers": token},
        "/password": {"auth": ("somebody", "her password")},
        "/header": {"headers": keys},
        "/query": {"params": {"key": "key-in-the-query"}},
        "/cookie": {"headers": {"Cookie": "session=key-in-a-cookie"}},
        "/either": {"headers": keys},
        "/both": {"headers": keys, "params": {"key": "key-in-the-query"}},
    }
    opened_besides = {
        "/token": {"/either"},
        "/header": {"/either"},
        "/either": {"/header"},
        "/both": {"/header", "/query", "/either"},
    }
    with client("locks") as locks:
        for path, options in opening.items():
            opened = {door for door in opening if locks.get(door, **options).status_code == 200}
            assert opened == {path} | opened_besides.get(path, set())
        assert locks.get("/token", headers={"Authorization": "Bearer other"}).status_code == 401
        assert locks.get("/anybody").json()["role"] is None
        assert locks.get("/optional").json()["role"] is None
        assert locks.get("/optional", headers=token).json()["role"] == "somebody"


def test_bodies_of_every_kind_are_understood_or_refused() -> None:
    with client("media") as media:
        text = media.post("/texts", content="abc", headers={"Content-Type": "text/plain; charset=utf-8"})
        form = media.post("/forms", data={"name": "x", "colour": "red"})
        picture = media.post("/pictures", data={"title": "x"}, files={"picture": b"\x89\xff"})
        octets = media.put("/octets", content=b"\0", headers={"Content-Type": "application/octet-stream"})
        xml = {"Content-Type": "application/xml"}
        document = media.post("/documents", content="<document><title/></document>", headers=xml)

        assert [text.json()["length"], form.json()["length"], picture.json()["length"]] == [3, 2, 2]
        assert [octets.status_code, document.status_code] == [200, 200]
        assert media.post("/forms", data={"name": "x", "colour": "blue"}).status_code == 400
        assert media.post("/pictures", files={"picture": b"x"}).status_code == 400
        for wrong in ("<document>", "<document/>", "<document><title/><pages/></document>"):
            assert media.post("/documents", content=wrong, headers=xml).status_code == 400
        assert media.post("/texts", json="abc").headers["Content-Type"] == "text/plain"
        assert media.get("/feed").headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize("name", [name for name in TROUBLES if name.startswith("servers-")])
def test_paths_begin_at_the_base_and_nowhere_else(name: str) -> None:
    with served(name) as run:
        assert httpx.get(f"{run.url}/notes", trust_env=False).status_code == 200
        found = httpx.get(f"{run.server.url}/notes", trust_env=False).status_code
        assert found == (404 if TROUBLES[name].base else 200)


def test_a_server_that_ends_itself_answers_and_is_gone() -> None:
    with served("ends-itself") as run, client_of(run) as notes:
        assert notes.post("/shutdown").status_code == 204
        with pytest.raises(httpx.TransportError):
            notes.get("/notes")


def test_after_maintenance_nothing_can_be_written_and_everything_read() -> None:
    with client("maintenance") as notes:
        assert notes.post("/notes", json=MILK).status_code == 201
        assert notes.post("/maintenance").status_code == 204
        assert notes.get("/notes/1").status_code == 200
        assert {notes.delete("/notes/1").status_code, notes.post("/notes", json={}).status_code} == {503}


def test_a_crash_is_a_closed_connection_and_the_server_stays() -> None:
    with client("crashes") as notes:
        with pytest.raises(httpx.RemoteProtocolError):
            notes.put("/notes/1", json=MILK)
        assert notes.get("/notes").status_code == 200


def test_what_hangs_is_one_operation_alone() -> None:
    with client("hangs") as notes:
        with pytest.raises(httpx.ReadTimeout):
            notes.put("/notes/1", json=MILK, timeout=0.2)
        assert notes.get("/notes").status_code == 200


def test_what_is_stated_and_not_asked_for_and_what_is_refused_and_not_stated() -> None:
    with client("unenforced") as notes:
        assert notes.post("/notes", json=MILK).status_code == 201
    with client("forbidding", headers={"X-Key": "a-key"}) as notes:
        assert notes.get("/notes").status_code == 200
        assert notes.post("/notes", json=MILK).status_code == 403
        assert notes.get("/notes", headers={"X-Key": "other"}).status_code == 401


def test_one_status_is_left_out_of_36_operations() -> None:
    with served("undocumented-404") as run, client_of(run) as notes:
        document = document_of(run)
        unfound = [path for path in document["paths"] if path.endswith("/{note_id}")]
        operations = [
            op for path in unfound for op in document["paths"][path].values() if isinstance(op, dict)
        ]

        assert len(operations) == 36
        assert not any("404" in operation["responses"] for operation in operations)
        assert {notes.get(path.replace("{note_id}", "9")).status_code for path in unfound} == {404}
        made = notes.post("/notes-7", json=MILK)
        assert notes.get(made.headers["Location"]).status_code == 200
        assert notes.get("/notes-8/1").status_code == 404


def test_the_large_contract_is_large() -> None:
    with served("large") as run:
        assert run.contract.stat().st_size > 700_000
        assert httpx.get(f"{run.url}/notes-100", trust_env=False).status_code == 200


FORMS = {
    "errors-html": "text/html",
    "errors-string": "application/json",
    "errors-sql": "application/problem+json",
}


@pytest.mark.parametrize("name", FORMS)
def test_refusals_are_in_the_form_of_the_name(name: str) -> None:
    with client(name) as notes:
        answer = notes.get("/notes/1")

        assert (answer.status_code, answer.headers["Content-Type"]) == (404, FORMS[name])
        assert ("SELECT" in answer.text) == (name == "errors-sql")
        assert (answer.text == '"There is no such note."') == (name == "errors-string")


def test_null_is_answered_where_3_1_has_no_word_for_it() -> None:
    with client("nullable-in-31") as notes:
        assert notes.post("/notes", json=MILK).json()["remind_at"] is None


def test_the_server_counts_who_fetches_the_remote_schema() -> None:
    with served("remote-ref") as run, client_of(run) as notes:
        [remote] = set(re.findall(r'"(http[^"]+)"', run.contract.read_text(encoding="utf-8")))

        assert notes.get("/fetches").json() == 0
        assert notes.get("/notes/1").status_code == 404
        assert httpx.get(remote, trust_env=False).json()["type"] == "object"
        assert notes.get("/fetches").json() == 1


def test_a_mock_remembers_nothing() -> None:
    with client("stateless") as notes:
        assert notes.post("/notes", json={"title": "Bread"}).json()["title"] == "Milk"
        assert notes.delete("/notes/1").status_code == 204
        assert notes.get("/notes/1").status_code == 200


def test_contracts_of_another_kind_are_what_they_are_named() -> None:
    with served("swagger-2") as run:
        assert document_of(run)["swagger"] == "2.0"
    with served("no-operations") as run:
        assert document_of(run)["paths"] == {}


def test_the_command_says_where_it_serves_and_leaves_nothing_behind() -> None:
    command = [sys.executable, "-m", "tests.foreign.troubles", "locks", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.fullmatch(r"locks at (\S+), contract (\S+)\n", process.stdout.readline())
        assert found
        assert process.stdout.readline() == "somebody: token=a-token\n"
        assert httpx.get(f"{found[1]}/anybody", trust_env=False).status_code == 200
        assert Path(found[2]).exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not Path(found[2]).exists()


def test_the_command_ends_when_the_server_ends_itself() -> None:
    command = [sys.executable, "-m", "tests.foreign.troubles", "ends-itself"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2].rstrip(",")
        assert httpx.post(f"{url}/shutdown", trust_env=False).status_code == 204
        assert process.wait(30) == 0
