"""What was reported of packages, asked in the two ways that ports need: how far, and what happened when.

Answers depend on which reports there are, never on the order in which they came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.state import State
from doorward.tables.reports import FAR_S, ReportHeads, Reports, rows_about

Longs = NDArray[np.int64]


def about(state: State, package: Longs, now_s: int) -> tuple[Reports, Longs]:
    """Reports of these packages dated by now, ordered by (owner, at_s, event, ref); and owner: index into `package`."""
    reports = state.table(Reports)
    row, owner = rows_about(reports, state.table(ReportHeads), package)
    known = reports.at_s[row] <= now_s
    row, owner = row[known], owner[known]
    keys = reports.site[row], reports.ref[row], reports.event[row], reports.at_s[row], owner
    order = np.lexsort(keys)
    return reports.take(row[order]), owner[order]


def earliest(owners: int, owner: Longs, at_s: Longs) -> Longs:
    """(owners,) the earliest of each, FAR_S for none."""
    out = np.full(owners, FAR_S)
    np.minimum.at(out, owner, at_s)
    return out


def newest(owner: Longs) -> NDArray[np.bool_]:
    """Of rows ordered by owner and time, the last of each owner."""
    return np.r_[owner[1:] != owner[:-1], True] if len(owner) else np.zeros(0, np.bool_)
