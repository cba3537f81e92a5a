"""Routes about the service itself: its clock, its health, its figures; and steering the twin."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from msgspec import Meta

from doorward.apps.api.described import described
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble
from doorward.apps.api.who import Who
from doorward.runtime.live.wire import ClockShape
from doorward.tables.injections import Injection, Injections
from doorward.twin.inject import Inject, InjectTaken


class Health(msgspec.Struct, frozen=True):
    """Whether the process lives, follows, and can write."""

    status: Literal["ok", "reading only", "starting"]
    turn: int
    writer: bool


class SpeedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Virtual seconds a second."""

    speed: Annotated[float, Meta(ge=0.1, le=3600, examples=[60])]


class InjectionOut(msgspec.Struct, frozen=True):
    """An injection. amount: rain in um an hour, orders in per mille; -1 none."""

    kind: str
    target: int
    amount: int
    from_s: int
    until_s: int


class UntilIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Go there as fast as the machine can. at: Unix seconds, not before now, at most a month ahead."""

    at: Annotated[int, Meta(ge=0, le=4_102_444_800)]


@get("/clock", opt={"scope": "NETWORK_READ"}, summary="What time it is in the network")
async def clock(live: Live) -> ClockShape:
    """The writer's clock as last told; `now_s` goes on at `speed` since `wall_s`."""
    if live.replica.clock is None:
        raise Trouble(503, "the writer has not said yet", headers={"Retry-After": "1"})
    return live.replica.clock


@post("/twin/speed", opt={"scope": "TWIN"}, status_code=200, summary="How fast the twin's time goes")
async def speed(data: SpeedIn, live: Live) -> ClockShape:
    """1 is as fast as life."""
    return await _steer(live, "speed", data.speed)


@post("/twin/pause", opt={"scope": "TWIN"}, status_code=200, summary="Stop the twin's time")
async def pause(live: Live) -> ClockShape:
    """Commands are still taken; nothing else happens."""
    return await _steer(live, "pause")


@post("/twin/go", opt={"scope": "TWIN"}, status_code=200, summary="Let the twin's time go on")
async def go(live: Live) -> ClockShape:
    """At the speed that was set."""
    return await _steer(live, "go")


@post("/twin/step", opt={"scope": "TWIN"}, status_code=200, summary="One appointment on, then stop")
async def step(live: Live) -> ClockShape:
    """To the next second at which a service works."""
    return await _steer(live, "step")


@post("/twin/until", opt={"scope": "TWIN"}, status_code=200, summary="Hurry to a later moment")
async def until(data: UntilIn, live: Live) -> ClockShape:
    """Then on at the speed that was set."""
    return await _steer(live, "until", data.at)


@post("/twin/inject", opt={"scope": "TWIN"}, status_code=200, summary="Do something to the twin")
async def inject(data: Inject, live: Live, who: Who) -> InjectTaken:
    """Rain, more or fewer orders, a building closed: from now or later, for some minutes."""
    if live.replica.where.settings.live:
        raise Trouble(
            409, "this network is on the wall clock", rule="only a twin's weather and customers are made"
        )
    done = await live.ask("twin.inject", data, asker=who.row)
    return msgspec.msgpack.decode(done.body, type=InjectTaken)


@get("/twin/injections", opt={"scope": "NETWORK_READ"}, summary="What was done to the twin")
async def injections(live: Live) -> list[InjectionOut]:
    """Newest first."""
    rows = live.replica.state.table(Injections)
    return [
        InjectionOut(
            Injection(int(rows.kind[i])).name.lower(), int(rows.target[i]), int(rows.amount[i]), int(rows.from_s[i]),
            int(rows.until_s[i]),
        )
        for i in range(len(rows) - 1, -1, -1)
    ]  # fmt: skip


async def _steer(live: Live, verb: str, value: float = 0.0) -> ClockShape:
    done = await live.steer(verb, value)
    return msgspec.msgpack.decode(done.body, type=ClockShape)


@get("/healthz", opt={"scope": ""}, exclude_from_auth=True, summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Always, if it answers."""
    return {"status": "ok"}


@get("/readyz", opt={"scope": ""}, exclude_from_auth=True, summary="Can it serve?")
async def readyz(live: Live) -> Response[Health]:
    """200 when it reads and writes; 503 while the writer is away (reading goes on)."""
    status: Any = (
        "ok" if live.connected and live.replica.clock else "reading only" if live.replica.turn else "starting"
    )
    health = Health(status, live.replica.turn, live.connected)
    return Response(health, status_code=200 if status == "ok" else 503)


@get("/openapi.json", opt={"scope": ""}, include_in_schema=False, sync_to_thread=False)
def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The API, described: OpenAPI 3.1."""
    return Response(msgspec.json.encode(described(request.app)), media_type="application/json")


TWIN_ROUTES = [speed, pause, go, step, until, inject, injections]
ROUTES = [clock, *TWIN_ROUTES]
OPEN_ROUTES = [healthz, readyz, openapi]
