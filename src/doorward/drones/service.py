"""The drones service: every quarter of an hour, decide the next take-offs and let go what cannot fly in time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import plane_m
from doorward.core.units import DAY_S, HOUR_S
from doorward.drones.lint import lint
from doorward.drones.plan import Craft, Sky, Sorties, plan_sorties
from doorward.drones.reach import paths
from doorward.drones.rules import DronesRules
from doorward.drones.volumes import Flights
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.cargo import barred_of, cargo_of, let_go, tell_overdue, waiting_for
from doorward.tables.fleet import NoFly, Runs, RunsPlanned, RunStatus, Stops, StopsPlanned, Vehicles
from doorward.tables.orders import Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way


def fly(desk: Desk) -> None:
    """Post runs of one stop for take-offs within the horizon, WayDropped and a remark for what will not fly."""
    packages = desk.table(Packages)
    still = desk.table(Outages).down(len(desk.table(Sites)), desk.now_s, What.DEPARTURES)
    if not len(waiting_for(packages, Way.DRONE, np.zeros_like(still))):
        return
    waiting, gone = waiting_for(packages, Way.DRONE, still), [np.empty(0, np.int64)]
    runs, stops = desk.next(Runs), []
    station_of = packages.station[waiting]
    for station in np.unique(station_of):
        mine = waiting[station_of == station]
        cargo = cargo_of(packages, desk.table(Orders), desk.table(Sites), mine, int(station))
        craft = craft_at(desk, int(station))
        sky, busy = sky_at(desk, int(station)), busy_at(desk, int(station))
        rules = desk.rule(DronesRules)
        sorties, dropped = plan_sorties(cargo, craft, sky, busy, desk.now_s, rules)
        lint(sorties, dropped, cargo, craft, sky, busy, desk.now_s, rules)
        stops.append(post_sorties(desk, sorties, mine, int(station), runs))
        runs += len(sorties.row)
        desk.post(*let_go(dropped, mine, Way.DRONE, desk.now_s))
        gone += [mine[dropped.row], stops[-1].package]
    desk.post(
        StopsPlanned.concat(stops), tell_overdue(desk.table, Way.DRONE, np.concatenate(gone), desk.now_s)
    )


def post_sorties(
    desk: Desk, sorties: Sorties, mine: NDArray[np.int64], station: int, first: int
) -> StopsPlanned:
    """Post the runs; return their stops."""
    packages, vehicles = desk.table(Packages), desk.table(Vehicles)
    n, package, vehicle = len(sorties.row), mine[sorties.row], sorties.vehicle
    air_s, dist_m = sorties.back_s - sorties.depart_s, 2 * sorties.path_m
    run = first + np.arange(n)
    to_door_s = sorties.door_s - sorties.depart_s
    weight = packages.weight_g[package].astype(np.int64)
    cost_c = (
        vehicles.fixed_c[vehicle]
        + vehicles.hour_c[vehicle].astype(np.int64) * air_s // HOUR_S
        + vehicles.km_mc[vehicle].astype(np.int64) * dist_m // 1000
    )
    desk.post(
        RunsPlanned.fill(
            n,
            run=run,
            way=int(Way.DRONE),
            station=station,
            vehicle=vehicle,
            depart_s=sorties.depart_s,
            back_s=sorties.back_s,
            dist_m=dist_m,
            drive_s=2 * sorties.leg_s,
            service_s=air_s - 2 * sorties.leg_s,
            packages=1,
            stops=1,
            volume_ml=packages.volume_ml[package],
            weight_g=weight,
            cost_c=cost_c,
        )
    )
    return StopsPlanned.fill(
        n,
        run=run,
        seq=0,
        package=package,
        leg_m=sorties.path_m,
        leg_s=to_door_s,
        plan_s=sorties.door_s,
        service_s=0,
    )


def craft_at(desk: Desk, station: int) -> Craft:
    """The station's drones and when each is ready; the weakest of them speaks for all."""
    rules, vehicles, runs = desk.rule(DronesRules), desk.table(Vehicles), desk.table(Runs)
    mine = np.flatnonzero((vehicles.way == Way.DRONE) & (vehicles.station == station))
    ready = np.full(len(vehicles), desk.now_s, np.int64)
    flown = np.flatnonzero((runs.way == Way.DRONE) & (runs.station == station))
    status = runs.status[flown]
    open_s = np.maximum(runs.back_s[flown], desk.now_s)
    broken_s = np.maximum(runs.ended_s[flown], runs.depart_s[flown]) + rules.repair_s
    home_s = np.where(status == RunStatus.DONE, runs.ended_s[flown], open_s) + rules.turn_s
    np.maximum.at(ready, runs.vehicle[flown], np.where(status == RunStatus.BROKEN, broken_s, home_s))
    return Craft(
        mine,
        ready[mine],
        int(vehicles.range_m[mine].min(initial=2**30)),
        int(vehicles.wh_km[mine].max(initial=1)),
        int(vehicles.weight_g[mine].min(initial=2**30)),
        barred_of(vehicles, mine),
    )


