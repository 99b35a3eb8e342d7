"""What is found out before a run: that it cannot begin, in one sentence that says what to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from conformance import cli
from conformance.run.verdict import ExitCode
from tests.foreign.troubles.serving import served

OK = {"responses": {"200": {"description": "", "content": {"application/json": {}}}}}
KEY = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
JSON, PAGE = "application/json", "text/html; charset=utf-8"


@contextmanager
def answering(*replies: tuple[str, int, str, dict[str, str]]) -> Iterator[str]:
    """Give a server that answers requests below paths in one way each, and all others 404."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = (reply[1:] for reply in replies if self.path.startswith(reply[0]))
            status, media_type, headers = next(found, (404, JSON, {}))
            body = b"{}"
            self.send_response(status)
            for name, text in {"Content-Type": media_type, "Content-Length": "2", **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def contract(folder: Path, **members: Any) -> str:
    stated = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "https://elsewhere.example/api"}],
        "paths": {"/things": {"get": OK}, "/people": {"get": OK}, "/things/{id}": {"get": OK}},
    }
    path = folder / "openapi.json"
    path.write_text(json.dumps(stated | members), encoding="utf-8")
    return str(path)


def checked(url: str, file: str, *more: str) -> int:
    return cli.run(["check", url, "--contract", file, "--without", "raw,boundary,fuzz,race", *more])


TROUBLE: list[tuple[list[Any], str]] = [
    (
        [],
        "has nothing to do with the contract Things: GET /api/things, GET /api/people are answered 404. Give",
    ),
    (
        [("/things", 200, JSON, {})],
        "are answered 404. Its paths seem to begin at /: say so with --base /.",
    ),
    ([("/", 200, PAGE, {})], "has nothing to do with the contract Things: "),
    ([("/", 200, PAGE, {})], "are answered a page for people."),
    ([("/", 302, PAGE, {"Location": "/login"})], "/api/things redirects to /login. Give the URL"),
    ([("/", 503, JSON, {})], "/api/things answers 503: the server is not ready."),
    ([("/", 405, JSON, {})], "are answered 405."),
    (
        [("/", 401, JSON, {})],
        "/api/things answers 401, and the contract states no security scheme for it.",
    ),
]


@pytest.mark.parametrize(("replies", "sentence"), TROUBLE)
def test_a_run_that_cannot_begin_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], replies: list[Any], sentence: str
) -> None:
    with answering(*replies) as url:
        assert checked(url, contract(tmp_path)) == ExitCode.INCOMPLETE

    *_, told = capsys.readouterr().out.strip().splitlines()
    assert sentence in told


@pytest.mark.parametrize(
    ("status", "given", "sentence"),
    [
        (401, [], "answers 401, and nothing was given for key. Give it with --credential key=VALUE."),
        (
            401,
            ["--key", "k"],
            "refuses the credential for key (401). Give a good one with --credential key=VALUE.",
        ),
        (403, ["--key", "k"], "The credential for key may not call "),
    ],
)
def test_who_is_refused_is_told_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, given: list[str], sentence: str
) -> None:
    file = contract(tmp_path, components={"securitySchemes": KEY}, security=[{"key": []}])
    with answering(("/", status, JSON, {})) as url:
        assert checked(url, file, *given) == ExitCode.INCOMPLETE

    assert sentence in capsys.readouterr().out


GOOD: list[list[Any]] = [
    [("/api/things", 200, JSON, {})],
    [("/api/people", 200, JSON, {})],
    [("/api/things", 400, JSON, {}), ("/api", 404, PAGE, {})],
    [("/api/things", 401, JSON, {}), ("/api/people", 200, JSON, {})],
    [("/api/things", 500, JSON, {}), ("/api/people", 200, JSON, {})],
]


@pytest.mark.parametrize("replies", GOOD)
def test_one_answer_of_its_own_is_enough_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], replies: list[Any]
) -> None:
    with answering(*replies) as url:
        checked(url, contract(tmp_path))

    assert "no answer of it was seen" in capsys.readouterr().out


def test_a_stated_page_and_a_stated_404_are_answers_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"responses": {"200": {"description": "", "content": {"text/html": {}}}}}
    absent = {"responses": {"404": {"description": "", "content": {"application/json": {}}}}}
    for stated, status, media_type in ((page, 200, PAGE), (absent, 404, JSON)):
        with answering(("/", status, media_type, {})) as url:
            checked(url, contract(tmp_path, paths={"/things": {"get": stated}}))
        assert "no answer of it was seen" in capsys.readouterr().out


def test_a_wrong_password_is_found_out_although_anybody_may_ask_for_health(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served("tasks") as server:
        more = ["--credential", "password=editor:wrong-password"]
        assert checked(server.url, str(server.contract), *more) == ExitCode.INCOMPLETE

    assert "refuses the credential for password (401)" in capsys.readouterr().out


def test_a_server_that_does_not_listen_and_one_that_is_of_another_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked("http://127.0.0.1:9", contract(tmp_path)) == ExitCode.INCOMPLETE
    assert "Nothing listens at http://127.0.0.1:9" in capsys.readouterr().out
    with served("notes") as notes, served("media") as media:
        assert checked(notes.url, str(media.contract)) == ExitCode.INCOMPLETE
    assert "has nothing to do with the contract" in capsys.readouterr().out


def test_a_read_that_is_never_to_be_called_is_not_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(("/api/people", 200, JSON, {}), ("/api/things", 401, JSON, {})) as url:
        assert checked(url, contract(tmp_path), "--exclude", "getPeople") == ExitCode.INCOMPLETE
        assert "answers 401" in capsys.readouterr().out
        assert checked(url, contract(tmp_path), "--exclude", "getThings*") == ExitCode.INCOMPLETE
        assert "no answer of it was seen" in capsys.readouterr().out
