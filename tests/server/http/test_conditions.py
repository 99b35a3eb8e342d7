"""Conditions as they come through the whole server: several fields, lists, weak tags and HEAD."""

from collections.abc import Sequence

import pytest

from handlers.access_profiles import get_access_profile, update_access_profile
from handlers.context import Context, Principal
from tests.handlers.kept import history
from tests.handlers.samples import create_named
from tests.server.requests import NOW, PATH, new_key, request, requests, store_with_keys

KEY = new_key()
ONE = f"{PATH}/1"
OTHERS = '"none", W/"of-these"'


@pytest.fixture
def served() -> Context:
    """Give the context of requests to a store that has the profile 1, at its second version."""
    context = Context(
        store=store_with_keys(KEY),
        now=NOW,
        new_id=lambda: "id",
        random_text=lambda length: "0" * length,
        principal=Principal("tests", frozenset("*")),
        base_path="/api",
        permissions=frozenset(),
    )
    create_named(context, "a")
    update_access_profile(context, 1, None, {"tags": ["eu"]})
    return context


def tag(context: Context) -> str:
    return get_access_profile(context, 1).headers["ETag"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (["{tag}"], 304),
        (["W/{tag}"], 304),
        ([f"{OTHERS},{{tag}}"], 304),
        ([f"\tW/{{tag}} ,  {OTHERS}"], 304),
        ([OTHERS, "W/{tag}"], 304),
        (["*"], 304),
        (["{tag},"], 304),
        (['"none",, {tag}'], 304),
        ([", ,{tag} ,\t,"], 304),
        (["", "{tag}"], 304),
        ([OTHERS], 200),
        ([f"{OTHERS},"], 200),
        ([","], 200),
        ([""], 200),
        (["{tag} {tag}"], 400),
        (["*,"], 400),
        (["{tag}x"], 400),
        (["v2"], 400),
        (["*", "{tag}"], 400),
    ],
)
def test_a_read_of_what_is_known_has_no_body(served: Context, fields: Sequence[str], status: int) -> None:
    present = tag(served)
    headers = [("If-None-Match", field.format(tag=present)) for field in fields]

    get, head = requests(served.store, [("GET", ONE), ("HEAD", ONE)], KEY.key, headers=headers)

    assert (get.status_code, head.status_code, head.content) == (status, status, b"")
    assert head.headers.get("etag") == get.headers.get("etag") == (None if status == 400 else present)
    assert (get.content == b"") is (status == 304)
    assert ("content-type" in get.headers) is (status != 304)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (["{tag}"], 200),
        ([f"{OTHERS} , {{tag}}"], 200),
        ([OTHERS, "{tag}"], 200),
        (["*"], 200),
        ([], 200),
        (["W/{tag}"], 412),
        ([OTHERS], 412),
        (['""'], 412),
        ([""], 412),
        ([","], 412),
        ([",{tag},"], 200),
        (["W/{tag},"], 412),
        (["v2"], 400),
        (["*", "{tag}"], 400),
    ],
)
def test_a_write_is_done_on_the_state_that_it_names(
    served: Context, fields: Sequence[str], status: int
) -> None:
    headers = [("If-Match", field.format(tag=tag(served))) for field in fields]

    answer = request(served.store, "PUT", ONE, KEY.key, headers=headers, json={"description": "Reports."})

    assert answer.status_code == status
    done = status == 200
    assert history(served.store, 1) == (
        [1, 2, 3] if done else [1, 2],
        ["create", "update"] + ["update"] * done,
    )
    if done:
        assert answer.headers["etag"] == tag(served)


def test_nobody_is_not_found_whatever_the_condition(served: Context) -> None:
    lines = [(method, f"{PATH}/2") for method in ("GET", "HEAD", "DELETE")]

    answers = requests(served.store, lines, KEY.key, headers={"If-None-Match": "*", "If-Match": "*"})

    assert [answer.status_code for answer in answers] == [404, 404, 404]
