"""Better plans by HTTP: the writer says what a plan would start from, the search runs here beside everything else, and
the writer keeps what came out as a proposal. Reading and other edits go on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
import numpy as np
from litestar import Request, Response, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from doorward.access.rights import runs_seen
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.reading import asked_again, tagged, unchanged
from doorward.apps.api.who import Who
from doorward.apps.api.writing import Key, key_of
from doorward.lastmile.board import asked as board
from doorward.lastmile.board.better import Found, Job, doors_to_be, job_of, searched, unserved
from doorward.lastmile.board.common import tables
from doorward.lastmile.board.proposals import PLAN, proposed, state_of, surveyed_where, why_stale
from doorward.lastmile.board.rules import BoardRules
from doorward.lastmile.board.timing import Where
from doorward.lastmile.rules import LastmileRules
from doorward.ports.clock import steady_s
from doorward.runtime.live.wire import Done
from doorward.tables.board import Locks, Proposals, ProposedRuns, ProposedStops
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.people import Grants

AT_ONCE, IN_LINE = 1, 4
"""Searches of one API process at a time, and requests that may wait for their turn."""
EXAMPLES = [
    Example(summary="A whole station, its pool too", value={"station": 7, "whole_pool": True}),
    Example(
        summary="Two runs, for 2 s, a kilogram of CO2e worth 10 cents",
        value={"station": 7, "runs": [120, 121], "seconds": 2, "weights": {"co2_c_kg": 10}},
    ),
    Example(
        summary="The same plan whenever the tables are the same",
        value={"station": 7, "runs": [120, 121], "pool": [8731], "iterations": 20_000},
    ),
]
Number = Annotated[int, PathParameter(description="Number of a plan, as `proposal` of its answer.")]


class OptimiseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to plan anew. runs: none for all of the station that have not left; pool: packages, or whole_pool.

    seconds     of searching; iterations: instead of seconds (in rounds of 400), then equal tables give equal plans
    weights     factors of what kilometres, hours and lateness cost, and cents for a kilogram of CO2e
    """

    station: int
    runs: list[int] = []
    pool: list[int] = []
    whole_pool: bool = False
    seconds: float = -1.0
    iterations: int = -1
    weights: board.Weights = board.Weights()


class Planner:
    """Whose turn it is to search, in one API process."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @contextmanager
    def in_line(self) -> Iterator[asyncio.Semaphore]:
        """The turn to wait for. Trouble 429 where too many wait already."""
        if self._waiting >= AT_ONCE + IN_LINE:
            raise Trouble(
                429, "too many plans are being made", rule=f"{AT_ONCE + IN_LINE} at once",
                remedy="ask again in some seconds", headers={"Retry-After": "5"},
            )  # fmt: skip
        self._waiting += 1
        try:
            yield self._turn
        finally:
            self._waiting -= 1

    async def search(self, job: Job, found: board.Surveyed, asked: OptimiseIn, seconds: float) -> Found:
        """The best routes within the budget, found in a thread: the kernels let the others go on."""
        if asked.iterations >= 0:
            most = asked.iterations
            return await asyncio.to_thread(
                searched, job, found.seed, lambda done: done / most if most else 1.0
            )
        begun = steady_s()
        return await asyncio.to_thread(searched, job, found.seed, lambda _: (steady_s() - begun) / seconds)


def _checked(asked: OptimiseIn, rules: BoardRules) -> float:
    """Seconds of searching. Trouble 422 for a budget or weights out of bounds."""
    seconds = rules.seconds if asked.seconds == -1.0 else asked.seconds
    if not 0.0 < seconds <= rules.seconds_most:
        raise Trouble(
            422, f"{seconds:g} seconds", field="seconds", rule=f"more than 0, to {rules.seconds_most:g}"
        )
    if not -1 <= asked.iterations <= rules.iterations_most:
        raise Trouble(
            422,
            f"{asked.iterations} iterations",
            field="iterations",
            rule=f"0 to {rules.iterations_most}, -1 none",
        )
    for name in asked.weights.__struct_fields__:
        if not 0.0 <= getattr(asked.weights, name) <= 10_000.0:
            raise Trouble(
                422,
                f"a weight of {getattr(asked.weights, name):g}",
                field=f"weights.{name}",
                rule="0 to 10000",
            )
    return seconds


def _own(live: Live, who: Who, asked: OptimiseIn) -> board.Survey:
    """What is asked of the writer. A contractor plans its own runs, and what stands on them; others' look like none."""
    runs = asked.runs
    if not who.operator:
        table, seen = live.replica.state.table(Runs), runs_seen(live.replica.state, who.org)
        for run in runs:
            if not 0 <= run < len(seen) or not seen[run]:
                raise missing(f"run {run}")
        if asked.pool or asked.whole_pool:
            raise Trouble(403, "the pool is the operator's", field="pool", remedy="leave it out")
        mine = (
            seen & (table.station == asked.station) & (table.status == RunStatus.PLANNED) & (table.before < 0)
        )
        runs = runs or np.flatnonzero(mine).tolist()
        if not runs:
            raise missing(f"run of yours at station {asked.station} that has not left")
    return board.Survey(station=asked.station, runs=runs, pool=asked.pool, whole_pool=asked.whole_pool)


