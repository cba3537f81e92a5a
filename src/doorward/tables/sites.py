"""Sites: the buildings of the network, and what each can do in an hour."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.table import I1, I2, I4, I8, Table, Text

Reals = NDArray[np.float64]


class SiteKind(IntEnum):
    """What a building is for. In `Sites` the fulfillment centers stand first."""

    FC = 0
    SORT = 1
    STATION = 2
    LOCKER = 3


class Sites(Table):
    """Buildings; a site's number is its row. Fulfillment centers come first, so an FC's row is also its rank.

    name      (n,)  unique
    kind      (n,)  SiteKind
    lat_udeg, lon_udeg  (n,)  microdegrees
    region    (n,)  number of the region it lies in
    station   (n,)  for a locker: the station that serves it; else -1
    capacity  (n,)  packages a day that the building can pass (locker: cells)
    """

    name: Text
    kind: I1
    lat_udeg: I4
    lon_udeg: I4
    region: I2
    station: I4
    capacity: I4

    def check(self) -> None:
        self.must(
            "kind", np.diff(self.kind, prepend=0) >= 0, "sites stand in the order FC, sort, station, locker"
        )
        self.must("lat_udeg", np.abs(self.lat_udeg) <= 90_000_000, "latitude lies between -90 and 90 degrees")
        self.must(
            "lon_udeg", np.abs(self.lon_udeg) <= 180_000_000, "longitude lies between -180 and 180 degrees"
        )


class Floors(Table):
    """What a fulfillment center's people and robots can do; row = FC.

    pick_uph    (n,)  units picked per hour, all pickers together (people among shelves)
    goods_uph   (n,)  units per hour at goods-to-person stations fed by robots, by core/presenting.py
    pack_pph    (n,)  packages packed per hour
    sort_pph    (n,)  packages sorted per hour
    stow_uph    (n,)  units received and stowed per hour
    pickers, packers, stowers, robots  (n,)  heads
    stations, pods  (n,)  goods-to-person stations, and the shelves that robots bring to them
    aisles      (n,)  picking aisles
    bays        (n,)  storage positions along one aisle
    opens_s, closes_s  (n,)  second of the local day; 0 and 86400 for round the clock
    kwh_day     (n,)  electricity a day, kWh
    hour_c      (n,)  cost of one worker for an hour
    """

    pick_uph: I4
    goods_uph: I4
    pack_pph: I4
    sort_pph: I4
    stow_uph: I4
    pickers: I4
    packers: I4
    stowers: I4
    robots: I4
    stations: I4
    pods: I4
    aisles: I2
    bays: I2
    opens_s: I4
    closes_s: I4
    kwh_day: I4
    hour_c: I4


class Zones(Table):
    """Delivery zones: the piece of land a doorstep belongs to.

    name      (n,)
    lat_udeg, lon_udeg  (n,)  centre
    region    (n,)
    station   (n,)  delivery station that serves it (row in Sites), -1: partner carriers only
    rural     (n,)  1 where partners call it rural
    people    (n,)  inhabitants (generated or from public figures)
    radius_m  (n,)  doors lie about this far from the centre
    """

    name: Text
    lat_udeg: I4
    lon_udeg: I4
    region: I2
    station: I4
    rural: I1
    people: I8
    radius_m: I4


def land_of(sites: Sites, zones: Zones, station: int) -> tuple[Reals, Reals, Reals]:
    """Land of a station by zone: square metres, share of the demand (people), crow-fly metres from the station."""
    zone = np.flatnonzero(zones.station == station)
    area_m2 = np.pi * np.maximum(1.0, zones.radius_m[zone].astype(np.float64)) ** 2
    people = np.maximum(zones.people[zone], 1).astype(np.float64)
    far_m = crow_m(
        zones.lat_udeg[zone], zones.lon_udeg[zone], sites.lat_udeg[station], sites.lon_udeg[station]
    )
    return area_m2, people, far_m
