"""Messages reach real receivers: signed, at least once, whatever the others do and whoever is killed."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from standardwebhooks import Webhook

from doorward.adapters.hooks.dial import Dialer
from doorward.adapters.hooks.messages import messages
from doorward.adapters.hooks.sender import SCHEDULE_S, Sender, follow_from, wait_asked, wait_s
from doorward.core.table import Table
from doorward.hooks import commands as hooks
from doorward.hooks.rules import HookRules
from doorward.hooks.state import FOLDS as HOOKS
from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries, Delivery, Post
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import merge_folds
from doorward.ledger.vault import Kept, Referred
from doorward.tables.hooks import EndpointDisabled, EndpointMade, Endpoints, HookEvent, HookReplayed
from doorward.tables.orders import Orders
from doorward.tables.packages import EtaSet, Packages
from doorward.tables.people import Organisations, OrgKind
from doorward.tracking.state import FOLDS as TRACKING
from tests.hooks.receiver import Receiver

FOLDS = merge_folds((HOOKS, TRACKING))
INSIDE = HookRules(allow_http=True, ports=tuple(range(1, 65_536)), networks=("127.0.0.0/8",))
PACKAGES = 40
ETA = int(HookEvent.PACKAGE_ETA)


T = TypeVar("T")


def alone(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: another test's browser may keep a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def secret(n: int) -> str:
    return hooks.PREFIX + base64.b64encode(bytes([n]) * 32).decode()


def reference() -> list[Table]:
    """Orders of shops 1 and 2 by turns, one package each."""
    rows = np.arange(PACKAGES)
    return [
        Organisations.fill(3, kind=[OrgKind.OPERATOR, OrgKind.SHIPPER, OrgKind.SHIPPER]),
        Orders.fill(PACKAGES, shop=1 + rows % 2),
        Packages.fill(PACKAGES, order=rows),
    ]


class Network:
    """A journal with a writer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.at_s = folder, 1_000
        folder.mkdir(exist_ok=True)
        self.ledger = Ledger.open(folder, FOLDS, reference())

    def post(self, *facts: Table, notes: tuple[Kept | Referred, ...] = ()) -> int:
        self.at_s += 1
        turn = self.ledger.post("test", self.at_s, facts, notes=notes)
        self.ledger.commit()
        return turn

    def endpoint(
        self, url: str, org: int = 0, events: int = ETA, secrets: tuple[str, ...] = (secret(1),)
    ) -> int:
        row = self.ledger.state.count(Endpoints)
        kept = hooks.KeptHook(url, [hooks.KeptSecret(each) for each in secrets])
        note = Kept(hooks.KIND, row, hooks.msgspec.json.encode(kept))
        self.post(EndpointMade.fill(1, endpoint=row, org=org, events=events), notes=(note,))
        return row

    def etas(self, packages: list[int]) -> int:
        return self.post(EtaSet.fill(len(packages), package=packages, lo_s=5, hi_s=self.at_s))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    each = Receiver()
    yield each
    each.close()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    each = Network(tmp_path / "net")
    yield each
    each.ledger.close()


class Clock:
    """Wall time, put forward by hand."""

    def __init__(self) -> None:
        self.ahead_s = 0

    def now_s(self) -> int:
        return int(time.time()) + self.ahead_s


def send(
    network: Network, until: Callable[[Deliveries], bool], *, clock: Clock | None = None, places: int = 64,
    gone: Callable[[int], None] = lambda endpoint: None, timeout_s: float = 10.0, patience_s: float = 60.0,
) -> None:  # fmt: skip
    """Let a sender work in its own files until something holds."""
    book = Deliveries(network.folder / "hooks.db")
    ledger = follow_from(network.folder, book, FOLDS, reference())

    async def work() -> None:
        dialer = Dialer(INSIDE, timeout_s=timeout_s)
        sender = Sender(ledger, book, dialer, (clock or Clock()).now_s, gone, places=places)
        stop = asyncio.Event()
        task = asyncio.create_task(sender.run(stop))
        try:
            async with asyncio.timeout(patience_s):
                while not until(book) and not task.done():
                    await asyncio.sleep(0.01)
        finally:
            stop.set()
            if not until(book):
                task.cancel()
            await asyncio.gather(task)
            await dialer.close()

    try:
        alone(work())
    finally:
        ledger.close()
        book.close()


