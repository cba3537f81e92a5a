"""The twin's weather: by seed, region and day, nothing remembered.

Sun: declination by Cooper (1969, Solar Energy 12), equation of time by Spencer (1971, as in Duffie and Beckman, eq.
1.5.3), sunrise at 50 arc minutes below the horizon. Temperature: a latitude's yearly mean and swing, a daily wave, and
days that resemble each other. Rain: wet where a Gaussian latent with a memory of hours and of days exceeds the quantile
of the wanted share of wet hours. Wind: Weibull by a second latent (shape 2, the common choice for surface wind), gusts
by a factor. Slower driving: the speed losses of Agarwal, Maze and Souleyrette (2005) for rain and snow, as tables.
The latents, amounts and swings are a model, not a climate; scripted spells replace them for what-if questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.core.seed import normal, uniform
from doorward.core.units import DAY_S, HOUR_S
from doorward.tables.sites import Sites, Zones
from doorward.tables.weather import WeatherHours

SUNRISE_DEG = -0.833
"""Height of the sun's centre at sunrise: refraction and half a disc."""
RAIN_MM = np.array([0.0, 0.2, 2.5, 6.4, 15.0])
RAIN_PM = np.array([0.0, 20.0, 60.0, 100.0, 170.0])
"""Longer driving per mille by millimetres of rain an hour."""
SNOW_MM = np.array([0.0, 0.2, 1.3, 2.5, 12.7])
SNOW_PM = np.array([0.0, 50.0, 110.0, 160.0, 400.0])
"""Longer driving per mille by millimetres of water that fall as snow in an hour."""
LAGS = 72
"""Hours that a latent remembers; the kernels have died away by then."""


class Spell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """Scripted weather of some hours, each hour that the spell touches."""

    start: str
    """From this local time, "HH:MM"; written `from` in the file."""
    to: str
    """Until this local time, "HH:MM"; at most 24:00."""
    um: int = -1
    """Micrometres of rain in each hour; -1 leaves the rain alone."""
    wind_mms: int = -1
    """Mean wind, mm/s; -1 leaves it alone."""
    gust_mms: int = -1
    """Gusts, mm/s; -1: 1.5 times the scripted mean wind."""
    temp_dc: int = -9999
    """Temperature, tenths of a degree Celsius; -9999 leaves it alone."""
    region: int = -1
    """Only there; -1 everywhere."""
    day: int = -1
    """Only on this local day number; -1 on every day."""


class WeatherRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The twin's climate."""

    wet_hours_pm: int = 90
    """Share of hours with rain, per mille."""
    rain_um: int = 1300
    """Mean rain of a wet hour, micrometres."""
    wind_mms: int = 3600
    """Mean wind, mm/s, ten metres above the ground."""
    gust_pm: int = 1550
    """Mean gust as per mille of the mean wind."""
    sea_level_dc: int = 270
    """Yearly mean at the equator, tenths of a degree Celsius."""
    day_swing_dc: int = 50
    """Half the difference between afternoon and night, tenths of a degree."""
    miss_pm: int = 250
    """How far the forecast misses: weight of what it does not know in its latents, per mille; 0: it is the truth."""
    rain: tuple[Spell, ...] = ()
    """Scripted spells, for example rain = [{from = "15:00", to = "18:00", um = 6000}]; later ones win."""


class Storm(NamedTuple):
    """Scripted weather of one span; -1 leaves a figure alone.

    region -1 everywhere; cold: what falls is snow; told: forecast, else nobody knows before the hour has come
    """

    region: int
    from_s: int
    until_s: int
    rain_um: int = -1
    wind_mms: int = -1
    gust_mms: int = -1
    cold: bool = False
    told: bool = False


