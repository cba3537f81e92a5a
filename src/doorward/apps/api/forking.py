"""What if, by HTTP: fork the twin as it stands, let both days run to midnight, compare them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import delete, get, post
from msgspec import Meta

from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.live.forker import ASKED, TOLD, Asked, Told
from doorward.core.units import DAY_S
from doorward.runtime.live.forks import Change, Measure
from doorward.tables.fleet import Vehicles
from doorward.twin.inject import inject

FOLDER, KEPT = "forks", 10
ENDED = "it was ended, or its server was"


class ForkIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do to the fork, as POST /twin/inject does to the twin; vehicles: taken out of service."""

    name: Annotated[str, Meta(max_length=100, examples=["rain in the afternoon"])] = ""
    injections: Annotated[list[Annotated[dict[str, str | int | float], Meta()]], Meta(max_length=20)] = []
    vehicles: Annotated[list[int], Meta(max_length=1000)] = []


class ForkOut(msgspec.Struct, frozen=True):
    """A fork. state: running, done, failed. at_s: when it left the twin; until_s: the end of its day."""

    fork: int
    name: str
    turn: int
    at_s: int
    until_s: int
    state: str
    progress_pm: int
    error: str
    measures: list[Measure]


class Forks:
    """Forks of one network; their processes belong to the API process that began them."""

    def __init__(self, live: Live) -> None:
        self.live, self.root = live, live.replica.where.root / FOLDER
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def numbers(self) -> list[int]:
        """Those that are kept, newest first."""
        found = (int(each.name) for each in self.root.glob("*") if each.name.isdigit())
        return sorted(found, reverse=True)

    def shown(self, number: int) -> ForkOut:
        """How a fork stands. Trouble 404 if there is none."""
        try:
            asked = msgspec.json.decode((self.root / str(number) / ASKED).read_bytes(), type=Asked)
        except FileNotFoundError as error:
            raise missing(f"fork {number}") from error
        told = Told(state="running")
        with contextlib.suppress(FileNotFoundError):
            told = msgspec.json.decode((self.root / str(number) / TOLD).read_bytes(), type=Told)
        process = self._running.get(number)
        if (
            told.state == "running"
            and (process is None or process.poll() is not None)
            and not self._alive(number)
        ):
            told = Told(state="failed", error=ENDED)
        return ForkOut(
            number, asked.name, asked.turn, asked.now_s, asked.until_s, told.state, told.progress_pm, told.error,
            told.measures,
        )  # fmt: skip

    def _alive(self, number: int) -> bool:
        """Whether another API process of this machine runs it."""
        mark = str(self.root / str(number)).encode()
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if mark in (line := each.read_bytes().split(b"\0")) and b"doorward.apps.live.forker" in line:
                    return True
        return False

    def begin(self, name: str, change: Change) -> ForkOut:
        """Fork now. Trouble 409 while another one runs."""
        known = self.numbers()
        if any(self.shown(number).state == "running" for number in known):
            raise Trouble(409, "a fork is running", rule="one at a time", remedy="wait for it, or end it")
        for old in known[KEPT - 1 :]:
            shutil.rmtree(self.root / str(old), ignore_errors=True)
        number, replica = max(known, default=0) + 1, self.live.replica
        desk, folder = replica.desk(), self.root / str(number)
        asked = Asked(
            name=name, source=str(replica.where.root.resolve()), turn=replica.turn, now_s=desk.now_s,
            until_s=desk.midnight_s + DAY_S - 1, change=change,
        )  # fmt: skip
        folder.mkdir(parents=True)
        (folder / ASKED).write_bytes(msgspec.json.encode(asked))
        command = [sys.executable, "-m", "doorward.apps.live.forker", str(folder)]
        self._running[number] = subprocess.Popen(command, stdin=subprocess.PIPE)
        return self.shown(number)

    def end(self, number: int) -> None:
        """End it if it runs here, and forget it."""
        self.shown(number)
        process = self._running.pop(number, None)
        if process is not None:
            process.kill()
            process.wait()
        elif self._alive(number):
            raise Trouble(409, "another API process runs it", remedy="try again")
        shutil.rmtree(self.root / str(number), ignore_errors=True)


def _change(live: Live, data: ForkIn) -> Change:
    """What is asked, checked against the twin as it stands."""
    change = msgspec.convert({"injections": data.injections, "vehicles": data.vehicles}, Change)
    desk = live.replica.desk()
    for each in change.injections:
        inject(desk, each)
    most = len(desk.table(Vehicles))
    for vehicle in change.vehicles:
        if not 0 <= vehicle < most:
            raise Trouble(422, f"no vehicle {vehicle}", field="vehicles", rule=f"0 to {most - 1}")
    return change


@post("/twin/fork", opt={"scope": "TWIN"}, status_code=202, summary="What if?")
async def fork(data: ForkIn, live: Live, forks: Forks) -> ForkOut:
    """The day from now to midnight is played twice beside the twin: as it stands, and with this done to it."""
    if live.replica.where.settings.live:
        raise Trouble(409, "this network is on the wall clock", rule="only a twin can be forked here",
                      remedy="doorward up --twin with a copy of the network")  # fmt: skip
    try:
        change = _change(live, data)
    except msgspec.ValidationError as error:
        raise Trouble(422, str(error), field="injections", rule="as POST /twin/inject takes them") from error
    return await asyncio.to_thread(forks.begin, data.name, change)


@get("/twin/forks", opt={"scope": "TWIN"}, summary="Forks of the twin")
async def all_forks(forks: Forks) -> list[ForkOut]:
    """Newest first, with what came of them."""
    return [forks.shown(number) for number in forks.numbers()]


@get("/twin/forks/{number:int}", opt={"scope": "TWIN"}, summary="A fork of the twin")
async def one_fork(number: int, forks: Forks) -> ForkOut:
    """How far it is; at its end both days, figure by figure."""
    return forks.shown(number)


@delete("/twin/forks/{number:int}", opt={"scope": "TWIN"}, status_code=200, summary="End a fork")
async def end_fork(number: int, forks: Forks) -> dict[str, str]:
    """It is ended if it runs, and forgotten."""
    await asyncio.to_thread(forks.end, number)
    return {"status": "ended"}


ROUTES = [fork, all_forks, one_fork, end_fork]
