"""The sender: follows the journal behind the writer, and delivers what it says to the endpoints, at least once.

One lane an endpoint. A lane has at most `LANE` messages on their way, one while it is in trouble (its last attempt
failed or was slow); lanes in trouble together hold at most half of all places, so that they delay nobody. Order within
an endpoint is not promised: whoever needs it sorts by `timestamp`, and tells repetitions by `webhook-id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType

import msgspec
from standardwebhooks import Webhook

from doorward.adapters.hooks.dial import Answer, Dialer
from doorward.adapters.hooks.messages import messages
from doorward.core import seed as draws
from doorward.core.table import Table
from doorward.hooks.commands import KIND, KeptHook
from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries, Delivery, Post
from doorward.ledger.ledger import Ledger
from doorward.ledger.read import Reader, Turn, journal_of
from doorward.ledger.state import Fold
from doorward.ports.clock import steady_s
from doorward.promise.commands import scope_of
from doorward.tables.hooks import EndpointDisabled, EndpointMade, HookReplayed

SCHEDULE_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Waits before the second, third ... attempt: the schedule that Standard Webhooks recommends, some three days."""
JITTER = 0.2
LONGEST_WAIT_S = 86_400
GONE = 410
LANE, PLACES, SLOW_S = 4, 64, 2.0
TURNS_AT_ONCE = 200
IDLE_S = 0.2
TIDY_S = 600


@dataclass
class Lane:
    """One endpoint. not_before_s: it asked to be left alone until then; next_s: when something is due."""

    next_s: int = 0
    not_before_s: int = 0
    trouble: bool = False
    flying: set[str] = field(default_factory=set)


def follow_from(
    folder: Path, book: Deliveries, folds: Mapping[type[Table], Fold], reference: Iterable[Table]
) -> Ledger:
    """The network's tables as of the last turn that was read; at the very first start, of that before any endpoint."""
    at = book.cursor
    if at is None:
        with Reader(journal_of(folder)) as journal:
            first = next(journal.turns(fact=EndpointMade), None)
            at = first.turn - 1 if first is not None else journal.head.turn
    return Ledger.open(folder, folds, reference, read_only=True, upto=at)


