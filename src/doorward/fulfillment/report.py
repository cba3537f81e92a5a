"""Figures of the floors: pure functions from tables to small tables, for reports and tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I2, I4, I8, Table
from doorward.core.units import HOUR_S
from doorward.fulfillment.picking.plan import ROBOT, WALK
from doorward.tables.items import Boxes
from doorward.tables.journey import Status
from doorward.tables.packages import Packages, PickTasks, Waves
from doorward.tables.remarks import Reason, Remarks, Subject

Ints = NDArray[np.int64]


class FloorFigures(Table):
    """One building a row.

    fc (n,); packages, units (n,) boxed and not cancelled; cancelled (n,); waves, walks (n,) released
    walk_m (n,) metres of all walks; walked, robots (n,) packages by method
    uph (n,) pieces that a walking picker collects in an hour; late (n,) packages sorted later than planned to leave
    no_box, shorts, damages, mismatches, missorts (n,) counts of remarks
    void_pm (n,) mean empty share of boxes, mailers apart; packing_mg (n,) board and film for each piece, milligrams
    """

    fc: I4
    packages: I4
    units: I8
    cancelled: I4
    waves: I4
    walks: I4
    walk_m: I8
    walked: I4
    robots: I4
    uph: I4
    late: I4
    no_box: I4
    shorts: I4
    damages: I4
    mismatches: I4
    missorts: I4
    void_pm: I2
    packing_mg: I8


class BoxMix(Table):
    """Use of the suite: box (n,) row in Boxes, -1 own packaging; packages, units (n,); void_pm (n,) mean empty share,
    -1 in mailers, which have none; packing_mg (n,) board and film for each piece, milligrams."""

    box: I2
    packages: I4
    units: I8
    void_pm: I2
    packing_mg: I8


def packing_g(packages: Packages, boxes: Boxes) -> Ints:
    """Board and film of each package, grams."""
    grams = np.r_[boxes.board_g.astype(np.int64) + boxes.film_g, 0]  # the last: own packaging, box -1
    return np.asarray(grams[packages.box])


def box_mix(packages: Packages, boxes: Boxes) -> BoxMix:
    """How often each box is used, smallest row first."""
    kept = packages.status != int(Status.CANCELLED)
    box, member = np.unique(packages.box[kept], return_inverse=True)
    count = np.bincount(member, minlength=len(box))
    void, units, grams = (
        np.bincount(member, weights=of[kept], minlength=len(box))
        for of in (packages.void_pm, packages.units, packing_g(packages, boxes))
    )
    return BoxMix.fill(
        len(box),
        box=box,
        packages=count,
        units=units.astype(np.int64),
        void_pm=(void / np.maximum(count, 1)).astype(np.int16),
        packing_mg=(grams * 1000 / np.maximum(units, 1)).astype(np.int64),
    )


def _by_fc(fc: NDArray[np.int32], fcs: int, weights: NDArray[np.integer] | None = None) -> Ints:
    return np.bincount(fc, weights=weights, minlength=fcs).astype(np.int64)


def _of_lines(remarks: Remarks, reason: Reason, tasks_fc: Ints, fcs: int) -> Ints:
    """Remarks of one reason by building, given the building of each remark."""
    hit = (remarks.reason == int(reason)) & (tasks_fc >= 0)
    return np.bincount(tasks_fc[hit], minlength=fcs).astype(np.int64)


def floor_figures(
    packages: Packages, tasks: PickTasks, waves: Waves, remarks: Remarks, line_fc: NDArray[np.int32], fcs: int,
    boxes: Boxes,
) -> FloorFigures:  # fmt: skip
    """Figures of every building. line_fc (lines,) the building that boxed each line, -1 none."""
    kept = packages.status != int(Status.CANCELLED)
    boxed = kept & (packages.box >= 0) & (packages.void_pm >= 0)
    grams = packing_g(packages, boxes)
    units = _by_fc(packages.fc[kept], fcs, packages.units[kept])
    walk = np.flatnonzero(tasks.method == WALK)
    _, first = np.unique(tasks.wave[walk].astype(np.int64) << 20 | tasks.batch[walk], return_index=True)
    first = walk[first]
    spent = _by_fc(tasks.fc[first], fcs, tasks.pick_s[first] - tasks.start_s[first])
    pieces = _by_fc(tasks.fc[walk], fcs, packages.units[tasks.package[walk]])
    about = np.full(len(remarks), -1, np.int64)
    on_package = remarks.subject == int(Subject.PACKAGE)
    about[on_package] = packages.fc[remarks.row[on_package]]
    on_line = remarks.subject == int(Subject.LINE)
    about[on_line] = line_fc[remarks.row[on_line]]
    void = _by_fc(packages.fc[boxed], fcs, packages.void_pm[boxed])
    return FloorFigures.fill(
        fcs,
        fc=np.arange(fcs),
        packages=_by_fc(packages.fc[kept], fcs),
        units=units,
        cancelled=_by_fc(packages.fc[~kept], fcs),
        waves=_by_fc(waves.fc, fcs),
        walks=_by_fc(tasks.fc[first], fcs),
        walk_m=_by_fc(waves.fc, fcs, waves.walk_m),
        walked=_by_fc(tasks.fc[walk], fcs),
        robots=_by_fc(tasks.fc[tasks.method == ROBOT], fcs),
        uph=pieces * HOUR_S // np.maximum(spent, 1),
        late=_of_lines(remarks, Reason.CUTOFF_MISSED, about, fcs),
        no_box=_of_lines(remarks, Reason.NO_BOX, about, fcs),
        shorts=_of_lines(remarks, Reason.SHORT_PICK, about, fcs),
        damages=_of_lines(remarks, Reason.DAMAGED, about, fcs),
        mismatches=_of_lines(remarks, Reason.WEIGHT_MISMATCH, about, fcs),
        missorts=_of_lines(remarks, Reason.MISSORT, about, fcs),
        void_pm=void // np.maximum(_by_fc(packages.fc[boxed], fcs), 1),
        packing_mg=_by_fc(packages.fc[kept], fcs, grams[kept]) * 1000 // np.maximum(units, 1),
    )
