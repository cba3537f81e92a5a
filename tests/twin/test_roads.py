"""Roads, true weather against its forecast, and what sends drones home."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.tables.fleet import Runs
from doorward.tables.sites import Sites
from doorward.tables.ways import Way
from doorward.twin.fleet import FleetRules, TwinFleet
from doorward.twin.roads import RoadRules, TwinRoads
from doorward.twin.weather import Storm, TwinWeather, WeatherRules

DAY = 19_900
PLACE = np.array([41_800_000]), np.array([-87_600_000])


def weather(*storms: Storm, **rules: int) -> TwinWeather:
    return TwinWeather(3, *PLACE, 0, WeatherRules(**{"wet_hours_pm": 0, "wind_mms": 1_000, **rules}), storms)


def at(*hours: float) -> np.ndarray:
    return DAY * DAY_S + np.array([round(h * HOUR_S) for h in hours], np.int64)


def test_all_who_come_through_an_hour_feel_one_incident() -> None:
    roads = TwinRoads(1, 0, None, RoadRules(incident_ppm=300_000))
    lat, lon = np.arange(0, 3_000_000, 30_000) + 10, np.full(100, 50)
    one = roads.incident(lat, lon, np.full(100, 9 * HOUR_S + 60))
    two = roads.incident(lat + 20_000, lon + 20_000, np.full(100, 9 * HOUR_S + 3_000))
    assert (one == two).all() and 20 < (one > 1).sum() < 60 and (one >= 1).all() and (one <= 3).all()
    other = roads.incident(lat, lon, np.full(100, 12 * HOUR_S))
    assert (one != other).any()
    assert (TwinRoads(1, 0, None, RoadRules(incident_ppm=0)).incident(lat, lon, lat) == 1).all()


def test_mean_delay_is_that_of_the_rules() -> None:
    lat, hour = np.meshgrid(np.arange(400) * 30_000, np.arange(6, 24) * HOUR_S)
    factor = TwinRoads(5, 0).incident(lat.ravel(), np.zeros(lat.size, np.int64), hour.ravel())
    rules = RoadRules()
    mean = rules.incident_ppm / 1e6 * rules.slow_pm / 1000 * (1 + rules.second_hour_pm / 1000)
    assert abs(factor.mean() - 1 - mean) < 0.002


def test_a_drive_in_the_hour_and_the_weather_it_was_planned_for_takes_as_long() -> None:
    told = weather(miss_pm=0)
    roads = TwinRoads(1, 0, told, RoadRules(incident_ppm=0))
    region, hours = np.zeros(3, np.int64), at(7, 8.5, 14)
    assert roads.longer(hours, hours, region, *(np.repeat(p, 3) for p in PLACE)).tolist() == [1.0] * 3
    later = roads.longer(at(14), at(17.5), region[:1], *PLACE)
    assert later[0] > 1.1, "who is late gets into the rush hour"


def test_a_storm_that_nobody_foresaw_is_true_and_seen_only_when_it_has_come() -> None:
    storm = Storm(-1, int(at(12)[0]), int(at(15)[0]), rain_um=12_000, wind_mms=12_000)
    sky = weather(storm)
    assert sky.truth(DAY).rain_um[12:15].tolist() == [12_000] * 3 and sky.truth(DAY).rain_um.sum() == 36_000
    assert sky.day(DAY).rain_um.sum() == 0 == sky.day(DAY, int(at(11.9)[0])).rain_um.sum()
    seen = sky.day(DAY, int(at(13.5)[0]))
    assert seen.rain_um[12:15].tolist() == [12_000, 12_000, 0] and seen.gust_mms[13] == 18_000
    assert sky.day(DAY - 1, int(at(13)[0])).equals(sky.truth(DAY - 1))
    told = weather(storm._replace(told=True))
    assert told.day(DAY).rain_um[12:15].tolist() == [12_000] * 3
    slow = TwinRoads(1, 0, sky, RoadRules(incident_ppm=0)).longer(at(12.5), at(12.5), np.array([0]), *PLACE)
    assert 1.1 < slow[0] < 1.2
    cold = weather(storm._replace(cold=True)).truth(DAY)
    assert (cold.temp_dc[12:15] < 0).all() and (cold.slow_pm[12:15] > 300).all()


def test_a_forecast_is_as_often_wet_and_mostly_right() -> None:
    sky = TwinWeather(3, *PLACE, 0)
    days = range(DAY, DAY + 300)
    true = np.concatenate([sky.truth(d).rain_um for d in days]) > 0
    told = np.concatenate([sky.day(d).rain_um for d in days]) > 0
    assert abs(true.mean() - told.mean()) < 0.02
    assert 0.5 < (true & told).sum() / true.sum() < 0.95


def test_drones_turn_back_in_gusts_over_their_limit_and_not_in_calm_air() -> None:
    runs = Runs.fill(400, way=int(Way.DRONE), station=0, depart_s=at(12.5)[0])
    row, state = np.arange(400), State()
    state.load(Sites.fill(1, region=0))

    def aborted(gust_mms: int) -> int:
        storm = Storm(-1, int(at(12)[0]), int(at(15)[0]), wind_mms=5_000, gust_mms=gust_mms)
        fleet = TwinFleet(2, state, 0, FleetRules(), None, TwinRoads(2, 0, weather(storm)), (15_000, 1_000))
        return int(fleet._aborted(runs, row, runs.depart_s).sum())

    assert aborted(6_000) < 8
    assert 30 < aborted(15_000) < 200
    assert aborted(20_000) == 400
