"""A delivery station: what comes in, what stands ready, who is out."""

from __future__ import annotations

import numpy as np

from doorward.core.errors import BadInput
from doorward.core.units import DAY_S
from doorward.runtime.look.doors import GOOD
from doorward.runtime.look.network import site_shape
from doorward.runtime.look.shapes_pages import StationShape
from doorward.runtime.look.view import View
from doorward.runtime.look.words import still_words
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites


def must_be(view: View, site: int, kind: SiteKind, words: str) -> None:
    """Raise BadInput unless a site is of this kind."""
    sites = view.table(Sites)
    if not 0 <= site < len(sites) or sites.kind[site] != kind:
        rows = np.flatnonzero(sites.kind == kind)
        raise BadInput(
            f"site {site} is no {words}",
            where="site",
            rule=f"the number of a {words}",
            remedy=f"take one from {rows[0]} to {rows[-1]}" if len(rows) else "this network has none",
        )


def station_shape(view: View, site: int) -> StationShape:
    """One station. Raises BadInput if `site` is none."""
    must_be(view, site, SiteKind.STATION, "delivery station")
    packages, runs, stops = view.table(Packages), view.table(Runs), view.table(Stops)
    mine = view.open[packages.station[view.open] == site]
    status = packages.status[mine]
    today = np.flatnonzero((runs.station == site) & (runs.depart_s >= view.midnight_s - DAY_S))
    rows, _ = view.stops_of(today)
    visited = rows[stops.done_s[rows] >= view.midnight_s]
    good = GOOD[stops.outcome[visited]]
    blocks, vehicles = view.table(Blocks), view.table(Vehicles)
    block = (
        (blocks.station == site)
        & (blocks.start_s >= view.midnight_s)
        & (blocks.start_s < view.midnight_s + DAY_S)
    )
    return StationShape(
        turn=view.turn,
        now_s=view.now_s,
        site=site_shape(view, site),
        inbound=int((status < Status.READY).sum()),
        ready=int((status == Status.READY).sum()),
        unassigned=int((packages.station[view.unassigned] == site).sum()),
        out=int(((status == Status.OUT) | (status == Status.FAILED)).sum()),
        delivered_today=int(good.sum()),
        failed_today=int((~good).sum()),
        vehicles=int((vehicles.station == site).sum()),
        vehicles_out=int(((runs.station == site) & (runs.status == RunStatus.LEFT)).sum()),
        blocks=int(block.sum()),
        blocks_taken=int((blocks.driver[block] >= 0).sum()),
        standstill=still_words(view, site),
    )
