"""The writer's process: `python -m doorward.apps.live.writer FOLDER`. Ends on SIGINT, SIGTERM, or with its parent."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from doorward.adapters.traces import OtelTracer, tracer_of
from doorward.apps.live.logs import logger, tell_turn
from doorward.core.errors import DoorwardError, Locked, SyncFailed
from doorward.hooks.rules import HookRules, inside
from doorward.ports.clock import PacedClock, WallClock
from doorward.runtime.live.engine import Engine
from doorward.runtime.live.hub import Hub, socket_of
from doorward.runtime.live.prepare import Opened, all_commands, opener
from doorward.runtime.rundir import RunDir


def main(arguments: list[str] | None = None) -> int:
    """Open the ledger and work until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mode", choices=("twin", "live"), default="twin")
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--begin-s", type=int, default=0, help="a new twin hurries to this second first")
    parser.add_argument("--json-logs", action="store_true")
    parser.add_argument("--allow-private-webhooks", action="store_true")
    asked = parser.parse_args(arguments)
    log = logger("writer", json=asked.json_logs)
    end_with_parent()
    where = RunDir(asked.folder)
    start_s = where.settings.start_s
    hub = Hub(socket_of(asked.folder))
    clock = PacedClock(start_s, asked.speed) if asked.mode == "twin" else WallClock()
    try:
        tracer = tracer_of("writer")
        engine = Engine(
            _opener(where, asked.mode, asked.allow_private_webhooks),
            clock,
            hub,
            all_commands(),
            folder=asked.folder,
            start_s=start_s,
            log=log,
            tracer=tracer,
        )
    except DoorwardError as error:
        log.error("cannot open", error=str(error))
        return 2 if isinstance(where.journal, Path) else 1  # a server that is away comes back: try again
    tell_turn(lambda: engine.ledger.at)
    hub.open()
    last = engine.ledger.last_service()
    if isinstance(clock, PacedClock):
        clock.go_to(last[0] if last is not None else max(start_s, asked.begin_s))
        engine.catching_up = last is None
    else:
        clock.not_before(engine.ledger.journal_newest_s)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: engine.stop())
    log.info("open", turn=engine.ledger.at, folder=str(asked.folder))
    try:
        engine.serve()
    except (SyncFailed, Locked) as error:
        log.error("the journal takes nothing more", error=str(error), turn=engine.ledger.at)
        return 1
    finally:
        hub.close()
        if isinstance(tracer, OtelTracer):
            tracer.close()
    log.info("closed", turn=engine.ledger.at)
    return 0


def _opener(where: RunDir, mode: str, private: bool) -> Callable[[], Opened]:
    """As `opener`; webhooks may lead to private addresses if that was said at the start."""
    opens = opener(where, mode)

    def opened() -> Opened:
        found = opens()
        roster = found[1]
        if private:
            roster.rules = {**roster.rules, HookRules: inside(roster.rules[HookRules])}
        return found

    return opened


def end_with_parent() -> None:
    """End when standard input ends: whoever started us holds its other end, and a killed parent closes it."""
    if sys.stdin is None or sys.stdin.isatty():
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
