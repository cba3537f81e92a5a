"""One click on an exception: what it proposes is done by the commands of the rooms, and how to take it back is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from doorward.apps.api.live import Live
from doorward.apps.api.planning import OptimiseIn, Planner, taken_if
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.reading import Looking
from doorward.apps.api.who import Who
from doorward.apps.api.writing import Key, key_of
from doorward.lastmile.board import asked as board
from doorward.linehaul.commands import Departures, Hold, Release
from doorward.runtime.look.exceptions import WAKE, exceptions
from doorward.runtime.look.shapes import Action, ExceptionShape
from doorward.runtime.look.view import View
from doorward.runtime.look.words import clock
from doorward.tables.fleet import Runs
from doorward.tables.packages import Packages
from doorward.tables.ways import Way
from doorward.tracking.snoozes import PutOff, Snooze

CHOOSING, CHOOSING_S = 40, 0.05
"""How often, and after how many seconds, it is looked whether another way was chosen."""
MEND_S = 1.0
"""Seconds of searching for another order of one run's doors."""


Better = Callable[[board.Plan], bool]


class ActionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do about an exception: one of the commands that it names. minutes: how long to `snooze`."""

    command: str
    minutes: int = 60


class Back(msgspec.Struct, frozen=True):
    """How to take it back: POST `body` to `path` below /api/v1."""

    path: str
    body: dict[str, Any]


class ActionOut(msgspec.Struct, frozen=True):
    """It was done, in turn `turn`. undo: the way back, while nothing has come of it."""

    turn: int
    words: str
    undo: Back


class _Doing(msgspec.Struct, frozen=True):
    """What a deed works with."""

    found: ExceptionShape
    action: Action
    view: View
    live: Live
    who: Who
    planner: Planner
    key: str
    minutes: int

    async def ask(self, name: str, asked: msgspec.Struct, kind: type[Any]) -> tuple[Any, int]:
        """Give a command: its answer and turn."""
        done = await self.live.ask(name, asked, key=key_of(self.who, self.key), asker=self.who.row)
        return msgspec.msgpack.decode(done.body, type=kind), done.turn

    def out(self, turn: int, words: str, path: str, **body: Any) -> ActionOut:
        return ActionOut(turn, words, Back(path, body))


@post(
    "/exceptions/{id:str}/actions",
    opt={"scope": "PLANS_WRITE"},
    status_code=200,
    summary="Act on an exception",
)
async def act(
    id: str, data: ActionIn, live: Live, looking: Looking, who: Who, planner: Planner, idempotency: Key = ""
) -> ActionOut:
    """One click. The answer says what it brought, and how to undo it. 409: it would bring nothing, or cannot be."""
    view = looking.now()
    found = next((each for each in exceptions(view).items if each.id == id), None)
    if found is None:
        raise missing(f"exception {id}: it may have passed")
    offered = {action.command: action for action in [WAKE, *found.actions]}
    if data.command not in offered:
        names = ", ".join(action.command for action in found.actions)
        raise Trouble(422, f"{data.command} is not offered here", field="command", rule=names)
    doing = _Doing(found, offered[data.command], view, live, who, planner, idempotency, data.minutes)
    return await DEEDS[data.command](doing)


async def _snooze(doing: _Doing) -> ActionOut:
    minutes = doing.minutes if doing.action.command == "snooze" else 0
    put, turn = await doing.ask("inbox.snooze", Snooze(id=doing.found.id, minutes=minutes), PutOff)
    words = (
        f"Put off until {clock(doing.view, put.until_s)}, for everybody" if minutes else "Back in the inbox"
    )
    back = {"command": "wake"} if minutes else {"command": "snooze"}
    return doing.out(turn, words, f"exceptions/{doing.found.id}/actions", **back)


async def _hold(doing: _Doing) -> ActionOut:
    trips, until_s = doing.action.rows, doing.action.until_s
    _, turn = await doing.ask("trip.hold", Hold(trips=trips, until_s=until_s), Departures)
    words = (
        f"{'It waits' if len(trips) == 1 else f'{len(trips)} trucks wait'} until {clock(doing.view, until_s)}"
    )
    return doing.out(turn, words, "linehaul/release", trips=trips)


async def _rechoose(doing: _Doing) -> ActionOut:
    rows = doing.action.rows
    before = _ways(doing.live, rows)
    answer, turn = await doing.ask("package.rechoose", board.Rechoose(packages=rows), board.Answer)
    for _ in range(CHOOSING):  # the choice is a turn of its own, right after
        after = _ways(doing.live, rows)
        if all(way >= 0 for way, *_ in after):
            break
        await asyncio.sleep(CHOOSING_S)
    out = _edited(doing, answer, turn, "")
    other = sum(now != then and now[0] >= 0 for now, then in zip(after, before, strict=True))
    if not other:
        await doing.live.ask("board.undo", board.Undo(**out.undo.body), asker=doing.who.row)
        raise Trouble(409, "no other way to the door is open to them", remedy="plan the station's runs anew")
    by = Counter(f"by {Way(way).name.lower()}" if way >= 0 else "wait for room" for way, *_ in after)
    words = ", ".join(f"{count} {way}" for way, count in by.most_common())
    return msgspec.structs.replace(out, words=f"{other} of {len(rows)} packages go another way: {words}")


def _ways(live: Live, rows: list[int]) -> list[tuple[int, int, int]]:
    """Way, carrier and station of packages, as they are chosen now."""
    packages = live.replica.state.table(Packages)
    return [(int(packages.way[p]), int(packages.carrier[p]), int(packages.station[p])) for p in rows]


async def _take_out(doing: _Doing) -> ActionOut:
    found, runs = doing.found, doing.live.replica.state.table(Runs)
    if found.about != "run" or not 0 <= found.row < len(runs) or runs.vehicle[found.row] < 0:
        raise Trouble(409, "it is about no vehicle of the network")
    asked = board.Service(vehicle=int(runs.vehicle[found.row]), out=True)
    answer, turn = await doing.ask("board.service", asked, board.Answer)
    return _edited(doing, answer, turn, "The vehicle is out of service")


def _edited(doing: _Doing, answer: board.Answer, turn: int, words: str) -> ActionOut:
    """Done by an edit of the board."""
    station = doing.found.site
    if doing.action.rows:  # of packages: theirs, wherever the exception stands
        station = int(doing.view.table(Packages).station[doing.action.rows[0]])
    return doing.out(turn, words, "board/undo", station=station, edit=answer.edit)


async def _mend(doing: _Doing) -> ActionOut:
    none = Trouble(
        409, "no other order of its doors was found that brings more of them in time",
        remedy="hand some over to another run in Dispatch, or tell the recipients",
    )  # fmt: skip
    asked = OptimiseIn(station=doing.found.site, runs=[doing.found.row], seconds=MEND_S)
    return await _planned(doing, asked, lambda plan: plan.after.late_doors < plan.before.late_doors, none)


async def _optimise(doing: _Doing) -> ActionOut:
    none = Trouble(
        409, "no better plan was found for the runs that have not left", remedy="look at the board: Dispatch"
    )
    asked = OptimiseIn(station=doing.found.site, whole_pool=doing.found.kind == "UNASSIGNED")
    return await _planned(doing, asked, lambda plan: plan.after_c < plan.before_c and bool(plan.runs), none)


async def _planned(doing: _Doing, asked: OptimiseIn, better: Better, none: Trouble) -> ActionOut:
    plan, answer, turn = await taken_if(better, none, asked, doing.live, doing.who, doing.planner, doing.key)
    return doing.out(turn, plan_words(plan), "board/undo", station=plan.station, edit=answer.edit)


def plan_words(plan: board.Plan) -> str:
    """What another plan brought, in words: lateness, kilometres, minutes, packages of the pool."""
    change = plan.after.minus(plan.before)
    parts = []
    if plan.before.late_doors != plan.after.late_doors:
        parts.append(f"{plan.after.late_doors} doors late instead of {plan.before.late_doors}")
    for amount, unit in ((round(change.dist_m / 1000), "km"), (round(change.time_s / 60), "min")):
        if amount:
            parts.append(f"{abs(amount)} {unit} {'more' if amount > 0 else 'less'}")
    if plan.assigned:
        parts.append(f"{len(plan.assigned)} packages from the pool")
    return ", ".join(parts) or "a little cheaper"


@post(
    "/linehaul/hold", opt={"scope": "PLANS_WRITE"}, status_code=200, summary="Let departures wait",
    operation_id="linehaul_hold",
)  # fmt: skip
async def hold(data: Hold, live: Live, who: Who, idempotency: Key = "") -> Departures:
    """Until a moment, before their loading begins; at most so long as the network's rules let a truck wait."""
    done = await live.ask("trip.hold", data, key=key_of(who, idempotency), asker=who.row)
    return msgspec.msgpack.decode(done.body, type=Departures)


@post(
    "/linehaul/release", opt={"scope": "PLANS_WRITE"}, status_code=200, summary="Let departures wait no longer",
    operation_id="linehaul_release",
)  # fmt: skip
async def release(data: Release, live: Live, who: Who, idempotency: Key = "") -> Departures:
    """They leave by the timetable again."""
    done = await live.ask("trip.release", data, key=key_of(who, idempotency), asker=who.row)
    return msgspec.msgpack.decode(done.body, type=Departures)


DEEDS: dict[str, Callable[[_Doing], Awaitable[ActionOut]]] = {
    "snooze": _snooze,
    "wake": _snooze,
    "trip.hold": _hold,
    "package.rechoose": _rechoose,
    "vehicle.out": _take_out,
    "run.mend": _mend,
    "board.optimise": _optimise,
}
"""By command of an action."""
ROUTES: list[HTTPRouteHandler] = [act, hold, release]
