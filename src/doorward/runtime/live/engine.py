"""The writer: services at their appointments, commands in between, one commit for whatever has gathered.

A commit that is under way lets the next commands gather in the socket, so groups grow with the load by themselves. What
is acknowledged is durable. Commands bear the time of the clock, but never one before the newest turn nor after the next
appointment: while the roster catches up, the tables' time is the network's time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from doorward.core.errors import BadInput, DiskFull, DoorwardError, Locked, SyncFailed
from doorward.core.units import DAY_S
from doorward.ledger import chain
from doorward.ledger.ledger import Ledger
from doorward.ledger.service import Command
from doorward.ledger.vault import Kept
from doorward.ports.clock import LiveClock, PacedClock, steady_s, wall_s
from doorward.ports.tracing import UNTRACED, Span, Tracer
from doorward.runtime.live.figures import Figures
from doorward.runtime.live.hub import Hub, Peer
from doorward.runtime.live.wire import Ask, ClockShape, Done, Failed, News, Steer, Up, Watch, failure, packed
from doorward.runtime.roster import Roster
from doorward.tables.injections import Injected

GATHER_S = 0.010
"""Commands are gathered no longer than this before they are committed."""
MOST_IN_GROUP = 2_000
IDLE_S = 0.25
LONG_S = 0.005
"""Services that changed nothing are traced if they took longer."""
TELL_CLOCK_S = 5.0
CHECKPOINT_TURNS = 20_000
FARTHEST_S = 31 * DAY_S
ANSWERS_KEPT = "answer"


class Log(Protocol):
    """Takes events with their numbers, as structlog does."""

    def info(self, event: str, **values: Any) -> Any: ...
    def error(self, event: str, **values: Any) -> Any: ...


class Engine:
    """One region's writer."""

    def __init__(
        self,
        reopen: Callable[[], tuple[Ledger, Roster, Callable[[], None]]],
        clock: LiveClock,
        hub: Hub,
        commands: Sequence[Command],
        *,
        folder: Path,
        start_s: int,
        log: Log,
        tracer: Tracer = UNTRACED,
    ) -> None:
        """reopen: opens the ledger and what works on it, at the start and again after a full disk; its last answer
        makes the twin's world anew when something was injected."""
        self._reopen, self.clock, self.hub, self._log, self._tracer = reopen, clock, hub, log, tracer
        self._commands = {command.name: command for command in commands}
        self._folder, self._start_s = folder, start_s
        self._stopping, self._full = False, False
        self._told_s = 0.0
        self._nudged: dict[str, None] = {}
        self._step_s = -1
        self.figures = Figures()
        self.open()

    # ---- life --------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the tables and make the appointments."""
        self.ledger, self.roster, self._renew = self._reopen()
        self.roster.begin(self._start_s)
        self._checkpointed = self.ledger.at

    def stop(self) -> None:
        """End after the work in hand; may be called from a signal handler."""
        self._stopping = True

    def serve(self) -> None:
        """Work until `stop`. Ends with everything committed and the tables written down."""
        self.news()
        while not self._stopping:
            if self._full:
                self._wait_for_room()
                continue
            try:
                self._turn_round()
            except DiskFull as error:
                self._no_room(error)
        if not self._full:
            self.ledger.checkpoint()
        self.ledger.close()

    def _turn_round(self) -> None:
        wait = self.clock.wait_s(self.roster.next_s)
        if wait <= 0:
            self._work()
            return
        self.take(self.hub.poll(min(wait, IDLE_S)))
        if wall_s() - self._told_s > TELL_CLOCK_S:
            self.news()
        if self.ledger.at - self._checkpointed > CHECKPOINT_TURNS:
            self._checkpoint()

    def _work(self) -> None:
        """One second of the roster, commands served between its services."""
        now_s = self.roster.next_s
        while self.roster.next_s == now_s and not self._stopping:
            self._guarded(self.roster.work_next, self.roster.next_service)
            if asked := self.hub.poll(0.0):
                self.take(asked)
        self._commit()
        if isinstance(self.clock, PacedClock):
            self._hold(self.clock)
        self.news()

    def _guarded(self, work: Callable[[], None], name: str) -> None:
        """Let a service work. A bug in one is logged with its turn and stops no other."""
        before, begun = self.ledger.at, steady_s()
        try:
            work()
            self.figures.served(name, steady_s() - begun)
            if self._tracer.on and (self.ledger.at > before or steady_s() - begun > LONG_S):
                self._tracer.did(
                    f"service {name}", steady_s() - begun, turn=self.ledger.at, now_s=self.now_s()
                )
        except (DiskFull, SyncFailed, Locked):
            raise
        except Exception as error:
            self._log.error(
                "service failed", service=name, turn=self.ledger.at, error=repr(error), exc_info=True
            )
            if self.ledger.poisoned:
                self.ledger.close()
                self.open()
            if self.roster.next_service == name:
                self.roster.skip_next()

    def _hold(self, clock: PacedClock) -> None:
        """A twin that cannot keep its speed goes as fast as it can; a step ends where it was to end."""
        if 0 <= self._step_s < self.roster.next_s:
            clock.go_to(self._step_s)
            clock.pause(True)
            self._step_s = -1
        elif clock.wait_s(self.roster.next_s) < -2 * IDLE_S and not self.catching_up:
            clock.go_to(self.roster.next_s)

    catching_up = False
    """True while the roster runs towards the clock on purpose: after a start, or towards a later hour."""

    # ---- commands ----------------------------------------------------------------------------------------------

    def take(self, asked: list[tuple[Peer, Up]]) -> None:
        """Do what was asked, commit once, answer."""
        if not asked:
            return
        with self._tracer.span("commit") as span:
            self._take(asked, span)

    def _take(self, asked: list[tuple[Peer, Up]], span: Span) -> None:
        until, group, answers = wall_s() + GATHER_S, list[tuple[Peer, Up]](), list[Done | Failed]()
        try:
            while asked:
                group += asked
                for _, message in asked:
                    begun = steady_s()
                    answers.append(self._one(message))
                    if isinstance(message, Ask):
                        known = message.name if message.name in self._commands else "unknown"
                        self.figures.commanded(known, ended(answers[-1]), steady_s() - begun)
                more = len(group) < MOST_IN_GROUP and wall_s() < until
                asked = self.hub.poll(0.0) if more else []
            self._nudge()
            self._commit()
        except (SyncFailed, Locked):
            raise  # another writer took over, or nobody knows what was kept: nothing is acknowledged
        except Exception as error:
            # nothing of the group was kept, also not what had been done well before
            for peer, message in group:
                self.hub.tell(peer, failure(message.id, error))
            if isinstance(error, DiskFull):
                raise
            self._log.error("group failed", turn=self.ledger.at, error=repr(error), exc_info=True)
            self.ledger.close()
            self.open()
            return
        span.say(turn=self.ledger.at, commands=len(group))
        self.news()
        for (peer, _), answer in zip(group, answers, strict=True):
            self.hub.tell(peer, answer)

    def _commit(self) -> None:
        begun = steady_s()
        self.ledger.commit()
        self.figures.committed(steady_s() - begun)

    def _one(self, message: Up) -> Done | Failed:
        """The answer to one of them. Raises only what undoes the whole group."""
        try:
            if isinstance(message, Steer):
                return self._steer(message)
            if isinstance(message, Watch):
                return Done(message.id, self.ledger.at, packed(self.figures.now(len(self.hub))))
            with self._tracer.span(f"command {message.name}", message.trace, asker=message.asker) as span:
                done = self._command(message)
                span.say(turn=done.turn) if isinstance(done, Done) else span.say(failed=done.kind)
            return done
        except Exception as error:
            if self.ledger.poisoned:
                raise
            if not isinstance(error, (DoorwardError, OverflowError)):
                name = message.name if isinstance(message, Ask) else "steer"
                self._log.error("command failed", command=name, error=repr(error), exc_info=True)
            return failure(message.id, error)

    def _command(self, message: Ask) -> Done | Failed:
        command = self._commands.get(message.name)
        if command is None:
            return Failed(message.id, "unknown", f"no command {message.name}")
        print_ = chain.seal(message.name, bytes(message.body)).hex()
        if message.key and (first := self._first(message, print_)) is not None:
            return first
        try:
            asked = msgspec.msgpack.decode(message.body, type=command.takes)
        except msgspec.ValidationError as error:
            raise BadInput(str(error), where=message.name) from error
        now_s = self.now_s()
        desk = self.roster.desk(now_s, now_s, message.asker)
        answer = packed(command.work(desk, asked))
        notes = desk.notes
        if message.key:
            turn = self.ledger.journal.head.turn + 1
            notes = [*notes, Kept(ANSWERS_KEPT, turn, msgspec.msgpack.encode((print_, bytes(answer))))]
        key = message.key or None
        turn = self.ledger.post(command.name, now_s, desk.posted, key, send=desk.messages, notes=notes)
        self._nudged.update(dict.fromkeys(command.then))
        if any(isinstance(fact, Injected) for fact in desk.posted):
            self._renew()
        return Done(message.id, turn, answer)

    def _first(self, message: Ask, print_: str) -> Done | Failed | None:
        """The answer that a command with this key got before."""
        turn = self.ledger.turn_of(message.key)
        if turn is None:
            return None
        kept = self.ledger.vault.read(ANSWERS_KEPT, turn)
        first, body = msgspec.msgpack.decode(kept) if kept else (print_, b"\xc0")
        if first != print_:
            return Failed(
                message.id, "bad_input", "this key named another request before", "Idempotency-Key",
                "a key belongs to one request", "send a new key with a new request",
            )  # fmt: skip
        return Done(message.id, turn, msgspec.Raw(body), again=True)

    def now_s(self) -> int:
        """What a command's turn is dated."""
        newest = self.ledger.journal_newest_s
        return max(newest, self._start_s, min(self.clock.now_s(), self.roster.next_s))

    def _nudge(self) -> None:
        """Services that commands asked for work now, once for all of them."""
        names, self._nudged = self._nudged, {}
        for name in names:
            self._guarded(partial(self.roster.work_now, name, self.now_s()), f"{name}+")

    # ---- the clock ---------------------------------------------------------------------------------------------

    def _steer(self, message: Steer) -> Done | Failed:
        clock = self.clock
        if not isinstance(clock, PacedClock):
            return Failed(message.id, "refused", "the wall clock cannot be steered", rule="only a twin's can")
        match message.verb:
            case "speed" if 0.1 <= message.value <= 3600:
                clock.set_speed(message.value)
            case "pause":
                if self.catching_up:  # it stands where the work is, not where it was hurrying to
                    clock.go_to(min(clock.now_s(), self.roster.next_s))
                    self.catching_up = False
                clock.pause(True)
            case "go":
                clock.pause(False)
            case "step":
                self._step_s = self.roster.next_s
                clock.pause(False)
                clock.go_to(self.roster.next_s)
            case "until" if 0 <= message.value - self.roster.next_s <= FARTHEST_S:
                clock.go_to(message.value)
                self.catching_up = True
            case _:
                return Failed(message.id, "bad_input", f"cannot {message.verb} {message.value:g}", "value",
                              "speed: 0.1 to 3600; time only goes on, at most a month at once")  # fmt: skip
        return Done(message.id, self.ledger.at, packed(self.shape()))

    def shape(self) -> ClockShape:
        """What time it is."""
        clock, next_s = self.clock, self.roster.next_s
        paced = isinstance(clock, PacedClock)
        said = clock.now_s()
        behind = max(0, said - next_s)
        if behind == 0:
            self.catching_up = False
        return ClockShape(
            mode="twin" if paced else "live",
            now_s=min(said, next_s),
            clock_s=said,
            speed=clock.speed if isinstance(clock, PacedClock) else 1.0,
            paused=clock.paused if isinstance(clock, PacedClock) else False,
            behind_s=behind,
            next_s=next_s,
            wall_s=wall_s(),
            start_s=self._start_s,
            turn=self.ledger.journal.committed.turn,
        )

    def news(self) -> None:
        """Tell everybody the head and the time."""
        self._told_s = wall_s()
        shape = self.shape()
        self.hub.tell_all(News(shape.turn, shape))

    # ---- the disk ----------------------------------------------------------------------------------------------

    def _checkpoint(self) -> None:
        try:
            self.ledger.checkpoint()
        except OSError as error:
            self._log.error("no checkpoint", error=str(error))
        self._checkpointed = self.ledger.at

    def _no_room(self, error: DiskFull) -> None:
        self._log.error("no room on the disk", error=str(error))
        self._full = True
        self.ledger.close()

    def _wait_for_room(self) -> None:
        """Refuse what is asked until a mebibyte can be written again; then read the tables anew and go on."""
        for peer, message in self.hub.poll(IDLE_S):
            self.hub.tell(peer, failure(message.id, DiskFull("no room")))
        if has_room(self._folder):
            self._full = False
            self.open()
            self._log.info("room again", turn=self.ledger.at)
            self.news()


def ended(answer: Done | Failed) -> str:
    """How a command ended, in a word."""
    return answer.kind if isinstance(answer, Failed) else "again" if answer.again else "done"


def has_room(folder: Path, probe: int = 1 << 20) -> bool:
    """Whether a mebibyte can be written."""
    path = folder / "room.probe"
    try:
        path.write_bytes(b"\0" * probe)
        return True
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
