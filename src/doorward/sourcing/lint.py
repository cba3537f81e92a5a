"""Check sourcing plans independently of how they were made."""

from __future__ import annotations

import numpy as np

from doorward.tables.items import Items
from doorward.tables.orders import LineHeld, Lines, LineSourced, LineSplit, LineStatus
from doorward.tables.stock import Stock


def lint_sources(
    split: LineSplit, sourced: LineSourced, held: LineHeld, lines: Lines, stock: Stock, items: Items, fcs: int
) -> list[str]:
    """Sentences about what is wrong; none if all is well. Tables as before the plan."""
    wrong: list[str] = []
    first, all_units = len(lines), lines.units.astype(np.int64)
    if not np.array_equal(split.part, np.arange(first, first + len(split))):
        wrong.append("parts do not continue the lines")
    np.subtract.at(all_units, split.line, split.units)
    all_units = np.r_[all_units, split.units]
    if (all_units < 1).any():
        wrong.append("a line is divided into nothing")
    if not np.isin(lines.status[split.line], (LineStatus.WAITING, LineStatus.BACKORDERED)).all():
        wrong.append("a line that holds units somewhere is divided")
    lines = Lines.concat([lines, lines.take(split.line)]).replace(units=all_units)
    if not np.isin(split.part, np.r_[sourced.line, held.line]).all():
        wrong.append("a part is made and left")
    both = np.r_[sourced.line, held.line]
    if len(np.unique(both)) < len(both):
        wrong.append("a line is decided twice")
    if ((sourced.fc < 0) | (sourced.fc >= fcs)).any():
        wrong.append("a line is given to something that is no FC")
    if (
        not np.isin(held.status, (LineStatus.BACKORDERED, LineStatus.CANCELLED)).all()
        or (held.reason == 0).any()
    ):
        wrong.append("a line is held without saying how and why")
    status = lines.status[both]
    if not np.isin(status, (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED)).all():
        wrong.append("a line that is boxed or cancelled is decided on")
    reserved = stock.reserved.astype(np.int64)
    units = lines.units.astype(np.int64) - lines.dropped
    old = sourced.line[lines.status[sourced.line] == LineStatus.SOURCED]
    np.subtract.at(reserved, lines.fc[old].astype(np.int64) * len(items) + lines.sku[old], units[old])
    cell = sourced.fc.astype(np.int64) * len(items) + lines.sku[sourced.line]
    np.add.at(reserved, cell, units[sourced.line])
    over = np.unique(cell[reserved[cell] > stock.on_hand[cell]])
    wrong += [
        f"FC {c // len(items)} SKU {c % len(items)}: {reserved[c]} promised of {stock.on_hand[c]}"
        for c in over
    ]
    return wrong
