"""Routes of the dispatcher's board: every edit is one command; its consequences are the answer."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from doorward.apps.api.live import Live
from doorward.apps.api.who import Who
from doorward.apps.api.writing import Key, key_of
from doorward.lastmile.board import asked as board
from doorward.lastmile.board.commands import COMMANDS

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


ROUTES = [
    *(_route(command.name, command.takes) for command in COMMANDS if command.name in SUMMARIES),
]
