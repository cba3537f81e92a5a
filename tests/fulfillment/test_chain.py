"""Floors and linehaul together: every package reaches its station, nothing is lost, whatever goes wrong."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.tables.journey import Holder, Status
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import Contents, Packages
from doorward.tables.stock import Stock
from doorward.twin.floor import FloorRules
from doorward.twin.trucks import TruckRules
from tests.fulfillment.worlds import World, conserved

ROUGH = FloorRules(short_ppm=60_000, damage_ppm=40_000, missort_ppm=150_000, wrong_ppm=50_000)


@pytest.mark.parametrize(
    ("seed", "rules"), [(1, FloorRules()), (2, ROUGH), (3, ROUGH)], ids=["day", "rough", "rougher"]
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
