"""From the sections of a network file to the reference tables: buildings, land, boxes, services, vehicles, drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import EARTH_M, nearest
from doorward.core.presenting import Presenting, away_s, bounds_s, enough, goods_uph, ready, stand_s
from doorward.core.split import split
from doorward.core.table import I4, Table, Text
from doorward.core.units import FIRST_S, HOUR_S, LAST_S
from doorward.runtime import network_file as f
from doorward.runtime.problems import Problems
from doorward.tables.items import Boxes
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import Regional
from doorward.tables.ways import Services, Way

GOLDEN_TURN = np.pi * (3.0 - np.sqrt(5.0))
WAYS = {w.name.lower(): w for w in Way}
UDEG_M = np.degrees(1.0 / EARTH_M) * 1e6
"""Microdegrees of latitude in a metre."""


class Postcodes(Table):
    """Postcodes or their beginnings, and where they lie; by code.

    code (n,) capital letters and digits only; lat_udeg, lon_udeg (n,); radius_m (n,) doors lie within this
    """

    code: Text
    lat_udeg: I4
    lon_udeg: I4
    radius_m: I4


@dataclass(frozen=True)
class Names:
    """Row of each building by name, in the order of Sites, and of each region."""

    sites: Mapping[str, int]
    stations: Mapping[str, int]
    regions: Mapping[str, int]


def clock_s(text: str) -> int:
    """ "HH:MM" as seconds since midnight."""
    return int(text[:2]) * 3600 + int(text[3:]) * 60


def make_start(problems: Problems, start_s: int) -> int:
    """The first day's midnight as it is, if doorward's calendar reaches it."""
    if not FIRST_S <= start_s < LAST_S:
        problems.add(
            "[network]", "start", "is out of the calendar", "a day of the years 2000 to 2036", "write one"
        )
    return start_s


def udeg(degrees: float | Sequence[float]) -> NDArray[np.int32]:
    """Degrees as microdegrees."""
    return np.rint(np.asarray(degrees, np.float64) * 1e6).astype(np.int32)


def shifted(
    lat_udeg: NDArray[np.int32],
    lon_udeg: NDArray[np.int32],
    east_m: NDArray[np.float64],
    north_m: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Places some metres east and north of others (equirectangular)."""
    lat = lat_udeg + north_m * UDEG_M
    lon = lon_udeg + east_m * UDEG_M / np.maximum(0.01, np.cos(np.radians(lat_udeg * 1e-6)))
    lon = (lon + 180e6) % 360e6 - 180e6
    return np.rint(np.clip(lat, -90e6, 90e6)).astype(np.int32), np.rint(lon).astype(np.int32)


def unique(problems: Problems, rows: Sequence[tuple[str, str]], what: str) -> None:
    """rows: (where, name); a name borne twice is a problem."""
    seen: dict[str, str] = {}
    for where, name in rows:
        if name in seen:
            problems.add(
                where,
                "name",
                f"{name!r} is also the name of {seen[name]}",
                f"no two {what} share a name",
                "rename one",
            )
        seen.setdefault(name, where)


def make_sites(
    problems: Problems,
    fcs: Sequence[f.Fc],
    sorts: Sequence[f.Building],
    stations: Sequence[f.Building],
    regions: Mapping[str, int],
) -> tuple[Sites, Names]:
    """Buildings but lockers, and their names."""
    if not fcs:
        problems.add(
            "[[fc]]", "", "none is given", "orders are shipped from somewhere", "add a [[fc]] section"
        )
    every: list[f.Fc | f.Building] = [*fcs, *sorts, *stations]
    kinds = [SiteKind.FC] * len(fcs) + [SiteKind.SORT] * len(sorts) + [SiteKind.STATION] * len(stations)
    firsts = [("fc", i) for i in range(len(fcs))] + [("sort", i) for i in range(len(sorts))]
    firsts += [("station", i) for i in range(len(stations))]
    places = [f"[[{section}]] {i + 1}" for section, i in firsts]
    unique(problems, [(where, r.name) for where, r in zip(places, every, strict=True)], "buildings")
    sites = Sites(
        name=np.array([r.name for r in every], object),
        kind=np.array(kinds, np.int8),
        lat_udeg=udeg([r.lat for r in every]),
        lon_udeg=udeg([r.lon for r in every]),
        region=np.array(
            [
                problems.row_of(regions, r.region, "region", w, "region")
                for r, w in zip(every, places, strict=True)
            ],
            np.int16,
        ),
        station=np.full(len(every), -1, np.int32),
        capacity=np.array([r.capacity for r in every], np.int32),
    )
    by_name = {r.name: i for i, r in enumerate(every)}
    only_stations = {r.name: by_name[r.name] for r in stations}
    return sites, Names(by_name, only_stations, regions)


