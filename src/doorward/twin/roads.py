"""The twin's roads: how much longer a drive takes than the planner thought, for reasons that all who drive there share.

Planned driving time = travel curve x hour profile x forecast weather. True time = the same with the hour at which the
leg is really driven, the true weather of that hour, and incidents: seeded by cell of a grid and hour, so that every
van that comes through feels the same one. Rates are a model, not a measurement.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import local_day
from doorward.core.seed import uniform
from doorward.core.travel import RUSH
from doorward.core.units import DAY_S, HOUR_S
from doorward.twin.weather import TwinWeather

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
Udeg = NDArray[np.int32] | Longs
KNOTS = np.arange(-1, 26)


class RoadRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Traffic incidents: section `[twin.roads]`."""

    incident_ppm: int = 6_000
    """Cells of the grid in which an incident begins in an hour of the day, per million; a third of it at night."""
    cell_udeg: int = 30_000
    """Side of a cell in microdegrees of latitude (about 3.3 km), and of longitude."""
    slow_pm: int = 500
    """Mean of what driving through takes longer (exponential, at most four times as much), per mille."""
    second_hour_pm: int = 400
    """Incidents that last into the next hour, per mille."""


class TwinRoads:
    """Pure functions of place and time."""

    def __init__(
        self, seed: int, utc_offset_s: int, weather: TwinWeather | None = None, rules: RoadRules | None = None
    ) -> None:
        self.seed, self.utc_offset_s, self.weather = seed, utc_offset_s, weather
        self.rules = rules or RoadRules()

    def incident(self, lat_udeg: Udeg, lon_udeg: Udeg, at_s: Longs) -> Reals:
        """Driving time factor (n,) by incidents at these places and times; 1.0 where the road is free."""
        rules, hour = self.rules, (at_s + self.utc_offset_s) // HOUR_S
        cell = (lat_udeg.astype(np.int64) // rules.cell_udeg) << 20
        cell += lon_udeg.astype(np.int64) // rules.cell_udeg
        # places share few cells and hours: draw once for each
        pairs, member = np.unique(np.stack([cell, hour]), axis=1, return_inverse=True)
        place, when = pairs
        now = self._begun(place, when)
        lasts = uniform(self.seed, "roads/second", place, when - 1) < rules.second_hour_pm / 1000
        return np.asarray(
            (1.0 + np.maximum(now, np.where(lasts, self._begun(place, when - 1), 0.0)))[member.ravel()]
        )

    def _begun(self, cell: Longs, hour: Longs) -> Reals:
        """How much longer, by incidents that began in this hour."""
        rules = self.rules
        rate = rules.incident_ppm / 1e6 * np.where(hour % 24 < 6, 1 / 3, 1.0)
        hit = uniform(self.seed, "roads/incident", cell, hour) < rate
        size = -np.log1p(-uniform(self.seed, "roads/size", cell, hour))
        return np.where(hit, np.minimum(size, 4.0) * rules.slow_pm / 1000, 0.0)

    def rush(self, at_s: Longs) -> Reals:
        """The hour profile, joined by lines as the planners join it."""
        hours = (at_s + self.utc_offset_s) % DAY_S / HOUR_S
        return np.asarray(np.interp(hours, KNOTS + 0.5, RUSH[KNOTS % 24]))

    def slow(self, region: NDArray[np.int16] | Longs, at_s: Longs, told: bool = False) -> Reals:
        """Driving time factor by the weather of the hour: the true one, or the forecast that planners had."""
        out = np.ones(len(at_s))
        if self.weather is None or not len(at_s):
            return out
        day = local_day(at_s, self.utc_offset_s)
        row = region.astype(np.int64) * 24 + (at_s + self.utc_offset_s) % DAY_S // HOUR_S
        for each in np.unique(day).tolist():
            mine = day == each
            hours = self.weather.day(each) if told else self.weather.truth(each)
            out[mine] += hours.slow_pm[row[mine]] / 1000.0
        return out

    def longer(
        self,
        planned_s: Longs,
        real_s: Longs,
        region: NDArray[np.int16] | Longs,
        lat_udeg: Udeg,
        lon_udeg: Udeg,
    ) -> Reals:
        """True over planned time of legs planned for `planned_s` and driven at `real_s`, towards these doors."""
        hour = self.rush(real_s) / self.rush(planned_s)
        weather = self.slow(region, real_s) / self.slow(region, planned_s, told=True)
        return np.asarray(hour * weather * self.incident(lat_udeg, lon_udeg, real_s))
