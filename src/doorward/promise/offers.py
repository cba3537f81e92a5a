"""Offers: what could be promised to a basket that nobody has ordered yet. Nothing is held, nothing written."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from doorward.core.errors import BadInput
from doorward.ledger.desk import Desk
from doorward.promise.service import quotes
from doorward.tables.items import Items
from doorward.tables.orders import Lines, Openings, Orders, Speed
from doorward.tables.remarks import WORDS, Reason
from doorward.tables.sites import Sites, Zones

MOST_LINES = 200
MOST_UNITS = 100_000

Units = Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS)]


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for and where to: zone (row), door in microdegrees, SKUs (rows) and units."""

    zone: int
    lat_udeg: int
    lon_udeg: int
    sku: list[int]
    units: list[Units]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One speed: a window and a price that would hold now, or why not (`reason`, then times are -1).

    quantile_pm  stated share of such promises that are kept, per mille;  fc  the building it is composed from
    """

    speed: str
    due_lo_s: int
    due_s: int
    price_c: int
    quantile_pm: int
    fc: str
    reason: str


def offers(desk: Desk, baskets: list[Basket]) -> list[list[Offer]]:
    """For each basket an offer of every speed, as of `desk.now_s`; each as if the ones before it had been taken."""
    if desk.next(Openings) == 0:
        return [[_none(speed, "the network has not opened yet") for speed in Speed] for _ in baskets]
    known = desk.next(Items)
    for each in baskets:
        if any(not 0 <= sku < known for sku in each.sku):
            raise BadInput(
                "an item that is not in the catalogue", where="lines", rule=f"SKUs are 0 to {known - 1}"
            )
        if not 0 <= each.zone < desk.next(Zones):
            raise BadInput("a zone that does not exist", where="zone", remedy="see GET /api/v1/network")
    asked, lines = _as_tables(baskets)
    n = len(asked)
    quoted, _, refused, reason, _ = quotes(desk, np.arange(n), (asked, lines))
    found: list[Offer | None] = [None] * n
    fcs = desk.table(Sites).name
    for i, row in enumerate(quoted.order.tolist()):
        found[row] = Offer(
            speed=Speed(row % len(Speed)).name.lower(),
            due_lo_s=int(quoted.due_lo_s[i]),
            due_s=int(quoted.due_s[i]),
            price_c=int(quoted.price_c[i]),
            quantile_pm=int(quoted.quantile_pm[i]),
            fc=str(fcs[quoted.fc[i]]) if quoted.fc[i] >= 0 else "",
            reason="",
        )
    for row, why in zip(refused.tolist(), reason.tolist(), strict=True):
        found[row] = _none(Speed(row % len(Speed)), WORDS[Reason(why)])
    each_way = [offer for offer in found if offer is not None]
    return [each_way[i : i + len(Speed)] for i in range(0, n, len(Speed))]


def _none(speed: Speed, why: str) -> Offer:
    return Offer(speed=speed.name.lower(), due_lo_s=-1, due_s=-1, price_c=0, quantile_pm=0, fc="", reason=why)


def _as_tables(baskets: list[Basket]) -> tuple[Orders, Lines]:
    """One order for each basket and speed."""
    k = len(Speed)
    count = np.repeat([len(b.sku) for b in baskets], k)
    asked = Orders.fill(
        k * len(baskets),
        zone=np.repeat([b.zone for b in baskets], k),
        lat_udeg=np.repeat([b.lat_udeg for b in baskets], k),
        lon_udeg=np.repeat([b.lon_udeg for b in baskets], k),
        speed=np.tile(np.arange(k), len(baskets)),
        consent=0,
        access=0,
        first_line=np.cumsum(count) - count,
        lines=count,
    )
    sku = [s for b in baskets for _ in range(k) for s in b.sku]
    units = [u for b in baskets for _ in range(k) for u in b.units]
    lines = Lines.fill(len(sku), order=np.repeat(np.arange(len(asked)), count), sku=sku, units=units)
    return asked, lines