def _goods_uph(problems: Problems, where: str, fc: f.Fc, rules: Presenting) -> int:
    """Units an hour at goods-to-person stations; a given rate that they do not do is a problem."""
    given = fc.goods_uph
    if not fc.stations and not fc.robots and not fc.pods:
        if given:
            stations, robots = enough(given, 2 * given, rules)
            problems.add(
                where, "goods_uph", f"{given} without stations and robots",
                "the rate follows from stations, robots and pods",
                f"instead, write for example stations = {stations}, robots = {robots}, pods = {2 * given}",
            )  # fmt: skip
        return 0
    for name in ("stations", "robots", "pods"):
        if not getattr(fc, name):
            problems.add(
                where, name, "is 0 or missing", "goods-to-person needs stations, robots and pods",
                f"give {name}, or none of them",
            )  # fmt: skip
            return 0
    rate = goods_uph(fc.stations, fc.robots, fc.pods, rules)
    if given is not None and abs(given - rate) > rate // 50:
        lone, fed = (
            int(b * HOUR_S * rules.pieces_pm / 1000)
            for b in bounds_s(fc.stations, ready(fc.robots, rules), away_s(fc.pods, rules), stand_s(rules))
        )
        stations, robots = enough(given, fc.pods, rules) if given else (0, 0)
        problems.add(
            where, "goods_uph", f"{given}, but {fc.stations} stations and {fc.robots} robots do {rate} units an hour",
            f"the rate follows from stations ({lone} at most), robots ({fed} at most) and pods",
            f"remove goods_uph, or write stations = {stations}, robots = {robots}, or correct [goods_to_person]",
        )  # fmt: skip
    return rate


def make_floors(problems: Problems, fcs: Sequence[f.Fc], rules: Presenting) -> Floors:
    """One row for each fulfillment center."""
    goods: list[int] = []
    for i, fc in enumerate(fcs):
        where = f"[[fc]] {i + 1} ({fc.name})"
        if clock_s(fc.opens) >= clock_s(fc.closes):
            problems.add(
                where, "closes", f"{fc.opens} to {fc.closes}", "a floor opens before it closes", "swap them"
            )
        goods.append(_goods_uph(problems, where, fc, rules))
        if fc.pick_uph + goods[-1] < 1:
            problems.add(
                where, "pick_uph", "nobody picks", "people among shelves or at stations pick",
                "give pick_uph, or stations, robots and pods",
            )  # fmt: skip
    same = ("pick_uph", "pack_pph", "sort_pph", "stow_uph", "pickers", "packers", "stowers", "robots", "stations",
            "pods", "aisles", "bays", "kwh_day", "hour_c")  # fmt: skip
    columns = {name: np.array([getattr(fc, name) for fc in fcs]) for name in same}
    return Floors.fill(
        len(fcs),
        **columns,
        goods_uph=np.array(goods, np.int32),
        opens_s=np.array([clock_s(fc.opens) for fc in fcs], np.int32),
        closes_s=np.array([clock_s(fc.closes) for fc in fcs], np.int32),
    )


def cut_disc(disc: f.Disc) -> list[f.Place]:
    """Zones of equal area on a sunflower spiral (Vogel 1979, Mathematical Biosciences 44); the parts' people add up."""
    n = disc.zones
    r = np.sqrt((np.arange(n) + 0.5) / n)
    turn = np.arange(n) * GOLDEN_TURN
    weight = np.rint(1e6 * (disc.density_pm / 1000.0) ** r).astype(np.int64)
    people = split(disc.people, weight)
    centre = udeg([disc.lat] * n), udeg([disc.lon] * n)
    reach = disc.radius_m if n > 1 else 0
    lat, lon = shifted(*centre, reach * r * np.sin(turn), reach * r * np.cos(turn))
    cell = max(1, round(disc.radius_m / np.sqrt(n)))
    digits = len(str(n))
    return [
        f.Place(
            name=f"{disc.name} {i + 1:0{digits}d}" if n > 1 else disc.name,
            lat=int(lat[i]) * 1e-6,
            lon=int(lon[i]) * 1e-6,
            region=disc.region,
            station=disc.station,
            rural=disc.rural,
            people=int(people[i]),
            radius_m=cell,
        )
        for i in range(n)
    ]


def make_zones(
    problems: Problems,
    places: Sequence[tuple[str, f.Place]],
    names: Names,
    sites: Sites,
    station_reach_m: int,
) -> Zones:
    """places: (where, zone). A zone without a station gets the nearest one within reach."""
    if not places:
        problems.add(
            "[zones]", "", "no zone", "a network delivers somewhere", "add [[zones.place]] or [[zones.disc]]"
        )
    unique(problems, [(where, p.name) for where, p in places], "zones")
    lat, lon = udeg([p.lat for _, p in places]), udeg([p.lon for _, p in places])
    station = np.full(len(places), -1, np.int32)
    rows = np.flatnonzero(sites.kind == SiteKind.STATION)
    if len(rows) and len(places):
        near, far = nearest(lat, lon, sites.lat_udeg[rows], sites.lon_udeg[rows])
        station = np.where(far <= station_reach_m, rows[near], -1).astype(np.int32)
    for i, (where, place) in enumerate(places):
        if place.station == "partners":
            station[i] = -1
        elif place.station:
            station[i] = problems.row_of(names.stations, place.station, "station", where, "station")
    region = [problems.row_of(names.regions, p.region, "region", w, "region") for w, p in places]
    if places and not any(p.people for _, p in places):
        problems.add("[zones]", "people", "nobody lives anywhere", "some zone has people", "give people")
    return Zones(
        name=np.array([p.name for _, p in places], object),
        lat_udeg=lat,
        lon_udeg=lon,
        region=np.array(region, np.int16),
        station=station,
        rural=np.array([p.rural for _, p in places], np.int8),
        people=np.array([p.people for _, p in places], np.int64),
        radius_m=np.array([p.radius_m for _, p in places], np.int32),
    )