@post(
    "/board/optimise", opt={"scope": "PLANS_OWN"}, status_code=200, summary="Ask for a better plan",
    operation_id="board_optimise",
)  # fmt: skip
async def optimise(
    data: Annotated[OptimiseIn, Body(examples=EXAMPLES)], live: Live, who: Who, planner: Planner
) -> board.Plan:
    """Some seconds later: what would change, run by run, which doors move, what comes from the pool, and why the rest
    stays there. Nothing is changed until the plan is accepted. Asking anew drops the plan shown before."""
    return await proposed_plan(data, live, who, planner)


async def proposed_plan(data: OptimiseIn, live: Live, who: Who, planner: Planner) -> board.Plan:
    """Ask the writer, search, and let the writer keep what was found. Trouble as the board refuses."""
    rules = live.replica.desk().rule(LastmileRules)
    seconds, survey = _checked(data, rules.board), _own(live, who, data)
    with planner.in_line() as turn:
        async with turn:
            done = await live.ask("board.survey", survey, asker=who.row)
            found = msgspec.msgpack.decode(done.body, type=board.Surveyed)
            desk, begun = live.replica.desk(), steady_s()
            at = surveyed_where(tables(desk), found, rules)
            job = job_of(found.runs, found.pool, at, desk.table(Locks), data.weights)
            with live.tracer.span("plan search", station=data.station, runs=len(found.runs)) as span:
                best = await planner.search(job, found, data, seconds)
                span.say(iterations=best.again.iterations)
        done = await _ask(
            live, who, "board.propose", _propose(job, best, found, at, data, steady_s() - begun)
        )
    return msgspec.msgpack.decode(done.body, type=board.Plan)


def _propose(
    job: Job, best: Found, found: board.Surveyed, at: Where, asked: OptimiseIn, took_s: float
) -> board.Propose:
    return board.Propose(
        station=found.station, runs=found.runs, done=found.done,
        doors=[[list(door) for door in doors] for doors in doors_to_be(job, best)], unassigned=unserved(job, best, at),
        seed=found.seed, iterations=best.again.iterations, seconds=round(took_s, 3),
        before_c=round(best.again.before / 1000), after_c=round(best.again.after / 1000), weights=asked.weights,
    )  # fmt: skip


def _shown(live: Live, who: Who, plan: int) -> board.Plan:
    """A plan as it stands now. Trouble 404 for none, or one that is not the asker's to see."""
    replica = live.replica
    desk, proposals = replica.desk(), replica.state.table(Proposals)
    kept = replica.vault.read(PLAN, plan) if 0 <= plan < len(proposals) else None
    if kept is None:
        raise missing(f"plan {plan}")
    shape = msgspec.msgpack.decode(kept, type=board.Plan)
    runs, done, doors = proposed(desk.table(ProposedRuns), desk.table(ProposedStops), plan)
    if not who.operator and not _is_of(live, who, plan, runs):
        raise missing(f"plan {plan}")
    state, why = state_of(proposals, plan, shape.expires_s, desk.now_s), ""
    if state == "open":
        found = board.Surveyed(
            station=shape.station, now_s=desk.now_s, midnight_s=desk.midnight_s, runs=[], done=[], pool=[], seed=0,
            pace=[],
        )  # fmt: skip
        t = tables(desk)
        why = why_stale(
            t, shape.station, runs, done, doors, surveyed_where(t, found, desk.rule(LastmileRules)).when
        )
    return msgspec.structs.replace(
        shape, state="stale" if why else state, why=why, edit=int(proposals.edit[plan])
    )


