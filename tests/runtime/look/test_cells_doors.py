"""Where a package goes: the door of its order, or the locker that was chosen."""

from __future__ import annotations

import numpy as np

from doorward.runtime.look.cells import doors_of
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites


def test_a_package_goes_to_its_door_or_its_locker() -> None:
    orders = Orders.fill(2, lat_udeg=[10, 20], lon_udeg=[-10, -20])
    sites = Sites.fill(3, lat_udeg=[1, 2, 3], lon_udeg=[-1, -2, -3])
    packages = Packages.fill(3, order=[1, 0, 1], locker=[-1, -1, 2])
    found = doors_of(packages, orders, sites, np.array([2, 0, 1]))
    assert found.lat_udeg.tolist() == [3, 20, 10]
    assert found.lon_udeg.tolist() == [-3, -20, -10]
