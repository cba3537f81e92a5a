"""Floors and linehaul together: every package reaches its station, nothing is lost, whatever goes wrong."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Pallets, Trips
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import Contents, Packages, PickTasks, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Floors
from doorward.tables.stock import Stock
from doorward.twin.floor import FloorRules
from doorward.twin.trucks import TruckRules
from tests.fulfillment.worlds import MIDNIGHT_S, World, conserved

ROUGH = FloorRules(short_ppm=60_000, damage_ppm=40_000, missort_ppm=150_000, wrong_ppm=50_000)
WORST = FloorRules(short_ppm=400_000, damage_ppm=200_000, missort_ppm=300_000, wrong_ppm=500_000)


@pytest.mark.parametrize(
    ("seed", "rules"), [(1, FloorRules()), (2, ROUGH), (3, WORST)], ids=["day", "rough", "worst"]
)
def test_every_package_reaches_its_station(seed: int, rules: FloorRules) -> None:
    world = World(
        seed=seed, orders=120, floor_rules=rules, truck_rules=TruckRules(very_late_pm=200), check=conserved
    )
    world.run(96)
    packages, lines = world.state.table(Packages), world.state.table(Lines)
    ended = packages.status == int(Status.CANCELLED)
    there = (packages.status == int(Status.ARRIVED)) & (packages.holder == packages.station)
    assert (ended | there).all(), np.unique(packages.status, return_counts=True)
    assert (packages.holder_kind[there] == int(Holder.SITE)).all()
    assert np.isin(lines.status, (int(LineStatus.BOXED), int(LineStatus.CANCELLED))).all()
    stock, contents = world.state.table(Stock), world.state.table(Contents)
    assert stock.reserved.sum() == 0
    assert stock.shipped.sum() == contents.units.sum() == packages.units[there].sum()
    boxed = lines.status == int(LineStatus.BOXED)
    assert (lines.units - lines.dropped)[boxed].sum() == contents.units.sum()
    if rules is WORST:
        given_up = lines.status == int(LineStatus.CANCELLED)
        assert given_up.any() and (lines.tries[given_up] == world.rules.most_tries).all()
        assert np.isin(lines.reason[given_up], (int(Reason.SHORT_PICK), int(Reason.DAMAGED))).all()
        assert lines.dropped.sum() > 0, "lines spread over packages lose pieces"


def test_the_journey_of_scans_ends_where_the_package_is() -> None:
    world = World(seed=6, orders=60, floor_rules=ROUGH)
    world.run(50)
    packages, scans = world.state.table(Packages), world.state.table(Scans)
    newest = scans.take(packages.last_scan)
    assert (newest.package == np.arange(len(packages))).all()
    before = scans.prev >= 0
    assert (scans.at_s[before] >= scans.at_s[scans.prev[before]]).all(), (
        "scans of a package are in order of time"
    )
    trips, pallets = world.state.table(Trips), world.state.table(Pallets)
    on = packages.holder_kind == int(Holder.TRIP)
    assert (pallets.trip[packages.pallet[on]] == packages.holder[on]).all()
    departed = scans.ref[scans.event == int(Event.DEPARTED)]
    assert np.array_equal(np.bincount(departed, minlength=len(trips)), trips.packages * (trips.left_s >= 0))
    tasks = world.state.table(PickTasks)
    assert (packages.task[tasks.package] == np.arange(len(tasks))).all()


def test_the_same_seed_posts_the_same_facts() -> None:
    one, two = World(seed=7, orders=40, floor_rules=ROUGH), World(seed=7, orders=40, floor_rules=ROUGH)
    one.run(20)
    two.run(20)
    assert [(who, at) for who, at, _ in one.turns] == [(who, at) for who, at, _ in two.turns]
    for (_, _, facts), (_, _, others) in zip(one.turns, two.turns, strict=True):
        assert all(fact.equals(other) for fact, other in zip(facts, others, strict=True))


def test_every_package_passes_each_step_by_its_plan() -> None:
    world = World(seed=8, orders=60)
    world.run(30)
    remarks = world.state.table(Remarks)
    assert not np.isin(remarks.reason, (int(Reason.CUTOFF_MISSED), int(Reason.FLOOR_BUSY))).any()


@pytest.mark.parametrize(
    ("pick", "goods", "pack", "pickers"), [(70, 60, 61, 3), (45, 200, 50, 2), (400, 400, 22, 4)]
)
def test_nobody_does_more_than_the_floor_can(pick: int, goods: int, pack: int, pickers: int) -> None:
    world = World(seed=12, orders=150, skus=30, floor_rules=ROUGH)
    rates = {
        "pick_uph": [pick] * 2,
        "goods_uph": [goods] * 2,
        "pack_pph": [pack] * 2,
        "sort_pph": [pack + 7] * 2,
    }
    world.state.load(world.state.table(Floors).replace(**rates, pickers=[pickers] * 2))
    world.outside.floor.floors = world.state.table(Floors)
    world.run(30)
    packages, scans, tasks = (world.state.table(t) for t in (Packages, Scans, PickTasks))
    edges = MIDNIGHT_S + 900 * np.arange(30 * 4 + 1)
    busy = 0
    for fc in range(2):
        here = (packages.fc[scans.package] == fc) & (scans.site == fc)
        for event, rate in ((Event.PACKED, pack), (Event.SORTED, pack + 7)):
            at_s = scans.at_s[here & (scans.event == int(event))]
            most = np.histogram(at_s, edges)[0].max()
            assert most <= -(-rate // 4), f"{event.name} {most} in 15 minutes at {rate} an hour"
            busy += int(most >= rate // 4)
        scan = np.flatnonzero(here & (scans.event == int(Event.PICKED)))
        mine = tasks.take(packages.task[scans.package[scan]])
        units, end = packages.units[mine.package], scans.at_s[scan]
        for method, rate in ((0, pick), (1, goods)):
            k = np.flatnonzero(mine.method == method)
            start = mine.start_s[k] if method == 0 else end[k] - units[k] * 3600 // rate
            span = np.maximum(end[k] - start, 1)
            share = np.clip((edges[:, None] - start) / span, 0, 1)
            used = np.diff((units[k] * share).sum(axis=1))
            # a piece at a robot station begins in the bucket before the one that it ends in
            slack = 1e-6 if method == 0 else rate * 200 / 3600 + 4
            assert used.max(initial=0) <= rate / 4 + slack, (method, used.max(), rate / 4)
    assert busy or pack > 22, "the world is too quiet to show anything"
