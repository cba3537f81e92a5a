"""A live network's folder: made once, opened again at every start; and what works on it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.access.commands import COMMANDS as ACCESS
from doorward.adapters.reports.world import reported_world
from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.delivery.commands import COMMANDS as DELIVERY
from doorward.hooks.commands import COMMANDS as HOOKS
from doorward.inventory.commands import COMMANDS as INVENTORY
from doorward.lastmile.board.commands import COMMANDS as BOARD
from doorward.ledger.drafts import whole
from doorward.ledger.ledger import Ledger
from doorward.ledger.service import Command
from doorward.ledger.state import State
from doorward.linehaul.commands import COMMANDS as LINEHAUL
from doorward.ports.storefront import NewLines, NewOrders, Storefront
from doorward.ports.world import World
from doorward.promise.commands import COMMANDS as PROMISE
from doorward.runtime.book import load_book, prepare
from doorward.runtime.build import all_folds, all_services, network_of, reference_tables, twin_world
from doorward.runtime.config import rules_from
from doorward.runtime.request import Request, Tell
from doorward.runtime.roster import Roster
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir
from doorward.tables.orders import OrderRefs
from doorward.tracking.capture import CAPTURE_COMMANDS
from doorward.tracking.commands import COMMANDS as TRACKING
from doorward.tracking.snoozes import COMMANDS as SNOOZES
from doorward.twin.inject import COMMANDS as INJECT
from doorward.twin.inject import more_or_fewer

SECRET_FILE, JOURNAL_URL = "server.secret", "journal.url"
STANDBY_S = 7.0 * DAY_S
BOOK_DAYS = 28
"""Days of orders that the twin's customers think of; then they begin anew."""


Opened = tuple[Ledger, Roster, Callable[[], None]]


def all_commands() -> list[Command]:
    """Every room's commands."""
    rooms = (
        PROMISE, LINEHAUL, BOARD, DELIVERY, ACCESS, TRACKING, CAPTURE_COMMANDS, SNOOZES, INVENTORY, INJECT, HOOKS,
    )  # fmt: skip
    commands = [command for room in rooms for command in room]
    if len({c.name for c in commands}) < len(commands):
        raise ValueError("two commands bear one name")
    return commands


def prepare_live(asked: Request, folder: Path, tell: Tell, db: str = "") -> RunDir:
    """The folder of a live network: as it is if it is there, else made.

    asked  network, seed and scale; own articles; `opens_s` and `stock` of one on the wall clock
    db     `postgresql://...` to keep the journal there
    BadInput if the folder's network is of the other kind, or its journal somewhere else already.
    """
    where, named = RunDir(folder), folder / JOURNAL_URL
    if not (folder / "settings.json").exists():
        where = prepare(replace(asked, days=BOOK_DAYS, out=folder), tell)
        if db:
            with whole(named) as draft:
                draft.touch(mode=0o600)
                draft.write_text(db + "\n")
    elif db and str(where.journal) != db:
        raise BadInput(
            f"the journal of this folder is kept in {shown_place(where.journal)}", where="--db",
            rule="a journal is in one place", remedy="leave --db out, or move it with `doorward migrate`",
        )  # fmt: skip
    elif where.settings.live != (asked.opens_s >= 0):
        kind, other = ("--live", "--twin") if where.settings.live else ("--twin", "--live")
        raise BadInput(
            f"{folder} keeps a network of {kind}", where=other, rule="a network stays what it was made as",
            remedy=f"go on with {kind}, or give another --dir",
        )  # fmt: skip
    elif asked.stock is not None:
        raise BadInput(
            "the network in this folder has opened already", where="--stock", rule="opening stock is for a new one",
            remedy="leave it out, and report what was counted: POST /api/v1/stock/counts",
        )  # fmt: skip
    elif asked.items is not None:
        raise BadInput(
            "the network in this folder has its articles already", where="--items", rule="articles are for a new one",
            remedy="leave it out, or give another --dir",
        )  # fmt: skip
    if not (folder / SECRET_FILE).exists():
        with whole(folder / SECRET_FILE) as draft:
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32))
    return where


class Recurring:
    """A storefront whose customers come again: the orders of a book of some days, over and over."""

    def __init__(self, once: Storefront, start_s: int, days: int, state: State, seed: int) -> None:
        """state: whose injections make it more orders or fewer."""
        self._once, self._start_s, self._span_s = once, start_s, days * DAY_S
        self._state, self._seed = state, seed

    def orders(self, after_s: int, until_s: int) -> tuple[NewOrders, NewLines]:
        """Orders placed in (after_s, until_s]."""
        round_ = max(0, (until_s - self._start_s - 1) // self._span_s)
        shift = round_ * self._span_s
        orders, lines = self._once.orders(after_s - shift, until_s - shift)
        orders = orders.replace(at_s=orders.at_s + shift) if shift else orders
        return more_or_fewer(self._state, self._seed, orders, lines, after_s, until_s)

    def answers(self, order: NDArray[np.int64], quoted_s: NDArray[np.int64], now_s: int) -> NDArray[np.int8]:
        """As the customers of the book answer."""
        return self._once.answers(order, quoted_s, now_s)


def live_reference(where: RunDir) -> list[Table]:
    """What a live network's tables hold before the first turn: no references of a book, orders come from everywhere."""
    network, book = network_of(where), load_book(where)
    return [t for t in reference_tables(network, book, where) if not isinstance(t, OrderRefs)]


def shown_place(place: Path | str) -> str:
    """A journal's place without a password."""
    return re.sub(r"//([^:/@]+):[^@]*@", r"//\1@", str(place))


def open_twin(where: RunDir, wait_s: float = 0.0) -> Opened:
    """The ledger of a live twin, the roster that works on it, and how its world is made anew after an injection."""
    network, book, settings = network_of(where), load_book(where), where.settings
    rules: dict[type[Any], Any] = dict(rules_from(network, RULES))
    ledger = Ledger.open(where.root, all_folds(), live_reference(where), wait_s=wait_s)

    def world() -> World:
        made = twin_world(network, book, ledger.state, rules, settings.seed)
        shop = Recurring(made.storefront, book.start_s, book.days, ledger.state, settings.seed)
        return replace(made, storefront=shop)

    roster = Roster(
        ledger, world(), rules, all_services(), seed=settings.seed, utc_offset_s=network.utc_offset_s
    )
    return ledger, roster, lambda: setattr(roster, "world", world())


def open_reported(where: RunDir, wait_s: float = 0.0) -> Opened:
    """The ledger of a real network, and the roster that works on it: the world is what was reported."""
    network, settings = network_of(where), where.settings
    ledger = Ledger.open(where.root, all_folds(), live_reference(where), wait_s=wait_s)
    rules: dict[type[Any], Any] = dict(rules_from(network, RULES))
    world = reported_world(ledger.state, len(network.regions))
    roster = Roster(
        ledger, world, rules, all_services(), seed=settings.seed, utc_offset_s=network.utc_offset_s
    )
    return ledger, roster, lambda: None


def opener(where: RunDir, mode: str) -> Callable[[], Opened]:
    """How the writer opens its ledger, at the start and after a full disk."""
    opens = {"twin": open_twin, "live": open_reported}
    if mode not in opens:
        raise BadInput(f"mode {mode}", where="--mode", rule=" or ".join(opens))
    # a file's lock means another server on this machine; in PostgreSQL the next writer stands by until the first ends
    wait_s = STANDBY_S if isinstance(where.journal, str) else 0.0
    return lambda: opens[mode](where, wait_s)