class Sender:
    """Delivers. `gone(endpoint)` is called once an endpoint has answered 410: it gives the command hooks.disable."""

    def __init__(
        self, ledger: Ledger, book: Deliveries, dialer: Dialer, now_s: Callable[[], int],
        gone: Callable[[int], None], *, places: int = PLACES, keep_s: Mapping[int, int] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """keep_s: for how long deliveries that ended are kept, by status; without one for ever."""
        self._ledger, self._book, self._dialer = ledger, book, dialer
        self._now_s, self._gone, self._places, self._keep_s = now_s, gone, places, keep_s
        self._tidied_s = 0
        self._network_s = 0
        self._lanes = {lane: Lane() for lane in book.lanes()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._troubled = 0
        self._turn = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Follow and deliver until told to stop; what is on its way then is finished."""
        while not stop.is_set():
            behind = self.follow()
            self.dispatch()
            if not behind:
                self.tidy()
            waits: set[asyncio.Future[object]] = {asyncio.ensure_future(stop.wait()), *self._tasks}  # type: ignore[arg-type]
            await asyncio.wait(waits, timeout=0 if behind else IDLE_S, return_when=asyncio.FIRST_COMPLETED)
            for each in waits - self._tasks:
                each.cancel()
            for done in [task for task in self._tasks if task.done()]:
                self._tasks.discard(done)
                done.result()
        await asyncio.gather(*self._tasks)

    # ---- reading -----------------------------------------------------------------------------------------------

    def follow(self) -> bool:
        """Read some turns; what they say and how far they were read become durable together. True: there are more."""
        head = self._ledger.journal.committed.turn
        if self._ledger.at >= head:
            return False
        posts: list[Post] = []
        closed: list[int] = []
        again: list[tuple[int, int]] = []

        def told(turn: Turn) -> None:
            self._network_s = max(self._network_s, turn.at_s)
            for said in messages(self._ledger.state, turn, self._ref):
                posts.append(Post(said.id, said.at_s, said.body, said.endpoints))
            for fact in turn.facts:
                if fact.fact == EndpointDisabled.__name__:
                    closed.extend(fact.table(EndpointDisabled).endpoint.tolist())
                elif fact.fact == HookReplayed.__name__:
                    rows = fact.table(HookReplayed)
                    again.extend(zip(rows.endpoint.tolist(), rows.since_s.tolist(), strict=True))

        upto = self._ledger.replay(min(head, self._ledger.at + TURNS_AT_ONCE), told)
        now_s = self._now_s()
        self._book.add(upto, posts, closed, again, now_s)
        for lane in {lane for post in posts for lane in post.lanes} | {lane for lane, _ in again}:
            self._lanes.setdefault(lane, Lane()).next_s = 0
        return upto < head

    def _ref(self, shop: int, order: int) -> str:
        return self._ledger.vault.name(scope_of(shop), order)

    def tidy(self) -> None:
        """Forget some of what ended long ago: little at a time, so that no message waits for it."""
        now_s = self._now_s()
        if now_s - self._tidied_s < TIDY_S:
            return
        more = [self._book.forget(status, now_s - keep) for status, keep in self._keep_s.items()]
        if not any(more):
            self._tidied_s = now_s

    # ---- sending -----------------------------------------------------------------------------------------------

    def dispatch(self) -> None:
        """Send what is due, as far as there are places; lanes take turns."""
        now_s = self._now_s()
        for number in [n for n, lane in self._lanes.items() if max(lane.next_s, lane.not_before_s) <= now_s]:
            if len(self._tasks) >= self._places:
                return
            lane = self._lanes.pop(number)
            self._lanes[number] = lane  # to the end: the next time others come first
            room = (1 if lane.trouble else LANE) - len(lane.flying)
            if lane.trouble and self._troubled >= self._places // 2:
                continue
            if room <= 0:
                continue
            due = self._book.due(number, now_s, LANE + len(lane.flying))
            fresh = [one for one in due if one.message not in lane.flying]
            if not fresh and not lane.flying:
                self._rest(number, lane)
            for one in fresh[: min(room, self._places - len(self._tasks))]:
                lane.flying.add(one.message)
                self._troubled += lane.trouble
                self._tasks.add(asyncio.create_task(self._attempt(lane, one, lane.trouble)))

    def _rest(self, number: int, lane: Lane) -> None:
        """Nothing is due there: look again when something is."""
        next_s = self._book.next_s(number)
        if next_s is None:
            del self._lanes[number]
        else:
            lane.next_s = next_s

    async def _attempt(self, lane: Lane, one: Delivery, troubled: bool) -> None:
        start = steady_s()
        try:
            answer = await self._send(one)
            took = steady_s() - start
            self._settle(lane, one, answer, round(took * 1000))
            lane.trouble = not 200 <= answer.code < 300 or took > SLOW_S
        finally:
            lane.flying.discard(one.message)
            self._troubled -= troubled

    async def _send(self, one: Delivery) -> Answer:
        body = self._ledger.vault.read(KIND, one.lane)
        if body is None:
            return Answer(GONE, note="nothing is kept of this endpoint any more")
        hook = msgspec.json.decode(body, type=KeptHook)
        return await self._dialer.post(
            hook.url, one.body, signed(one, hook.signing(self._network_s), self._now_s())
        )

    def _settle(self, lane: Lane, one: Delivery, answer: Answer, took_ms: int) -> None:
        now_s = self._now_s()
        status, due_s = WAITS, now_s
        if 200 <= answer.code < 300:
            status = DELIVERED
        elif answer.code == GONE or one.tries >= len(SCHEDULE_S):
            status = DEAD
        else:
            asked_s = wait_asked(answer.retry_after, now_s)
            lane.not_before_s = max(lane.not_before_s, now_s + asked_s)
            due_s = now_s + max(asked_s, wait_s(one))
        self._book.tried(one, now_s, answer.code, took_ms, answer.note, status=status, due_s=due_s)
        if answer.code == GONE:
            self._book.close_lane(one.lane)
            self._gone(one.lane)


def signed(one: Delivery, secrets: list[str], now_s: int) -> dict[str, str]:
    """Headers of a message: its id, the attempt's time, and one signature for each secret (Standard Webhooks)."""
    when = datetime.fromtimestamp(now_s, UTC)
    signatures = [Webhook(secret).sign(one.message, when, one.body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "doorward-webhooks/1",
        "webhook-id": one.message,
        "webhook-timestamp": str(now_s),
        "webhook-signature": " ".join(signatures),
    }


def wait_s(one: Delivery) -> int:
    """Seconds until the next attempt: by the schedule, a fifth more at most, so that not all come back at once."""
    seed = draws.child(0, one.message)
    more = 1 + JITTER * float(draws.uniform(seed, "retry", one.lane, one.tries)[0])
    return round(SCHEDULE_S[one.tries] * more)


def wait_asked(header: str, now_s: int) -> int:
    """Seconds that a receiver asks for by Retry-After (RFC 9110 section 10.2.3), at most a day; 0: it does not."""
    text, wait = header.strip(), 0
    if text.isascii() and text.isdigit():
        wait = int(text[:9])
    elif text:
        with suppress(ValueError, TypeError, OverflowError):
            wait = int(parsedate_to_datetime(text).timestamp()) - now_s
    return min(max(0, wait), LONGEST_WAIT_S)
