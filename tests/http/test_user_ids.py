"""Ids of users on the wire: in bodies, in `Location` and in paths."""

import string
import uuid
from urllib.parse import quote

import orjson
import pytest

from tests.http.raw import RawAnswer, get, post
from tests.serving import Server

LEGAL = [
    *(f"u{character}x" for character in string.printable[:95] if character != "/"),
    "u%2Fx",
    "u%25%41%",
    "a..b",
    "a\\..",
    "é",
    "e\u0301",
    "日本",
    "😀" * 200,
    "\u00a0\ufeff\u202e",
    "u\u2028",
    " u ",
    "~",
    "%",
    "?",
    "#",
]
"""Ids that must be told apart, each with a character that an address may treat in its own way."""


def create(server: Server, user_id: str) -> RawAnswer:
    body = {"id": user_id, "name": "Ada", "email": "ada@example.com"}
    return post(server, orjson.dumps(body), "Content-Type: application/json", path="/api/governance/users")


def test_every_legal_id_is_read_at_its_location_and_by_its_encoding(server: Server) -> None:
    prefix = uuid.uuid4().hex[:8]
    ids = [f"{prefix}{each}" for each in LEGAL]
    for user_id in ids:
        answer = create(server, user_id)
        assert answer.status == 201, (user_id, answer.body)
        location = answer.headers["location"]
        assert location.isascii()
        assert location.startswith(f"/api/governance/users/{prefix}")
        for path in (location, f"/api/users/{quote(user_id, safe='')}"):
            read = get(server, path)
            assert (read.status, read.json()) == (200, answer.json()), user_id

    listed = _listed(server)
    assert [user_id for user_id in listed if user_id.startswith(prefix)] == sorted(ids)
    assert listed == sorted(listed)
    for user_id in ids:
        path = f"/api/users/{quote(user_id, safe='')}"
        assert get(server, path, method="DELETE").status == 200, user_id
        assert get(server, path).status == 404


@pytest.mark.parametrize(
    "user_id", ["", ".", "..", ".hidden", "/", "a/b", "a/../b", "a\n", "\x00", "a\x7f", "a\x85", "x" * 256]
)
def test_an_id_that_no_path_can_hold_is_refused(server: Server, user_id: str) -> None:
    answer = create(server, user_id)

    assert answer.status == 400
    assert answer.json()["error"]["param"] == "/id"  # type: ignore[index]


@pytest.mark.parametrize(
    ("encoded", "status"),
    [
        ("..", 400),
        ("%2e%2E", 400),
        (".", 400),
        ("a%2Fb", 404),
        ("a%0A", 400),
        ("a%7F", 400),
        ("%FF", 404),
        ("%C3", 404),
        ("x" * 256, 400),
        ("%F0%9F%98%80" * 256, 400),
        ("%F0%9F%98%80" * 255, 404),
    ],
)
def test_a_path_that_names_no_user(server: Server, encoded: str, status: int) -> None:
    answer = get(server, f"/api/users/{encoded}")

    assert (answer.status, answer.json()["status_code"]) == (status, status)


def _listed(server: Server) -> list[str]:
    ids: list[str] = []
    while True:
        page = orjson.loads(get(server, f"/api/users?limit=100&offset={len(ids)}").body)["users"]
        ids += [user["id"] for user in page]
        if len(page) < 100:
            return ids
