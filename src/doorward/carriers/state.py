"""Fold choices, drops, openings, prices and what zones taught into the tables."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.packages import Packages
from doorward.tables.ways import (
    Bills,
    WayCapacity,
    WayChosen,
    WayDropped,
    WayLimited,
    WayOpened,
    WayPriced,
    WayReturned,
    ZoneCosts,
    ZonesLearned,
)


def fold_chosen(state: State, rows: WayChosen, at_s: int) -> None:
    """A choice replaces the one before: the old opening gets its room back, the new one is taken."""
    package = rows.package
    missing = int(package.max()) + 1 - state.count(Bills)
    if missing > 0:
        state.append(Bills.fill(missing, gates=0))
    for name in ("opening", "pool"):
        old = state.get(Bills, name, package)
        back, new = old[old >= 0], getattr(rows, name)
        state.add(WayCapacity, back, taken=-1)
        state.add(WayCapacity, new[new >= 0], taken=1)
    same = {n: getattr(rows, n) for n in Bills.columns}
    state.put(Bills, package, **same)
    columns = ("way", "carrier", "station", "locker", "next_site", "leave_s", "bill_c", "co2_mg")
    state.put(Packages, package, **{n: getattr(rows, n) for n in columns})


def fold_dropped(state: State, rows: WayDropped, at_s: int) -> None:
    """The way is closed to these packages and they wait for another; room is given back by the next choice."""
    missing = int(rows.package.max()) + 1 - state.count(Bills)
    if missing > 0:
        state.append(Bills.fill(missing, gates=0))
    bit = (1 << np.maximum(rows.way, 0).astype(np.int16)) * (rows.way >= 0)
    for one in np.unique(bit):
        at = rows.package[bit == one]
        state.put(Bills, at, gates=state.get(Bills, "gates", at) | one)
    state.put(Packages, rows.package, way=-1, locker=-1)


def fold_returned(state: State, rows: WayReturned, at_s: int) -> None:
    """What a cancelled package took has room again, once: its bill no longer names an opening."""
    for name in ("opening", "pool"):
        held = state.get(Bills, name, rows.package)
        state.add(WayCapacity, held[held >= 0], taken=-1)
    state.put(Bills, rows.package, opening=-1, pool=-1)


def fold_opened(state: State, rows: WayOpened, at_s: int) -> None:
    """Capacity of a new day, untaken and free of charge."""
    if int(rows.opening[0]) != state.count(WayCapacity) or (np.diff(rows.opening) != 1).any():
        raise ValueError(f"openings continue at {state.count(WayCapacity)}, not {int(rows.opening[0])}")
    state.append(
        WayCapacity.fill(
            len(rows),
            way=rows.way,
            station=rows.station,
            day=rows.day,
            limit=rows.limit,
            taken=np.zeros(len(rows), np.int32),
            price_mc=np.zeros(len(rows), np.int64),
            carrier=rows.carrier,
            slot_s=rows.slot_s,
        )
    )


def fold_limited(state: State, rows: WayLimited, at_s: int) -> None:
    """New room, and a new marginal cost where one is given. Room below what is taken closes the opening."""
    state.put(WayCapacity, rows.opening, limit=rows.limit)
    told = rows.cost_mc >= 0
    state.put(WayCapacity, rows.opening[told], cost_mc=rows.cost_mc[told])


def fold_priced(state: State, rows: WayPriced, at_s: int) -> None:
    """A newer price replaces the older."""
    state.put(WayCapacity, rows.opening, price_mc=rows.price_mc)


def fold_learned(state: State, rows: ZonesLearned, at_s: int) -> None:
    """A newer lesson replaces the older."""
    missing = int(rows.zone.max()) + 1 - state.count(ZoneCosts)
    if missing > 0:
        state.append(ZoneCosts.fill(missing, stops=0))
    state.put(ZoneCosts, rows.zone, drive_s=rows.drive_s, drive_m=rows.drive_m, stops=rows.stops)


FOLDS: dict[type[Table], Fold] = {
    WayChosen: fold_chosen,
    WayDropped: fold_dropped,
    WayReturned: fold_returned,
    WayOpened: fold_opened,
    WayLimited: fold_limited,
    WayPriced: fold_priced,
    ZonesLearned: fold_learned,
}
"""Facts folded here."""
