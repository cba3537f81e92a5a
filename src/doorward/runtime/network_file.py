"""What may stand in a network file: one Struct for each section. The reader's guide is docs/network-file.md."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=60, description="a name has 1 to 60 characters")]
Lat = Annotated[float, Meta(ge=-90, le=90, description="latitude lies between -90 and 90 degrees")]
Lon = Annotated[float, Meta(ge=-180, le=180, description="longitude lies between -180 and 180 degrees")]
Clock = Annotated[
    str,
    Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        description='a time of day is written "HH:MM", from 00:00 to 24:00',
    ),
]
Offset = Annotated[
    str,
    Meta(
        pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$",
        description='the distance from UTC is written "+HH:MM" or "-HH:MM", at most 14 hours',
    ),
]
Count = Annotated[int, Meta(ge=1, le=2**31 - 1, description="a whole number of at least 1")]
Natural = Annotated[int, Meta(ge=0, le=2**31 - 1, description="a whole number, 0 or more")]
Large = Annotated[int, Meta(ge=1, le=2**53, description="a whole number of at least 1")]
Measure = Annotated[float, Meta(ge=0, le=200, description="a figure from 0 to 200")]
Small = Annotated[int, Meta(ge=1, le=2**15 - 1, description="a whole number from 1 to 32767")]
File = Annotated[
    str,
    Meta(
        pattern=r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*$",
        description="a file is named relative to the network file, inside its folder",
    ),
]
Names = Annotated[
    list[str], Meta(min_length=1, description="a list of names of buildings, or of fc, sort, station")
]
Day = Annotated[
    Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    Meta(description="a weekday is one of Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
]
DAYS: tuple[Day, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all sections: unknown keys are errors."""


class Head(Section, frozen=True, kw_only=True):
    """`[network]`"""

    name: Name
    generated: bool  # True: places and figures are invented or examples, not a real company's network
    about: str = ""
    currency: Annotated[
        str, Meta(pattern="^[A-Z]{3}$", description="a currency is its three-letter ISO 4217 code")
    ]
    utc_offset: Offset
    start: datetime.date  # first local day of generated orders
    regions: Annotated[list[Name], Meta(min_length=1, max_length=1000, description="at least one region")]


class Fc(Section, frozen=True, kw_only=True):
    """`[[fc]]`: a fulfillment center with its floor."""

    name: Name
    lat: Lat
    lon: Lon
    region: Name
    capacity: Count  # packages a day
    pick_uph: Natural
    goods_uph: Natural | None = None  # from stations, robots and pods; given: checked
    pack_pph: Count
    sort_pph: Count
    stow_uph: Count
    pickers: Natural
    packers: Natural
    stowers: Natural
    stations: Natural = 0  # goods-to-person
    robots: Natural = 0
    pods: Natural = 0
    aisles: Small
    bays: Small
    opens: Clock = "00:00"
    closes: Clock = "24:00"
    kwh_day: Natural = 0
    hour_c: Natural


class Building(Section, frozen=True, kw_only=True):
    """`[[sort]]` and `[[station]]`."""

    name: Name
    lat: Lat
    lon: Lon
    region: Name
    capacity: Count  # packages a day


class Locker(Section, frozen=True, kw_only=True):
    """`[[locker]]`"""

    name: Name
    lat: Lat
    lon: Lon
    station: Name
    cells: Count


class Lockers(Section, frozen=True, kw_only=True):
    """`[lockers]`: so many at each station, in the middle of its most peopled zones."""

    each: Count
    cells: Count
    stations: list[Name] = []  # only these; empty: all


class Place(Section, frozen=True, kw_only=True):
    """`[[zones.place]]` and rows of `zones.file`: one delivery zone."""

    name: Name
    lat: Lat
    lon: Lon
    region: Name
    station: str = ""  # empty: the nearest within zones.station_reach_m; "partners": none
    rural: bool = False
    people: Natural
    radius_m: Count


class Disc(Section, frozen=True, kw_only=True):
    """`[[zones.disc]]`: a round town cut into zones of equal area, peopled less towards its edge."""

    name: Name
    lat: Lat
    lon: Lon
    region: Name
    station: str = ""
    people: Natural
    radius_m: Count
    zones: Annotated[int, Meta(ge=1, le=2000, description="a disc is cut into 1 to 2000 zones")]
    rural: bool = False
    density_pm: Annotated[
        int, Meta(ge=1, le=1000, description="density at the edge, per mille of the middle's")
    ] = 1000


class Zoning(Section, frozen=True, kw_only=True):
    """`[zones]`"""

    file: File | None = None
    postcodes: File | None = None
    reach_m: Natural = 5_000  # a door this far outside every zone still belongs to the nearest one
    station_reach_m: Natural = 40_000  # zones farther than this from every station are left to partners
    place: list[Place] = []
    disc: list[Disc] = []


class Postcode(Section, frozen=True, kw_only=True):
    """A row of `zones.postcodes`: a postcode or the beginning of one, and where it lies."""

    postcode: Name
    lat: Lat
    lon: Lon
    radius_m: Count = 800


class Truck(Section, frozen=True, kw_only=True):
    """`[[truck]]`: a kind of linehaul vehicle."""

    name: Name
    volume_ml: Large
    weight_g: Large
    start_c: Natural = 0  # cost of a departure before the first metre
    km_c: Natural = 0  # cents per kilometre
    hour_c: Natural = 0  # cents per hour of driving
    handle_s: Natural = 1_200  # loading, sealing, docking, on top of driving
    electric: bool = False
    body: Literal["artic", "rigid", "light", "van"] = (
        "artic"  # its emissions; rigid: 7.5-17 t, light: 3.5-7.5 t
    )
    shared: bool = (
        False  # a partner's truck on which only the place is bought; start_c is then the least charge
    )
    tonne_c: Natural = 0  # shared: cents for a tonne ...
    tonne_km_c: Natural = 0  # ... and for carrying it a kilometre
    dense_g_l: Natural = 300  # shared: a litre is charged at least as so many grams


