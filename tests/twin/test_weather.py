"""Weather: the sun where almanacs have it, rain in the share and spells wanted, scripted hours, nothing remembered."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.core.errors import BadInput
from doorward.twin.weather import Spell, TwinWeather, WeatherRules, clock_s, sun

CHICAGO = (np.array([41_878_000]), np.array([-87_630_000]), -5 * 3600)


@pytest.mark.parametrize(
    ("date", "lat", "lon", "offset_h", "rise", "sets"),
    [
        ("2024-06-20", 41.88, -87.63, -5, "05:15", "20:29"),  # Chicago
        ("2024-12-21", 41.88, -87.63, -6, "07:15", "16:23"),
        ("2024-03-20", 51.51, -0.13, 0, "06:04", "18:14"),  # London
        ("2024-12-21", -23.55, -46.63, -3, "05:17", "18:52"),  # Sao Paulo
    ],
)
def test_sun_within_four_minutes_of_the_almanac(
    date: str, lat: float, lon: float, offset_h: int, rise: str, sets: str
) -> None:
    day = int(np.datetime64(date, "D").astype(int))
    up, down = sun(day, np.array([lat]), np.array([lon]), offset_h * 3600)
    assert abs(int(up[0]) - clock_s(rise)) <= 240
    assert abs(int(down[0]) - clock_s(sets)) <= 240


def test_polar_day_and_night() -> None:
    lat, lon = np.array([78.0]), np.array([0.0])
    up, down = sun(int(np.datetime64("2024-06-21", "D").astype(int)), lat, lon, 0)
    assert (up[0], down[0]) == (0, 86_400)
    up, down = sun(int(np.datetime64("2024-12-21", "D").astype(int)), lat, lon, 0)
    assert up[0] == down[0]


def test_a_year_has_the_wanted_climate() -> None:
    weather = TwinWeather(3, *CHICAGO)
    days = [weather.day(19_700 + day) for day in range(365)]
    rain = np.concatenate([day.rain_um for day in days])
    wind = np.concatenate([day.wind_mms for day in days])
    gust = np.concatenate([day.gust_mms for day in days])
    wet = rain > 0
    assert 0.06 < wet.mean() < 0.13
    assert 900 < rain[wet].mean() < 2000
    assert wet[1:][wet[:-1]].mean() > 0.5, "rain comes in spells"
    assert 3000 < wind.mean() < 4300 and (gust >= wind).all()
    slow = np.concatenate([day.slow_pm for day in days])
    assert (slow[~wet] == 0).all() and (slow[rain > 1000] > 20).all() and slow.max() <= 400
    warm = [day.temp_dc.mean() for day in days]
    july, january = warm[202 - 10 : 202 + 20], warm[:30]
    assert np.mean(july) - np.mean(january) > 150


def test_a_day_depends_on_nothing_but_seed_place_and_day() -> None:
    one, two = TwinWeather(3, *CHICAGO), TwinWeather(3, *CHICAGO)
    for day in range(40):
        two.day(19_000 + day)
    assert one.day(19_020).equals(two.day(19_020))
    assert not one.day(19_020).equals(TwinWeather(4, *CHICAGO).day(19_020))


def test_scripted_rain_falls_when_it_is_told_to() -> None:
    rules = WeatherRules(
        rain=(Spell(start="15:00", to="18:00", um=6000), Spell(start="09:00", to="10:00", um=0))
    )
    day = TwinWeather(3, *CHICAGO, rules).day(19_900)
    assert day.rain_um[15:18].tolist() == [6000] * 3 and day.rain_um[9] == 0
    assert (day.slow_pm[15:18] >= 90).all()


def test_spells_that_cannot_be_are_refused() -> None:
    for start, to in (("18:00", "15:00"), ("8", "9:00"), ("10:00", "25:00")):
        with pytest.raises(BadInput):
            TwinWeather(3, *CHICAGO, WeatherRules(rain=(Spell(start=start, to=to, um=1),)))
