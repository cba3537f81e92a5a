"""Fold packages, their contents, waves, tasks, weights and pallets."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.items import Boxes, Items
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Pallets, PalletsBuilt
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import (
    Boxed,
    Cartonized,
    Contents,
    Labels,
    Packages,
    Palletized,
    PickTasks,
    Scans,
    TasksPlanned,
    Unboxed,
    WaveReleased,
    Waves,
    Weighed,
)


def _continues(what: str, numbers: np.ndarray, first: int) -> None:
    """New rows bear the next numbers; anything else is our own bug and stops the turn."""
    if not np.array_equal(numbers, np.arange(first, first + len(numbers))):
        raise ValueError(f"{what} numbers must continue at {first}, not {numbers[:3]}")


def fold_cartonized(state: State, rows: Cartonized, at_s: int) -> None:
    """New packages, PLANNED, held by their building, with their first scan and an empty label."""
    n, first = len(rows), state.count(Packages)
    _continues("package", rows.package, first)
    shared = {name: getattr(rows, name) for name in Cartonized.columns if name != "package"}
    scan = state.count(Scans) + np.arange(n)
    state.append(
        Packages.fill(
            n,
            **shared,
            status=int(Status.PLANNED),
            holder_kind=int(Holder.SITE),
            holder=rows.fc,
            attempts=0,
            bill_c=0,
            co2_mg=0,
            last_scan=scan,
        )
    )
    state.append(
        Scans.fill(n, package=rows.package, at_s=at_s, event=int(Event.PLANNED), site=rows.fc, reason=0)
    )
    state.append(Labels.fill(n))


def fold_boxed(state: State, rows: Boxed, at_s: int) -> None:
    """Contents; their lines become BOXED."""
    state.append(Contents(package=rows.package, line=rows.line, sku=rows.sku, units=rows.units))
    state.put(Lines, rows.line, status=int(LineStatus.BOXED), since_s=at_s)


def fold_unboxed(state: State, rows: Unboxed, at_s: int) -> None:
    """Pieces come out: units, weight, value and fullness of their packages fall."""
    out = state.get(Contents, "units", rows.content) - rows.left
    sku = state.get(Contents, "sku", rows.content)
    package = state.get(Contents, "package", rows.content)
    items = state.table(Items).take(sku)
    state.put(Contents, rows.content, units=rows.left)
    state.add(Packages, package, units=-out, weight_g=-out * items.weight_g, value_c=-out * items.value_c)
    box = state.get(Packages, "box", package)
    boxed = state.get(Packages, "void_pm", package) >= 0  # a mailer shrinks with what is in it
    boxed &= box >= 0
    if boxed.any():
        inner = state.table(Boxes).take(box[boxed])
        inside = inner.length_mm.astype(np.int64) * inner.width_mm * inner.height_mm
        piece = items.length_mm.astype(np.int64) * items.width_mm * items.height_mm
        state.add(Packages, package[boxed], void_pm=(out * piece)[boxed] * 1000 // np.maximum(inside, 1))


def fold_waves(state: State, rows: WaveReleased, at_s: int) -> None:
    """New waves."""
    _continues("wave", rows.wave, state.count(Waves))
    state.append(
        Waves(
            fc=rows.fc,
            released_s=rows.released_s,
            cutoff_s=rows.cutoff_s,
            packages=rows.packages,
            walk_m=rows.walk_m,
        )
    )


def fold_tasks(state: State, rows: TasksPlanned, at_s: int) -> None:
    """New work orders; packages know theirs."""
    first = state.append(PickTasks(**{name: getattr(rows, name) for name in PickTasks.columns}))
    state.put(Packages, rows.package, task=first + np.arange(len(rows)))


def fold_weighed(state: State, rows: Weighed, at_s: int) -> None:
    """Weights as packed, serials as printed."""
    state.put(Packages, rows.package, packed_g=rows.packed_g)
    state.put(Labels, rows.package, serial=rows.serial)


def fold_pallets(state: State, rows: PalletsBuilt, at_s: int) -> None:
    """New pallets, on no trip yet."""
    _continues("pallet", rows.pallet, state.count(Pallets))
    shared = {name: getattr(rows, name) for name in PalletsBuilt.columns if name != "pallet"}
    state.append(Pallets.fill(len(rows), **shared))


def fold_palletized(state: State, rows: Palletized, at_s: int) -> None:
    """Packages at a chute lie on their pallet now and go where it goes."""
    dest = state.get(Pallets, "dest", rows.pallet)
    state.put(Packages, rows.package, pallet=rows.pallet, next_site=dest)


FOLDS: dict[type[Table], Fold] = {
    Cartonized: fold_cartonized,
    Boxed: fold_boxed,
    Unboxed: fold_unboxed,
    WaveReleased: fold_waves,
    TasksPlanned: fold_tasks,
    Weighed: fold_weighed,
    PalletsBuilt: fold_pallets,
    Palletized: fold_palletized,
}
"""Facts folded here."""