class Lane(Section, frozen=True, kw_only=True, rename={"origin": "from", "dest": "to"}):
    """`[[lane]]`: departures from some buildings to some buildings."""

    origin: Names  # written `from`: names, or "fc", "sort", "station"
    dest: Names  # written `to`
    departs: Annotated[list[Clock], Meta(min_length=1, description='at least one departure, "HH:MM"')]
    truck: Name
    also: tuple[Name, ...] = ()  # smaller kinds, or shared ones, that may drive it instead
    cutoff_s: Natural = 1_800
    days: tuple[Day, ...] = DAYS
    region: Literal["same", "other", "any"] = "any"
    nearest: Natural = 0  # only the so many nearest destinations; 0: all
    within_m: Natural = 0  # only destinations within this crow-fly distance; 0: all
    drive_s: Natural = 0  # 0: from the distance
    dist_m: Natural = 0


class Box(Section, frozen=True, kw_only=True):
    """`[[box]]` and rows of `boxes.file`: inside sizes, smallest first."""

    name: Name
    length_mm: Count
    width_mm: Count
    height_mm: Count
    max_g: Count
    board_g: Natural = 0
    film_g: Natural = 0
    cost_c: Natural
    soft: bool = False  # a mailer: as thick as what is in it


class Boxing(Section, frozen=True, kw_only=True):
    """`[boxes]`"""

    file: File


class Partner(Section, frozen=True, kw_only=True):
    """`[[service]]`: a partner carrier's service; its prices are a rate card folder."""

    name: Name
    card: Annotated[
        str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", description="a rate card is a folder in cards/")
    ]
    way: Literal["post", "regional", "express", "courier"]
    pickup: Clock
    capacity: Count  # packages a day at each FC
    max_g: Count
    max_mm: Count
    max_girth_mm: Count  # length plus girth
    transit_p50_s: Count
    transit_p90_s: Count


class Vehicle(Section, frozen=True, kw_only=True):
    """`[[vehicle]]`: a kind of vehicle, craft or robot."""

    name: Name
    way: Literal["own", "dsp", "drone", "robot"]
    volume_ml: Large
    weight_g: Large
    max_stops: Count
    shift: tuple[Clock, Clock]
    break_s: Natural = 0
    range_m: Count
    electric: bool = False
    fixed_c: Natural = 0
    hour_c: Natural = 0
    km_mc: Natural  # thousandths of a cent per metre, which is cents per kilometre
    wh_km: Natural = 0
    co2_ug_m: Natural = 0
    barred: tuple[
        Literal["gate_code", "upstairs", "height_limit", "foot_only", "dog", "sign_in"], ...
    ] = ()  # doors it cannot serve, as access of orders


class Fleet(Section, frozen=True, kw_only=True):
    """`[[fleet]]`: how many of a kind, and where."""

    kind: Name
    at: dict[str, Count] = {}
    each: Natural = 0  # so many at every station
    shift: tuple[Clock, ...] = ()  # empty: the kind's


class Circle(Section, frozen=True, kw_only=True):
    """`[[nofly]]`: a circle in which no drone may fly between two times of day."""

    name: str = ""
    lat: Lat
    lon: Lon
    radius_m: Count
    hours: tuple[Clock, Clock] = ("00:00", "24:00")


class Outage(Section, frozen=True, kw_only=True, rename={"start": "from"}):
    """`[[outages]]`: a building, or a partner, that stands still from .. until."""

    site: str = ""  # a building's name; with a carrier: only there
    carrier: str = ""  # a service's name, or "all": it does not collect
    what: Literal["closed", "picking", "sorting", "departures"] = "closed"
    start: Annotated[str, Meta(min_length=1, description='"09:00" (first day), "2 09:00" or a date and time')]
    until: Annotated[str, Meta(min_length=1, description='"15:00" (first day), "2 15:00" or a date and time')]
    announced: bool = False  # known beforehand: no promise counts on these hours


class Storm(Section, frozen=True, kw_only=True, rename={"start": "from"}):
    """`[[storm]]`: weather of every hour that it touches."""

    start: str
    until: str
    region: str = ""  # a region's name; empty: everywhere
    rain_mm_h: Measure | None = None  # millimetres an hour
    snow_mm_h: Measure | None = None  # millimetres of water an hour that fall as snow: it freezes
    wind_m_s: Measure | None = None  # mean wind
    gust_m_s: Measure | None = None  # gusts; not given: 1.5 times the mean wind
    forecast: bool = False  # planners know it beforehand; else they see each hour when it has come


class Car(Section, frozen=True, kw_only=True):
    """`[[drivers.car]]`: what gig drivers drive."""

    share: Count  # relative to the other cars
    volume_ml: Large
    weight_g: Large
    car_km_mc: Natural  # mileage pay, thousandths of a cent per metre
    co2_ug_m: Natural


class Crew(Section, frozen=True, kw_only=True):
    """`[drivers]`: gig drivers, drawn from a seed."""

    each: Natural = 0
    at: dict[str, Count] = {}
    seed: int = 1
    home_m: Count = 8_000  # homes lie mostly within this of the station
    car: list[Car]
