"""How a drone gets to a door: the path around no-fly circles, the time, the energy.

Energy of cruise: D'Andrea (2014, "Can drones deliver?", IEEE T-ASE 11): E = (craft + payload) g d / (lift-to-drag x
efficiency), where the quotient is calibrated to the craft's published draw per km. Hovering: momentum theory, P = T^1.5
/ sqrt(2 rho A) / efficiency (e.g. Stolaroff et al. 2018, Nature Communications 9). Wind lies along the track, against
the loaded craft, which is the worst direction for a way out and back: the battery pays for metres of air, not ground.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.drones.rules import DronesRules

GRAVITY = 9.80665
AIR_KG_M3 = 1.225
"""Density of air at sea level (ISA)."""
Floats = NDArray[np.float64]


def hover_wh(rules: DronesRules, payload_g: Floats) -> Floats:
    """Watt hours of take-off, lowering at the door and landing; (n,)."""
    loaded_s = 2 * rules.climb_s + rules.release_s
    empty_s = 2 * rules.climb_s
    return (_hover_w(rules, payload_g) * loaded_s + _hover_w(rules, np.zeros(1)) * empty_s) / 3600.0


def _hover_w(rules: DronesRules, payload_g: Floats) -> Floats:
    thrust = (rules.craft_g + payload_g) / 1000.0 * GRAVITY
    ideal = thrust**1.5 / np.sqrt(2.0 * AIR_KG_M3 * rules.disc_cm2 / 1e4)
    return np.asarray(ideal * 1000.0 / rules.hover_efficiency_pm)


def usable_wh(rules: DronesRules, range_m: int, wh_km: int, temp_dc: Floats) -> Floats:
    """Watt hours that may be planned with, by temperature.

    A craft's published range is that of an empty craft in calm air, its take-off and landing aside.
    """
    full = range_m / 1000.0 * wh_km + hover_wh(rules, np.zeros(1))[0]
    cold = np.where(temp_dc < 0, 1.0 - rules.cold_pm / 1000.0, 1.0)
    return np.asarray(full * cold * (1.0 - rules.reserve_pm / 1000.0))


def cruise_wh_m(rules: DronesRules, wh_km: int, payload_g: Floats, wind_mms: Floats) -> Floats:
    """Watt hours for each metre of a way out (loaded, against the wind) and back (empty, with it)."""
    share = np.minimum(np.asarray(wind_mms, np.float64) / rules.speed_mms, 0.9)
    loaded = (rules.craft_g + payload_g) / rules.craft_g
    return np.asarray(wh_km / 1000.0 * (loaded / (1.0 - share) + 1.0 / (1.0 + share)))


def reach_m(rules: DronesRules, range_m: int, wh_km: int, payload_g: Floats, wind_mms: Floats) -> Floats:
    """Farthest door along the path that battery and radius allow, at 20 degrees Celsius; metres."""
    left = usable_wh(rules, range_m, wh_km, np.full(1, 200.0)) - hover_wh(rules, payload_g)
    by_battery = np.maximum(0.0, left) / cruise_wh_m(rules, wh_km, payload_g, wind_mms)
    return np.asarray(np.minimum(float(rules.radius_m), by_battery))


def leg_s(rules: DronesRules, path_m: Floats, wind_mms: float) -> NDArray[np.int64]:
    """Seconds of one leg: half of what out and back take together in that wind, rounded up."""
    speed = rules.speed_mms / 1000.0
    wind = min(wind_mms / 1000.0, 0.9 * speed)
    return np.ceil(path_m * speed / (speed * speed - wind * wind)).astype(np.int64)


def segment_gap_m(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Floats:
    """(n, c) least distance between segments a-b (n,) and points c (c,)."""
    ax, ay, dx, dy = ax[:, None], ay[:, None], (bx - ax)[:, None], (by - ay)[:, None]
    length2 = np.maximum(dx * dx + dy * dy, 1e-9)
    t = np.clip(((cx - ax) * dx + (cy - ay) * dy) / length2, 0.0, 1.0)
    return np.asarray(np.hypot(ax + t * dx - cx, ay + t * dy - cy))


def paths(
    x: Floats, y: Floats, cx: Floats, cy: Floats, radius: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shortest path from (0, 0) to doors with at most one turn, clear of all circles.

    x, y (n,) doors; cx, cy, radius (c,) circles, margin included; metres
    -> via_x, via_y (n,) the turn (the midpoint of a straight path); path_m (n,); short_m (n,) 0 clear, else how many
    metres of circle are in the way of the best path looked at, or lie between the door and the circle's edge
    """
    via_x, via_y = x / 2, y / 2
    path_m, short_m = np.hypot(x, y), np.zeros(len(x))
    if len(cx) == 0 or len(x) == 0:
        return via_x, via_y, path_m, short_m
    zero = np.zeros(len(x))
    deep = radius - segment_gap_m(zero, zero, x, y, cx, cy)
    short_m = np.maximum(0.0, deep.max(axis=1))
    inside = (radius - np.hypot(x[:, None] - cx, y[:, None] - cy)).max(axis=1)
    short_m = np.where(inside > 0, inside, short_m)
    for row in np.flatnonzero((short_m > 0) & (inside <= 0)):
        circle = int(deep[row].argmax())
        turn = _turns(
            float(x[row]), float(y[row]), float(cx[circle]), float(cy[circle]), float(radius[circle])
        )
        best = np.inf
        for wx, wy in turn:
            length = float(np.hypot(wx, wy) + np.hypot(x[row] - wx, y[row] - wy))
            at_x, at_y, pad = np.array([wx]), np.array([wy]), np.zeros(1)
            there = segment_gap_m(pad, pad, at_x, at_y, cx, cy)
            onward = segment_gap_m(at_x, at_y, x[row : row + 1], y[row : row + 1], cx, cy)
            in_way = float(np.maximum(radius - there, radius - onward).max())
            if in_way <= 0.0 and length < best:
                best, via_x[row], via_y[row], path_m[row], short_m[row] = length, wx, wy, length, 0.0
            elif best == np.inf:
                short_m[row] = min(short_m[row], in_way)
    return via_x, via_y, path_m, short_m


def _turns(x: float, y: float, cx: float, cy: float, radius: float) -> list[tuple[float, float]]:
    """Where a tangent from (0, 0) meets a tangent from (x, y), left and right of the circle."""
    wide = radius + 1.0
    from_a, from_b = float(np.hypot(cx, cy)), float(np.hypot(cx - x, cy - y))
    if from_a <= wide or from_b <= wide:
        return []
    alpha, beta = np.arcsin(wide / from_a), np.arcsin(wide / from_b)
    head_a, head_b = np.arctan2(cy, cx), np.arctan2(cy - y, cx - x)
    found = []
    for side in (1.0, -1.0):
        ux, uy = np.cos(head_a + side * alpha), np.sin(head_a + side * alpha)
        vx, vy = np.cos(head_b - side * beta), np.sin(head_b - side * beta)
        cross = ux * vy - uy * vx
        if abs(cross) < 1e-9:
            continue
        t = (x * vy - y * vx) / cross
        s = (x * uy - y * ux) / cross
        if t > 0 and s > 0:
            found.append((float(t * ux), float(t * uy)))
    return found
