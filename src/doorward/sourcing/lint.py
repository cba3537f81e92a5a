"""Check sourcing plans independently of how they were made."""

from __future__ import annotations

import numpy as np

from doorward.tables.items import Items
from doorward.tables.orders import LineHeld, Lines, LineSourced, LineStatus
from doorward.tables.stock import Stock


def lint_sources(
    sourced: LineSourced, held: LineHeld, lines: Lines, stock: Stock, items: Items, fcs: int
) -> list[str]:
    """Sentences about what is wrong; none if all is well. Tables as before the plan."""
    wrong: list[str] = []
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
