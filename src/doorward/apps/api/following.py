"""The stream: what turns say and what the clock does, as Server-sent events that resume."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from doorward.access.rights import holds
from doorward.apps.api.live import Live
from doorward.apps.api.own import own_positions
from doorward.apps.api.problems import Trouble
from doorward.apps.api.reading import Looking
from doorward.apps.api.who import Who
from doorward.ports.clock import steady_s, wall_s
from doorward.runtime.live.replica import Told
from doorward.runtime.look.moves import gridded, moved
from doorward.runtime.look.own import own_facts
from doorward.runtime.look.positions import positions
from doorward.runtime.look.shapes import Positions
from doorward.tables.people import Grants, Scope

BEAT_S = 15.0
MOST_BEHIND = 200_000
"""Turns that a stream may resume from; who was away longer reads anew."""
AT_ONCE = 200
"""Turns looked through for one organisation before others have their go."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(kind: str, data: Any, id: int | None = None) -> bytes:
    """One event of a stream (WHATWG HTML, section 9.2)."""
    number = b"" if id is None else b"id: %d\n" % id
    return number + b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


def turn_event(told: Told) -> bytes:
    """A turn as an event; its number is the id to resume from."""
    data = {"turn": told.turn, "now_s": told.at_s, "service": told.service, "facts": told.facts}
    return event("turn", data, told.turn)


@get("/stream", opt={"scope": "NETWORK_READ|ORDERS_READ|RUNS_READ"}, summary="Follow what happens")
async def stream(
    live: Live,
    who: Who,
    last: Annotated[int | None, HeaderParameter(name="Last-Event-ID", required=False)] = None,
    after: Annotated[int | None, QueryParameter(name="after", required=False)] = None,
) -> Stream:
    """Server-sent events: `turn` {turn, now_s, service, facts} for every turn from Last-Event-ID (or `after`) on, none
    missing; `clock` as GET /clock whenever it is moved and every few seconds. Who may not see the whole network is told
    of its own orders, packages and runs only: turns that are about them, and how many rows of each fact are."""
    begin = last if last is not None else after
    replica = live.replica
    if begin is not None and not replica.turn - MOST_BEHIND <= begin <= replica.turn:
        raise Trouble(
            409, f"turn {begin} is out of the stream's reach", rule=f"within {MOST_BEHIND} turns of {replica.turn}",
            remedy="read anew, and follow from the turn that the answer names",
        )  # fmt: skip
    whole = Scope.NETWORK_READ in who.scopes
    if who.operator and not whole:
        raise Trouble(403, "this needs the scope NETWORK_READ", remedy="ask an admin for a key that has it")
    events = _events(live, who, begin) if whole else _own_events(live, who, begin)
    return Stream(events, media_type="text/event-stream", headers=HEADERS)


def still_holds(live: Live, who: Who) -> bool:
    """Whether the principal of a stream was not revoked, and has not ended, since the stream began."""
    return holds(live.replica.state.table(Grants), who.row, live.replica.now_s())


async def _events(live: Live, who: Who, begin: int | None) -> AsyncIterator[bytes]:
    queue = live.listen()
    try:
        at = live.replica.turn
        yield b"retry: 1000\n\n"
        if begin is not None:
            # what was told between the two lines above waits in the queue, and is skipped there
            for told in live.replica.since(begin):
                yield turn_event(told)
        if live.replica.clock is not None:
            yield event("clock", live.replica.clock)
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), BEAT_S)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if not still_holds(live, who):
                return
            if isinstance(item, list):
                yield b"".join(turn_event(told) for told in item if told.turn > at)
            else:
                yield event("clock", item)
            if not live.listens(queue):
                return  # lagged too far behind: it resumes by its last id
    finally:
        live.leave(queue)


async def _own_events(live: Live, who: Who, begin: int | None) -> AsyncIterator[bytes]:
    """The same of one organisation. A turn that is not about it only moves the id on, at each beat."""
    queue = live.listen()
    try:
        told, said_s = live.replica.turn if begin is None else begin, steady_s()
        yield b"retry: 1000\n\n"
        while True:
            while told < live.replica.turn:
                upto = min(told + AT_ONCE, live.replica.turn)
                for each in live.replica.abouts(told, upto):
                    if facts := own_facts(live.replica.state, who.org, each):
                        yield event(
                            "turn", {"turn": each.turn, "now_s": each.at_s, "facts": facts}, each.turn
                        )
                told = upto
                await asyncio.sleep(0)
            if steady_s() - said_s > BEAT_S:
                said_s = steady_s()
                yield b"id: %d\n\n" % told
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(queue.get(), BEAT_S)
            if not still_holds(live, who) or not live.listens(queue):
                return
    finally:
        live.leave(queue)


class Steps:
    """Positions second by second, as one organisation sees them: whole, and what changed since the step before. Made
    once a second for all who follow."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._at = (-1, -1)
        self._seen: Positions | None = None
        self._whole = b""
        self.number = 0
        self.moved = b""

    def take(self, who: Who) -> int:
        """The number of the newest step."""
        view = self._looking.now()
        if self._at != (view.turn, view.now_s):
            seen = gridded(own_positions(who, view.state, positions(view)))
            if self._seen is not None:
                change, seen = moved(self._seen, seen)
                self.moved = event("moved", change)
            self._seen = seen
            self._at, self._whole, self.number = (view.turn, view.now_s), b"", self.number + 1
        return self.number

    @property
    def whole(self) -> bytes:
        """The newest step, for who does not know the one before."""
        self._whole = self._whole or event("positions", self._seen)
        return self._whole


@get("/stream/positions", opt={"scope": "RUNS_READ"}, summary="Follow where everything is")
async def stream_positions(live: Live, looking: Looking, who: Who, whole: bool = False) -> Stream:
    """Server-sent events, one a second: first `positions` as GET /positions, then `moved`: what changed since. With
    `whole=true` always `positions`."""
    return Stream(_positions(live, looking, who, whole), media_type="text/event-stream", headers=HEADERS)


async def _positions(live: Live, looking: Looking, who: Who, whole: bool) -> AsyncIterator[bytes]:
    steps = looking.steps.setdefault(who.org, Steps(looking))
    known = -1
    while still_holds(live, who):
        number = steps.take(who)
        if number == known:
            yield b": still here\n\n"
        elif whole or known != number - 1:
            yield steps.whole
        else:
            yield steps.moved
        known = number
        # everybody wakes at the same moment, so that one reckoning serves all
        await asyncio.sleep(1.0 - wall_s() % 1.0)


ROUTES = [stream, stream_positions]
