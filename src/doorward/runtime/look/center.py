"""A fulfillment center: will it make its cut-offs? What its people and robots did, and how its stock stands."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.fulfillment.picking.slots import plan_slots
from doorward.fulfillment.plan import rows_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.runtime.look.floor import cutoffs
from doorward.runtime.look.network import site_shape
from doorward.runtime.look.shapes_pages import CenterCutoff, CenterShape
from doorward.runtime.look.station import must_be
from doorward.runtime.look.tone import Stand, tone, worst
from doorward.runtime.look.view import Longs, View
from doorward.runtime.look.words import still_words
from doorward.tables.items import Items
from doorward.tables.journey import ON_FLOOR, Event, Status
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Contents, Packages, Scans
from doorward.tables.sites import Floors, SiteKind, Sites
from doorward.tables.stock import Forecasts, Regional, Stock

HOURS = 24


def center_shape(view: View, site: int) -> CenterShape:
    """One fulfillment center. Raises BadInput if `site` is none."""
    must_be(view, site, SiteKind.FC, "fulfillment center")
    floors = view.table(Floors)
    lines = _cutoffs(view, site)
    picked_s, pieces = _done(view, site, Event.PICKED)
    packed_s, _ = _done(view, site, Event.PACKED)
    first = view.now_s - view.now_s % HOUR_S - (HOURS - 1) * HOUR_S
    hours = (
        np.bincount((picked_s - first) // HOUR_S, pieces, HOURS)[:HOURS] if len(picked_s) else np.zeros(HOURS)
    )
    still = bool(view.table(Outages).down(len(view.table(Sites)), view.now_s, What.PICKING)[site])
    robots = int(floors.robots[site])
    return CenterShape(
        turn=view.turn,
        now_s=view.now_s,
        site=site_shape(view, site),
        cutoffs=lines,
        released=_standing(view, site, Status.RELEASED),
        picked=_standing(view, site, Status.PICKED),
        packed=_standing(view, site, Status.PACKED),
        staged=_standing(view, site, Status.SORTED),
        picked_uph=int(pieces[picked_s > view.now_s - HOUR_S].sum()),
        pick_uph=int(floors.pick_uph[site]) + int(floors.goods_uph[site]),
        packed_pph=int((packed_s > view.now_s - HOUR_S).sum()),
        pack_pph=int(floors.pack_pph[site]),
        hours_s=[first + k * HOUR_S for k in range(HOURS)],
        hours_units=hours.astype(np.int64).tolist(),
        robots=robots,
        robots_down=robots if still else 0,
        stations=int(floors.stations[site]),
        **_stock(view, site),
        aisle_picks=_aisle_picks(view, site),
        standstill=still_words(view, site),
    )


def _cutoffs(view: View, site: int) -> list[CenterCutoff]:
    """By cut-off and next building; at risk at least where the work ends after it, late once it has passed."""
    found, packages = cutoffs(view), view.table(Packages)
    mine = np.flatnonzero(found.fc[found.of] == site)
    row, of = found.package[mine], found.of[mine]
    key, group = np.unique(of << 32 | (packages.next_site[row] + 1).astype(np.int64), return_inverse=True)
    c, n = key >> 32, len(key)
    cell = group * len(ON_FLOOR) + packages.status[row]
    by = np.bincount(cell, minlength=n * len(ON_FLOOR)).reshape(n, len(ON_FLOOR))
    stand = worst(view.tones_of(row), group, n)
    behind = (found.slack_s[c] < 0) & (by[:, : Status.SORTED].sum(axis=1) > 0)
    stand[behind] = np.maximum(stand[behind], Stand.AT_RISK)
    stand[behind & (found.cutoff_s[c] < view.now_s)] = Stand.LATE
    rank = np.lexsort((key, found.cutoff_s[c]))
    return [
        CenterCutoff(
            cutoff_s=int(found.cutoff_s[c[k]]),
            dest=int(key[k] & 0xFFFFFFFF) - 1,
            packages=int(by[k].sum()),
            released=int(by[k, Status.RELEASED]),
            picked=int(by[k, Status.PICKED]),
            packed=int(by[k, Status.PACKED]),
            staged=int(by[k, Status.SORTED]),
            slack_s=int(found.slack_s[c[k]]),
            tone=tone(int(stand[k])),
        )
        for k in rank.tolist()
    ]


def _standing(view: View, site: int, status: Status) -> int:
    packages = view.table(Packages)
    here = (packages.status[view.open] == status) & (packages.fc[view.open] == site)
    return int((here & (packages.holder[view.open] == site)).sum())


def _done(view: View, site: int, event: Event) -> tuple[Longs, Longs]:
    """(when, pieces) of packages picked or packed here in the hours shown."""
    scans, packages = view.table(Scans), view.table(Packages)
    since = view.now_s - view.now_s % HOUR_S - (HOURS - 1) * HOUR_S
    row = np.flatnonzero(scans.event == event)
    row = row[(scans.at_s[row] >= since) & (scans.site[row] == site)]
    return scans.at_s[row], packages.units[scans.package[row]].astype(np.int64)


def _stock(view: View, site: int) -> dict[str, int]:
    """SKUs held, pieces on hand and reserved; low: SKUs with fewer pieces (free, at the dock or bought) than their
    forecast asks of this building, -1 before there is a forecast."""
    stock, forecast, sites = view.table(Stock), view.table(Forecasts), view.table(Sites)
    skus = len(view.table(Items))
    rows = slice(site * skus, (site + 1) * skus)
    on_hand, reserved = stock.on_hand[rows].astype(np.int64), stock.reserved[rows].astype(np.int64)
    low = -1
    if len(forecast) == skus and len(forecast):
        regional = view.table(Regional).share_pm
        region = sites.region[: len(view.table(Floors))]
        share = int(regional[region[site]]) / max(1, int((region == region[site]).sum())) / 1000
        coming = on_hand - reserved + stock.dock[rows] + stock.inbound[rows]
        low = int((coming * 1000 < np.maximum(0, forecast.mean_mu) * share).sum())
    return {
        "skus": int((on_hand > 0).sum()), "on_hand": int(on_hand.sum()), "reserved": int(reserved.sum()), "low": low,
    }  # fmt: skip


def _aisle_picks(view: View, site: int) -> list[int]:
    """Pieces by aisle of packages released here in the last 24 hours, pods left out."""
    packages, contents, floors = view.table(Packages), view.table(Contents), view.table(Floors)
    package = np.flatnonzero((packages.fc == site) & (packages.released_s > view.now_s - DAY_S))
    rows, _ = rows_of(contents, package)
    slot = plan_slots(view.table(Items), floors, view.rule(FulfillmentRules)).slot[site][contents.sku[rows]]
    walked = slot >= 0
    aisle = slot[walked] // max(1, int(floors.bays[site]))
    picks: list[int] = np.bincount(
        aisle, contents.units[rows[walked]], max(1, int(floors.aisles[site]))
    ).tolist()
    return [round(each) for each in picks]