def done(*lanes: int, status: int = DELIVERED, count: int = 1) -> Callable[[Deliveries], bool]:
    return lambda book: all(book.counts(lane).get(status, 0) >= count for lane in lanes)


def test_a_shop_is_told_of_its_own_and_can_verify_it(network: Network, receiver: Receiver) -> None:
    mine = network.endpoint(receiver.url + "/mine", org=1, secrets=(secret(1), secret(2)))
    theirs = network.endpoint(receiver.url + "/all")
    network.endpoint(receiver.url + "/other-events", events=int(HookEvent.ORDER_REFUSED))
    network.post(notes=(Referred("order/1", "A-7", 0),))
    network.etas([0, 1, 2])
    send(network, lambda book: done(mine, count=2)(book) and done(theirs, count=3)(book))
    assert (
        receiver.count("/mine") == 2 and receiver.count("/all") == 3 and receiver.count("/other-events") == 0
    )
    told = []
    for path, headers, body in receiver.got:
        for key in (secret(1), secret(2)) if path == "/mine" else (secret(1),):
            said = Webhook(key).verify(body, headers)
        if path == "/mine":
            told.append((said["type"], said["data"]["package"], said["data"]["ref"]))
    assert sorted(told) == [("package.eta_changed", 0, "A-7"), ("package.eta_changed", 2, "")]


def test_a_failing_one_is_tried_again_and_becomes_a_dead_letter(network: Network, receiver: Receiver) -> None:
    row, clock = network.endpoint(receiver.url + "/fails"), Clock()
    receiver.answers["/fails"] = lambda count: 500
    network.etas([3])
    for tries in range(1, len(SCHEDULE_S) + 2):
        send(
            network,
            lambda book, tries=tries: receiver.count("/fails") >= tries and tried(book) >= tries,
            clock=clock,
        )
        clock.ahead_s += 2 * 86_400
    book = Deliveries(network.folder / "hooks.db")
    (letter,) = book.dead(row)
    book.close()
    assert (letter.tries, letter.code) == (10, 500) and len(set(receiver.ids("/fails"))) == 1
    receiver.answers["/fails"] = lambda count: 200
    network.post(HookReplayed.fill(1, endpoint=row, since_s=0))
    send(network, done(row))
    assert receiver.count("/fails") == 11 and len(set(receiver.ids("/fails"))) == 1


def tried(book: Deliveries) -> int:
    return int(book.sql.execute("select count(*) from attempts").get)


def test_slow_ones_delay_nobody(network: Network, receiver: Receiver) -> None:
    for n in range(6):
        network.endpoint(f"{receiver.url}/slow{n}")
    quick = network.endpoint(receiver.url + "/quick")
    network.etas(list(range(PACKAGES)))
    # twelve places, and six receivers that never answer: those that have failed once hold at most half of them
    send(network, done(quick, count=PACKAGES), places=12, timeout_s=0.4)
    assert receiver.count("/quick") == PACKAGES


def test_gone_closes_the_lane_and_redirects_are_not_followed(network: Network, receiver: Receiver) -> None:
    row, moved = network.endpoint(receiver.url + "/gone"), network.endpoint(receiver.url + "/moved")
    receiver.answers |= {"/gone": lambda count: 410, "/moved": lambda count: 307}
    network.etas([1])
    said: list[int] = []
    send(network, lambda book: done(row, status=DEAD)(book) and tried(book) == 2, gone=said.append)
    assert said == [row] and receiver.count("/elsewhere") == 0
    book = Deliveries(network.folder / "hooks.db")
    assert book.counts(moved) == {WAITS: 1}
    book.close()
    network.post(EndpointDisabled.fill(1, endpoint=moved, reason=0))
    network.etas([1])
    send(network, done(moved, status=DEAD))


def test_a_thousand_endpoints(network: Network, receiver: Receiver) -> None:
    kept = hooks.msgspec.json.encode(hooks.KeptHook(receiver.url + "/many", [hooks.KeptSecret(secret(1))]))
    notes = tuple(Kept(hooks.KIND, row, kept) for row in range(1_000))
    rows = np.arange(1_000)
    # one in five wants this event: half of those are the operator's, half the shop's whose package it is
    org, wants = np.where(rows % 2 == 0, 0, 2), np.where(rows % 10 < 2, ETA, ETA * 2)
    network.post(EndpointMade.fill(1_000, endpoint=rows, org=org, events=wants), notes=notes)
    network.etas([5])
    send(network, lambda book: receiver.count("/many") >= 200, patience_s=60.0)
    assert receiver.count("/many") == 200 and len(set(receiver.ids("/many"))) == 1


