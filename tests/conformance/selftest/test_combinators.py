"""What faults are made of: each touches the exchanges that it names, and does the one thing that it says."""

import asyncio
import json
from typing import Any

import pytest

from conformance.contract import document
from conformance.contract.routes import Routes
from conformance.selftest.combinators import (
    after,
    again,
    ask,
    asks,
    idempotent,
    lacks,
    mentions,
    never_falling,
    on,
    piling_up,
    remembering,
    sends,
    sent,
    shows,
)
from conformance.selftest.middleware import Fault, Request, Response, State, refusal, success
from conformance.selftest.request_changes import (
    alone,
    as_administrator,
    at,
    cut,
    fresh,
    only,
    rewritten,
    with_body,
    with_defaults,
    with_header,
    with_query,
    without,
    without_content,
    without_null,
)

ROUTES = Routes(document.load())
ROLE = {"role": {"id": 7, "name": "a"}, "access_profiles": [{"id": 1}, {"id": 2}], "user_count": 3}


def request(method: str = "GET", path: str = "/api/roles/7", body: Any = None, **query: str) -> Request:
    content = b"" if body is None else json.dumps(body).encode()
    return Request(method, path, tuple(query.items()), (("authorization", "Bearer some"),), content, ROUTES)


class Server:
    """A right server that answers each request with the next of its answers, and the last one for ever."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    async def __call__(self, asked: Request) -> Response:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def served(
    fault: Fault, asked: Request, *answers: Response, state: State | None = None
) -> tuple[Any, Server]:
    server = Server(*(answers or (success(ROLE),)))
    return asyncio.run(_served(fault, asked, server, state or State("all", "some"))), server


async def _served(fault: Fault, asked: Request, server: Server, state: State) -> Response:
    return await fault(asked, server, state)


@pytest.mark.parametrize(
    ("fault", "is_touched"),
    [
        (on(), True),
        (on("getRole"), True),
        (on("deleteRole", "getRole"), True),
        (on("deleteRole"), False),
        (on(status=200), True),
        (on(status=range(400, 600)), False),
        (on("getRole", when=lambda asked: asked.path.endswith("/7")), True),
        (on("getRole", when=lambda asked: asked.query), False),
        (on(where=lambda body: body["user_count"] == 3), True),
        (on(where=lambda body: body["user_count"] == 4), False),
        (on(where=shows("role", user_count=3)), True),
        (on(where=shows("absent")), False),
        (on(where=shows(user_count=4)), False),
    ],
)
def test_a_fault_touches_the_exchanges_that_it_names(fault: Any, is_touched: bool) -> None:
    for path in ("/api/roles/7", "/api/governance/roles/7"):
        response, server = served(fault.header("x-touched", "yes"), request(path=path))

        assert (response.header("x-touched") == "yes") is is_touched
        assert response.body == success(ROLE).body
        assert server.asked == [request(path=path)]


def test_a_head_request_is_none_of_its_get() -> None:
    response, _ = served(on("getRole").status(500), request("HEAD"))

    assert response.status == 200


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        (on().set("/user_count", 0), ROLE | {"user_count": 0}),
        (
            on().set("/role/name", lambda asked: asked.path),
            ROLE | {"role": {"id": 7, "name": "/api/roles/7"}},
        ),
        (on().set("/access_profiles/*/id", 5), ROLE | {"access_profiles": [{"id": 5}, {"id": 5}]}),
        (on().edit("/access_profiles", len), ROLE | {"access_profiles": 2}),
        (on().edit("/access_profiles/*/id", str), ROLE | {"access_profiles": [{"id": "1"}, {"id": "2"}]}),
        (on().edit("", lambda body: [body["user_count"]]), [3]),
        (
            on().merge("/role", id=lambda role: role["id"] + 1, n=1),
            ROLE | {"role": {"id": 8, "name": "a", "n": 1}},
        ),
        (on().keep("/access_profiles", lambda each: each["id"] > 1), ROLE | {"access_profiles": [{"id": 2}]}),
        (on().drop("/role/name"), ROLE | {"role": {"id": 7}}),
        (
            on().drop("/user_count").set("/more", 1),
            {k: ROLE[k] for k in ("role", "access_profiles")} | {"more": 1},
        ),
    ],
)
def test_places_of_a_body_are_changed(fault: Fault, body: Any) -> None:
    response, _ = served(fault, request())

    assert response.json == body


@pytest.mark.parametrize(
    "pointer", ["/absent/name", "/user_count/*", "/role/*", "/access_profiles/*/id/x", "/role/name/x"]
)
def test_where_nothing_stands_the_answer_stays_as_it_was(pointer: str) -> None:
    for fault in (on().edit(pointer, lambda _: 1 / 0), on().drop(f"{pointer}/x")):
        response, _ = served(fault, request())

        assert response == success(ROLE)


def test_a_reply_asks_the_right_server_only_for_a_condition_on_its_answer() -> None:
    told, without_asking = served(on().refuse(400), request())
    after_asking, asked = served(on(status=200).refuse(400), request())

    assert told == after_asking == refusal(400)
    assert (len(without_asking.asked), len(asked.asked)) == (0, 1)
    assert served(on().reply(lambda asked: success(asked.path)), request())[0].json == "/api/roles/7"


def test_requests_are_changed_repeated_and_doubled() -> None:
    creation = request("POST", "/api/roles", {"name": "a"})

    def twice_the_name(body: Any) -> str:
        return str(body["name"] * 2)

    changed, once = served(on("createRole").send(name=twice_the_name), creation, success(1))
    retried, twice = served(on(status=409).retry(name=twice_the_name), creation, refusal(409), success(2))
    doubled, also = served(on(status=409).also(name=twice_the_name), creation, refusal(409), success(3))

    assert [asked.json["name"] for asked in once.asked] == ["aa"]
    assert (
        [asked.json["name"] for asked in twice.asked]
        == [asked.json["name"] for asked in also.asked]
        == ["a", "aa"]
    )
    assert (changed.json, retried.json, doubled.status) == (1, 2, 409)


def test_a_function_serves_the_exchanges_alone_that_it_is_for() -> None:
    @on("getRole").serve
    async def instead(asked: Request, inner: Any, _: State) -> Response:
        right: Response = await inner(asked)
        return right.with_json("served")

    @on("getRole", status=200).then
    async def behind(_: Request, right: Response, inner: Any) -> Response:
        return right.with_json([right.json["user_count"], (await inner(request("DELETE"))).json])

    assert served(instead, request())[0].json == "served"
    assert served(instead, request("DELETE"))[0].json == ROLE
    assert served(behind, request(), success(ROLE), success("other"))[0].json == [3, "other"]
    assert served(behind, request(), refusal(404))[0] == refusal(404)


def test_an_answer_is_made_beside_another_one_and_effects_do_not_show() -> None:
    beside = on().beside(at(lambda _: "/api/roles/8"), make=lambda body, other: [body["user_count"], other])
    effects = on().does(lambda asked, _, inner: ask(asked, inner, "PUT", "/roles/9", {"name": "b"}))

    made, pair = served(beside, request(), success(ROLE), success(4))
    kept, done = served(effects, request(path="/api/governance/roles/7"))

    assert (made.json, [asked.path for asked in pair.asked]) == ([3, 4], ["/api/roles/7", "/api/roles/8"])
    assert kept == success(ROLE)
    assert [(asked.method, asked.path) for asked in done.asked][1:] == [("PUT", "/api/governance/roles/9")]


def test_what_was_before_is_remembered_until_the_memory_is_another() -> None:
    fault = remembering(
        on("getRole", status=200),
        lambda asked, _: asked.path,
        lambda paths: on("deleteRole", when=lambda asked: asked.path in paths).refuse(409),
    )
    state, deletion = State("all", "some"), request("DELETE")

    assert served(fault, deletion, state=state)[0].status == 200
    served(fault, request(), refusal(404), state=state)
    assert served(fault, deletion, state=state)[0].status == 200
    served(fault, request(), state=state)
    assert served(fault, deletion, state=state)[0].status == 409
    assert served(fault, deletion)[0].status == 200


def test_a_fault_shows_only_after_something_and_a_deed_is_done_for_good() -> None:
    later, done = after(on("deleteRole"), on("getRole").status(500)), idempotent("deleteRole")
    state, other = State("all", "some"), State("all", "some")

    assert [served(later, request(method), state=state)[0].status for method in ("GET", "DELETE", "GET")] == [
        200,
        200,
        500,
    ]
    assert served(done, request("DELETE"), success("Done."), state=other)[0].json == "Done."
    assert served(done, request("DELETE"), refusal(404), state=other)[0].json == "Done."
    assert served(done, request("DELETE", "/api/roles/8"), refusal(404), state=other)[0].status == 404


def test_a_path_that_was_asked_before_is_told_from_others() -> None:
    fault, state = again(on("deleteRole", status=200), on("deleteRole").refuse(409)), State("all", "some")

    assert served(fault, request("DELETE"), refusal(404), state=state)[0].status == 404
    assert served(fault, request("DELETE"), state=state)[0].status == 200
    assert served(fault, request("DELETE"), state=state)[0].status == 409
    assert served(fault, request("DELETE", "/api/roles/8"), state=state)[0].status == 200


def test_lists_pile_up_and_numbers_never_fall() -> None:
    fewer = ROLE | {"access_profiles": [{"id": 2}, {"id": 3}], "user_count": 1}
    for fault, member, shown in (
        (piling_up(on("getRole"), "access_profiles"), "access_profiles", [{"id": 1}, {"id": 2}, {"id": 3}]),
        (never_falling(on("getRole"), "user_count"), "user_count", 3),
    ):
        state = State("all", "some")
        assert served(fault, request(), state=state)[0].json == ROLE
        assert served(fault, request(), success(fewer), state=state)[0].json == fewer | {member: shown}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (sends("name"), True),
        (sends("name", n=0), True),
        (sends("n"), False),
        (sends(n=1), False),
        (sends(absent=None), False),
        (mentions("n", "absent"), True),
        (mentions("absent"), False),
        (asks("limit"), True),
        (asks("limit", "offset"), False),
        (asks(limit="5", offset=None), True),
        (asks(limit="6"), False),
        (asks(limit=None), False),
        (lacks("content-type"), True),
        (lacks("authorization"), False),
    ],
)
def test_conditions_on_requests(condition: Any, holds: bool) -> None:
    assert bool(condition(request("POST", "/api/roles", {"name": "a", "n": 0}, limit="5"))) is holds


def test_a_value_is_taken_from_what_was_sent() -> None:
    assert sent("name")(request(body={"name": "a"})) == "a"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (only(name=lambda body: body["n"], m=2), request(body={"name": 1, "m": 2}, limit="5")),
        (alone("n"), request(body={"n": 1}, limit="5")),
        (with_defaults(n=2, m=3), request(body={"n": 1, "m": 3, "name": "a"}, limit="5")),
        (cut("name", 0), request(body={"name": "", "n": 1}, limit="5")),
        (with_body(), request(body={"name": "a", "n": 1}, limit="5")),
        (with_body(name="b"), request(body={"name": "b", "n": 1}, limit="5")),
        (without("n"), request(body={"name": "a"}, limit="5")),
        (rewritten(lambda body: {"keys": len(body)}), request(body={"keys": 2}, limit="5")),
        (with_query(limit=None), request(body={"name": "a", "n": 1})),
        (
            at(lambda _: "/api/roles/8", "PUT"),
            request("PUT", "/api/roles/8", {"name": "a", "n": 1}, limit="5"),
        ),
        (without_content, request(limit="5")),
        (
            with_header("authorization", "Bearer all"),
            as_administrator(request(body={"name": "a", "n": 1}, limit="5"), State("all", "")),
        ),
    ],
)
def test_a_request_is_changed_in_one_point(change: Any, expected: Request) -> None:
    assert change(request(body={"name": "a", "n": 1}, limit="5"), State("all", "some")) == expected


def test_all_nulls_or_some_are_left_out() -> None:
    nothing = request(body={"a": None, "b": None, "c": 0})

    assert without_null()(nothing, State("", "")).json == {"c": 0}
    assert without_null("a")(nothing, State("", "")).json == {"b": None, "c": 0}


def test_a_body_that_is_no_object_is_left_alone() -> None:
    for body in ([1], "a", 7):
        assert with_body(name="b")(request(body=body), State("", "")) == request(body=body)
        assert not sends("name")(request(body=body))


def test_a_fresh_name_was_nowhere_before() -> None:
    assert len({fresh(None) for _ in range(100)}) == 100
