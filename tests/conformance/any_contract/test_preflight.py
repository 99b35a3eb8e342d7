"""What is found out before a run: that it cannot begin, in one sentence that says what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance import cli
from conformance.http.content import LARGEST_ANSWER
from conformance.run.verdict import ExitCode
from tests.conformance.any_contract.answering import JSON, PAGE, answering
from tests.conformance.command import Command
from tests.conformance.contracts import stated
from tests.foreign.troubles.serving import served

Replies = list[tuple[str, int, str, dict[str, str]]]
OK = {"responses": {"200": {"description": "", "content": {"application/json": {}}}}}
KEY = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
LOCKED = {"components": KEY, "security": [{"key": []}]}
LARGE = {"Content-Length": str(LARGEST_ANSWER + 1)}
LOGIN = {"Location": "/login"}
BEGINS = "no answer of it was seen"
"""What is said in the end of a run that could begin, as all its phases are left out."""


def contract(folder: Path, **members: Any) -> Path:
    servers = [{"url": "https://elsewhere.example/api"}]
    paths = {"/things": {"get": OK}, "/people": {"get": OK}, "/things/{id}": {"get": OK}}
    return stated(folder, **{"servers": servers, "paths": paths, **members})


@pytest.fixture
def told(command: Command) -> Callable[..., str]:
    """Give what a run says before its first phase: it has no other, and never comes to a verdict."""

    def checked(url: str, file: Path, *more: str) -> str:
        left_out = ("--without", "raw,boundary,fuzz,race")
        return command("check", url, "--contract", file, *left_out, *more, code=ExitCode.INCOMPLETE).out

    return checked


TROUBLE: list[tuple[Replies, str]] = [
    ([], "nothing to do with the contract Things: GET /api/things, GET /api/people are answered 404. Give"),
    ([("/things", 200, JSON, {})], "are answered 404. Its paths seem to begin at /: say so with --base /."),
    ([("/", 200, PAGE, {})], "has nothing to do with the contract Things: "),
    ([("/", 200, PAGE, {})], "are answered a page for people."),
    ([("/", 302, PAGE, LOGIN)], "/api/things redirects to /login. Give the URL"),
    ([("/", 503, JSON, {})], "/api/things answers 503: the server is not ready."),
    ([("/", 405, JSON, {})], "are answered 405."),
    ([("/", 401, JSON, {})], "/api/things answers 401, and the contract states no security scheme for it."),
]


@pytest.mark.parametrize(("replies", "sentence"), TROUBLE)
def test_a_run_that_cannot_begin_says_what_to_do(
    tmp_path: Path, told: Callable[..., str], replies: Replies, sentence: str
) -> None:
    with answering(*replies) as url:
        assert sentence in told(url, contract(tmp_path)).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("status", "given", "sentence"),
    [
        (401, [], "answers 401, and nothing was given for key. Give it with --credential key=VALUE."),
        (401, ["--key", "k"], "refuses the credential for key (401). Give a good one with --credential key="),
        (403, ["--key", "k"], "The credential for key may not call "),
    ],
)
def test_who_is_refused_is_told_what_to_give(
    tmp_path: Path, told: Callable[..., str], status: int, given: list[str], sentence: str
) -> None:
    with answering(("/", status, JSON, {})) as url:
        assert sentence in told(url, contract(tmp_path, **LOCKED), *given)


GOOD: list[Replies] = [
    [("/api/things", 200, JSON, {})],
    [("/api/people", 200, JSON, {})],
    [("/api/things", 400, JSON, {}), ("/api", 404, PAGE, {})],
    [("/api/things", 401, JSON, {}), ("/api/people", 200, JSON, {})],
    [("/api/things", 500, JSON, {}), ("/api/people", 200, JSON, {})],
    [("/api/things", 302, PAGE, LOGIN), ("/api/people", 200, JSON, {})],
    [("/api/things", 200, JSON, LARGE), ("/api/people", 200, JSON, {})],
]


@pytest.mark.parametrize("replies", GOOD)
def test_one_answer_of_its_own_is_enough_to_begin(
    tmp_path: Path, told: Callable[..., str], replies: Replies
) -> None:
    with answering(*replies) as url:
        assert BEGINS in told(url, contract(tmp_path))


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (("/api/things", 200, JSON, LARGE), "GET /api/things is larger than 16 MiB"),
        (("/api/things", 302, PAGE, LOGIN), "/api/things redirects to /login."),
        (("/api/things", 401, JSON, {}), "nothing was given for key."),
    ],
)
def test_where_the_only_read_is_to_blame_it_can_be_left_out(
    tmp_path: Path, told: Callable[..., str], reply: Any, sentence: str
) -> None:
    file = contract(tmp_path, paths={"/things": {"get": OK}, "/things/{id}": {"get": OK}}, **LOCKED)
    with answering(reply) as url:
        said = told(url, file)
        assert sentence in said
        assert "Where getThings alone is to blame, leave it out: --exclude getThings." in said
        assert "alone is to blame" not in told(url, file, "--exclude", "getThings")


def test_what_can_be_read_without_a_credential_that_was_not_given_is_asked_first(
    tmp_path: Path, told: Callable[..., str]
) -> None:
    closed: dict[str, Any] = {
        f"/closed/{number}": {"get": OK | {"security": [{"key": []}]}} for number in range(9)
    }
    file = contract(tmp_path, paths={**closed, "/open": {"get": OK}}, components=KEY)
    with answering(("/api/closed", 401, JSON, {}), ("/api/open", 200, JSON, {})) as url:
        assert BEGINS in told(url, file)


@pytest.mark.parametrize(
    ("status", "media_type", "answered"), [(200, "text/html", PAGE), (404, "application/json", JSON)]
)
def test_a_stated_page_and_a_stated_404_are_answers_of_its_own(
    tmp_path: Path, told: Callable[..., str], status: int, media_type: str, answered: str
) -> None:
    responses = {status: {"description": "", "content": {media_type: {}}}}
    with answering(("/", status, answered, {})) as url:
        assert BEGINS in told(url, contract(tmp_path, paths={"/things": {"get": {"responses": responses}}}))


def test_a_wrong_password_is_found_out_although_anybody_may_ask_for_health(told: Callable[..., str]) -> None:
    with served("tasks") as server:
        said = told(server.url, server.contract, "--credential", "password=editor:wrong-password")

    assert "refuses the credential for password (401)" in said


def test_a_server_that_does_not_listen_and_one_that_is_of_another_contract(
    tmp_path: Path, told: Callable[..., str]
) -> None:
    assert "Nothing listens at http://127.0.0.1:9" in told("http://127.0.0.1:9", contract(tmp_path))
    with served("notes") as notes, served("media") as media:
        assert "has nothing to do with the contract" in told(notes.url, media.contract)


def test_nothing_that_is_left_out_is_called_from_the_beginning_to_the_clean_up(tmp_path: Path) -> None:
    asked: list[str] = []
    named = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/N"}}}}}
    file = contract(
        tmp_path,
        servers=[{"url": "/"}],
        paths={
            "/": {"get": OK},
            "/notes": {"get": OK, "post": OK | named},
            "/notes/{id}": {"get": OK, "delete": OK},
        },
        components={"schemas": {"N": {"type": "object", "properties": {"name": {"type": "string"}}}}},
    )
    with answering(("/notes", 200, JSON, {}), asked=asked) as url:
        left_out = ["--exclude", "getRoot,getNotes", "--exclude", "deleteNotesById"]
        left_out += ["--exclude", "GET /notes/{id}"]
        cli.run(["check", url, "--contract", str(file), "--mode", "quick", *left_out])

    assert "OPTIONS /" in asked
    assert {each for each in asked if not each.startswith("OPTIONS")} <= {"POST /notes"}


def test_a_read_that_is_never_to_be_called_is_not_called(tmp_path: Path, told: Callable[..., str]) -> None:
    with answering(("/api/people", 200, JSON, {}), ("/api/things", 401, JSON, {})) as url:
        assert "answers 401" in told(url, contract(tmp_path), "--exclude", "getPeople")
        assert BEGINS in told(url, contract(tmp_path), "--exclude", "getThings*")
