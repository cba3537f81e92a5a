"""Ways to the door: partner services, limits, prices, choices."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I2, I4, I8, Table, Text


class Way(IntEnum):
    """Every way to the door."""

    OWN = 0  # own van
    DSP = 1  # contractor's van
    FLEX = 2  # gig driver's own car
    LOCKER = 3  # own van to a parcel locker
    DRONE = 4
    ROBOT = 5  # sidewalk robot
    POST = 6  # national post
    REGIONAL = 7
    EXPRESS = 8
    COURIER = 9


OWN_NETWORK = (Way.OWN, Way.DSP, Way.FLEX, Way.LOCKER, Way.DRONE, Way.ROBOT)
"""Ways that go through a delivery station."""
PARTNERS = (Way.POST, Way.REGIONAL, Way.EXPRESS, Way.COURIER)
"""Ways that are handed over to a carrier."""


class Services(Table):
    """Partner carriers' services, one row each; its rate card is a folder of CSV files (see carriers/README.md).

    way (n,) Way; card (n,) name of the rate card folder
    pickup_s (n,) second of the local day at which it collects at FCs; capacity (n,) packages a day at each FC
    max_g, max_mm, max_girth_mm (n,) limits of size
    transit_p50_s, transit_p90_s (n,) default transit times where the card's transit file has none
    """

    name: Text
    card: Text
    way: I1
    pickup_s: I4
    capacity: I4
    max_g: I4
    max_mm: I4
    max_girth_mm: I4
    transit_p50_s: I4
    transit_p90_s: I4


class WayCapacity(Table):
    """Capacity and price of each way at each site, day and slot of the day, row = opening.

    way, station, day (n,); limit (n,) packages; taken (n,); price_mc (n,) dual price, thousandths of a cent
    station (n,) Site where it binds: the station; for LOCKER the locker; for partners the FC of the pick-up
    carrier (n,) row in Services; -1 own network
    slot_s  (n,) second of the local day at which its slot begins: vans, gig drivers and pools the wave that packages
            reach the station for, drones and robots the hour, partners the pick-up; lockers -1, the whole day
    cost_mc (n,) what one package more adds to the pay of gig blocks (FLEX only); -1 nobody has said
    A row with way -1 is a pool: limit packages expected at that station, day and wave, taken those that have chosen,
    any way.
    """

    way: I1
    station: I4
    day: I4
    limit: I4
    taken: I4
    price_mc: I8
    carrier: I4
    cost_mc: I8
    slot_s: I4


class ZoneCosts(Table):
    """What one more stop costs an own van in each zone, row = zone: driving seconds and road metres at the margin.

    stops (n,) stops seen so far; the mean gives newer days more weight; 0 or less: nothing seen yet
    """

    drive_s: I4
    drive_m: I4
    stops: I4


class Bills(Table):
    """The bill of each package's chosen way, row = package, in thousandths of a cent; what was considered, readable.

    money_mc rate or marginal minutes; late_mc risk of lateness; carbon_mc; dual_mc capacity price
    second (n,) the next best Way and second_mc (n,) by how much it was dearer; -1 there was none
    gates  (n,) bit mask of ways that were not open to it (bit = Way)
    opening, pool (n,) rows in WayCapacity that it takes room of; -1 none
    late_pm (n,) chance that the way is late, per mille; late_s (n,) expected seconds of lateness
    """

    money_mc: I8
    late_mc: I8
    carbon_mc: I8
    dual_mc: I8
    second: I1
    second_mc: I8
    gates: I2
    opening: I4
    pool: I4
    late_pm: I2
    late_s: I4


# ---- facts -----------------------------------------------------------------------------------------------------


class WayChosen(Table):
    """Fact (carriers): packages got their way (or a new one: a later choice replaces the earlier)."""

    package: I8
    way: I1
    carrier: I4
    station: I4
    locker: I4
    next_site: I4
    leave_s: I8
    bill_c: I4
    co2_mg: I8
    money_mc: I8
    late_mc: I8
    carbon_mc: I8
    dual_mc: I8
    second: I1
    second_mc: I8
    gates: I2
    opening: I4
    pool: I4
    late_pm: I2
    late_s: I4


class WayDropped(Table):
    """Fact (lastmile, flex, drones, sidewalk, delivery): a package cannot go its way; it needs another. Its way becomes
    -1 and the way's bit is set in its `Bills.gates`, so that the next choice leaves it out."""

    package: I8
    way: I1
    reason: I2


class WayReturned(Table):
    """Fact (carriers): packages were cancelled after their choice; the openings and pools they took have room again."""

    package: I8


class WayOpened(Table):
    """Fact (carriers): capacity of a way at a station in a slot of a day; rows continue WayCapacity."""

    opening: I4
    way: I1
    station: I4
    day: I4
    limit: I4
    carrier: I4
    slot_s: I4


class ZonesLearned(Table):
    """Fact (carriers): what one more stop cost in these zones by the last plans; replaces their rows of ZoneCosts."""

    zone: I4
    drive_s: I4
    drive_m: I4
    stops: I4


class WayLimited(Table):
    """Fact (flex, carriers): openings have this room now, chosen packages included. Gig drivers: what the blocks of the
    slot should carry. Vans: what they bring in the wave, those that leave in another of the day's waves left out.

    cost_mc: new `WayCapacity.cost_mc`; -1 as before
    """

    opening: I4
    limit: I4
    cost_mc: I8


class WayPriced(Table):
    """Fact (carriers): new dual prices."""

    opening: I4
    price_mc: I8