def _is_of(live: Live, who: Who, plan: int, runs: list[int]) -> bool:
    """Whether a plan was asked for by this organisation, and is of runs that are still its own."""
    state = live.replica.state
    by = int(state.table(Proposals).by[plan])
    grants = state.table(Grants)
    seen = runs_seen(state, who.org)
    ended = state.table(Runs).vehicle[runs] < 0  # an edit of them took their vehicle: who asked is enough
    return 0 <= by < len(grants) and int(grants.org[by]) == who.org and bool((seen[runs] | ended).all())


@get("/plans/{plan:int}", opt={"scope": "PLANS_OWN"}, summary="A plan that was proposed")
async def plan_(request: Request[Any, Any, Any], plan: Number, live: Live, who: Who) -> Response[board.Plan]:
    """As it was made, with what became of it: open, accepted, discarded, expired; or stale, and what has happened."""
    body = msgspec.json.encode(_shown(live, who, plan))
    # of what it says, not of the turn: whoever asks every few seconds gets it again only when it reads differently
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    return unchanged(tag) if asked_again(request, tag) else tagged(body, tag)


@post(
    "/plans/{plan:int}/accept", opt={"scope": "PLANS_OWN"}, status_code=200, summary="Take a plan",
    operation_id="plan_accept",
)  # fmt: skip
async def accept(plan: Number, live: Live, who: Who, idempotency: Key = "") -> board.Answer:
    """One edit of the board, which can be undone. 409 names the run that was edited, or has passed a stop, since."""
    _shown(live, who, plan)
    return await _done(live, who, "board.accept", board.Accept(proposal=plan), idempotency)


@post(
    "/plans/{plan:int}/discard", opt={"scope": "PLANS_OWN"}, status_code=200, summary="Drop a plan",
    operation_id="plan_discard",
)  # fmt: skip
async def discard(plan: Number, live: Live, who: Who, idempotency: Key = "") -> board.Answer:
    """Nothing was changed by it, and nothing will be."""
    _shown(live, who, plan)
    return await _done(live, who, "board.discard", board.Discard(proposal=plan), idempotency)


@post(
    "/plans/{plan:int}/undo", opt={"scope": "PLANS_OWN"}, status_code=200, summary="Undo a plan that was taken",
    operation_id="plan_undo",
)  # fmt: skip
async def undo(plan: Number, live: Live, who: Who, idempotency: Key = "") -> board.Answer:
    """As `POST /board/undo`, only if taking this plan is the newest edit of its station."""
    shown = _shown(live, who, plan)
    if shown.edit < 0:
        raise Trouble(409, f"plan {plan} was not taken: it is {shown.state}")
    return await _done(
        live, who, "board.undo", board.Undo(station=shown.station, edit=shown.edit), idempotency
    )


async def taken_if(
    better: Callable[[board.Plan], bool], otherwise: Trouble, data: OptimiseIn, live: Live, who: Who, planner: Planner,
    key: str,
) -> tuple[board.Plan, board.Answer, int]:  # fmt: skip
    """A plan is made, and taken at once where it is better: the plan, the edit, its turn. Else raises `otherwise`."""
    plan = await proposed_plan(data, live, who, planner)
    if not better(plan):
        await _ask(live, who, "board.discard", board.Discard(proposal=plan.proposal))
        raise otherwise
    done = await _ask(live, who, "board.accept", board.Accept(proposal=plan.proposal), key)
    return plan, msgspec.msgpack.decode(done.body, type=board.Answer), done.turn


async def _done(
    live: Live, who: Who, name: str, asked: board.Accept | board.Discard | board.Undo, key: str
) -> board.Answer:
    """A command's answer."""
    return msgspec.msgpack.decode((await _ask(live, who, name, asked, key)).body, type=board.Answer)


async def _ask(live: Live, who: Who, name: str, asked: msgspec.Struct, key: str = "") -> Done:
    """Give a command. What is stale is a conflict here: no header of the request could have prevented it."""
    try:
        return await live.ask(name, asked, key=key_of(who, key), asker=who.row)
    except Trouble as error:
        if error.problem.status != 412:
            raise
        raise Trouble(
            409, error.problem.detail, rule="a plan holds while its runs stand as they did when it was made",
            remedy="ask for a new plan",
        ) from error  # fmt: skip


ROUTES = [optimise, plan_, accept, discard, undo]
