"""Routes of the dispatcher's board: every edit is one command; its consequences are the answer."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from doorward.apps.api.live import Live
from doorward.apps.api.planning import Planner, mended
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.reading import Looking
from doorward.apps.api.who import Who
from doorward.apps.api.writing import Key, key_of
from doorward.lastmile.board import asked as board
from doorward.lastmile.board.asked import Plan
from doorward.lastmile.board.commands import COMMANDS
from doorward.runtime.look.exceptions import exceptions
from doorward.runtime.look.shapes import ExceptionShape
from doorward.tables.fleet import Runs

SUMMARIES = {
    "board.move": "Move doors to a run or a place",
    "board.take_off": "Take doors off their runs",
    "board.put": "Put packages of the pool on a run",
    "board.lock": "Lock or unlock",
    "board.swap": "Exchange the vehicles of two runs",
    "board.open": "Open a run on a free vehicle",
    "board.start": "Let a run leave at another time",
    "board.service": "Take a vehicle out of service, or bring it back",
    "board.undo": "Undo",
    "board.redo": "Do again",
    "package.rechoose": "Let packages' ways be chosen anew",
}


def _route(name: str, takes: type[Any]) -> HTTPRouteHandler:
    async def edit(data: Any, live: Live, who: Who, idempotency: Key = "") -> Any:
        """Durable when answered, with what it changed: kilometres, minutes, lateness, cost, run by run."""
        done = await live.ask(name, data, key=key_of(who, idempotency), asker=who.row)
        return msgspec.msgpack.decode(done.body, type=board.Answer)

    edit.__annotations__ = {
        "data": takes, "live": Live, "who": Who, "idempotency": Key, "return": board.Answer
    }  # fmt: skip
    verb = name.partition(".")[2]
    return post(
        f"/board/{verb}", opt={"scope": "PLANS_WRITE"}, status_code=200, summary=SUMMARIES[name], name=name,
        operation_id=f"board_{verb}",
    )(edit)  # fmt: skip


class ActionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do about an exception: one of the commands that it names."""

    command: str


class ActionOut(msgspec.Struct, frozen=True):
    """It was done. undo_station: whose newest edit `POST /board/undo` takes back; -1 it cannot be undone."""

    turn: int
    words: str
    undo_station: int


@post(
    "/exceptions/{id:str}/actions",
    opt={"scope": "PLANS_WRITE"},
    status_code=200,
    summary="Act on an exception",
)
async def act(
    id: str, data: ActionIn, live: Live, looking: Looking, who: Who, planner: Planner, idempotency: Key = ""
) -> ActionOut:
    """One click: what the exception proposes is done by the commands of the board."""
    found = next((each for each in exceptions(looking.now()).items if each.id == id), None)
    if found is None:
        raise missing(f"exception {id}: it may have passed")
    if data.command not in {action.command for action in found.actions}:
        offered = ", ".join(action.command for action in found.actions) or "nothing can be done"
        raise Trouble(422, f"{data.command} is not offered here", field="command", rule=offered)
    if data.command == "run.mend":
        plan, done = await mended(found.row, found.site, live, who, planner, idempotency)
        return ActionOut(done.turn, mend_words(plan), found.site)
    name, body, station = _deed(found, data.command, live)
    done = await live.ask(name, body, key=key_of(who, idempotency), asker=who.row)
    label = next(action.label for action in found.actions if action.command == data.command)
    return ActionOut(done.turn, label, station)


def mend_words(plan: Plan) -> str:
    """What another order of doors brought."""
    doors, minutes = plan.after.late_doors, round((plan.after.time_s - plan.before.time_s) / 60)
    longer = f", {abs(minutes)} min {'longer' if minutes > 0 else 'shorter'}" if minutes else ""
    return f"{doors} doors late instead of {plan.before.late_doors}{longer}"


def _deed(found: ExceptionShape, command: str, live: Live) -> tuple[str, Any, int]:
    """(command, argument, station whose edits can be undone) of an action."""
    if command == "package.rechoose":
        return "package.rechoose", board.Rechoose(packages=found.packages), -1
    if command == "vehicle.out":
        runs = live.replica.state.table(Runs)
        if found.about != "run" or not 0 <= found.row < len(runs) or runs.vehicle[found.row] < 0:
            raise Trouble(409, "it is about no vehicle of the network")
        vehicle, station = int(runs.vehicle[found.row]), int(runs.station[found.row])
        return "board.service", board.Service(vehicle=vehicle, out=True), station
    raise Trouble(409, f"{command} cannot be done from here", remedy="open the board of the station")


ROUTES = [
    *(_route(command.name, command.takes) for command in COMMANDS if command.name in SUMMARIES),
    act,
]
