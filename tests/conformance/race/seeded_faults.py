"""Faults that show only when several clients call at once: others come between a read and a write."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

from conformance.selftest.combinators import on
from conformance.selftest.faults.profiles import CREATE, GET, UPDATE, stored
from conformance.selftest.middleware import Inner, Request, Response, State

ALONE_SECONDS = 1
"""How long one waits for another, where there may be none."""
LONG_SECONDS = 60
"""How long one waits for another that will come, however slow the machine."""


async def _another(state: State, what: str) -> None:
    """Let two at a time go on together; who is alone goes on alone."""
    waiting: asyncio.Event | None = state.memory.pop(what, None)
    if waiting is not None:
        waiting.set()
        return
    state.memory[what] = waiting = asyncio.Event()
    with suppress(TimeoutError):
        await asyncio.wait_for(waiting.wait(), ALONE_SECONDS)
    if state.memory.get(what) is waiting:
        del state.memory[what]


@on(UPDATE).serve
async def an_update_writes_back_what_it_read_before(request: Request, inner: Inner, state: State) -> Response:
    """Lose an update: read the whole profile, change it and write it, whatever came between."""
    read = await stored(request, inner)
    await _another(state, "update")
    whole: dict[str, Any] = {name: read[name] for name in ("description", "tags", "budgets") if name in read}
    return await inner(request.with_json({**whole, **request.json}))


@on(CREATE).serve
async def a_name_is_looked_up_before_it_is_taken(request: Request, inner: Inner, state: State) -> Response:
    """Give who comes second while a create of the name is under way another name, and a 201."""
    wanted = request.json["name"]
    under_way = state.memory.setdefault("under way", Counter())
    under_way[wanted] += 1
    if under_way[wanted] == 2:
        return await inner(request.with_json({**request.json, "name": f"{wanted} 2"}))
    return await inner(request)


async def two_fields_are_written_one_after_the_other(
    request: Request, inner: Inner, state: State
) -> Response:
    """Show whoever reads between the two writes what nobody has sent."""
    sent = request.json
    half_written = state.memory.setdefault("half written", [])
    if request.operation_id == GET:
        waiting = [*half_written]
        response = await inner(request)
        for is_read in waiting:
            is_read.set()
        return response
    if request.operation_id != UPDATE or not {"description", "tags"} <= sent.keys():
        return await inner(request)
    await inner(request.with_json({name: value for name, value in sent.items() if name != "tags"}))
    half_written.append(is_read := asyncio.Event())
    with suppress(TimeoutError):
        await asyncio.wait_for(is_read.wait(), ALONE_SECONDS)
    half_written.remove(is_read)
    return await inner(request)


@on("deleteAccessProfile").serve
async def one_round_in_two_has_two_winners(request: Request, inner: Inner, state: State) -> Response:
    """Answer deletes of every other profile 200 twice: the winner, and the first of the others."""
    response = await inner(request)
    profile_id = request.path_parameter("profile_id")
    if int(profile_id) % 2 == 0:
        return response
    # Who lost may be answered first: on a store that waits for its disk the winner hears of it last.
    won: asyncio.Future[Response]
    won = state.memory.setdefault(profile_id, asyncio.get_running_loop().create_future())
    if response.status == 200:
        won.set_result(response)
    elif state.memory.setdefault(f"second of {profile_id}", request) is request:
        winner = await asyncio.wait_for(asyncio.shield(won), LONG_SECONDS)
        return Response(200, response.headers, winner.body)
    return response
