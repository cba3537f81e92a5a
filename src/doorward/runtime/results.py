"""The results of a run: pure sums over the tables, for people and for `--json`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.state import State
from doorward.runtime.spending import spent
from doorward.tables.fleet import Runs, Stops
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.footprint import PackageFootprint
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way

DELIVERED, RETURNED, CANCELLED, OPEN = range(4)
NEVER_S = np.iinfo(np.int64).max
ENDS = ("delivered", "returned", "cancelled", "open")


def order_ends(state: State) -> NDArray[np.int8]:
    """How each order stands: 0 delivered, 1 returned, 2 cancelled, 3 open.

    Open while anything of it may still move; else delivered if any package was delivered and kept, returned if any came
    back, cancelled if nothing was ever sent.
    """
    orders, lines, packages = state.table(Orders), state.table(Lines), state.table(Packages)
    n = len(orders)
    moving = np.isin(lines.status, (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED))
    refused = np.isin(orders.status, (OrderStatus.REFUSED, OrderStatus.EXPIRED))
    is_open = np.bincount(lines.order[moving], minlength=n) > 0
    live = ~np.isin(packages.status, (Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.LOST))
    is_open |= np.bincount(packages.order[live], minlength=n) > 0
    is_open |= np.isin(orders.status, (OrderStatus.PLACED, OrderStatus.QUOTED))
    arrived = np.bincount(packages.order[packages.status == Status.DELIVERED], minlength=n) > 0
    back = np.bincount(packages.order[packages.status == Status.RETURNED], minlength=n) > 0
    ends = np.full(n, CANCELLED, np.int8)
    ends[back] = RETURNED
    ends[arrived] = DELIVERED
    ends[is_open] = OPEN
    ends[refused] = CANCELLED
    return ends


def first_delivery_s(state: State) -> NDArray[np.int64]:
    """When each package first was the customer's to have: delivered, or in the locker chosen; -1 never.

    A later return does not undo it.
    """
    packages, scans = state.table(Packages), state.table(Scans)
    at = np.full(len(packages), NEVER_S, np.int64)
    hit = np.isin(scans.event, (Event.DELIVERED, Event.STORED))
    np.minimum.at(at, scans.package[hit], scans.at_s[hit])
    return np.where(at == NEVER_S, -1, at)


def promise_kept(state: State) -> tuple[int, int, int]:
    """(delivered orders that came by the end of their window, all orders that did, all that reached their customer).

    An order's last package counts. Orders that were sent back later reached their customer too; the first figure leaves
    them out, as `delivered` does.
    """
    orders, packages = state.table(Orders), state.table(Packages)
    at = first_delivery_s(state)
    reached = at >= 0
    last = np.full(len(orders), -1, np.int64)
    np.maximum.at(last, packages.order[reached], at[reached])
    ends = order_ends(state)
    whole = (last >= 0) & (ends != OPEN)
    kept = whole & (last <= orders.due_s)
    return int((kept & (ends == DELIVERED)).sum()), int(kept.sum()), int(whole.sum())


def in_region_share(state: State) -> float:
    """Share of packages shipped from a building in the customer's region; 0 if there are none."""
    packages, orders = state.table(Packages), state.table(Orders)
    kept = packages.status != Status.CANCELLED
    if not kept.any():
        return 0.0
    here = state.table(Sites).region[packages.fc] == state.table(Zones).region[orders.zone[packages.order]]
    return float(here[kept].mean())


def flex_fill_share(state: State) -> float:
    """Share of gig blocks that a driver worked, of all that were due; 1 if none was needed."""
    status = state.table(Blocks).status
    due = np.isin(
        status, (BlockStatus.WORKED, BlockStatus.CHECKED_IN, BlockStatus.NO_SHOW, BlockStatus.UNFILLED)
    )
    if not due.any():
        return 1.0
    worked = np.isin(status, (BlockStatus.WORKED, BlockStatus.CHECKED_IN))
    return float(worked.sum() / due.sum())


def stops_per_route(state: State) -> float:
    """Doorsteps per van or gig run that left its station."""
    runs = state.table(Runs)
    road = np.isin(runs.way, (Way.OWN, Way.DSP, Way.FLEX, Way.LOCKER)) & (runs.left_s >= 0)
    return float(runs.stops[road].mean()) if road.any() else 0.0


def carried_by(state: State) -> NDArray[np.int8]:
    """Way of each package (packages,): as chosen, but of own and contractors' vans the one whose van has it.

    Both fleets of a station are routed together; which of them rings at a door is known when routes are planned. A
    gig driver who took over from a broken van counts, too.
    """
    packages, stops, runs = state.table(Packages), state.table(Stops), state.table(Runs)
    way = packages.way.copy()
    row = np.flatnonzero((packages.stop >= 0) & np.isin(way, (Way.OWN, Way.DSP)))
    way[row] = runs.way[stops.run[packages.stop[row]]]
    return way


def mode_counts(state: State) -> dict[str, int]:
    """Packages by way to the door (those that were not taken apart before packing)."""
    way = carried_by(state)
    counts = np.bincount(
        way[(state.table(Packages).status != Status.CANCELLED) & (way >= 0)], minlength=len(Way)
    )
    return {way.name.lower(): int(counts[way]) for way in Way}


def summary(state: State) -> dict[str, Any]:
    """The figures of a run, without those of the machine (time, memory, digest)."""
    packages = state.table(Packages)
    ends = np.bincount(order_ends(state), minlength=4)
    on_time, kept_promises, reached = promise_kept(state)
    at = first_delivery_s(state)
    got = at >= 0
    kept = packages.status != Status.CANCELLED
    n = max(1, int(kept.sum()))
    prints, money = state.table(PackageFootprint), spent(state)
    co2 = sum(
        int(getattr(prints, c).sum())
        for c in ("building_mg", "linehaul_mg", "last_mile_mg", "carrier_mg", "packaging_mg")
    )
    return {
        "orders": len(state.table(Orders)),
        "packages": int(kept.sum()),
        "delivered": int(ends[DELIVERED]),
        "delivered_on_time": on_time,
        "returned": int(ends[RETURNED]),
        "cancelled": int(ends[CANCELLED]),
        "open": int(ends[OPEN]),
        "packages_delivered": int(got.sum()),
        "promise_met_share": round(kept_promises / reached, 4) if reached else 0.0,
        "cost_c_per_package": round(money.total_c / n, 2),
        "cost_c_by_payee": {name.removesuffix("_c"): cents for name, cents in money._asdict().items()},
        "chosen_c_per_package": round(float(np.maximum(packages.bill_c[kept], 0).sum()) / n, 2),
        "dist_m_per_package": round(float(prints.dist_m.sum()) / n, 1),
        "co2e_g_per_package": round(co2 / 1000 / n, 2),
        "packages_by_mode": mode_counts(state),
        "stops_per_route": round(stops_per_route(state), 1),
        "flex_fill_share": round(flex_fill_share(state), 4),
        "in_region_share": round(in_region_share(state), 4),
    }