CHILD = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import tests.hooks.test_sending as t
folder = Path(sys.argv[1])
book = t.Deliveries(folder / "hooks.db")
ledger = t.follow_from(folder, book, t.FOLDS, t.reference())
async def work():
    dialer = t.Dialer(t.INSIDE)
    await t.Sender(ledger, book, dialer, lambda: int(time.time()), print).run(asyncio.Event())
asyncio.run(work())
"""


def test_nothing_is_lost_when_the_sender_is_killed(network: Network, receiver: Receiver) -> None:
    row = network.endpoint(receiver.url + "/in")
    turns = [network.etas([package]) for package in range(PACKAGES)]
    here = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(network.folder), here],
        env=dict(os.environ),
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 20
    while receiver.count("/in") < 5 and time.monotonic() < until:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = receiver.ids("/in")
    assert len(before) >= 5
    send(network, done(row, count=PACKAGES))
    told = {json.loads(body)["data"]["package"] for _, _, body in receiver.got}
    assert told == set(range(PACKAGES)) and len(set(receiver.ids("/in"))) == len(turns)


def test_the_same_turn_says_the_same(network: Network) -> None:
    network.endpoint("https://example.org")
    network.etas([0, 1])
    turn = list(network.ledger.journal.turns())[-1]
    one = messages(network.ledger.state, turn, lambda shop, order: "")
    network.endpoint("https://example.org/2", org=2)
    two = messages(network.ledger.state, turn, lambda shop, order: "")
    assert [each.id for each in one] == [each.id for each in two] and [len(m.endpoints) for m in two] == [
        1,
        2,
    ]


@pytest.mark.parametrize(
    "found", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["::ffff:93.184.216.34"], []]
)
def test_a_name_that_leads_inside_is_not_called(found: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return found

    async def work() -> str:
        dialer = Dialer(HookRules(), resolve=resolve)
        answer = await dialer.post("https://rebind.example.org/", b"{}", {})
        await dialer.close()
        return answer.note

    assert "leads to" in alone(work())


def test_the_connection_goes_to_the_address_that_was_judged(receiver: Receiver) -> None:
    """A name that leads elsewhere the second time it is asked: it is not asked a second time."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async def work() -> int:
        dialer = Dialer(INSIDE, resolve=resolve)
        url = receiver.url.replace("127.0.0.1", "rebind.example.org")
        answer = await dialer.post(url + "/pinned", b"{}", {})
        await dialer.close()
        return answer.code

    assert alone(work()) == 204 and asked == ["rebind.example.org"]
    ((_, headers, _),) = receiver.got
    assert headers["host"].startswith("rebind.example.org:")


def test_waits_follow_the_schedule_and_the_receiver() -> None:
    for tries, planned in enumerate(SCHEDULE_S):
        assert planned <= wait_s(Delivery(0, "m", tries, b"")) <= 1.2 * planned + 1
    assert wait_asked("120", 0) == 120 and wait_asked("Thu, 01 Jan 1970 00:01:00 GMT", 10) == 50
    assert wait_asked("soon", 0) == 0 and wait_asked("-5", 0) == 0 and wait_asked("9" * 50, 0) == 86_400


def test_what_was_delivered_is_listed_for_some_time(tmp_path: Path) -> None:
    book, now = Deliveries(tmp_path / "hooks.db"), [1_000_000]
    book.add(1, [Post(f"m{k}", k, b"{}", [0]) for k in range(1_300)], [], [], 0)
    for k, one in enumerate(book.due(0, now[0], 2_000)):
        book.tried(one, now[0], 200, 1, "", status=DELIVERED if k else DEAD, due_s=now[0])
    keep_s = {DELIVERED: 1_000, DEAD: 5_000}
    sender = Sender(None, book, None, lambda: now[0], print, keep_s=keep_s)  # type: ignore[arg-type]
    sender.tidy()
    assert book.totals() == {DELIVERED: 1_299, DEAD: 1}
    now[0] += 1_001
    for left in (799, 299, 0, 0):  # little by little
        sender.tidy()
        assert book.totals().get(DELIVERED, 0) == left
    now[0] += 5_000
    sender.tidy()
    assert book.totals() == {}
    book.close()
