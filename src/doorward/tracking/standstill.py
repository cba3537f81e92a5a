"""What is new about outages: which have begun, which are over. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.outages import OutageOver, Outages, OutageSeen, PlannedOutages
from doorward.tables.remarks import Reason, Remarks, Subject

KEY = ("site", "service", "what", "from_s")


def plan_watch(
    told: Outages, known: Outages, planned: PlannedOutages, now_s: int
) -> tuple[OutageSeen, OutageOver, Remarks]:
    """Facts about outages that were told now. An announced one is known to its end when it begins.

    Remarks about SITE: STANDSTILL (limit: What), WORKS_AGAIN (limit: What, short: seconds that it stood).
    """
    have = {key: row for row, key in enumerate(_keys(known))}
    end = dict(zip(_keys(planned), planned.until_s.tolist(), strict=True))
    keys = _keys(told)
    new = np.array([row for row, key in enumerate(keys) if key not in have], np.int64)
    number = len(known) + np.arange(len(new))
    have.update({keys[row]: int(at) for row, at in zip(new.tolist(), number.tolist(), strict=True)})
    begun = told.take(new)
    seen = OutageSeen.fill(
        len(new),
        outage=number,
        site=begun.site,
        service=begun.service,
        what=begun.what,
        from_s=begun.from_s,
        until_s=np.array([end.get(keys[row], -1) for row in new.tolist()], np.int64),
    )
    outage = np.array([have[key] for key in keys], np.int64)
    open_ = (outage >= len(known)) | (np.r_[known.until_s, 0][np.minimum(outage, len(known))] < 0)
    row = np.flatnonzero((told.until_s >= 0) & open_)
    over = OutageOver.fill(len(row), outage=outage[row], until_s=told.until_s[row])
    ended = np.flatnonzero(told.until_s >= 0)
    stood = told.until_s - told.from_s
    remarks = [_remarks(begun.site, Reason.STANDSTILL, begun.what, -1, now_s)]
    remarks.append(_remarks(told.site[ended], Reason.WORKS_AGAIN, told.what[ended], stood[ended], now_s))
    return seen, over, Remarks.concat(remarks)


def _keys(rows: Outages | PlannedOutages) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(rows, name).tolist() for name in KEY), strict=True))


def _remarks(
    site: NDArray[np.int32], reason: Reason, what: NDArray[np.int8], short: NDArray[np.int64] | int, at_s: int
) -> Remarks:
    here = site >= 0
    seconds = np.broadcast_to(np.asarray(short, np.int64), site.shape)
    return Remarks.about(
        Subject.SITE, site[here].astype(np.int64), int(reason), at_s, limit=what[here], short=seconds[here]
    )
