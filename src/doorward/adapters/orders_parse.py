"""From columns of text to numbers, times, flags and places. Every cell that breaks a rule sets its row aside."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from doorward.adapters.orders_sheet import Sheet
from doorward.core.geo import EARTH_M
from doorward.core.units import DAY_S, FIRST_S, LAST_S
from doorward.tables.sites import Zones

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$"
MOMENT = (
    r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?)?"
    r" ?(?P<z>Z|[+-]\d{2}:?\d{2})?$"
)


def present(column: pa.Array) -> NDArray[np.bool_]:
    """Which cells hold something."""
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), bool)


def number(
    sheet: Sheet, name: str, lo: float, hi: float, rule: str, remedy: str, *, default: float | None = None
) -> Floats:
    """A column of numbers in lo..hi; empty cells take the default, or break the rule where there is none."""
    cells = sheet.text(name)
    given = present(cells)
    try:
        value = cells.cast(pa.float64())
        good = given
    except pa.ArrowInvalid:
        fits = pc.fill_null(pc.match_substring_regex(cells, NUMBER), False)
        value = pc.if_else(fits, cells, pa.scalar("0")).cast(pa.float64())
        good = np.asarray(fits.to_numpy(zero_copy_only=False), bool)
    number = pc.fill_null(value, 0.0).to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        good = good & (number >= lo) & (number <= hi)
    sheet.refuse((given | (default is None)) & ~good, name, rule, remedy)
    return np.where(good, number, default if default is not None else lo)


def moment(sheet: Sheet, name: str, utc_offset_s: int, *, needed: bool = True) -> Longs:
    """A column of times as Unix seconds; without a zone they are local. -1 for empty cells that are not needed."""
    cells = sheet.text(name)
    given = present(cells)
    seconds, good = _moments(cells, given, utc_offset_s)
    good &= (seconds >= FIRST_S) & (seconds < LAST_S)
    sheet.refuse(
        (given | needed) & ~good, name, 'a time is written "2026-03-02 14:05:00", from 2000 to 2036',
        "write it so; add Z or +HH:MM if it is not local time",
    )  # fmt: skip
    return np.where(good, seconds, -1)


def _moments(cells: pa.Array, given: NDArray[np.bool_], offset_s: int) -> tuple[Longs, NDArray[np.bool_]]:
    try:
        local = pc.fill_null(cells.cast(pa.timestamp("us")).cast(pa.int64()), 0).to_numpy(
            zero_copy_only=False
        )
        return local // 1_000_000 - offset_s, given.copy()
    except pa.ArrowInvalid:
        pass
    parts = pc.extract_regex(cells, MOMENT)
    fits = present(parts)
    y, m, d, hour, minute, second = (_int(parts, f, fits) for f in "ymdHMS")
    first = (np.clip(y, 1, 9999) - 1970).astype("M8[Y]").astype("M8[M]") + (np.clip(m, 1, 12) - 1)
    day = first.astype("M8[D]") + (d - 1)
    good = fits & (m >= 1) & (m <= 12) & (d >= 1) & (day.astype("M8[M]") == first)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    at = day.astype(np.int64) * DAY_S + hour * 3600 + minute * 60 + second
    zone = pc.fill_null(parts.field("z"), "")
    digits = pc.replace_substring_regex(zone, r"[^0-9]", "")
    size = pc.if_else(pc.equal(pc.binary_length(digits), 4), digits, pa.scalar("0000")).cast(pa.int64())
    away = size.to_numpy(zero_copy_only=False)
    away = (away // 100 * 60 + away % 100) * 60 * np.where(_bool(pc.starts_with(zone, "-")), -1, 1)
    named = _bool(pc.greater(pc.binary_length(zone), 0))
    unix = _bool(pc.fill_null(pc.match_substring_regex(cells, r"^\d{9,10}$"), False))
    stamp = pc.if_else(pa.array(unix), cells, pa.scalar("0")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.where(unix, stamp, at - np.where(named, away, offset_s)), good | unix


def _int(parts: pa.Array, field: str, fits: NDArray[np.bool_]) -> Longs:
    text = pc.fill_null(parts.field(field), "")
    text = pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar("0"), text)
    return np.where(fits, text.cast(pa.int64()).to_numpy(zero_copy_only=False), 0)


def _bool(array: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(array.to_numpy(zero_copy_only=False), bool)


def flag(sheet: Sheet, name: str) -> NDArray[np.bool_]:
    """A column of yes and no; empty is no."""
    cells = pc.utf8_lower(sheet.text(name))
    yes = pc.is_in(cells, pa.array(["1", "true", "yes", "y"]))
    no = pc.is_in(cells, pa.array(["0", "false", "no", "n", None]))
    sheet.refuse(
        ~_bool(pc.or_(yes, no)), name, "yes or no: 1, true, yes or 0, false, no", "write one of these"
    )
    return _bool(yes)


def choice(sheet: Sheet, name: str, words: dict[str, int], default: int) -> Longs:
    """A column of words, each meaning a number; empty is the default."""
    cells = pc.utf8_lower(sheet.text(name))
    at = pc.index_in(cells, pa.array(list(words)))
    found = pc.fill_null(at, -1).to_numpy(zero_copy_only=False)
    given = present(cells)
    sheet.refuse(
        given & (found < 0), name, f"one of {', '.join(words)}", "write one of these, or leave it empty"
    )
    return np.where(found >= 0, np.array([*words.values(), default])[found], default).astype(np.int64)


def bits(
    sheet: Sheet, name: str, words: dict[str, int], default: int, example: str = "leave+locker"
) -> Longs:
    """A column of words joined by `+`, or `none`; each word is a bit. Empty is the default."""
    cells = sheet.text(name)
    kinds = pc.unique(cells).to_pylist()
    value, good = [], []
    for text in kinds:
        parts = [] if text is None else [p.strip() for p in text.lower().split("+")]
        known = parts == ["none"] or all(p in words for p in parts)
        good.append(known)
        value.append(default if text is None else sum({words.get(p, 0) for p in parts}))
    at = pc.index_in(cells, pa.array(kinds, pa.string())).to_numpy(zero_copy_only=False)
    if len(at) == 0:
        return np.zeros(0, np.int64)
    rule = f"words of {', '.join(words)} joined by +, or none"
    sheet.refuse(~np.array(good)[at], name, rule, f"write for example {example}, or leave it empty")
    return np.asarray(np.array(value, np.int64)[at])


def lookup(keys: pa.Array, names: pa.Array) -> Longs:
    """The row of each key among `names`; -1 where it is not there or empty."""
    if len(names) == 0:
        return np.full(len(keys), -1, np.int64)
    found = pc.index_in(keys, value_set=names, skip_nulls=True)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)


def codes(column: pa.Array) -> tuple[Longs, pa.Array]:
    """(number of each row's value by first appearance, the values); empty cells are -1."""
    made = column.dictionary_encode()
    return pc.fill_null(made.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64), made.dictionary


def _sphere(lat_udeg: Longs, lon_udeg: Longs) -> Floats:
    lat, lon = np.radians(lat_udeg * 1e-6), np.radians(lon_udeg * 1e-6)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def zone_of(lat_udeg: Longs, lon_udeg: Longs, zones: Zones) -> tuple[Longs, Floats]:
    """The zone of each door and how many metres outside of it the door lies (0: inside).

    Of the zones whose circle holds the door the one with the nearest centre; of none, the zone with the nearest edge.
    Chord lengths on the sphere, in blocks; each distinct place is looked up once.
    """
    key = lat_udeg.astype(np.int64) * 1_000_000_000 + lon_udeg
    place, back = np.unique(key, return_inverse=True)
    lat = (place + 500_000_000) // 1_000_000_000
    here = _sphere(lat, place - lat * 1_000_000_000)
    there = _sphere(zones.lat_udeg.astype(np.int64), zones.lon_udeg.astype(np.int64))
    radius = zones.radius_m.astype(np.float64)
    row, out = np.empty(len(place), np.int64), np.empty(len(place))
    for lo in range(0, len(place), 8192):
        chord = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (here[lo : lo + 8192] @ there.T)))
        far = 2 * EARTH_M * np.arcsin(np.minimum(1.0, chord / 2))
        inside = far <= radius
        holds = inside.any(axis=1)
        best = np.where(holds, np.where(inside, far, np.inf).argmin(axis=1), (far - radius).argmin(axis=1))
        row[lo : lo + 8192] = best
        gap = far[np.arange(len(best)), best] - radius[best]
        out[lo : lo + 8192] = np.maximum(0.0, gap)
    return row[back], out[back]