class TwinWeather:
    """`ports.weather.Weather` for the regions of a network: what is forecast, and `truth`."""

    def __init__(
        self,
        seed: int,
        lat_udeg: NDArray[np.int64],
        lon_udeg: NDArray[np.int64],
        utc_offset_s: int,
        rules: WeatherRules | None = None,
        storms: Sequence[Storm] = (),
    ) -> None:
        self.seed, self.utc_offset_s, self.rules = seed, utc_offset_s, rules or WeatherRules()
        self.storms = tuple(storms)
        self.lat = np.asarray(lat_udeg, np.float64) * 1e-6
        self.lon = np.asarray(lon_udeg, np.float64) * 1e-6
        self.spells = [(spell, clock_s(spell.start), clock_s(spell.to)) for spell in self.rules.rain]
        for spell, lo, hi in self.spells:
            if lo >= hi:
                raise BadInput(
                    f"a spell from {spell.start} to {spell.to}",
                    where="weather.rain",
                    rule="a spell begins before it ends, on one day",
                    remedy="split a spell over midnight in two",
                )
        self._days: dict[tuple[int, bool], WeatherHours] = {}

    @classmethod
    def of(
        cls, seed: int, sites: Sites, zones: Zones, utc_offset_s: int, rules: WeatherRules | None = None
    ) -> TwinWeather:
        """For the regions named by sites and zones; a region lies at the mean of what lies in it."""
        region = np.concatenate([sites.region, zones.region]).astype(np.int64)
        count = np.maximum(np.bincount(region), 1)
        lat = np.bincount(region, np.concatenate([sites.lat_udeg, zones.lat_udeg])) / count
        lon = np.bincount(region, np.concatenate([sites.lon_udeg, zones.lon_udeg])) / count
        return cls(seed, lat.astype(np.int64), lon.astype(np.int64), utc_offset_s, rules)

    def day(self, day: int, now_s: int = -1) -> WeatherHours:
        """See the port: as forecast, hours that have begun by `now_s` as measured."""
        begun = (now_s + self.utc_offset_s - day * DAY_S) // HOUR_S + 1 if now_s >= 0 else 0
        if begun >= 24:
            return self.truth(day)
        told = self._known(day, told=True)
        if begun <= 0:
            return told
        true, past = self.truth(day), np.arange(len(told)) % 24 < begun
        return WeatherHours(
            **{name: np.where(past, getattr(true, name), getattr(told, name)) for name in told.columns}
        )

    def truth(self, day: int) -> WeatherHours:
        """What it really is."""
        return self._known(day, told=False)

    def _known(self, day: int, told: bool) -> WeatherHours:
        if (day, told) not in self._days:
            if len(self._days) >= 32:
                self._days.clear()
            self._days[day, told] = self._work_out(day, told)
        return self._days[day, told]

    def _work_out(self, day: int, told: bool) -> WeatherHours:
        regions, rules = len(self.lat), self.rules
        hour = day * 24 + np.arange(-LAGS, 24)
        temp = self._temperature(day)
        wet = self._told("rain", self._latent("rain", hour, (5.0, 0.75), (30.0, 0.66)), hour, told)
        bar = NormalDist().inv_cdf(1 - rules.wet_hours_pm / 1000) if rules.wet_hours_pm > 0 else np.inf
        over = np.maximum(0.0, wet - bar)
        # how far a standard normal passes this bar on average (its mean excess), so that amounts average `rain_um`
        excess = NormalDist().pdf(bar) / (rules.wet_hours_pm / 1000) - bar if rules.wet_hours_pm > 0 else 1.0
        rain = np.where(wet > bar, np.maximum(100.0, rules.rain_um * over / excess), 0.0)
        calm = self._told("wind", self._latent("wind", hour, (8.0, 0.7), (36.0, 0.714)), hour, told)
        share = np.clip(_phi(calm), 1e-6, 1 - 1e-6)
        sunny = 1.0 + 0.25 * np.sin((np.arange(24) - 9.0) * np.pi / 12.0)
        wind = rules.wind_mms / 0.8862 * np.sqrt(-np.log1p(-share)) * sunny * np.where(rain > 0, 1.2, 1.0)
        draws = uniform(self.seed, "weather/gust", np.arange(regions)[:, None], hour[None, LAGS:])
        gust = np.maximum(wind, wind * (rules.gust_pm / 1000.0 + 0.5 * (draws - 0.5)))
        rain, wind, gust, temp = self._scripted(day, rain, wind, gust, temp)
        self._stormy(day, told, rain, wind, gust, temp)
        snow = temp < 10.0
        millimetres = rain / 1000.0
        slow = np.where(
            snow, np.interp(millimetres, SNOW_MM, SNOW_PM), np.interp(millimetres, RAIN_MM, RAIN_PM)
        )
        rise, sets = sun(day, self.lat, self.lon, self.utc_offset_s)
        return WeatherHours(
            rain_um=np.rint(rain).ravel(),
            wind_mms=np.rint(wind).ravel(),
            gust_mms=np.rint(gust).ravel(),
            temp_dc=np.rint(temp).ravel(),
            slow_pm=np.rint(slow).ravel(),
            sunrise_s=np.repeat(rise, 24),
            sunset_s=np.repeat(sets, 24),
        )

    def _told(
        self, name: str, true: NDArray[np.float64], hour: NDArray[np.int64], told: bool
    ) -> NDArray[np.float64]:
        """The latent that the forecast goes by: as often wet or windy as the true one, but not always then."""
        miss = self.rules.miss_pm / 1000
        if not told or miss <= 0:
            return true
        return np.asarray(np.sqrt(1 - miss**2) * true + miss * self._latent(f"miss/{name}", hour, (4.0, 1.0)))

    def _stormy(self, day: int, told: bool, *fields: NDArray[np.float64]) -> None:
        """Write storms into the hours (regions, 24) that they touch."""
        rain, wind, gust, temp = fields
        for storm in self.storms:
            if told and not storm.told:
                continue
            lo = (storm.from_s + self.utc_offset_s) // HOUR_S - day * 24
            hi = -(-(storm.until_s + self.utc_offset_s) // HOUR_S) - day * 24
            if hi <= 0 or lo >= 24:
                continue
            hours = slice(max(0, lo), min(24, hi))
            where = slice(None) if storm.region < 0 else slice(storm.region, storm.region + 1)
            if storm.rain_um >= 0:
                rain[where, hours] = storm.rain_um
            if storm.wind_mms >= 0:
                wind[where, hours] = storm.wind_mms
                gust[where, hours] = 1.5 * storm.wind_mms
            if storm.gust_mms >= 0:
                gust[where, hours] = np.maximum(storm.gust_mms, wind[where, hours])
            if storm.cold:
                temp[where, hours] = np.minimum(temp[where, hours], -10.0)

    def _latent(self, name: str, hour: NDArray[np.int64], *parts: tuple[float, float]) -> NDArray[np.float64]:
        """(regions, 24) standard normal, correlated over hours: sums of exponential moving averages.

        parts: (memory in hours, weight); the squares of the weights add up to about one.
        """
        regions = np.arange(len(self.lat))[:, None]
        total = np.zeros((len(self.lat), 24))
        for number, (memory, weight) in enumerate(parts):
            noise = normal(self.seed, f"weather/{name}{number}", regions, hour[None, :])
            kernel = np.exp(-np.arange(LAGS + 1) / memory)
            kernel /= np.sqrt((kernel**2).sum())
            for row in range(len(self.lat)):
                total[row] += weight * np.convolve(noise[row], kernel, "valid")
        return total

    def _temperature(self, day: int) -> NDArray[np.float64]:
        """(regions, 24) tenths of a degree."""
        regions = np.arange(len(self.lat))
        mean = self.rules.sea_level_dc - 0.085 * self.lat**2
        swing = 2.8 * np.abs(self.lat)
        hottest = np.where(self.lat >= 0, 202, 20)
        season = swing * np.cos(2 * np.pi * (day_of_year(day) - hottest) / 365.25)
        kernel = 0.7 ** np.arange(12)
        kernel /= np.sqrt((kernel**2).sum())
        noise = normal(self.seed, "weather/temp", regions[:, None], day - np.arange(12)[None, :])
        daily = self.rules.day_swing_dc * np.cos((np.arange(24) - 15.0) * np.pi / 12.0)
        return np.asarray((mean + season + 30.0 * (noise @ kernel))[:, None] + daily[None, :])

    def _scripted(
        self, day: int, *fields: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        rain, wind, gust, temp = (np.array(field) for field in fields)
        for spell, lo_s, hi_s in self.spells:
            if spell.day not in (-1, day):
                continue
            where = slice(None) if spell.region < 0 else slice(spell.region, spell.region + 1)
            hours = slice(lo_s // HOUR_S, -(-hi_s // HOUR_S))
            if spell.um >= 0:
                rain[where, hours] = spell.um
            if spell.wind_mms >= 0:
                wind[where, hours] = spell.wind_mms
                gust[where, hours] = 1.5 * spell.wind_mms
            if spell.gust_mms >= 0:
                gust[where, hours] = np.maximum(spell.gust_mms, wind[where, hours])
            if spell.temp_dc != -9999:
                temp[where, hours] = spell.temp_dc
        return rain, wind, gust, temp


def clock_s(text: str) -> int:
    """Second of the day of "HH:MM" (00:00 to 24:00); BadInput otherwise."""
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdigit() and minutes.isdigit() and int(minutes) < 60:
        second = int(hours) * HOUR_S + int(minutes) * 60
        if second <= DAY_S:
            return second
    raise BadInput(f"{text!r} is no time of day", where="weather", rule="HH:MM, 00:00 to 24:00")


def day_of_year(day: int) -> int:
    """1..366 of a day number since 1970-01-01."""
    date = np.datetime64(day, "D")
    return int((date - date.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)) + 1


def sun(
    day: int, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], utc_offset_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sunrise and sunset, second of the local day (clipped to it), of places in degrees; within some two minutes.

    Polar day: 0 and 86400. Polar night: sunrise = sunset = noon.
    """
    number = day_of_year(day)
    tilt = np.radians(23.45) * np.sin(2 * np.pi * (284 + number) / 365)
    phase = 2 * np.pi * (number - 1) / 365
    equation_min = 229.2 * (
        0.000075
        + 0.001868 * np.cos(phase)
        - 0.032077 * np.sin(phase)
        - 0.014615 * np.cos(2 * phase)
        - 0.04089 * np.sin(2 * phase)
    )
    lat = np.radians(np.asarray(lat_deg, np.float64))
    cosine = (np.sin(np.radians(SUNRISE_DEG)) - np.sin(lat) * np.sin(tilt)) / (np.cos(lat) * np.cos(tilt))
    half = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) * 240.0
    noon = DAY_S / 2 + utc_offset_s - np.asarray(lon_deg, np.float64) * 240.0 - equation_min * 60.0
    rise = np.where(cosine <= -1.0, 0.0, np.clip(noon - half, 0.0, DAY_S))
    sets = np.where(cosine <= -1.0, float(DAY_S), np.clip(noon + half, 0.0, DAY_S))
    return np.rint(rise).astype(np.int64), np.rint(sets).astype(np.int64)


def _phi(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard normal distribution function (Abramowitz and Stegun 26.2.17, |error| < 7.5e-8)."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) * poly
    return np.asarray(np.where(x >= 0, 1.0 - tail, tail))
