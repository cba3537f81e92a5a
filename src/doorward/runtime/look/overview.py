"""The strip of the control tower: how the network stands, in one line of figures and two short lists."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S
from doorward.runtime.look.floor import Cutoffs, cutoffs
from doorward.runtime.look.held import Held, held
from doorward.runtime.look.risk import quantile_pm, risk_of
from doorward.runtime.look.shapes import CutoffShape, Overview, SiteLoad, StageShape
from doorward.runtime.look.tone import Stand
from doorward.runtime.look.view import Longs, View
from doorward.runtime.look.words import stage_word
from doorward.runtime.results import OPEN, order_ends
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.journey import Holder, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.stock import Stock


def overview(view: View) -> Overview:
    """The network as it stands at the moment of the view."""
    promises, runs = held(view), view.table(Runs)
    n, kept, missed = len(promises.order), int(promises.kept.sum()), int(promises.missed.sum())
    stand = np.bincount(view.tones, minlength=len(Stand))
    return Overview(
        turn=view.turn,
        now_s=view.now_s,
        orders=view.state.count(Orders),
        units=int(view.table(Stock).on_hand.sum(dtype=np.int64)),
        orders_open=int((order_ends(view.state) == OPEN).sum()),
        promised_today=n,
        kept_today=kept,
        missed_today=missed,
        on_time_pm=1000 * kept // (kept + missed) if kept + missed else -1,
        forecast_pm=forecast_pm(view, promises),
        at_risk=int(stand[Stand.AT_RISK]),
        late=int(stand[Stand.LATE]),
        silent=int(stand[Stand.SILENT]),
        unassigned=len(view.unassigned),
        unassigned_today=_due_today(view),
        blocks_open=int((view.table(Blocks).status == BlockStatus.OPEN).sum()),
        vehicles_out=int((runs.status == RunStatus.LEFT).sum()),
        co2_g_package=_mean(view, promises, "co2_mg", 1000),
        cost_c_package=_mean(view, promises, "bill_c", 1),
        next_cutoff=next_cutoff(view, cutoffs(view)),
        stages=_stages(view),
        sites=_sites(view),
    )


def _due_today(view: View) -> int:
    """Packages of the pool that are promised for today or were for an earlier day: the others wait for their wave."""
    due = view.table(Packages).due_s[view.unassigned]
    return int(((due >= 0) & (due < view.begins_s(None) + DAY_S)).sum())


def forecast_pm(view: View, promises: Held) -> int:
    """Expected share of the day's promises that are kept, per mille; -1 if there are none.

    Kept counts 1, missed 0, open the chance that its riskiest package is in time (risk.py); an order without packages
    yet, the quantile that its promise was made at.
    """
    n = len(promises.order)
    if not n:
        return -1
    worst = np.full(n, -1.0)
    np.maximum.at(worst, promises.of, risk_of(view, promises.package).late)
    alone = worst < 0
    worst[alone] = 1 - quantile_pm(view, promises.order[alone]) / 1000
    chance = np.where(promises.kept, 1.0, np.where(promises.missed, 0.0, 1 - worst))
    return round(1000 * float(chance.mean()))


def next_cutoff(view: View, found: Cutoffs) -> CutoffShape | None:
    """The nearest cut-off ahead; of several at one time the one with least slack."""
    ahead = np.flatnonzero(found.cutoff_s >= view.now_s)
    if not len(ahead):
        return None
    k = int(ahead[np.lexsort((found.slack_s[ahead], found.cutoff_s[ahead]))[0]])
    return CutoffShape(
        site=int(found.fc[k]),
        cutoff_s=int(found.cutoff_s[k]),
        packages=int(found.packages[k]),
        staged=int(found.by_status[k, Status.SORTED]),
        slack_s=int(found.slack_s[k]),
    )


def _mean(view: View, promises: Held, column: str, unit: int) -> int:
    """Mean of what was reckoned when the way was chosen, of packages promised for today; -1 none has its way."""
    packages = view.table(Packages)
    row = promises.package[packages.way[promises.package] >= 0]
    values: Longs = getattr(packages, column)[row]
    return round(float(values.mean()) / unit) if len(row) else -1


def _stages(view: View) -> list[StageShape]:
    """Open packages by status, in the order of the journey; only where there are any."""
    status = view.table(Packages).status[view.open]
    counts = np.bincount(
        status.astype(np.int64) * len(Stand) + view.tones, minlength=len(Status) * len(Stand)
    )
    by = counts.reshape(len(Status), len(Stand))
    return [
        StageShape(stage_word(s), int(by[s].sum()), int(by[s, Stand.AT_RISK]), int(by[s, Stand.LATE]))
        for s in np.flatnonzero(by.sum(axis=1)).tolist()
    ]


def _sites(view: View) -> list[SiteLoad]:
    """Open packages by the building that holds them; only where there are any."""
    packages, sites = view.table(Packages), len(view.table(Sites))
    here = packages.holder_kind[view.open] == Holder.SITE
    site, tones = packages.holder[view.open[here]], view.tones[here]
    by = np.bincount(site * len(Stand) + tones, minlength=sites * len(Stand)).reshape(sites, len(Stand))
    return [
        SiteLoad(s, int(by[s].sum()), int(by[s, Stand.AT_RISK]), int(by[s, Stand.LATE]))
        for s in np.flatnonzero(by.sum(axis=1)).tolist()
    ]
