"""A small network file and a small order file, to be broken in one place at a time."""

from __future__ import annotations

from pathlib import Path

from doorward.runtime.config import Network, load_network

NETWORK = """
[network]
name = "small"
generated = true
currency = "EUR"
utc_offset = "+01:00"
start = 2026-03-02
regions = ["East", "West"]

[[fc]]
name = "FC One"
lat = 50.0
lon = 8.0
region = "East"
capacity = 1000
pick_uph = 100
pack_pph = 50
sort_pph = 100
stow_uph = 100
pickers = 2
packers = 2
stowers = 2
aisles = 4
bays = 10
hour_c = 2000

[[sort]]
name = "Hub"
lat = 50.05
lon = 8.05
region = "East"
capacity = 5000

[[station]]
name = "North"
lat = 50.1
lon = 8.0
region = "East"
capacity = 900

[[station]]
name = "South"
lat = 49.9
lon = 8.0
region = "West"
capacity = 900

[lockers]
each = 1
cells = 20

[zones]
reach_m = 1000
station_reach_m = 20000
postcodes = "codes.csv"

[[zones.disc]]
name = "Northtown"
lat = 50.1
lon = 8.0
region = "East"
people = 100000
radius_m = 5000
zones = 7
density_pm = 300

[[zones.place]]
name = "Southtown"
lat = 49.9
lon = 8.0
region = "West"
people = 50000
radius_m = 4000

[[zones.place]]
name = "Far village"
lat = 49.0
lon = 9.5
region = "West"
people = 1000
radius_m = 3000

[[box]]
name = "L"
length_mm = 600
width_mm = 400
height_mm = 300
max_g = 20000
cost_c = 90

[[box]]
name = "S"
length_mm = 300
width_mm = 200
height_mm = 100
max_g = 5000
cost_c = 30

[[truck]]
name = "truck"
volume_ml = 30000000
weight_g = 5000000
km_c = 100

[[lane]]
from = ["fc"]
to = ["sort"]
departs = ["06:00", "18:00"]
truck = "truck"

[[lane]]
from = ["Hub"]
to = ["station"]
departs = ["21:00"]
truck = "truck"
days = ["Mon", "Tue", "Wed", "Thu", "Fri"]

[[lane]]
from = ["station"]
to = ["Hub"]
departs = ["20:00"]
truck = "truck"

[[service]]
name = "Post"
card = "post"
way = "post"
pickup = "18:00"
capacity = 100
max_g = 30000
max_mm = 1500
max_girth_mm = 3000
transit_p50_s = 100000
transit_p90_s = 200000

[[vehicle]]
name = "van"
way = "own"
volume_ml = 6000000
weight_g = 1000000
max_stops = 150
shift = ["09:00", "19:00"]
range_m = 200000
km_mc = 20

[[fleet]]
kind = "van"
each = 2
at = { "South" = 3 }

[[nofly]]
lat = 50.2
lon = 8.1
radius_m = 500
hours = ["08:00", "12:00"]

[drivers]
each = 5

[[drivers.car]]
share = 1
volume_ml = 400000
weight_g = 200000
car_km_mc = 20
co2_ug_m = 200000

[promise]
quantile_pm = 900

[generator]
orders_per_day = 3000

[catalogue]
skus = 500
"""
CODES = "postcode,lat,lon,radius_m\n60,50.10,8.0,900\n6031,50.12,8.01,500\n"
HEADER = "order,placed_at,lat,lon,sku,units,weight_g,length_mm,width_mm,height_mm,value"
GOOD = (
    "A1,2026-03-02 10:00:00,50.10,8.00,mug,1,350,100,90,120,9.90",
    "A1,2026-03-02 10:00:00,50.10,8.00,book,2,700,200,150,30,20",
    "A2,2026-03-02 11:30:00,49.90,8.01,mug,1,350,100,90,120,9.90",
)


def write_network(folder: Path, *swaps: tuple[str, str], name: str = "small.toml") -> Path:
    """The small network with some text exchanged."""
    text = NETWORK
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "codes.csv").write_text(CODES)
    (folder / name).write_text(text)
    return folder / name


def small_network(folder: Path) -> Network:
    """The small network, loaded."""
    return load_network(write_network(folder))


def write_orders(folder: Path, *rows: str, header: str = HEADER, name: str = "orders.csv") -> Path:
    """A CSV file of orders."""
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path
