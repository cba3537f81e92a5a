"""The network on the wall clock: what floors, trucks, drivers and docks report is all that happens."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest

from doorward.apps.api.reports_in import driven
from doorward.apps.live.up import first_key
from doorward.core.units import HOUR_S
from doorward.ledger.ledger import Ledger
from doorward.promise.commands import OrdersPlaced, PlaceOrders
from doorward.runtime.checks import violations
from doorward.runtime.live.client import ask
from doorward.runtime.live.wire import Done
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.packages import Packages, Scans
from tests.live.orders import ZONES, order
from tests.live.server import running
from tests.live.world import MIDNIGHT_S, Api, Staff, Times, World, world

ORDERS = 12
FIVE_S = MIDNIGHT_S + 5 * HOUR_S


def open_for_business(api: Api) -> list[str]:
    """Counts come in at night, orders at five in the morning; returns the articles."""
    skus = [each["sku"] for each in api.get("/items", limit=40)["items"]]
    bins = [{"site": site, "sku": sku, "units": 20} for site in (0, 1) for sku in skus]
    assert api.post("/stock/counts", bins)["found"] == 20 * len(bins)
    api.until(FIVE_S)
    for i in range(ORDERS):
        speed = ("same_day", "next_day")[i % 2]
        api.post("/orders", order(f"A{i}", skus[i], zone=i * len(ZONES) // ORDERS, speed=speed), 201)
    return skus


def final(ledger: Ledger) -> dict[str, list[int]]:
    """How packages and runs ended, and when."""
    packages, runs = ledger.table(Packages), ledger.table(Runs)
    return {
        "status": packages.status.tolist(), "ended": packages.ended_s.tolist(), "tries": packages.attempts.tolist(),
        "last": ledger.table(Scans).at_s[packages.last_scan].tolist(), "run": runs.status.tolist(),
        "left": runs.left_s.tolist(), "back": runs.ended_s.tolist(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Api, list[str]]]:
    """A network that worked a day on reports alone."""
    with world(tmp_path_factory.mktemp("world") / "metro") as (made, api):
        skus = open_for_business(api)
        Staff(api).work(MIDNIGHT_S + 15 * HOUR_S, 1_800)
        on_the_map(api)
        Staff(api).work(MIDNIGHT_S + 36 * HOUR_S, 1_800)
        yield made, api, skus


def on_the_map(api: Api) -> None:
    """A van on the road says where it is, twice; the newer place stands on the map soon."""
    van = next(bar for bar in api.get("/runs")["runs"] if bar["status"] == "left")
    now_s = int(api.times.wall)
    newer = {"vehicle": van["vehicle"], "at_s": now_s, "lat": 41.7654, "lon": -30.1234}
    older = {"run": van["run"], "at_s": now_s - 5, "lat": 41.5, "lon": -30.5}
    answer = api.post("/positions", [newer, older, {**older, "at_s": now_s + 9_999}], 202)
    assert answer["taken"] == 2 and [each["row"] for each in answer["errors"]] == [2]
    until = time.monotonic() + 10
    while time.monotonic() < until:
        seen = api.get("/positions")
        row = seen["id"].index(f"r{van['run']}")
        if not seen["estimated"][row]:
            assert (seen["lat"][row], seen["lon"][row]) == (41.7654, -30.1234)
            return
        time.sleep(0.05)
    raise AssertionError("the van is where the plan has it")


def test_a_day_goes_by_on_reports_alone(day: tuple[World, Api, list[str]]) -> None:
    made, api, _ = day
    orders = [api.get(f"/orders/{n}") for n in range(ORDERS)]
    assert {each["row"]["status"] for each in orders} == {"delivered"}
    for each in orders:
        for package in each["packages"]:
            told = [moment["what"] for moment in package["story"]]
            assert len(told) >= 6, told
    assert api.get("/clock")["mode"] == "live" and len(api.get("/runs")["runs"]) > 1
    assert violations(made.engine.ledger.state) == []


def test_what_is_not_there_is_said_to_be_missing(day: tuple[World, Api, list[str]]) -> None:
    _, api, _ = day
    bare = api.get("/items", limit=100)["items"][60]["sku"]
    number = api.post("/orders", order("none", bare), 201)["order"]
    api.until(int(api.times.wall) + HOUR_S)
    line = api.get(f"/orders/{number}")["lines"][0]
    assert line["status"] == "backordered" and line["fc"] == -1 and line["reason"], line
    coming = api.get("/stock/purchases", site=0)["items"]
    assert coming and all(each["site"] == 0 for each in coming)
    first = coming[0]
    taken = api.post("/stock/receipts", [{"purchase": first["purchase"], "units": 7}] * 2)
    assert taken["received"] == 1 and taken["errors"][0]["row"] == 1 and taken["errors"][0]["remedy"]
    assert api.post("/stock/receipts", {"purchase": first["purchase"], "units": 7})["known"] == 1
    assert first["purchase"] not in {
        each["purchase"] for each in api.get("/stock/purchases", site=0)["items"]
    }


def test_the_good_half_of_a_batch_goes_in_and_each_bad_row_is_named(
    day: tuple[World, Api, list[str]],
) -> None:
    _, api, _ = day
    now_s = int(api.times.wall)
    good = [{"package": n % 7, "event": "carrier_moved", "at_s": now_s - n} for n in range(50)]
    bad: list[dict[str, Any]] = [
        {"package": 10**9, "event": "picked", "at_s": now_s},
        {"package": 0, "event": "picked", "at_s": now_s + 9_999},
        {"package": 0, "event": "promised", "at_s": now_s},
        {"package": 0, "event": "attempted", "at_s": now_s},
        {"package": 0, "at_s": now_s},
        {"package": 0, "event": "lost", "reason": "magic", "at_s": now_s},
        {"package": 0, "event": "picked", "at_s": now_s, "colour": "red"},
    ]
    fields = ["package", "at_s", "event", "outcome", "", "reason", ""]
    rows = [row for pair in zip(good, bad, strict=False) for row in pair] + good[len(bad) :]
    answer = api.post("/scans", rows)
    assert (answer["taken"], answer["known"]) == (50, 0)
    assert [each["row"] for each in answer["errors"]] == [2 * i + 1 for i in range(len(bad))]
    assert [each["field"] for each in answer["errors"]] == fields
    assert all(each["detail"] and each["rule"] and each["remedy"] for each in answer["errors"])
    again = api.post("/scans", rows)
    assert (again["taken"], again["known"]) == (0, 50)
    assert len(api.post("/scans", bad, 422)["errors"]) == len(bad)
    assert api.client.post("/scans", content=b"[{").status_code == 400
    assert api.client.post("/scans", json=[]).status_code == 422


def test_contractors_report_on_their_own_runs(day: tuple[World, Api, list[str]]) -> None:
    _, api, _ = day
    contractor = api.post("/organisations", {"name": "Green", "kind": "contractor"}, 201)["organisation"]
    key = api.post("/keys", {"organisation": contractor, "role": "contractor", "label": "x"}, 201)["key"]
    theirs, other = [bar for bar in api.get("/runs")["runs"] if bar["vehicle"] >= 0][:2]
    vehicles = {"vehicles": [theirs["vehicle"]]}
    api.post(f"/organisations/{contractor}/vehicles", vehicles)
    now_s = int(api.times.wall)
    with httpx.Client(base_url=api.client.base_url, headers={"Authorization": f"Bearer {key}"}) as client:
        said = [{"what": "back", "at_s": now_s - 60}]
        assert client.post(f"/runs/{theirs['run']}/reports", json=said).status_code == 200
        stranger = client.post(f"/runs/{other['run']}/reports", json=said)
        nowhere = client.post("/runs/99999/reports", json=said)
        assert stranger.status_code == nowhere.status_code == 404
        assert client.post("/trips/0/reports", json=[{"what": "left", "at_s": now_s}]).status_code == 404
        assert client.post("/stock/counts", json=[]).status_code == 403
        mine = api.get(f"/runs/{theirs['run']}")["doors"][0]["packages"][0]
        not_mine = api.get(f"/runs/{other['run']}")["doors"][0]["packages"][0]
        rows = [
            {"package": mine, "event": "delivered", "at_s": now_s - 50, "ref": theirs["run"]},
            {"package": not_mine, "event": "delivered", "at_s": now_s - 50},
            {"package": 10**6, "event": "delivered", "at_s": now_s - 50},
            {"package": mine, "event": "picked", "at_s": now_s - 50},
            {"package": mine, "event": "delivered", "at_s": now_s - 50, "ref": other["run"]},
        ]
        answer = client.post("/scans", json=rows).json()
        assert answer["taken"] == 1 and [each["row"] for each in answer["errors"]] == [1, 2, 3, 4]
        assert answer["errors"][0]["rule"] == answer["errors"][1]["rule"], "others' look like none"
        place = {"at_s": now_s, "lat": 41.6, "lon": -30.0}
        assert client.post("/positions", json={**place, "run": other["run"]}).status_code == 422
        assert client.post("/positions", json={**place, "run": theirs["run"]}).status_code == 202


def test_offline_drivers_who_report_twice_and_in_any_order_end_the_day_alike(
    day: tuple[World, Api, list[str]], tmp_path: Path
) -> None:
    made, _, _ = day
    with world(tmp_path / "offline") as (other, api):
        open_for_business(api)
        Staff(api, np.random.default_rng(7)).work(MIDNIGHT_S + 36 * HOUR_S, 1_800)
        ended = final(other.engine.ledger)
    begun = final(made.engine.ledger)
    for name, column in begun.items():
        assert ended[name] == column, name


def placed(folder: Path, ref: str) -> Done:
    """An order, given to the writer."""
    asked = PlaceOrders(
        shop=0, at_s=[-1], zone=[0], lat_udeg=[int(ZONES.lat_udeg[0])], lon_udeg=[int(ZONES.lon_udeg[0])], speed=[0],
        consent=[0], access=[-1], lines=[1], sku=[0], units=[1], refs=[ref], recipients=[b""],
    )  # fmt: skip
    answer = ask(folder, "promise.place", asked)
    assert isinstance(answer, Done), answer
    assert len(msgspec.msgpack.decode(answer.body, type=OrdersPlaced).order) == 1
    return answer


def test_a_clock_put_back_an_hour_stops_nothing_and_dates_nothing_back(tmp_path: Path) -> None:
    folder, times = tmp_path / "metro", Times(FIVE_S)
    made = World(folder, times)
    first_key(folder)
    made.caught_up()
    placed(folder, "before")
    times.wall -= HOUR_S  # somebody corrects it
    until_s = int(made.clock.now_s()) + HOUR_S
    while made.clock.now_s() < until_s:
        times.passes(600)
        made.caught_up()
        placed(folder, f"at {times.steady}")
    worked = made.engine.roster.next_s
    assert made.engine.now_s() == until_s
    made.close()
    assert worked > until_s, "the services went on under the clock that was put back"
    again = World(folder, times)  # started anew, and the wall clock is still behind
    assert again.clock.now_s() >= until_s and again.clock.ahead_s() > 0
    again.caught_up()
    placed(folder, "after")
    times.passes(900)
    again.caught_up()
    placed(folder, "later")
    again.close()
    with closing(sqlite3.connect(again.where.journal)) as journal:
        dated = [at_s for (at_s,) in journal.execute("select at_s from turns order by turn")]
    assert len(dated) > 10 and dated == sorted(dated)


def test_a_real_server_on_the_wall_clock_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "metro"
    with running(folder, "--live", "--scale", "0.05") as server:
        key = server.key
        with server.client() as client:
            sku = client.get("/api/v1/items").json()["items"][0]["sku"]
            row = {"site": 0, "sku": sku, "units": 3}
            assert client.post("/api/v1/stock/counts", json=row).json()["found"] == 3
            assert client.post("/api/v1/orders", json=order("A", sku)).status_code == 201
            clock = client.get("/api/v1/clock").json()
            assert clock["mode"] == "live" and abs(clock["clock_s"] - clock["wall_s"]) < 5
            assert client.post("/api/v1/twin/pause").status_code == 409
    with running(folder, "--live", "--scale", "0.05") as server, server.client(key) as client:
        assert client.get("/api/v1/orders/0").json()["row"]["ref"] == "A"
        assert client.post("/api/v1/orders", json=order("A", sku)).json()["known"]
        assert "service failed" not in server.log.read_text()


def test_a_vehicle_from_nowhere_costs_no_memory() -> None:
    runs = Runs.fill(2, vehicle=[3, 1], status=[int(RunStatus.LEFT), int(RunStatus.PLANNED)])
    asked = np.array([2**31 - 1, 3, -1, 1, 2**62], np.int64)
    assert driven(runs, asked).tolist() == [-1, 0, -1, -1, -1]
