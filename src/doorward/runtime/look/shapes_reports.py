"""What a report of days looks like to whoever reads it by the API."""

from __future__ import annotations

from doorward.runtime.look.shapes import Shape


class Share(Shape):
    """Packages of one way or station, promised for the day.

    in_time  of those handed over; cost_c, co2_g  sums as reckoned when the way was chosen
    """

    packages: int
    delivered: int
    in_time: int
    cost_c: int
    co2_g: int


class Road(Shape):
    """Runs that left on the day: doors they have done, kilometres, hours on the road."""

    runs: int
    doors: int
    km: float
    hours: float


class DayReport(Shape):
    """A local day.

    ended  it is over: only late deliveries may still change it
    promised, kept, missed  orders whose promise ends on it; on_time_pm  kept of kept and missed, -1 none yet
    placed, delivered, tried_in_vain  orders, packages and tries of the day itself
    cost_c_package, co2_g_package  mean of packages promised for it; -1 none
    ways, stations  by way, and by number of the station;  road  none for a shipper
    """

    day: int
    begins_s: int
    ended: bool
    placed: int
    promised: int
    kept: int
    missed: int
    on_time_pm: int
    delivered: int
    tried_in_vain: int
    cost_c_package: int
    co2_g_package: int
    ways: dict[str, Share]
    stations: dict[int, Share]
    road: Road | None


class Reports(Shape):
    """Days, the newest first."""

    turn: int
    now_s: int
    days: list[DayReport]
