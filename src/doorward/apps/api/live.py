"""What an API process holds: its replica, the line to the writer, and who listens to its streams."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import msgspec

from doorward.apps.api.problems import Trouble, of_failure
from doorward.core.errors import DoorwardError
from doorward.ports.tracing import UNTRACED, Tracer
from doorward.runtime.live.figures import Figures
from doorward.runtime.live.hub import socket_of
from doorward.runtime.live.replica import Replica, Told
from doorward.runtime.live.wire import (
    HEAD,
    MOST_BYTES,
    Ask,
    ClockShape,
    Done,
    Failed,
    News,
    Steer,
    Watch,
    failure,
    frame,
    packed,
    read_down,
)
from doorward.runtime.rundir import RunDir

ANSWER_S = 30.0
"""A command that is not answered by then has an unknown outcome; the same key asks for it again."""
AGAIN_S = 0.2
QUEUE = 1_000
"""Events that a slow listener may lag behind; then it is let go and resumes by its last id."""


class Live:
    """One API process."""

    def __init__(self, folder: Path, log: Any, tracer: Tracer = UNTRACED) -> None:
        self.replica = Replica(RunDir(folder))
        self.log, self.tracer = log, tracer
        self._socket = socket_of(folder)
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Done | Failed]] = {}
        self._next = 0
        self._turned = asyncio.Condition()
        self._listeners: set[asyncio.Queue[list[Told] | ClockShape]] = set()
        self._task: asyncio.Task[None] | None = None

    # ---- life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to follow the writer, whenever it is there."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Let go of everything."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.replica.close()

    @property
    def connected(self) -> bool:
        """Whether the writer is there."""
        return self._writer is not None

    async def _follow(self) -> None:
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self._socket), limit=1 << 20)
            except OSError:
                await self._look()
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                await self._listen(reader)
            except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
                self.log.info("the writer is gone", error=str(error))
            finally:
                self._writer.close()
                self._writer = None
                self._fail_all()
            await asyncio.sleep(AGAIN_S)

    async def _look(self) -> None:
        """Without a writer of our own another one may be at work (PostgreSQL): see what has become durable."""
        try:
            await self._news(None)
        except DoorwardError as error:
            self.log.info("the journal does not answer", error=str(error))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        await self._news(None)
        while True:
            size = int.from_bytes(await reader.readexactly(HEAD), "little")
            if size > MOST_BYTES:
                raise OSError("a frame that is too long")
            message = read_down(await reader.readexactly(size))
            if isinstance(message, News):
                await self._news(message)
            else:
                future = self._waiting.pop(message.id, None)
                if future is not None and not future.done():
                    future.set_result(message)

    async def _news(self, news: News | None) -> None:
        if news is not None:
            moved = self.replica.clock is None or _differs(self.replica.clock, news.clock)
            self.replica.clock = news.clock
            if moved:
                self._publish(news.clock)
        new = self.replica.follow(news.turn if news is not None else None)
        if new:
            self._publish(new)
            async with self._turned:
                self._turned.notify_all()

    def _fail_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for number, future in waiting.items():
            if not future.done():
                future.set_result(Failed(number, "gone", "the writer went away before it answered"))

    # ---- writing -----------------------------------------------------------------------------------------------

    async def ask(self, name: str, asked: Any, *, key: str = "", asker: int = -1) -> Done:
        """Give a command; returns when it is durable and this replica shows it. Raises Trouble."""
        self._next += 1
        try:
            body = packed(asked)
        except OverflowError as error:
            raise of_failure(failure(self._next, error)) from error
        with self.tracer.span(f"ask {name}") as span:
            done = await self._send(Ask(self._next, name, body, key, asker, span.carried))
            span.say(turn=done.turn)
        return done

    async def steer(self, verb: str, value: float = 0.0) -> Done:
        """Move the twin's clock."""
        self._next += 1
        return await self._send(Steer(self._next, verb, value))

    async def figures(self) -> Figures:
        """What the writer has done since it started. Raises Trouble."""
        self._next += 1
        done = await self._send(Watch(self._next))
        return msgspec.msgpack.decode(done.body, type=Figures)

    async def _send(self, message: Ask | Steer | Watch) -> Done:
        if self._writer is None:
            raise away()
        future: asyncio.Future[Done | Failed] = asyncio.get_running_loop().create_future()
        self._waiting[message.id] = future
        try:
            self._writer.write(frame(message))
            await self._writer.drain()
            answer = await asyncio.wait_for(future, ANSWER_S)
        except TimeoutError as error:
            raise Trouble(
                503, "no answer in time: the outcome is unknown", remedy="ask again with the same Idempotency-Key",
                headers={"Retry-After": "2"},
            ) from error  # fmt: skip
        except OSError as error:
            raise away() from error
        finally:
            self._waiting.pop(message.id, None)
        if isinstance(answer, Failed):
            if answer.kind == "gone":
                raise Trouble(
                    503, "the writer went away: the outcome is unknown",
                    remedy="ask again with the same Idempotency-Key", headers={"Retry-After": "1"},
                )  # fmt: skip
            raise of_failure(answer)
        await self.reached(answer.turn)
        return answer

    async def reached(self, turn: int) -> None:
        """Return when the replica shows a turn."""
        if self.replica.turn < turn:
            async with self._turned:
                await asyncio.wait_for(self._turned.wait_for(lambda: self.replica.turn >= turn), ANSWER_S)

    # ---- listening ---------------------------------------------------------------------------------------------

    def listen(self) -> asyncio.Queue[list[Told] | ClockShape]:
        """A queue that gets what turns say and what the clock does from now on."""
        queue: asyncio.Queue[list[Told] | ClockShape] = asyncio.Queue(QUEUE)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[list[Told] | ClockShape]) -> None:
        """No more."""
        self._listeners.discard(queue)

    def listens(self, queue: asyncio.Queue[list[Told] | ClockShape]) -> bool:
        """Whether it still gets everything; not if it lagged too far behind."""
        return queue in self._listeners

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def _publish(self, item: list[Told] | ClockShape) -> None:
        for queue in list(self._listeners):
            try:
                queue.put_nowait(item)
            except asyncio.QueueFull:
                self._listeners.discard(queue)


def away() -> Trouble:
    """The writer is not there; reading goes on."""
    return Trouble(
        503, "the writer is not there", rule="changes need it; reading goes on",
        remedy="it comes back by itself: try again", headers={"Retry-After": "1"},
    )  # fmt: skip


def _differs(old: ClockShape, new: ClockShape) -> bool:
    """Whether somebody moved the clock, or it has been told long ago."""
    return (
        (old.speed, old.paused, old.behind_s > 0) != (new.speed, new.paused, new.behind_s > 0)
        or new.wall_s - old.wall_s > 4
        or new.next_s != old.next_s
    )