def make_lockers(
    problems: Problems,
    lockers: Sequence[f.Locker],
    rule: f.Lockers | None,
    names: Names,
    sites: Sites,
    zones: Zones,
) -> Sites:
    """All buildings: those given, then the lockers named, then those that the rule places."""
    name = [x.name for x in lockers]
    where = [f"[[locker]] {i + 1}" for i in range(len(lockers))]
    unique(problems, [*(("a building", n) for n in names.sites), *zip(where, name, strict=True)], "buildings")
    at = [
        problems.row_of(names.stations, x.station, "station", w, "station")
        for x, w in zip(lockers, where, strict=True)
    ]
    lat, lon = udeg([x.lat for x in lockers]), udeg([x.lon for x in lockers])
    cells = [x.cells for x in lockers]
    if rule is not None:
        wanted = [
            problems.row_of(names.stations, n, "station", "[lockers]", "stations") for n in rule.stations
        ] or list(names.stations.values())
        for station in wanted:
            mine = np.flatnonzero(zones.station == station)
            best = mine[np.argsort(-zones.people[mine], kind="stable")][: rule.each]
            name += [f"Locker {zones.name[z]}" for z in best]
            at += [station] * len(best)
            cells += [rule.cells] * len(best)
            lat, lon = np.r_[lat, zones.lat_udeg[best]], np.r_[lon, zones.lon_udeg[best]]
    if not name:
        return sites
    added = Sites.fill(
        len(name),
        name=np.array(name, object),
        kind=int(SiteKind.LOCKER),
        lat_udeg=lat,
        lon_udeg=lon,
        region=sites.region[np.array(at)],
        station=np.array(at, np.int32),
        capacity=np.array(cells, np.int32),
    )
    return Sites.concat([sites, added])


def make_boxes(problems: Problems, rows: Sequence[tuple[str, f.Box]]) -> Boxes:
    """The carton suite, smallest first."""
    if not rows:
        problems.add(
            "[boxes]", "", "no box", "goods travel in something", "add [[box]] sections, or boxes.file"
        )
    unique(problems, [(where, b.name) for where, b in rows], "boxes")
    for where, b in rows:
        if not b.length_mm >= b.width_mm >= b.height_mm:
            found = f"{b.length_mm} x {b.width_mm} x {b.height_mm}"
            problems.add(
                where, "length_mm", found, "inside sizes are written longest first", "order the three sizes"
            )
    rows = sorted(rows, key=lambda r: r[1].length_mm * r[1].width_mm * r[1].height_mm)
    names = ("length_mm", "width_mm", "height_mm", "max_g", "board_g", "film_g", "cost_c", "soft")
    return Boxes.fill(
        len(rows),
        name=np.array([b.name for _, b in rows], object),
        **{n: np.array([getattr(b, n) for _, b in rows], np.int32) for n in names},
    )


def make_services(problems: Problems, partners: Sequence[f.Partner], zones: Zones) -> Services:
    """Partner carriers' services."""
    unique(problems, [(f"[[service]] {i + 1}", p.name) for i, p in enumerate(partners)], "services")
    for i, p in enumerate(partners):
        if p.transit_p50_s > p.transit_p90_s:
            problems.add(
                f"[[service]] {i + 1} ({p.name})", "transit_p90_s", f"{p.transit_p90_s} after {p.transit_p50_s}",
                "nine of ten arrive no sooner than five of ten", "swap transit_p50_s and transit_p90_s",
            )  # fmt: skip
    alone = np.flatnonzero(zones.station < 0)
    if len(alone) and not partners:
        problems.add(
            "[zones]", "station", f"{len(alone)} zones have no station, for example {zones.name[alone[0]]!r}",
            "every zone has a station or a partner service",
            "add a [[service]] or a [[station]], or raise station_reach_m",
        )  # fmt: skip
    names = ("capacity", "max_g", "max_mm", "max_girth_mm", "transit_p50_s", "transit_p90_s")
    return Services.fill(
        len(partners),
        name=np.array([p.name for p in partners], object),
        card=np.array([p.card for p in partners], object),
        way=np.array([WAYS[p.way] for p in partners], np.int8),
        pickup_s=np.array([clock_s(p.pickup) for p in partners], np.int32),
        **{n: np.array([getattr(p, n) for p in partners], np.int32) for n in names},
    )


def make_regional(zones: Zones, regions: int) -> Regional:
    """Share of people by region, per mille, adding up to 1000."""
    people = np.bincount(np.maximum(0, zones.region), weights=zones.people, minlength=regions)
    return Regional(share_pm=split(1000, people.astype(np.int64)).astype(np.int16))
