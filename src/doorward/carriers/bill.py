"""The bill of a package's way and the reason of its choice, in words; and sums by way for reports. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.net import OWN_WAYS
from doorward.carriers.plan import Offer, ways_of
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.remarks import WORDS, Reason
from doorward.tables.ways import Bills, Services, Way, WayCapacity

NAMES = (
    "own van",
    "contractor",
    "gig driver",
    "locker",
    "drone",
    "robot",
    "post",
    "regional",
    "express",
    "courier",
)
_UNIT = {
    Reason.TOO_HEAVY: (1000, "kg over"), Reason.PAYLOAD: (1000, "kg over"), Reason.TOO_LARGE: (10, "cm over"),
    Reason.OUT_OF_REACH: (1000, "km too far"), Reason.CUTOFF_MISSED: (86_400, "days too late"),
}  # fmt: skip


def bill(package: int, packages: Packages, bills: Bills, services: Services) -> list[str]:
    """The lines of a package's bill as it was chosen; one line if it has no way yet."""
    if package >= len(bills) or packages.way[package] < 0:
        return ["no way chosen yet"]
    way, carrier = int(packages.way[package]), int(packages.carrier[package])
    by = f"{NAMES[way]} ({services.name[carrier]})" if carrier >= 0 else NAMES[way]
    parts = [(int(getattr(bills, f"{p}_mc")[package]), w) for p, w in _PARTS]
    lines = [f"{by}: {_cents(sum(mc for mc, _ in parts))} in all"]
    lines += [f"  {_cents(mc):>10}  {words}" for mc, words in parts if mc]
    second = int(bills.second[package])
    if second >= 0:
        lines.append(f"{NAMES[second]} lost by {_cents(int(bills.second_mc[package]))}")
    shut = [NAMES[w] for w in Way if int(bills.gates[package]) >> w & 1]
    if shut:
        lines.append("not open to it: " + ", ".join(shut))
    return lines


_PARTS = (
    ("money", "money: rate or marginal minutes"),
    ("late", "risk of lateness"),
    ("carbon", "carbon price"),
    ("dual", "price of scarce capacity"),
)


def explain(offer: Offer, at: int, chosen: int, services: Services) -> list[str]:
    """Why package `at` of a quoted batch goes the way of column `chosen`: one line for every other way.

    From a fresh `plan.offers`, so that the numbers that would have fitted are at hand (they are not journaled).
    """
    way_of = ways_of(services)
    cost, lines = offer.cost[:, at], []
    for column, way in enumerate(way_of):
        if column == chosen:
            continue
        name = NAMES[way] if column < OWN_WAYS else str(services.name[column - OWN_WAYS])
        reason = Reason(int(offer.reason[column, at]))
        if reason == Reason.NONE:
            lines.append(
                f"{name} lost to {NAMES[way_of[chosen]]} by {_cents(int(cost[column] - cost[chosen]))}"
            )
            continue
        scale, unit = _UNIT.get(reason, (1, ""))
        short = int(offer.short[column, at])
        much = f", {short / scale:.1f} {unit}" if unit and short > 0 else ""
        lines.append(f"{name} gated: {WORDS[reason]}{much}")
    return lines


def _cents(mc: int) -> str:
    return f"{mc / 1000:.1f} c"


class WaySums(NamedTuple):
    """By Way (10,): packages, cents, milligrams of CO2e as quoted."""

    packages: NDArray[np.int64]
    bill_c: NDArray[np.int64]
    co2_mg: NDArray[np.int64]


def way_sums(packages: Packages, carried: NDArray[np.int8]) -> WaySums:
    """Packages, cost and CO2e by way `carried` (packages,), of packages that have one and were not taken apart."""
    row = np.flatnonzero((carried >= 0) & (packages.status != Status.CANCELLED))
    way = carried[row]

    def total(values: NDArray[np.int64]) -> NDArray[np.int64]:
        out = np.zeros(len(Way), np.int64)
        np.add.at(out, way, values)
        return out

    return WaySums(
        np.bincount(way, minlength=len(Way)),
        total(packages.bill_c[row].astype(np.int64)),
        total(packages.co2_mg[row]),
    )


class Use(NamedTuple):
    """Per opening with a way, of one day: way, site, limit, taken, price in thousandths of a cent, slot of the day."""

    way: NDArray[np.int8]
    site: NDArray[np.int32]
    limit: NDArray[np.int32]
    taken: NDArray[np.int32]
    price_mc: NDArray[np.int64]
    slot_s: NDArray[np.int32]


def capacity_use(capacity: WayCapacity, day: int) -> Use:
    """How full every way was on a local day and what its capacity cost at last."""
    c = capacity.take((capacity.day == day) & (capacity.way >= 0))
    return Use(c.way, c.station, c.limit, c.taken, c.price_mc, c.slot_s)
