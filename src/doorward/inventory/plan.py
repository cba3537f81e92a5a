"""The room's own decisions: what a day asked for, where purchases go, what is stowed, what is written off.

Forecast, replenishment and placement are planned in the sub-rooms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start
from doorward.core.units import DAY_S, HOUR_S
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.remarks import Reason
from doorward.tables.sites import Floors
from doorward.tables.stock import COUNT_LESS, COUNT_MORE, DayClosed, Stock, StockMoved, Stowed

Units = NDArray[np.int64]
UNSERVABLE = (Reason.NO_COVERAGE, Reason.TOO_HEAVY, Reason.TOO_LARGE)
"""Refusals that no stock would have helped: they are not demand."""


def demand_of(
    orders: Orders, lines: Lines, after_day: int, until_day: int, skus: int, utc_offset_s: int
) -> DayClosed:
    """Units asked for on local days after_day < day <= until_day, stock-outs included (demand, not sales).

    Left out: orders that cannot be served from anywhere, and promises the customer did not take. A day without demand
    is one row of 0 units. Orders stand in the order they were placed, so only the days' own rows are read.
    """
    edges = [day_start((after_day + 1) * DAY_S, 0) - utc_offset_s, (until_day + 1) * DAY_S - utc_offset_s]
    lo, hi = (int(x) for x in np.searchsorted(orders.at_s, edges))
    days = np.arange(after_day + 1, until_day + 1)
    row = np.arange(lo, hi)
    status, reason = orders.status[lo:hi], orders.reason[lo:hi]
    refused = (status == OrderStatus.REFUSED) & np.isin(reason, UNSERVABLE)
    row = row[~refused & (status != OrderStatus.EXPIRED)]
    many = orders.lines[row].astype(np.int64)
    line = np.repeat(orders.first_line[row] - np.r_[0, np.cumsum(many)[:-1]], many) + np.arange(
        int(many.sum())
    )
    day = np.repeat((orders.at_s[row] + utc_offset_s) // DAY_S - days[0], many) if len(days) else many[:0]
    grid = np.bincount(day * skus + lines.sku[line], weights=lines.asked[line], minlength=len(days) * skus)
    grid = grid.reshape(len(days), skus).astype(np.int64)
    at, sku = np.nonzero(grid)
    quiet = np.flatnonzero(grid.sum(axis=1) == 0)
    at, sku = np.r_[at, quiet], np.r_[sku, np.zeros(len(quiet), np.int64)]
    order = np.argsort(at, kind="stable")
    at, sku = at[order], sku[order]
    return DayClosed(day=days[at], sku=sku, units=grid[at, sku])


def by_fc(column: NDArray[np.int32], skus: int) -> Units:
    """A dense stock column as (fcs, skus)."""
    return np.asarray(column.reshape(-1, skus), np.int64)


def waiting(orders: Orders, lines: Lines, skus: int) -> Units:
    """Units that customers of accepted orders wait for without a building, by SKU."""
    row = np.flatnonzero((lines.status == LineStatus.WAITING) | (lines.status == LineStatus.BACKORDERED))
    row = row[orders.status[lines.order[row]] == OrderStatus.ACCEPTED]
    return np.bincount(lines.sku[row], weights=lines.units[row], minlength=skus).astype(np.int64)


def plan_sites(bought: Units, target: Units, position: Units, case: Units) -> Units:
    """Split what is bought (s,) over buildings (f, s) in cases, by how far each is below its target; sums stay.

    target, position (f, s). A SKU that is below target nowhere goes where its target is largest.
    """
    cases = bought // case
    lack = np.maximum(target - position, 0)
    nowhere = lack.sum(axis=0) == 0
    lack[target[:, nowhere].argmax(axis=0), np.flatnonzero(nowhere)] = 1
    ideal = lack * (cases / lack.sum(axis=0))
    share = np.floor(ideal + 1e-9).astype(np.int64)
    rank = np.argsort(np.argsort(-(ideal - share), axis=0, kind="stable"), axis=0, kind="stable")
    share += rank < (cases - share.sum(axis=0))
    return np.asarray(share * case, np.int64)


def plan_stow(stock: Stock, floors: Floors, skus: int, after_s: int, now_s: int, utc_offset_s: int) -> Stowed:
    """From docks to shelves in (after_s, now_s], within each floor's stow rate and hours; what sells out goes first.

    Whole pieces: the quota is the difference of running totals, so that none are lost to rounding.
    """
    row = np.flatnonzero(stock.dock)
    if len(row) == 0:
        return Stowed.empty()
    fc, sku = row // skus, row % skus
    free = stock.on_hand[row] - stock.reserved[row]
    order = np.lexsort((sku, free > 0, fc))
    row, fc, sku = row[order], fc[order], sku[order]
    quota = stow_quota(floors, int(fc.max()) + 1, after_s, now_s, utc_offset_s)
    units = stock.dock[row].astype(np.int64)
    running = np.cumsum(units)
    first = np.searchsorted(fc, fc)
    before = running - units - np.where(first > 0, running[np.maximum(first - 1, 0)], 0)
    units = np.clip(quota[fc] - before, 0, units)
    some = units > 0
    return Stowed.fill(int(some.sum()), fc=fc[some], sku=sku[some], units=units[some])


def stow_quota(floors: Floors, fcs: int, after_s: int, now_s: int, utc_offset_s: int) -> Units:
    """Pieces that each building can stow in (after_s, now_s]; no floors: no limit."""
    if len(floors) < fcs:
        return np.full(fcs, 2**40, np.int64)

    def worked(at_s: int) -> Units:
        day, second = divmod(at_s + utc_offset_s, DAY_S)
        opens, closes = (np.asarray(x[:fcs], np.int64) for x in (floors.opens_s, floors.closes_s))
        today = np.clip(second, opens, np.maximum(closes, opens)) - opens
        return np.asarray(day * np.maximum(closes - opens, 0) + today)

    rate = floors.stow_uph[:fcs].astype(np.int64)
    return np.asarray(worked(now_s) * rate // HOUR_S - worked(after_s) * rate // HOUR_S, np.int64)


def due_bins(stock: Stock, day: int, every_days: int) -> Units:
    """Rows of Stock to count on this day: every bin that holds something, once in `every_days` days."""
    row = np.arange(-day % every_days, len(stock), every_days)
    return np.asarray(row[stock.on_hand[row] > 0], np.int64)


def plan_corrections(
    stock: Stock, fc: NDArray[np.int32], sku: NDArray[np.int32], difference: NDArray[np.int32], skus: int
) -> StockMoved:
    """What counts change. Missing pieces are written off up to the unreserved ones: a promised piece that is not there
    is found when it is to be picked."""
    row = fc.astype(np.int64) * skus + sku
    free = np.maximum(stock.on_hand[row] - stock.reserved[row], 0)
    units = np.where(difference < 0, np.minimum(-difference, free), difference)
    some = units > 0
    why = np.where(difference < 0, COUNT_LESS, COUNT_MORE)
    return StockMoved(fc=fc[some], sku=sku[some], units=units[some], why=why[some])
