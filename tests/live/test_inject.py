"""Doing something to the twin: more orders, rain, a closed building; it stands in the journal."""

from __future__ import annotations

import time

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.injections import Injection, Injections
from doorward.twin.inject import more_or_fewer


def world(factor_pm: int, from_s: int = 0, until_s: int = 10_000) -> State:
    state = State()
    state.append(Injections.fill(1, kind=Injection.ORDERS, amount=factor_pm, from_s=from_s, until_s=until_s))
    return state


@given(st.integers(0, 3000), st.integers(0, 60), st.integers(0, 4))
def test_orders_are_multiplied_with_their_lines(factor_pm: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 4, n)
    orders = NewOrders.fill(n, at_s=np.sort(rng.integers(1, 300, n)), zone=np.arange(n), lines=count)
    lines = NewLines(sku=np.repeat(np.arange(n), count), units=np.arange(int(count.sum())))
    more, more_lines = more_or_fewer(world(factor_pm), seed, orders, lines, 0, 300)
    assert n * (factor_pm // 1000) <= len(more) <= n * -(-factor_pm // 1000)
    assert (
        len(more_lines) == more.lines.sum() and (np.diff(more.at_s) >= 0).all() and (more.at_s <= 300).all()
    )
    assert np.array_equal(np.repeat(more.zone, more.lines), more_lines.sku), (
        "each has the lines of the one it resembles"
    )
    again = more_or_fewer(world(factor_pm), seed, orders, lines, 0, 300)
    assert again[0].equals(more) and again[1].equals(more_lines)


def test_orders_outside_the_span_stay() -> None:
    orders = NewOrders.fill(3, at_s=[10, 100, 200], zone=[0, 1, 2], lines=[1, 1, 1])
    lines = NewLines(sku=[0, 1, 2], units=[1, 1, 1])
    left, _ = more_or_fewer(world(0, 50, 150), 1, orders, lines, 0, 300)
    assert left.zone.tolist() == [0, 2]


@pytest.fixture
def clock(admin: httpx.Client) -> dict[str, float]:
    return admin.get("/api/v1/clock").json()  # type: ignore[no-any-return]


def hurry(admin: httpx.Client, at_s: int) -> None:
    """Let the twin come to a moment."""
    assert admin.post("/api/v1/twin/until", json={"at": at_s}).status_code == 200
    until = time.monotonic() + 30
    while admin.get("/api/v1/clock").json()["now_s"] < at_s:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_closed_building_stands_still_until_it_opens(admin: httpx.Client, clock: dict[str, float]) -> None:
    network = admin.get("/api/v1/network").json()
    station = next(site["site"] for site in network["sites"] if site["kind"] == "station")
    asked = {"kind": "closed", "target": station, "minutes": 30}
    taken = admin.post("/api/v1/twin/inject", json=asked).json()
    assert taken["until_s"] - taken["from_s"] == 1800
    hurry(admin, taken["from_s"] + 900)
    assert admin.get(f"/api/v1/sites/{station}/station").json()["standstill"]
    hurry(admin, taken["until_s"] + 900)
    assert not admin.get(f"/api/v1/sites/{station}/station").json()["standstill"]
    newest = admin.get("/api/v1/twin/injections").json()[0]
    assert (newest["kind"], newest["target"]) == ("closed", station)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "closed", "target": 10_000, "minutes": 5},
        {"kind": "closed", "minutes": 5},
        {"kind": "rain", "amount": 5, "target": 99, "minutes": 5},
        {"kind": "rain", "amount": 5, "minutes": 5, "from_s": 1},
        {"kind": "orders", "amount": 130, "minutes": 5, "target": 1},
        {"kind": "plague", "minutes": 5},
        {"kind": "orders", "amount": 130, "minutes": 0},
    ],
)
def test_what_cannot_be_is_refused(admin: httpx.Client, asked: dict[str, object]) -> None:
    answer = admin.post("/api/v1/twin/inject", json=asked)
    assert answer.status_code in (400, 422) and answer.json()["detail"]
