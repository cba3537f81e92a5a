"""The sender's process: `python -m doorward.apps.live.sender FOLDER`. Delivers webhooks behind the writer.

It reads the journal, never the writer's time; killed, it goes on from its own file (`hooks.db`). Until somebody makes
an endpoint it only looks for one. Ends on SIGINT, SIGTERM, or with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from doorward.adapters.hooks.dial import Dialer
from doorward.adapters.hooks.sender import Sender, follow_from
from doorward.apps.live.logs import logger
from doorward.apps.live.writer import end_with_parent
from doorward.core.errors import DoorwardError
from doorward.core.units import DAY_S
from doorward.hooks.commands import DisableHook
from doorward.hooks.rules import HookRules, inside
from doorward.ledger.deliveries import DEAD, DELIVERED, Deliveries
from doorward.ledger.read import Reader
from doorward.ports.clock import wall_s
from doorward.runtime.build import all_folds, network_of
from doorward.runtime.config import rules_from
from doorward.runtime.live.client import ask
from doorward.runtime.live.hub import socket_of
from doorward.runtime.live.prepare import live_reference
from doorward.runtime.live.wire import Failed
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir
from doorward.tables.hooks import EndpointMade

BOOK = "hooks.db"
LOOK_S = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Deliver until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--allow-private-webhooks", action="store_true")
    parser.add_argument("--json-logs", action="store_true")
    asked = parser.parse_args(arguments)
    log = logger("sender", json=asked.json_logs)
    end_with_parent()
    try:
        asyncio.run(work(asked.folder, asked.allow_private_webhooks, log))
    except DoorwardError as error:
        log.error("webhooks cannot be sent", error=str(error))
        return 1
    return 0


async def work(folder: Path, private: bool, log: Any) -> None:
    """Wait for the writer and for a first endpoint, then follow and deliver."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    where, book = RunDir(folder), Deliveries(folder / BOOK)
    try:
        # while another server's writer is at work on this journal, that one's sender delivers
        while not socket_of(folder).exists() and not stop.is_set():
            await _pause(stop)
        if book.cursor is None:
            await _first_endpoint(where, stop)
        if not stop.is_set():
            await _deliver(where, book, stop, private, log)
    finally:
        book.close()


async def _deliver(where: RunDir, book: Deliveries, stop: asyncio.Event, private: bool, log: Any) -> None:
    rules: HookRules = rules_from(network_of(where), RULES)[HookRules]
    ledger = follow_from(where.root, book, all_folds(), live_reference(where))
    dialer, threads = Dialer(inside(rules) if private else rules), ThreadPoolExecutor(1, "gone")
    log.info("delivers webhooks", turn=ledger.at)

    def disable(endpoint: int) -> None:
        try:
            answer = ask(where.root, "hooks.disable", DisableHook(endpoint=endpoint, gone=True))
            told = answer.what if isinstance(answer, Failed) else ""
        except DoorwardError as error:
            told = str(error)
        if told:  # the next message is answered 410 again, and so is asked again
            log.error("an endpoint that is gone was not disabled", endpoint=endpoint, error=told)
        else:
            log.info("an endpoint is gone, and disabled", endpoint=endpoint)

    try:
        keep_s = {DELIVERED: rules.keep_days * DAY_S, DEAD: rules.keep_dead_days * DAY_S}
        sender = Sender(
            ledger, book, dialer, lambda: int(wall_s()), lambda row: _in(threads, disable, row), keep_s=keep_s
        )
        await sender.run(stop)
    finally:
        await dialer.close()
        threads.shutdown(wait=False, cancel_futures=True)
        ledger.close()


def _in(threads: ThreadPoolExecutor, work: Any, row: int) -> None:
    """Beside the deliveries: the writer may take its time to answer."""
    threads.submit(work, row)


async def _first_endpoint(where: RunDir, stop: asyncio.Event) -> None:
    """Return when the journal has one: a network without webhooks needs no tables in this process."""
    with Reader(where.journal) as journal:
        seen = 0
        while not stop.is_set():
            head = journal.head.turn
            if next(journal.turns(seen, head, fact=EndpointMade), None) is not None:
                return
            seen = head
            await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), LOOK_S)
    except TimeoutError:
        return


if __name__ == "__main__":
    sys.exit(main())
