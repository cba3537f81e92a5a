"""Positions by their changes: what a client that has the positions before needs to know.

Ten thousand vehicles as whole columns are a megabyte each second and client; their changes are a tenth of that.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.runtime.look.shapes import Moved, Positions

GRID = 100_000
"""Steps of a degree that moves are told in: a metre or so."""
COLUMNS = ("id", "kind", "lat", "lon", "heading", "tone", "age_s", "estimated")


def gridded(found: Positions) -> Positions:
    """The same with places on the grid, so that moves add up to them exactly."""
    lat, lon = ((_steps(each) / GRID).tolist() for each in (found.lat, found.lon))
    return msgspec.structs.replace(found, lat=lat, lon=lon)


def moved(before: Positions, now: Positions) -> tuple[Moved, Positions]:
    """What changed, and `now` in the order that a client has then: rows that stay as before, then new ones. Both are
    gridded. O(rows)."""
    was = {each: row for row, each in enumerate(before.id)}
    old = np.array([was.get(each, -1) for each in now.id], np.int64)
    stays = np.flatnonzero(old >= 0)
    stays = stays[np.argsort(old[stays])]
    come = np.flatnonzero(old < 0)
    kept = np.zeros(len(before.id), np.bool_)
    kept[old[stays]] = True
    then, same = _rows(before, np.flatnonzero(kept)), _rows(now, stays)

    def changed(name: str, add: int = 0) -> list[int]:
        first, last = (np.array(getattr(each, name)) for each in (then, same))
        found: list[int] = np.flatnonzero((first + add if add else first) != last).tolist()
        return found

    turned, toned, fresh = changed("heading"), changed("tone"), changed("age_s", now.now_s - before.now_s)
    new = _rows(now, come)
    change = Moved(
        turn=now.turn,
        now_s=now.now_s,
        gone=np.flatnonzero(~kept).tolist(),
        lat=(_steps(same.lat) - _steps(then.lat)).tolist(),
        lon=(_steps(same.lon) - _steps(then.lon)).tolist(),
        turned=turned,
        heading=[same.heading[row] for row in turned],
        toned=toned,
        tone=[same.tone[row] for row in toned],
        fresh=fresh,
        age_s=[same.age_s[row] for row in fresh],
        estimated=changed("estimated"),
        come=new,
    )
    both = (getattr(same, name) + getattr(new, name) for name in COLUMNS)
    return change, Positions(now.turn, now.now_s, *both)


def _rows(found: Positions, rows: NDArray[np.int64]) -> Positions:
    at = rows.tolist()
    columns = ([column[row] for row in at] for column in (getattr(found, name) for name in COLUMNS))
    return Positions(found.turn, found.now_s, *columns)


def _steps(degrees: list[float]) -> NDArray[np.int64]:
    return np.rint(np.array(degrees, np.float64) * GRID).astype(np.int64)
