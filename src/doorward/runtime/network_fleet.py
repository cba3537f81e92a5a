"""From the sections of a network file to vehicles, closed air and gig drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from doorward.core import seed as draws
from doorward.runtime import network_file as f
from doorward.runtime.network_tables import WAYS, Names, clock_s, shifted, udeg, unique
from doorward.runtime.problems import Problems
from doorward.tables.fleet import NoFly, Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.orders import Access
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Services, Way


def posted(
    problems: Problems, at: Mapping[str, int], each: int, names: Names, where: str
) -> list[tuple[int, int]]:
    """(station, count) of something that stands at some stations, `each` at those not named."""
    found = [(problems.row_of(names.stations, n, "station", where, "at"), c) for n, c in at.items()]
    if not at and not each:
        problems.add(where, "at", "nowhere", "it stands somewhere", "give at = {...} or each = ...")
    if each:
        found += [(row, each) for n, row in names.stations.items() if n not in at]
    return sorted(found)


def make_vehicles(
    problems: Problems, kinds: Sequence[f.Vehicle], fleets: Sequence[f.Fleet], names: Names
) -> Vehicles:
    """One row for each vehicle of each fleet, in the order of the fleets."""
    unique(problems, [(f"[[vehicle]] {i + 1}", k.name) for i, k in enumerate(kinds)], "kinds of vehicle")
    for i, k in enumerate(kinds):
        _shift(problems, k.shift, f"[[vehicle]] {i + 1} ({k.name})")
    by_name = {k.name: i for i, k in enumerate(kinds)}
    station_name = {row: n for n, row in names.stations.items()}
    made: list[tuple[str, int, f.Vehicle, tuple[int, int]]] = []
    for i, fleet in enumerate(fleets):
        where = f"[[fleet]] {i + 1} ({fleet.kind})"
        row = problems.row_of(by_name, fleet.kind, "kind of vehicle", where, "kind")
        shift = _shift(problems, fleet.shift, where) if fleet.shift else None
        for station, count in posted(problems, fleet.at, fleet.each, names, where):
            if row < 0 or station < 0:
                continue
            kind = kinds[row]
            hours = shift or (clock_s(kind.shift[0]), clock_s(kind.shift[1]))
            made += [(f"{kind.name} {station_name[station]}", station, kind, hours)] * count
    seen: dict[str, int] = {}
    titles = []
    for title, *_ in made:
        seen[title] = seen.get(title, 0) + 1
        titles.append(f"{title} {seen[title]}")
    same = ("volume_ml", "weight_g", "max_stops", "break_s", "range_m", "electric", "fixed_c", "hour_c", "km_mc",
            "wh_km", "co2_ug_m")  # fmt: skip
    return Vehicles.fill(
        len(made),
        name=np.array(titles, object),
        station=np.array([m[1] for m in made], np.int32),
        way=np.array([WAYS[m[2].way] for m in made], np.int8),
        shift_lo_s=np.array([m[3][0] for m in made], np.int32),
        shift_hi_s=np.array([m[3][1] for m in made], np.int32),
        barred=np.array([sum(int(Access[word.upper()]) for word in set(m[2].barred)) for m in made], np.int8),
        **{n: np.array([getattr(m[2], n) for m in made], np.int64) for n in same},
    )


def check_staffed(
    problems: Problems, sites: Sites, vehicles: Vehicles, drivers: Drivers, services: Services
) -> None:
    """Every station has vans or gig drivers, and doors are served by stations or partners."""
    stations = np.flatnonzero(sites.kind == SiteKind.STATION)
    vans = vehicles.station[np.isin(vehicles.way, (Way.OWN, Way.DSP))]
    for row in np.setdiff1d(stations, np.r_[vans, drivers.station]).tolist():
        problems.add(
            f"[[station]] {sites.name[row]}", "", "nobody drives from here", "a station has vans or gig drivers",
            "add some in [[fleet]] or [drivers], or leave the station out: partners serve its doors then",
        )  # fmt: skip
    if not len(stations) and not len(services):
        problems.add(
            "[[station]]", "", "none is given", "doors are served from stations or by partners",
            "add a [[station]] or a [[service]] section",
        )  # fmt: skip


def _shift(problems: Problems, shift: Sequence[str], where: str) -> tuple[int, int]:
    if len(shift) != 2 or clock_s(shift[0]) >= clock_s(shift[1]):
        rule = "a shift is two times of day and begins before it ends"
        problems.add(where, "shift", " to ".join(shift) or "nothing", rule, 'write it as ["09:00", "19:00"]')
        return 0, 1
    return clock_s(shift[0]), clock_s(shift[1])


def make_no_fly(problems: Problems, circles: Sequence[f.Circle]) -> NoFly:
    """Circles in which no drone may fly."""
    for i, c in enumerate(circles):
        if clock_s(c.hours[0]) >= clock_s(c.hours[1]):
            found = " to ".join(c.hours)
            problems.add(
                f"[[nofly]] {i + 1}", "hours", found, "a closure begins before it ends", "swap the times"
            )
    return NoFly(
        lat_udeg=udeg([c.lat for c in circles]),
        lon_udeg=udeg([c.lon for c in circles]),
        radius_m=np.array([c.radius_m for c in circles], np.int32),
        from_s=np.array([clock_s(c.hours[0]) for c in circles], np.int32),
        to_s=np.array([clock_s(c.hours[1]) for c in circles], np.int32),
    )


def make_drivers(problems: Problems, crew: f.Crew | None, names: Names, sites: Sites) -> Drivers:
    """Gig drivers: car, home and standing drawn from the seed; homes lie around the station."""
    if crew is None:
        return Drivers.empty()
    if not crew.car:
        problems.add("[drivers]", "car", "none", "drivers drive something", "add [[drivers.car]]")
        return Drivers.empty()
    heads = [(s, c) for s, c in posted(problems, crew.at, crew.each, names, "[drivers]") if s >= 0]
    station = np.repeat(np.array([s for s, _ in heads], np.int32), np.array([c for _, c in heads], np.int64))
    who = np.arange(len(station))
    shares = np.cumsum([c.share for c in crew.car]) / sum(c.share for c in crew.car)
    car = np.searchsorted(shares, draws.uniform(crew.seed, "driver/car", who), side="right")
    far = crew.home_m * 0.6 * np.abs(draws.normal(crew.seed, "driver/far", who))
    turn = 2 * np.pi * draws.uniform(crew.seed, "driver/turn", who)
    lat, lon = shifted(
        sites.lat_udeg[station], sites.lon_udeg[station], far * np.sin(turn), far * np.cos(turn)
    )
    standing = np.clip(np.rint(900 + 60 * draws.normal(crew.seed, "driver/standing", who)), 500, 1000)
    names_of = ("volume_ml", "weight_g", "car_km_mc", "co2_ug_m")
    return Drivers.fill(
        len(station),
        station=station,
        lat_udeg=lat,
        lon_udeg=lon,
        **{n: np.array([getattr(c, n) for c in crew.car], np.int64)[car] for n in names_of},
        standing_pm=standing.astype(np.int16),
        blocks=0,
        noshows=0,
        forfeits=0,
    )
