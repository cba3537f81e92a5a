"""Network files: what the tables must say, and how every breach is told."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from doorward.core.errors import BadInput
from doorward.promise.rules import PromiseRules
from doorward.runtime.config import copy_network, find_network, load_network, rules_from
from doorward.runtime.network_lanes import mean_wait_s
from doorward.runtime.problems import BadFile
from doorward.tables.sites import SiteKind
from doorward.tables.ways import Way
from doorward.twin.demand_rules import ShopperRules
from doorward.twin.weather import WeatherRules
from tests.inputs.worlds import small_network, write_network


def test_tables_say_what_the_file_says(tmp_path: Path) -> None:
    net = small_network(tmp_path)
    assert net.sites.name.tolist()[:4] == ["FC One", "Hub", "North", "South"]
    assert net.sites.kind.tolist() == [0, 1, 2, 2, 3, 3]
    assert net.sites.station.tolist() == [-1, -1, -1, -1, 2, 3]
    assert (net.utc_offset_s, net.start_s) == (3600, 1_772_409_600 - 3600)
    assert len(net.zones) == 9 and int(net.zones.people[2:].sum()) == 100_000
    assert np.all(np.diff(net.zones.people[2:]) <= 0)  # fewer people towards the edge
    assert net.zones.station.tolist() == [3, -1] + [2] * 7
    assert net.boxes.name.tolist() == ["S", "L"]
    assert np.bincount(net.vehicles.station).tolist() == [0, 0, 2, 3]
    assert net.vehicles.name.tolist()[0] == "van North 1"
    assert net.vehicles.shift_lo_s[0] == 9 * 3600 and net.vehicles.way[0] == Way.OWN
    assert net.lanes.days.tolist() == [127, 127, 31, 31, 127, 127]
    assert np.bincount(net.drivers.station).tolist() == [0, 0, 5, 5]
    assert net.drivers.standing_pm.min() >= 500
    assert int(net.regional.share_pm.sum()) == 1000
    assert net.no_fly.from_s.tolist() == [8 * 3600]
    assert net.services.pickup_s.tolist() == [18 * 3600]
    for table in net.tables:
        table.check()


def test_the_way_goes_over_the_hub(tmp_path: Path) -> None:
    net = small_network(tmp_path)
    n = len(net.sites)
    hop, time = net.next_hop.site.reshape(n, n), net.next_hop.time_s.reshape(n, n)
    assert hop[0].tolist() == [0, 1, 1, 1, -1, -1]
    assert hop[1, 2:4].tolist() == [2, 3] and hop[2, 0] == -1
    first, second = net.lanes.take(np.array([0])), net.lanes.take(np.array([2]))
    wait = 6 * 3600 + mean_wait_s(second.depart_s, second.days)
    way = first.cutoff_s[0] + first.drive_s[0] + second.cutoff_s[0] + second.drive_s[0] + 3600
    assert time[0, 2] == pytest.approx(wait + way, abs=2)


def test_a_station_without_a_lane_back_is_told_with_the_remedy(tmp_path: Path) -> None:
    """What is sorted to the wrong station must not stay there for ever; and nobody changes trucks at a station."""
    file = write_network(tmp_path, ('from = ["station"]', 'from = ["South"]'))
    with pytest.raises(BadFile) as caught:
        load_network(file)
    (only,) = caught.value.problems
    assert "from 1 of 2 stations (North) to every other" in only.found
    assert 'from = ["station"], to = ["sort"]' in only.remedy
    net = small_network(tmp_path / "good")
    n = len(net.sites)
    hop = net.next_hop.site.reshape(n, n)
    assert hop[2, 3] == hop[3, 2] == 1
    assert not np.isin(hop[:2], (2, 3))[:, [0, 1, 4, 5]].any()


def test_mean_wait_of_even_departures_is_half_the_gap() -> None:
    daily = mean_wait_s(np.array([3600], np.int32), np.array([127], np.int8))
    assert daily == 12 * 3600
    working_days = mean_wait_s(np.array([0], np.int32), np.array([31], np.int8))
    assert working_days == pytest.approx((4 * 24**2 + 72**2) / (2 * 168) * 3600)


CASES = [
    # what is broken, by what, what the message must name
    (('lat = 50.0\n', 'lat = 95.0\n'), ("[[fc]] 1 (FC One), lat", "latitude lies between -90 and 90")),
    (('lon = 8.05', 'lon = nan'), ("[[sort]] 1 (Hub), lon", "longitude")),
    (("capacity = 1000", "capacity = -5"), ("[[fc]] 1", "capacity", "at least 1")),
    (("capacity = 1000", "capcity = 1000"), ("capcity", "unknown key", "capacity")),
    (('name = "South"', 'name = "North"'), ("also the name of", "no two buildings")),
    (('region = "West"\npeople = 50000', 'region = "Wset"\npeople = 50000'), ("'Wset'", 'write "West"')),
    (('truck = "truck"', 'truck = "lorry"'), ("no truck is called 'lorry'",)),
    (('["06:00", "18:00"]', '["6:00", "18:00"]'), ("departs[0]", "HH:MM")),
    (('["09:00", "19:00"]', '["19:00", "09:00"]'), ("[[vehicle]] 1 (van), shift", "begins before it ends")),
    (('["08:00", "12:00"]', '["12:00", "08:00"]'), ("[[nofly]] 1, hours", "begins before it ends")),
    (('at = { "South" = 3 }', 'at = { "Suoth" = 3 }'), ("'Suoth'", 'write "South"')),
    (('from = ["Hub"]\nto = ["station"]', 'from = ["Hub"]\nto = ["North"]'), ("FC One to 1 of 2 stations (South)",)),
    (('kind = "van"', 'kind = "bike"'), ("no kind of vehicle is called 'bike'",)),
    (('card = "post"', 'card = "nowhere"'), ("no card 'nowhere'",)),
    (("transit_p50_s = 100000", "transit_p50_s = 300000"), ("transit_p90_s", "nine of ten")),
    (("length_mm = 600", "length_mm = 100"), ("[[box]] 1", "longest first")),
    (('postcodes = "codes.csv"', 'postcodes = "../codes.csv"'), ("zones", "inside its folder")),
    (('postcodes = "codes.csv"', 'postcodes = "other.csv"'), ("other.csv", "no such file")),
    (("[promise]", "[promises]"), ("[promises]", "unknown section")),
    (('utc_offset = "+01:00"', 'utc_offset = "CET"'), ("utc_offset", "+HH:MM")),
    (("orders_per_day = 3000", "orders_per_day = 0"), ("[generator]", "at least 1")),
    (('way = "own"', 'way = "bicycle"'), ("way",)),
    (("[[truck]]", "[truck]"), ("[truck]", "it is a list")),
    (('start = 2026-03-02', 'start = "soon"'), ("start",)),
    (("pick_uph = 100", "pick_uph = 0"), ("nobody picks",)),
    (("pick_uph = 100", "pick_uph = 100\ngoods_uph = 400"), 
     ("without stations and robots", "write for example stations = 2")),
    (("pick_uph = 100", "pick_uph = 100\nstations = 2\npods = 600"), 
     ("[[fc]] 1 (FC One), robots", "stations, robots and pods")),
    (("pick_uph = 100", "pick_uph = 100\nstations = 2\nrobots = 4\npods = 600\ngoods_uph = 900"),
     ("900, but 2 stations and 4 robots do 162", "robots (165 at most)", "remove goods_uph, or write stations = 3")),
    (("[promise]", "[goods_to_person]\nrobot_mms = 0\n[promise]"), ("[goods_to_person], robot_mms", "at least 1")),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "named"), CASES, ids=[c[0][1][:28].replace("\n", " ") for c in CASES])
def test_each_breach_is_named(tmp_path: Path, swap: tuple[str, str], named: tuple[str, ...]) -> None:
    path = write_network(tmp_path, swap)
    with pytest.raises(BadFile) as caught:
        load_network(path)
    told = str(caught.value)
    assert "small.toml" in told and "rule:" in told and "what to do:" in told
    shown = " | ".join(p.sentence() for p in caught.value.problems)
    for word in named:
        assert word in shown


def test_the_rate_of_robots_follows_from_stations_robots_and_pods(tmp_path: Path) -> None:
    robots = "pick_uph = 100\nstations = 2\nrobots = 10\npods = 830"
    assert load_network(write_network(tmp_path, ("pick_uph = 100", robots))).floors.goods_uph[0] == 400
    given = load_network(write_network(tmp_path, ("pick_uph = 100", robots + "\ngoods_uph = 398")))
    assert given.floors.goods_uph[0] == 400, "a given rate is only checked"
    slow = ("[promise]", "[goods_to_person]\nrobot_mms = 900\n[promise]")
    assert load_network(write_network(tmp_path, ("pick_uph = 100", robots), slow)).floors.goods_uph[0] < 350


def _without(text: str, *sections: str) -> str:
    """The same file without its lists of these names."""
    parts = re.split(r"(?m)^(?=\[)", text)
    return "".join(p for p in parts if not p.startswith(tuple(f"[[{s}]]" for s in sections)))


def test_partners_alone_are_a_network_and_a_station_without_drivers_is_none(tmp_path: Path) -> None:
    file = write_network(tmp_path)
    text = file.read_text()
    drivers = text[text.index("[drivers]") :].split("\n\n")[0]
    file.write_text(_without(text, "vehicle", "fleet"))
    assert len(load_network(file).vehicles) == 0, "gig drivers can do without vans"
    file.write_text(_without(text.replace(drivers, ""), "vehicle", "fleet", "drivers.car"))
    with pytest.raises(BadFile) as caught:
        load_network(file)
    assert [p.where for p in caught.value.problems] == ["[[station]] North", "[[station]] South"]
    assert all("nobody drives from here" in p.sentence() for p in caught.value.problems)


def test_all_breaches_are_told_at_once(tmp_path: Path) -> None:
    path = write_network(tmp_path, ("lat = 50.0\n", "lat = 95.0\n"), ("capacity = 5000", "capacity = 0"))
    with pytest.raises(BadFile, match="2 problems") as caught:
        load_network(path)
    assert [(p.where, p.column) for p in caught.value.problems] == [
        ("[[fc]] 1 (FC One)", "lat"),
        ("[[sort]] 1 (Hub)", "capacity"),
    ]


def test_rows_of_a_csv_are_named(tmp_path: Path) -> None:
    path = write_network(tmp_path)
    (tmp_path / "codes.csv").write_text("postcode,lat,lon\n1,50,8\n2,500,8\n3,x,8\n4,50\n")
    with pytest.raises(BadFile) as caught:
        load_network(path)
    found = [(p.where, p.column) for p in caught.value.problems]
    assert found == [("codes.csv row 2", "lat"), ("codes.csv row 3", "lat"), ("codes.csv row 4", "")]


@pytest.mark.parametrize(
    "body", [b"", b"[network\n", b"\xff\xfe\x00", b"   \n"], ids=["empty", "syntax", "bytes", "blank"]
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(body)
    with pytest.raises(BadInput) as caught:
        load_network(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_examples_are_found_by_name() -> None:
    assert find_network("metro").samefile(find_network("metro.toml"))
    assert find_network("networks/metro.toml").name == "metro.toml"
    with pytest.raises(BadInput, match="no such network file"):
        find_network("atlantis")
    with pytest.raises(BadInput, match="is a folder"):
        find_network(Path(__file__).parent)


@pytest.mark.parametrize(
    ("name", "fcs", "stations", "regions"),
    [("metro", 2, 5, 2), ("brazil", 9, 19, 8), ("national", 20, 60, 8)],
)
def test_examples_load(name: str, fcs: int, stations: int, regions: int) -> None:
    net = load_network(name)
    kinds = np.bincount(net.sites.kind, minlength=4)
    assert (kinds[SiteKind.FC], kinds[SiteKind.STATION], len(net.regions)) == (fcs, stations, regions)
    assert net.generated
    for table in net.tables:
        table.check()
    if name == "metro":
        assert {Way.OWN, Way.DSP, Way.DRONE, Way.ROBOT} == {Way(w) for w in np.unique(net.vehicles.way)}
        assert {Way.POST, Way.REGIONAL, Way.EXPRESS, Way.COURIER} == {
            Way(w) for w in np.unique(net.services.way)
        }
        assert kinds[SiteKind.LOCKER] == 25 and len(net.drivers) > 0


def test_a_copy_is_the_same_network(tmp_path: Path) -> None:
    net = load_network("brazil")
    copy = load_network(copy_network(net, tmp_path / "copy"))
    assert copy.digest == net.digest
    assert all(a.equals(b) for a, b in zip(copy.tables, net.tables, strict=True))
    assert copy.cards["br_post"].is_relative_to(tmp_path)


def test_the_digest_sees_every_file(tmp_path: Path) -> None:
    path = write_network(tmp_path)
    before = load_network(path).digest
    assert load_network(path).digest == before
    (tmp_path / "codes.csv").write_text("postcode,lat,lon\n60,50.1,8.0\n")
    assert load_network(path).digest != before


def test_rooms_get_their_settings(tmp_path: Path) -> None:
    net = small_network(tmp_path)
    kinds: dict[str, type[msgspec.Struct]] = {
        "promise": PromiseRules, "twin.weather": WeatherRules, "twin.customers": ShopperRules,
    }  # fmt: skip
    rules = rules_from(net, kinds)
    assert rules[PromiseRules].quantile_pm == 900
    assert rules[WeatherRules] == WeatherRules()


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    swap = ("quantile_pm = 900", 'quantle_pm = 900\nhold_s = "long"\n[twin.wether]\nrain_um = 1')
    net = load_network(write_network(tmp_path, swap))
    with pytest.raises(BadFile) as caught:
        rules_from(net, {"promise": PromiseRules, "twin.weather": WeatherRules})
    assert [p.column for p in caught.value.problems] == ["quantle_pm", "hold_s", "wether"]
