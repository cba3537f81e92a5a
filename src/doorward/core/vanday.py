"""How many stops the vans of a station make in a day, from the land they serve: before a single route is planned.

Time of a stop = handling + the drive from the stop before; drive = travel curve at the mean distance between stops;
way out and back shared by all stops of a van. Distance between n stops spread over an area A: k sqrt(A / n) (Beardwood,
Halton and Hammersley 1959; the form of Daganzo 1984 for vehicle routes, way out and back apart). Where the land is of
unlike density the distances of its parts add up: k sum sqrt(A_z n_z). More stops lie closer together, so the number is
the fixed point of "stops that fit the shifts at the distance that so many stops have".
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.core.travel import CURVE, RUSH, drive
from doorward.core.units import HOUR_S

Reals = NDArray[np.float64]
Numbers = NDArray[Any]


class VanDay(Protocol):
    """What a van's day is reckoned with; see PromiseRules, where networks set it for every room that asks."""

    @property
    def wave_s(self) -> tuple[int, ...]: ...
    @property
    def break_after_s(self) -> int: ...
    @property
    def stop_s(self) -> int: ...
    @property
    def door_packages_pm(self) -> int: ...
    @property
    def package_ml(self) -> int: ...


SPACING = 0.67
"""k. Tours of many stops tend to 0.7124. Set by hand on six stations of the national example; on 35 full station days
at 32 stations of it the router needed 0.57 to 0.72 (5th to 95th percentile, median 0.655). One seed."""
PACE = float(RUSH[9:20].mean())
"""Driving time of a working day against free flow."""
ROUNDS = 40


def packages_by_wave(
    land: tuple[Reals, Reals, Reals],
    from_s: Numbers,
    to_s: Numbers,
    break_s: Numbers,
    max_stops: Numbers,
    volume_ml: Numbers,
    rules: VanDay,
) -> Reals:
    """Packages that the vans of one station bring if all of them leave in one wave, (waves,).

    land: area, share and distance as in `stops_in_a_day`; shift, break, most stops and volume of each van (vans,).
    Waves share the vans: one that left in the first wave is gone in the next.
    """
    out = np.zeros(len(rules.wave_s))
    for wave, leaves_s in enumerate(rules.wave_s):
        span_s = to_s - np.maximum(from_s, leaves_s)
        rest_s = np.where(span_s > rules.break_after_s, np.maximum(break_s, 0), 0)
        shift_s = np.maximum(0, span_s - rest_s).astype(np.float64)
        stops = stops_in_a_day(*land, shift_s, max_stops.astype(np.float64), float(rules.stop_s))
        carried = float(volume_ml.sum()) / rules.package_ml
        out[wave] = min(stops * rules.door_packages_pm / 1000, carried)
    return out


def hour_of_stops(
    stops: float, area_m2: Reals, share: Reals, far_m: Reals, stop_s: float, curve: Reals = CURVE
) -> tuple[float, float]:
    """Stops that a vehicle makes in an hour among `stops` of a day, and the hours of its way out and back.

    Parts of the land as in `stops_in_a_day`; stop_s: handling. Fewer stops lie farther apart, so each takes longer.
    """
    part = share / share.sum()
    spread = float(np.sqrt(area_m2 * part).sum())
    leg_s = float(drive(SPACING * spread / np.sqrt(max(stops, 1.0)), curve)[1]) * PACE
    out_and_back_s = 2.0 * float((part * drive(far_m, curve)[1]).sum()) * PACE
    return HOUR_S / (stop_s + leg_s), out_and_back_s / HOUR_S


def stops_in_a_day(
    area_m2: Reals,
    share: Reals,
    far_m: Reals,
    shift_s: Reals,
    max_stops: Reals,
    stop_s: float,
    curve: Reals = CURVE,
) -> float:
    """Stops that the vans of one station make together, each leaving once.

    area_m2, share, far_m (zones,): land, share of the demand and crow-fly distance of each part; shift_s, max_stops
    (vans,): working seconds from departure to return without the break, and stops at most; stop_s: handling.
    """
    if len(shift_s) == 0 or len(area_m2) == 0 or share.sum() <= 0:
        return 0.0
    part = share / share.sum()
    spread = float(np.sqrt(area_m2 * part).sum())
    out_and_back_s = 2.0 * float((part * drive(far_m, curve)[1]).sum()) * PACE
    left_s = np.maximum(0.0, shift_s - out_and_back_s)
    total = 40.0 * len(shift_s)
    for _ in range(ROUNDS):
        leg_s = float(drive(SPACING * spread / np.sqrt(max(total, 1.0)), curve)[1]) * PACE
        total = float(np.minimum(max_stops, left_s / (stop_s + leg_s)).sum())
        if total <= 0.0:
            return 0.0
    return total
