"""Floors and linehaul together: every package reaches its station, nothing is lost, whatever goes wrong."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Pallets, Trips
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import Contents, Packages, PickTasks, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.stock import Stock
from doorward.twin.floor import FloorRules
from doorward.twin.trucks import TruckRules
from tests.fulfillment.worlds import World, conserved

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
