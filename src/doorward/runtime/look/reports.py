"""What days came to: promises, doors, roads, money and CO2e of each, in all and by way and station.

A package counts on the day that its order's promise ends, as in held.py; a run on the day that it left. So a day's
figures stand still once all its promises are kept or broken, and its runs are back.
"""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.runtime.look.held import handed_s, held
from doorward.runtime.look.shapes_reports import DayReport, Reports, Road, Share
from doorward.runtime.look.view import Flags, Longs, View
from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import Event
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.ways import Way

MOST_DAYS = 31
HANDED_NOW = (Event.DELIVERED, Event.STORED)


def reports(view: View, days: int, shop: int | None = None) -> Reports:
    """The newest days, today first. shop: what is this shipper's alone, without the roads (None: everything)."""
    today = (view.midnight_s + view.frame.utc_offset_s) // DAY_S
    return Reports(view.turn, view.now_s, [day_report(view, today - k, shop) for k in range(days)])


def day_report(view: View, day: int, shop: int | None = None) -> DayReport:
    """A local day, as far as it has come."""
    orders, packages, scans = view.table(Orders), view.table(Packages), view.table(Scans)
    begins_s = view.begins_s(day)
    promises = held(view, day)
    own = np.ones(len(orders), np.bool_) if shop is None else orders.shop == shop
    mine = own[promises.order]
    kept, missed = int((promises.kept & mine).sum()), int((promises.missed & mine).sum())
    package = promises.package[mine[promises.of]]
    when = (scans.at_s >= begins_s) & (scans.at_s < begins_s + DAY_S) & own[packages.order[scans.package]]
    placed = own & (orders.at_s >= begins_s) & (orders.at_s < begins_s + DAY_S)
    way, station = packages.way[package].astype(np.int64), packages.station[package].astype(np.int64)
    at_s = handed_s(view, package)
    chosen = package[way >= 0]
    return DayReport(
        day=day,
        begins_s=begins_s,
        ended=view.now_s >= begins_s + DAY_S,
        placed=int(placed.sum()),
        promised=int(mine.sum()),
        kept=kept,
        missed=missed,
        on_time_pm=1000 * kept // (kept + missed) if kept + missed else -1,
        delivered=int((when & np.isin(scans.event, HANDED_NOW)).sum()),
        tried_in_vain=int((when & (scans.event == Event.ATTEMPTED)).sum()),
        cost_c_package=_mean(packages.bill_c[chosen], 1),
        co2_g_package=_mean(packages.co2_mg[chosen], 1000),
        ways={
            Way(w).name.lower(): _share(view, package, at_s, way == w)
            for w in np.unique(way[way >= 0]).tolist()
        },
        stations={
            s: _share(view, package, at_s, station == s) for s in np.unique(station[station >= 0]).tolist()
        },
        road=_road(view, begins_s) if shop is None else None,
    )


def _share(view: View, package: Longs, at_s: Longs, of: Flags) -> Share:
    packages, row, got = view.table(Packages), package[of], at_s[of]
    chosen = row[packages.way[row] >= 0]
    return Share(
        packages=len(row),
        delivered=int((got >= 0).sum()),
        in_time=int(((got >= 0) & (got <= packages.due_s[row])).sum()),
        cost_c=int(packages.bill_c[chosen].sum()),
        co2_g=round(int(packages.co2_mg[chosen].sum()) / 1000),
    )


def _road(view: View, begins_s: int) -> Road:
    """Runs that left on the day; of those still out, what is planned (metres) or spent so far (hours)."""
    runs, stops = view.table(Runs), view.table(Stops)
    left = (runs.left_s >= begins_s) & (runs.left_s < begins_s + DAY_S)
    hours = np.where(runs.ended_s >= 0, runs.ended_s, view.now_s)[left] - runs.left_s[left]
    metres = np.where(runs.actual_m >= 0, runs.actual_m, runs.dist_m)[left]
    done = left[stops.run] & (stops.done_s >= 0)
    key = np.unique(stops.run[done].astype(np.int64) << 20 | stops.seq[done])
    return Road(
        runs=int(left.sum()), doors=len(key), km=round(float(metres.sum()) / 1000, 1),
        hours=round(float(hours.sum()) / HOUR_S, 1),
    )  # fmt: skip


def _mean(values: Longs, unit: int) -> int:
    return round(float(values.mean()) / unit) if len(values) else -1
