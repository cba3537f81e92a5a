"""The night's charging of all stations: pure functions over vans, needs and profiles.

Exact within the model (see kernel): one charger a van, one limit a station, whole watt hours in slots of a quarter of
an hour, no taper at full batteries, nothing fed back. Unmet need is the least possible; it is remarked with the power
that would have fitted, and owed to the next night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.footprint.charging.kernel import fill_slots
from doorward.footprint.rules import FootprintRules
from doorward.tables.footprint import ChargeSlots, ChargesPlanned
from doorward.tables.remarks import Reason, Remarks, Subject

Longs = NDArray[np.int64]
SLOT_S = 900
"""A slot is a quarter of an hour, what meters and tariffs count in."""


@dataclass(frozen=True)
class Night:
    """Vans (n,) and slots (t,) of one night.

    vehicle, station (n,) rows; need_wh (n,) at the meter; from_s, until_s (n,) at the charger
    start_s begin of the first slot; tariff_mc_kwh, grid_mg_wh (t,) of each slot
    """

    vehicle: Longs
    station: Longs
    need_wh: Longs
    from_s: Longs
    until_s: Longs
    start_s: int
    tariff_mc_kwh: Longs
    grid_mg_wh: Longs


def overlap_s(night: Night) -> Longs:
    """Seconds that each van stands at its charger in each slot, (n, t)."""
    start = night.start_s + SLOT_S * np.arange(len(night.tariff_mc_kwh))
    late = np.maximum(start[None], night.from_s[:, None])
    early = np.minimum(start[None] + SLOT_S, night.until_s[:, None])
    return np.asarray(np.maximum(0, early - late), np.int64)


def slot_order(night: Night, charge_by: str) -> Longs:
    """Slots, best first: by price and then carbon, or by carbon and then price; the earlier of equal ones first."""
    price, carbon = night.tariff_mc_kwh, night.grid_mg_wh
    keys = (carbon, price) if charge_by == "cost" else (price, carbon)
    return np.lexsort((np.arange(len(price)), *keys))


def plan_station(
    need_wh: Longs, overlap: Longs, order: Longs, charger_w: int, site_w: int
) -> NDArray[np.int64]:
    """Wh of each van in each slot, (n, t): the most energy, and of that the cheapest. overlap (n, t) seconds."""
    room = charger_w * overlap // HOUR_S
    cap = np.full(overlap.shape[1], site_w * SLOT_S // HOUR_S, np.int64)
    return fill_slots(need_wh, np.ascontiguousarray(room), cap, order)


def charger_short_w(need_wh: Longs, overlap: Longs, charger_w: int) -> Longs:
    """Watts more that each van's charger would need, had the station power without limit; 0 enough, -1 no time."""
    low, high = np.zeros(len(need_wh), np.int64), np.full(len(need_wh), 1 << 40, np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        fits = ((charger_w + middle)[:, None] * overlap // HOUR_S).sum(axis=1) >= need_wh
        low, high = np.where(fits, low, middle + 1), np.where(fits, middle, high)
    return np.where((overlap.sum(axis=1) == 0) & (need_wh > 0), -1, low)


def site_short_w(need_wh: Longs, overlap: Longs, charger_w: int, site_w: int) -> int:
    """Watts that the station's limit would need more to give all that its chargers can give to these needs."""
    reachable = np.minimum(need_wh, (charger_w * overlap // HOUR_S).sum(axis=1))
    order = np.arange(overlap.shape[1])
    low, high = 0, max(0, charger_w * len(need_wh) - site_w) + HOUR_S // SLOT_S
    while low < high:
        middle = (low + high) // 2
        given = int(plan_station(reachable, overlap, order, charger_w, site_w + middle).sum())
        low, high = (low, middle) if given == int(reachable.sum()) else (middle + 1, high)
    return low


def plan_night(
    night: Night, rules: FootprintRules, first: int
) -> tuple[ChargesPlanned, ChargeSlots, Remarks]:
    """Charges of all vans that need any (numbered from `first`), their slots, and what does not fit.

    Remarks NO_POWER: about a VEHICLE, limit its charger's watts, short the watts more that its own time would take (-1:
    it is not there at all before it leaves again); about a SITE, limit the station's watts, short the watts more.
    """
    charges: list[ChargesPlanned] = []
    slots: list[ChargeSlots] = []
    remarks: list[Remarks] = []
    order, overlap = slot_order(night, rules.charge_by), overlap_s(night)
    for station in np.unique(night.station):
        mine = np.flatnonzero((night.station == station) & (night.need_wh > 0))
        if not len(mine):
            continue
        need, many = night.need_wh[mine], len(mine)
        x = plan_station(need, overlap[mine], order, rules.charger_w, rules.site_limit_w)
        given, number = x.sum(axis=1), first + np.arange(many)
        first += many
        charges.append(
            ChargesPlanned.fill(
                many,
                charge=number,
                vehicle=night.vehicle[mine],
                station=int(station),
                from_s=night.from_s[mine],
                until_s=night.until_s[mine],
                need_wh=need,
                given_wh=given,
            )
        )
        row, slot = np.nonzero(x)
        slots.append(
            ChargeSlots.fill(
                len(row), charge=number[row], slot_s=night.start_s + slot * SLOT_S, wh=x[row, slot]
            )
        )
        if (given < need).any():
            remarks.append(_why(night, rules, int(station), mine, overlap[mine]))
    return ChargesPlanned.concat(charges), ChargeSlots.concat(slots), Remarks.concat(remarks)


def _why(night: Night, rules: FootprintRules, station: int, mine: Longs, overlap: Longs) -> Remarks:
    """What bound where not everything fits: chargers in the vans' own time, and the station's limit."""
    need, power = night.need_wh[mine], int(Reason.NO_POWER)
    more = charger_short_w(need, overlap, rules.charger_w)
    slow = more != 0
    site = site_short_w(need, overlap, rules.charger_w, rules.site_limit_w)
    vans = Remarks.about(
        Subject.VEHICLE,
        night.vehicle[mine][slow],
        power,
        night.start_s,
        limit=rules.charger_w,
        short=more[slow],
    )
    sites = Remarks.about(Subject.SITE, [station], power, night.start_s, limit=rules.site_limit_w, short=site)
    return Remarks.concat([vans, sites] if site else [vans])
