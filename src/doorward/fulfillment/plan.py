"""What the floors take on next, and what becomes of lines that could not be picked.

Cartons, picking and pallets have planners of their own in the sub-rooms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I2, I4, I8, Table
from doorward.core.units import HOUR_S
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import NextHop
from doorward.tables.orders import LineDropped, LineHeld, Lines, LineStatus
from doorward.tables.packages import Contents, Packages, Scanned, Unboxed
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import COUNT_LESS, DAMAGED, StockMoved, Unreserved

Ints = NDArray[np.int64]


def leave_by(
    fc: NDArray[np.int32], due_s: Ints, zone: NDArray[np.int32], sites: Sites, zones: Zones, hops: NextHop,
    rules: FulfillmentRules,
) -> Ints:  # fmt: skip
    """Estimated second by which something must leave building `fc` (n,) for a door in `zone` (n,) by `due_s` (n,).

    Own network: linehaul time from the timetable plus `door_s`; elsewhere `partner_s`. Only an order of urgency: the
    carriers room sets the binding `Packages.leave_s`. Promises that count on a partner's pick-up name it themselves.
    """
    station = zones.station[zone]
    own = station >= 0
    way = np.full(len(fc), rules.partner_s, np.int64)
    if own.any() and len(hops):
        time_s = hops.time_s[fc[own].astype(np.int64) * len(sites) + station[own]]
        way[own] = np.where(time_s >= 0, time_s + rules.door_s, rules.partner_s)
    return np.asarray(due_s - way)


def rows_of(contents: Contents, package: Ints) -> tuple[Ints, Ints]:
    """(rows of Contents of these packages, grouped in the order given; bounds (n+1,) of each)."""
    lo = np.searchsorted(contents.package, package)
    count = np.searchsorted(contents.package, package, side="right") - lo
    start = np.r_[0, np.cumsum(count)].astype(np.int64)
    return np.arange(start[-1]) - np.repeat(start[:-1], count) + np.repeat(lo, count), start


def backlog(packages: Packages, contents: Contents, on_pod: NDArray[np.bool_], fcs: int) -> Ints:
    """Work ahead of each building, (3, fcs): pieces to walk for, pieces for robot stations, packages to pack.

    on_pod (fcs, skus): the SKU lies on pods there. Counted are packages planned or released, for packing also picked.
    """
    row = np.flatnonzero(packages.status <= int(Status.PICKED))
    fc = packages.fc[row]
    to_pick = row[packages.status[row] < int(Status.PICKED)]
    inside, start = rows_of(contents, to_pick)
    walked = np.zeros(len(to_pick), bool)
    who = np.repeat(np.arange(len(to_pick)), np.diff(start))
    walked[who[~on_pod[packages.fc[to_pick][who], contents.sku[inside]]]] = True
    units, at = packages.units[to_pick], packages.fc[to_pick]
    return np.stack(
        [
            np.bincount(at[walked], weights=units[walked], minlength=fcs),
            np.bincount(at[~walked], weights=units[~walked], minlength=fcs),
            np.bincount(fc, minlength=fcs),
        ]
    ).astype(np.int64)


def choose_due(
    line: Ints, lines: Lines, need_s: Ints, on_pod: NDArray[np.bool_], ahead_now: Ints, floors: Floors,
    rules: FulfillmentRules, now_s: int,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Which of the sourced lines (rows `line`) are boxed now: (rows chosen, their group: order at one building).

    An order's lines at one building stay together. Groups that must leave within `urgent_s` are always taken; others
    within `horizon_s`, most urgent first, while the resource they need (walkers, robot stations, packers; ahead_now
    (3, fcs)) has less than `backlog_s` of work; later ones wait, so that their lines can be sourced anew. Rows of a
    group stand together, most urgent group first.
    """
    fc = lines.fc[line].astype(np.int64)
    key, member = np.unique(fc << 40 | lines.order[line], return_inverse=True)
    need = np.full(len(key), 1 << 62, np.int64)
    np.minimum.at(need, member, need_s)
    units = np.bincount(member, weights=lines.units[line]).astype(np.int64)
    walked = np.bincount(member, weights=~on_pod[fc, lines.sku[line]]) > 0
    building = key >> 40
    rank = np.lexsort((key, need, building))
    first = np.searchsorted(building[rank], np.arange(len(floors)))
    fits = np.ones(len(key), bool)
    work = (np.where(walked, units, 0), np.where(walked, 0, units), np.ones_like(units))
    for rate, have, mine in zip(
        (floors.pick_uph, floors.goods_uph, floors.pack_pph), ahead_now, work, strict=True
    ):
        room = np.maximum(0, rate.astype(np.int64) * rules.backlog_s // HOUR_S - have)
        ahead = np.cumsum(mine[rank]) - mine[rank]
        base = np.r_[ahead, 0][np.minimum(first, len(rank))]
        fits[rank] &= (mine[rank] == 0) | (ahead - base[building[rank]] < room[building[rank]])
    taken = (need <= now_s + rules.urgent_s) | ((need <= now_s + rules.horizon_s) & fits)
    order = np.lexsort((line, member, need[member], fc))
    order = order[taken[member[order]]]
    group = np.cumsum(np.diff(member[order], prepend=-1) != 0) - 1
    return line[order], group


class Misses(Table):
    """Pieces not found or damaged while picking: package, line, sku, units, reason (SHORT_PICK, DAMAGED), at_s."""

    package: I8
    line: I8
    sku: I4
    units: I4
    reason: I2
    at_s: I8


@dataclass(frozen=True)
class Recovery:
    """What follows from pieces that were not found or broken: facts in the order in which they must be posted."""

    unboxed: Unboxed
    held: LineHeld
    dropped: LineDropped
    unreserved: Unreserved
    stock: StockMoved
    cancelled: Scanned
    remarks: Remarks


def recover(
    trouble: Misses, content: Ints, contents: Contents, packages: Packages, lines: Lines,
    rules: FulfillmentRules, now_s: int,
) -> Recovery:  # fmt: skip
    """Recover from trouble (t,) at rows `content` (t,) of Contents, one row each.

    A line that lies in one package only goes back whole and waits to be sourced anew (its reservation is given back
    first, then what is missing is written off, so that reserved <= on_hand holds); after `most_tries` it is cancelled.
    A line spread over packages loses the missing pieces only. A package left empty is cancelled.
    """
    held_units = contents.units[content]
    split = held_units < lines.units[trouble.line]
    left = np.where(split, held_units - trouble.units, 0)
    whole, part = ~split, split
    line, package = trouble.line, trouble.package
    again = lines.tries[line] + 1 < rules.most_tries
    fc = packages.fc[package]
    out = np.zeros(len(content), np.int64)
    first = np.unique(package, return_inverse=True)
    np.add.at(out, first[1], held_units - left)
    empty = first[0][packages.units[first[0]] == out[: len(first[0])]]
    row = np.searchsorted(first[0], empty)
    at = np.zeros(len(first[0]), np.int64)
    np.maximum.at(at, first[1], trouble.at_s)
    reason = np.zeros(len(first[0]), np.int16)
    np.maximum.at(reason, first[1], trouble.reason)
    return Recovery(
        unboxed=Unboxed(content=content, left=left),
        held=LineHeld(
            line=line[whole],
            status=np.where(again, int(LineStatus.WAITING), int(LineStatus.CANCELLED))[whole],
            reason=trouble.reason[whole],
        ),
        dropped=LineDropped(line=line[part], units=trouble.units[part], reason=trouble.reason[part]),
        unreserved=Unreserved(fc=fc[part], sku=trouble.sku[part], units=trouble.units[part]),
        stock=StockMoved(
            fc=fc,
            sku=trouble.sku,
            units=trouble.units,
            why=np.where(trouble.reason == int(Reason.DAMAGED), DAMAGED, COUNT_LESS),
        ),
        cancelled=Scanned(
            package=empty,
            at_s=at[row],
            event=np.full(len(empty), int(Event.CANCELLED)),
            site=packages.fc[empty],
            ref=np.full(len(empty), -1),
            reason=reason[row],
        ),
        remarks=Remarks.about(
            Subject.LINE, line, trouble.reason, now_s, limit=held_units, short=trouble.units
        ),
    )