def sky_at(desk: Desk, station: int) -> Sky:
    """Forecast of today and tomorrow, and the circles that are closed at any hour of flying."""
    rules, sites, circles = desk.rule(DronesRules), desk.table(Sites), desk.table(NoFly)
    region, columns = int(sites.region[station]), []
    for ahead in range(2):
        whole = desk.world.weather.day(desk.day + ahead, desk.now_s)
        hours = whole.take(slice(region * 24, region * 24 + 24))
        from_s = desk.midnight_s + ahead * DAY_S + np.arange(24) * HOUR_S
        midnight_s = desk.midnight_s + ahead * DAY_S
        rise, sets = (
            (hours.sunrise_s, hours.sunset_s) if rules.daylight else (np.zeros(24), np.full(24, DAY_S))
        )
        day_lo = np.maximum(from_s, midnight_s + np.maximum(rise, rules.opens_s))
        day_hi = np.minimum(from_s + HOUR_S, midnight_s + np.minimum(sets, rules.closes_s))
        columns.append((from_s, hours.rain_um, hours.wind_mms, hours.gust_mms, hours.temp_dc, day_lo, day_hi))
    joined = [np.concatenate(parts).astype(np.int64) for parts in zip(*columns, strict=True)]
    live = circles.take((circles.from_s < rules.closes_s) & (circles.to_s > rules.opens_s))
    east, north = plane_m(
        live.lat_udeg, live.lon_udeg, int(sites.lat_udeg[station]), int(sites.lon_udeg[station])
    )
    from_s, rain, wind, gust, temp, lo, hi = joined
    return Sky(from_s, rain, wind, gust, temp, lo, hi, east, north, live.radius_m.astype(np.float64))


def busy_at(desk: Desk, station: int) -> Flights:
    """Sorties of this station that are planned or in the air, their paths worked out anew."""
    rules, runs, stops, sites = desk.rule(DronesRules), desk.table(Runs), desk.table(Stops), desk.table(Sites)
    orders, packages = desk.table(Orders), desk.table(Packages)
    run = np.flatnonzero(
        (runs.way == Way.DRONE)
        & (runs.station == station)
        & ((runs.status == RunStatus.PLANNED) | (runs.status == RunStatus.LEFT))
        & (runs.back_s > desk.now_s - rules.turn_s)
    )
    if len(run) == 0:
        none = np.zeros(0)
        return Flights(none.astype(np.int64), none, none, none, none, none, none.astype(np.int64))
    first = np.searchsorted(stops.run, run)
    order = packages.order[stops.package[first]]
    east, north = plane_m(
        orders.lat_udeg[order],
        orders.lon_udeg[order],
        int(sites.lat_udeg[station]),
        int(sites.lon_udeg[station]),
    )
    sky = sky_at(desk, station)
    via_x, via_y, path, _ = paths(
        east, north, sky.circle_x, sky.circle_y, sky.circle_m + rules.nofly_margin_m
    )
    return Flights(
        runs.depart_s[run], east, north, via_x, via_y, path, runs.drive_s[run].astype(np.int64) // 2
    )


SERVICES: list[Service] = [Service(name="drones.fly", every_s=900, work=fly)]
"""In the roster's order."""
